"""A picture of what the window shows, at another size than the screen's."""

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.views import Views

# Text and lines are as large as on a view of about so many pixels of height.
_LINES = 700
_GAP = 6


def picture(views: Views, number: int | None, size: QSize) -> QImage:
    """What view `number` shows, or all four, drawn anew at `size`: no screen pixel is enlarged."""
    if number is not None:
        return _view(views, number, size)
    gap = max(2, round(_GAP * size.height() / (2 * _LINES)))
    whole = QImage(size, QImage.Format.Format_RGB32)
    whole.fill(QColor("#2b333c"))
    part = QSize((size.width() - gap) // 2, (size.height() - gap) // 2)
    painter = QPainter(whole)
    for i in range(4):
        corner = QRect(i % 2 * (part.width() + gap), i // 2 * (part.height() + gap), part.width(), part.height())
        painter.drawImage(corner, _view(views, i, part))
    painter.end()
    return whole


def _view(views: Views, number: int, size: QSize) -> QImage:
    if number < len(views.slices):
        return _slice(views.slices[number], size)
    pixels = np.ascontiguousarray(views.surfaces.picture((size.width(), size.height())))
    return QImage(pixels.data, size.width(), size.height(), 3 * size.width(), QImage.Format.Format_RGB888).copy()


def _slice(shown: SliceView, size: QSize) -> QImage:
    """A second view of the same slice, as large as it has to be, that no screen ever shows."""
    ratio = size.height() / _LINES
    twin = shown.twin()
    try:
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.resize(round(size.width() / ratio), round(size.height() / ratio))
        twin.show()
        twin.look_like(shown)
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor("black"))
        twin.render(image)
        image.setDevicePixelRatio(1.0)
        return image
    finally:
        twin.close()
        twin.deleteLater()
