"""A picture of what the window shows, at another size than the screen's."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from flare_gui.app.slices.marks import Marks
from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.views import Views

# Text and lines are as large as on a view of about so many pixels of height.
_LINES = 700
_GAP = 6


# (colour, words) of each organ.
Legend = Sequence[tuple[str, str]]


def picture(views: Views, number: int | None, size: QSize, background: str | None, legend: Legend) -> QImage:
    """What view `number` shows, or all four, drawn anew at `size`: no screen pixel is enlarged.

    `background` as in `PictureStyle`. The legend lies on the one view, or on the surfaces of all four.
    """
    if number is not None:
        return _with_legend(_view(views, number, size, background), legend)
    gap = max(2, round(_GAP * size.height() / (2 * _LINES)))
    whole = QImage(size, QImage.Format.Format_ARGB32)
    whole.fill(QColor("#2b333c") if background is not None else Qt.GlobalColor.transparent)
    part = QSize((size.width() - gap) // 2, (size.height() - gap) // 2)
    painter = QPainter(whole)
    for i in range(4):
        corner = QRect(i % 2 * (part.width() + gap), i // 2 * (part.height() + gap), part.width(), part.height())
        view = _view(views, i, part, background)
        painter.drawImage(corner, _with_legend(view, legend) if i == len(views.slices) else view)
    painter.end()
    return whole


def _view(views: Views, number: int, size: QSize, background: str | None) -> QImage:
    if number < len(views.slices):
        return _slice(views.slices[number], size)
    pixels = np.ascontiguousarray(views.surfaces.picture((size.width(), size.height()), background))
    return QImage(pixels.data, size.width(), size.height(), 4 * size.width(), QImage.Format.Format_RGBA8888).copy()


def _with_legend(image: QImage, legend: Legend) -> QImage:
    """Squares and words from the upper left corner down, below the line that names a slice."""
    if not legend:
        return image
    unit = image.height() / _LINES
    painter = QPainter(image)
    painter.scale(unit, unit)
    marks = Marks(painter, QRectF(0, 0, image.width() / unit, image.height() / unit))
    for row, (colour, words) in enumerate(legend, 1):
        marks.legend_row(row, colour, words)
    painter.end()
    return image


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
