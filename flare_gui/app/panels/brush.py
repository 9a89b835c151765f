"""The settings of the brush, beside the tools: which organ, how large, flat or a ball."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QSpinBox, QToolBar, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.panels.organs import swatch
from flare_gui.app.slices.tools import LIKE_ITS_START, SIZES_MM, HuRule, ToolBox
from flare_gui.app.words import tr
from flare_gui.organs import ORGANS


class BrushBar(QToolBar):
    """Follows the tool box, and tells it what was chosen here."""

    def __init__(self, tools: ToolBox, document: Document) -> None:
        super().__init__(tr("Brush"))
        self.setObjectName("brush")
        self._tools, self._document = tools, document
        self.organ = QComboBox()
        self.organ.setAccessibleName(tr("Organ to correct"))
        self.organ.setToolTip(tr("The organ that teach, brush, eraser and fill work on"))
        for organ in ORGANS:
            self.organ.addItem(tr(organ.name), organ.label)
        self.diameter = QDoubleSpinBox()
        self.diameter.setRange(*SIZES_MM)
        self.diameter.setDecimals(0)
        self.diameter.setSuffix(tr(" mm"))
        self.diameter.setAccessibleName(tr("Size of the brush"))
        self.diameter.setToolTip(tr("Diameter of brush and eraser, also with [ and ] or Shift and the wheel"))
        # The wheel changes the size without taking the keys, and whoever has typed or chosen gets them back.
        self.diameter.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.diameter.editingFinished.connect(self.diameter.clearFocus)
        self.organ.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.organ.activated.connect(lambda _: self.organ.clearFocus())
        self.ball = QCheckBox(tr("Ball"))
        self.ball.setToolTip(tr("Reach through the neighbouring slices, as a ball"))
        self.over = QCheckBox(tr("Over others"))
        self.over.setToolTip(tr("Paint over other organs, not only over background"))
        self.hu = QComboBox()
        self.hu.addItems([tr("Any HU"), tr("HU like its start"), tr("HU from, to")])
        self.hu.setAccessibleName(tr("HU that the brush paints on"))
        self.hu.setToolTip(
            tr(
                "What the brush paints on: anything, what has the HU of where its stroke begins within two standard "
                "deviations, or a range of HU"
            )
        )
        self.hu.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hu.activated.connect(lambda _: self.hu.clearFocus())
        self.low, self.high = (_hu_box(name, value) for name, value in ((tr("Lowest HU"), 0), (tr("Highest HU"), 200)))
        # What each of the tools goes by, by the tools' keys: what means nothing to the tool in hand is grey.
        self._widgets: dict[QWidget, tuple[str, ...]] = {
            self.organ: ("teach", "brush", "eraser", "fill", "lasso"),
            self.diameter: ("brush", "eraser"),
            self.ball: ("brush", "eraser"),
            self.over: ("brush",),
            self.hu: ("brush",),
            self.low: ("brush",),
            self.high: ("brush",),
        }
        self._shown = {widget: self.addWidget(widget) for widget in self._widgets}
        self.hu.currentIndexChanged.connect(self._choose_hu)
        for box in (self.low, self.high):
            box.valueChanged.connect(self._choose_hu)
        self.organ.currentIndexChanged.connect(lambda _: setattr(tools, "label", self.organ.currentData()))
        self.diameter.valueChanged.connect(lambda mm: setattr(tools, "size_mm", mm))
        self.ball.toggled.connect(lambda on: setattr(tools, "ball", on))
        self.over.toggled.connect(lambda on: setattr(tools, "over", on))
        tools.changed.connect(self._follow)
        document.looks_changed.connect(self._paint)
        self._paint()
        self._follow()

    def _follow(self) -> None:
        tools = self._tools
        for widget in self._widgets:
            widget.blockSignals(True)
        self.organ.setCurrentIndex(self.organ.findData(tools.label))
        self.diameter.setValue(tools.size_mm)
        self.ball.setChecked(tools.ball)
        self.over.setChecked(tools.over)
        ranged = isinstance(tools.hu, tuple)
        self.hu.setCurrentIndex(0 if tools.hu is None else 2 if ranged else 1)
        for box in (self.low, self.high):
            self._shown[box].setVisible(ranged)
        if isinstance(tools.hu, tuple):
            self.low.setValue(round(tools.hu[0]))
            self.high.setValue(round(tools.hu[1]))
        for widget in self._widgets:
            widget.blockSignals(False)
        for widget, keys in self._widgets.items():
            widget.setEnabled(tools.tool.key in keys)

    def _choose_hu(self) -> None:
        # Who types the two the wrong way round means the range between them.
        between = sorted((self.low.value(), self.high.value()))
        rules: tuple[HuRule, ...] = (None, LIKE_ITS_START, (float(between[0]), float(between[1])))
        self._tools.hu = rules[self.hu.currentIndex()]

    def _paint(self) -> None:
        for i, organ in enumerate(ORGANS):
            self.organ.setItemIcon(i, swatch(self._document.look(organ.label).colour))


def _hu_box(name: str, value: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(-1024, 3071)
    box.setValue(value)
    box.setSuffix(tr(" HU"))
    box.setAccessibleName(name)
    box.setToolTip(tr("{name} that the brush paints on").format(name=name))
    # While a number is typed the range must not follow its first digits.
    box.setKeyboardTracking(False)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.editingFinished.connect(box.clearFocus)
    return box
