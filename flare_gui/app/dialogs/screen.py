"""Dialogs that fit the screen they open on, however small or enlarged it is."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QFrame, QScrollArea, QWidget

# What a window manager's title and borders take, and a little air.
_AROUND = QSize(24, 56)


def fit(window: QWidget, width: int, height: int) -> None:
    """Give a window its size, or that of the screen without panels where this is less."""
    room = window.screen().availableSize() - _AROUND
    window.resize(QSize(width, height).boundedTo(room))


def beside(window: QWidget, width: int, height: int) -> None:
    """As `fit`, at the right edge of the screen: a main window at the left stays to be seen as far as there is room."""
    fit(window, width, height)
    free = window.screen().availableGeometry()
    window.move(free.right() - window.width() - _AROUND.width(), free.top() + _AROUND.height() // 2)


def scrolled(content: QWidget) -> QScrollArea:
    """`content` as large as it has to be, with a scroll bar where there is no room."""
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
    area.setWidget(content)
    return area
