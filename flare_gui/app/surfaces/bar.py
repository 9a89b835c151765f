"""The buttons under the 3D view."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

VIEWS = ("front", "back", "left", "right", "top")


class Bar(QWidget):
    """Sides to look from, and what else to show. `side_asked` carries one of `VIEWS`, the others whether it is on."""

    side_asked = Signal(str)
    planes_switched = Signal(bool)
    skin_switched = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        for side in VIEWS:
            button = QToolButton()
            button.setText(side.capitalize())
            button.setToolTip(f"Look from the {side}")
            button.setAccessibleName(f"Look from the {side}")
            button.clicked.connect(lambda _=False, side=side: self.side_asked.emit(side))
            layout.addWidget(button)
        layout.addStretch()
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
            layout.addWidget(switch)
