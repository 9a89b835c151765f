"""The settings of the brush, beside the tools: which organ, how large, flat or a ball."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QToolBar

from flare_gui.app.document.document import Document
from flare_gui.app.panels.organs import swatch
from flare_gui.app.slices.tools import SIZES_MM, ToolBox
from flare_gui.organs import ORGANS


class BrushBar(QToolBar):
    """Follows the tool box, and tells it what was chosen here."""

    def __init__(self, tools: ToolBox, document: Document) -> None:
        super().__init__("Brush")
        self.setObjectName("brush")
        self._tools, self._document = tools, document
        self.organ = QComboBox()
        self.organ.setAccessibleName("Organ to correct")
        self.organ.setToolTip("The organ that teach, brush, eraser and fill work on")
        for organ in ORGANS:
            self.organ.addItem(organ.name, organ.label)
        self.diameter = QDoubleSpinBox()
        self.diameter.setRange(*SIZES_MM)
        self.diameter.setDecimals(0)
        self.diameter.setSuffix(" mm")
        self.diameter.setAccessibleName("Size of the brush")
        self.diameter.setToolTip("Diameter of brush and eraser, also with [ and ] or Shift and the wheel")
        # The wheel changes the size without taking the keys, and whoever has typed or chosen gets them back.
        self.diameter.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.diameter.editingFinished.connect(self.diameter.clearFocus)
        self.organ.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.organ.activated.connect(lambda _: self.organ.clearFocus())
        self.ball = QCheckBox("Ball")
        self.ball.setToolTip("Reach through the neighbouring slices, as a ball")
        self.over = QCheckBox("Over others")
        self.over.setToolTip("Paint over other organs, not only over background")
        self.alike = QCheckBox("Like its start")
        self.alike.setToolTip("Paint only what has the HU of where the stroke begins, within two standard deviations")
        self.alike.toggled.connect(lambda on: setattr(tools, "alike", on))
        for widget in (self.organ, self.diameter, self.ball, self.over, self.alike):
            self.addWidget(widget)
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
        for widget in (self.organ, self.diameter, self.ball, self.over, self.alike):
            widget.blockSignals(True)
        self.organ.setCurrentIndex(self.organ.findData(tools.label))
        self.diameter.setValue(tools.size_mm)
        self.ball.setChecked(tools.ball)
        self.over.setChecked(tools.over)
        self.alike.setChecked(tools.alike)
        for widget in (self.organ, self.diameter, self.ball, self.over, self.alike):
            widget.blockSignals(False)
        self.setEnabled(tools.tool.key in ("teach", "brush", "eraser", "fill", "lasso"))

    def _paint(self) -> None:
        for i, organ in enumerate(ORGANS):
            self.organ.setItemIcon(i, swatch(self._document.look(organ.label).colour))
