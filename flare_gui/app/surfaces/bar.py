"""The buttons under the 3D view."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSizePolicy, QToolBar, QToolButton, QWidget

VIEWS = ("front", "back", "left", "right", "top")


class Bar(QToolBar):
    """Sides to look from, and what else to show. `side_asked` carries one of `VIEWS`, the others whether it is on."""

    side_asked = Signal(str)
    planes_switched = Signal(bool)
    skin_switched = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        # A tool bar, for what does not fit under a narrow view goes into its own menu.
        self.setMovable(False)
        for side in VIEWS:
            button = QToolButton()
            button.setText(side.capitalize())
            button.setToolTip(f"Look from the {side}")
            button.setAccessibleName(f"Look from the {side}")
            button.clicked.connect(lambda _=False, side=side: self.side_asked.emit(side))
            self.addWidget(button)
        between = QWidget()
        between.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.addWidget(between)
        for text, tip, show in (
            ("Slices", "Show the three slice planes", self.planes_switched),
            ("Skin", "Show the body's outside, translucent", self.skin_switched),
        ):
            switch = QToolButton()
            switch.setText(text)
            switch.setToolTip(tip)
            switch.setAccessibleName(tip)
            switch.setCheckable(True)
            switch.toggled.connect(show)
            self.addWidget(switch)
