"""The buttons under the 3D view."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QComboBox, QMenu, QSizePolicy, QToolBar, QToolButton, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.words import tr
from flare_gui.render.options import BACKGROUNDS, RENDERING_NAMES

# Sides to look from: the word on the button, and what is said of it.
VIEWS = {
    "front": (tr("Front"), tr("Look from the front")),
    "back": (tr("Back"), tr("Look from the back")),
    "left": (tr("Left"), tr("Look from the left")),
    "right": (tr("Right"), tr("Look from the right")),
    "top": (tr("Top"), tr("Look from the top")),
}


# Pixels that a tool bar needs beside what is on it.
_FRAME = 16
# Of what is chosen in a box, so many are seen at least.
_LETTERS = 8


class Bar(QToolBar):
    """Sides to look from, `side_asked` carries one of `VIEWS`, and what else to show, which goes to the document.

    Where the view is too narrow for a button a side, one button has a menu of them.
    """

    side_asked = Signal(str)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        # A tool bar, for what does not fit under a narrow view goes into its own menu.
        self.setMovable(False)
        self._sides, self._grouped = [self._side(side) for side in VIEWS], self._group()
        between = QWidget()
        between.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(between)
        self.planes = self._switch(tr("Slices"), tr("Show the three slices where the crosshair is"), "planes")
        self.skin = self._switch(tr("Skin"), tr("Show the patient's outside as a faint shell"), "skin")
        self.rendering, self.background = QComboBox(), QComboBox()
        for rendering, name in RENDERING_NAMES.items():
            self.rendering.addItem(tr(name), rendering)
        for colour in BACKGROUNDS:
            self.background.addItem(tr(colour), colour)
        for box, key, tip in (
            (self.rendering, "rendering", tr("Show the scan itself in 3D: the skin, or bones and bright vessels")),
            (self.background, "background", tr("What is behind the surfaces; pictures that are saved have their own")),
        ):
            box.setToolTip(tip)
            box.setAccessibleName(tip)
            # As wide as a word: the list that opens has room for what is chosen.
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            box.setMinimumContentsLength(_LETTERS)
            box.view().setMinimumWidth(box.view().sizeHintForColumn(0) + 2 * _FRAME)
            box.activated.connect(lambda _, box=box, key=key: document.set_scene(**{key: box.currentData()}))
            self.addWidget(box)
        document.scene_changed.connect(self._follow)
        self._follow()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        wide = event.size().width() >= self._needed()
        for side in self._sides:
            side.setVisible(wide)
        self._grouped.setVisible(not wide)

    def _needed(self) -> int:
        """The width with a button a side."""
        shown = [self.widgetForAction(action) for action in self.actions() if action is not self._grouped]
        return sum(widget.sizeHint().width() for widget in shown) + _FRAME

    def _side(self, side: str) -> QAction:
        button, (text, tip) = QToolButton(), VIEWS[side]
        button.setText(text)
        button.setToolTip(tip)
        button.setAccessibleName(tip)
        button.clicked.connect(lambda: self.side_asked.emit(side))
        return self.addWidget(button)

    def _group(self) -> QAction:
        button, menu = QToolButton(), QMenu(self)
        button.setText(tr("Look from"))
        button.setAccessibleName(tr("Look from"))
        button.setToolTip(tr("Turn to a side of the patient, and fit what there is"))
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        for side, (text, tip) in VIEWS.items():
            action = menu.addAction(text)
            action.setToolTip(tip)
            action.triggered.connect(lambda _=False, side=side: self.side_asked.emit(side))
        button.setMenu(menu)
        return self.addWidget(button)

    def _switch(self, text: str, tip: str, key: str) -> QToolButton:
        switch = QToolButton()
        switch.setText(text)
        switch.setToolTip(tip)
        switch.setAccessibleName(tip)
        switch.setCheckable(True)
        switch.clicked.connect(lambda on: self._document.set_scene(**{key: on}))
        self.addWidget(switch)
        return switch

    def _follow(self) -> None:
        scene = self._document.scene
        self.planes.setChecked(scene.planes)
        self.skin.setChecked(scene.skin)
        self.rendering.setCurrentIndex(self.rendering.findData(scene.rendering))
        self.background.setCurrentIndex(self.background.findData(scene.background))
