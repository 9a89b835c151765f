"""The buttons under the 3D view."""

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QToolButton, QWidget

if TYPE_CHECKING:
    from flare_gui.app.surfaces.view import View3D

VIEWS = ("front", "back", "left", "right", "top")


class Bar(QWidget):
    """Sides to look from, and what else to show."""

    def __init__(self, view: "View3D") -> None:
        super().__init__()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(4, 2, 4, 2)
        for side in VIEWS:
            button = QToolButton()
            button.setText(side.capitalize())
            button.setToolTip(f"Look from the {side}")
            button.setAccessibleName(f"Look from the {side}")
            button.clicked.connect(lambda _=False, side=side: view.look_from(side))
            layout.addWidget(button)
        layout.addStretch()
        for text, tip, show in (
            ("Slices", "Show the three slice planes", view.show_planes),
            ("Skin", "Show the body's outside, translucent", view.show_skin),
        ):
            switch = QToolButton()
            switch.setText(text)
            switch.setToolTip(tip)
            switch.setAccessibleName(tip)
            switch.setCheckable(True)
            switch.toggled.connect(show)
            layout.addWidget(switch)
