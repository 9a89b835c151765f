"""What a slice is drawn with: the pixels of the CT, the organs' colours over them, their outlines."""

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QTransform
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from flare_gui.app.words import tr

OUTLINE_PIXELS = 2

# Colour and legend of where the mask and a reference differ.
DISAGREEMENT = (("#E69F00", tr("only in the mask")), ("#56B4E9", tr("only in the reference")))


class Pixels(QGraphicsItem):
    """A picture stretched over a rectangle in mm. `form` says what its 32 bits a pixel mean: with opacity or without.

    32 bits, though a byte would do for greys: for those Qt has a fast way to stretch, which is twice as fast.
    """

    def __init__(self, form: QImage.Format) -> None:
        super().__init__()
        self._form, self._smooth = form, False
        self._rows = np.zeros((1, 1), np.uint32)
        self._image = QImage()
        self._whole = QRectF()

    def show_in(self, rect: QRectF, across: int, up: int) -> None:
        """Where pictures of `across` times `up` pixels lie, edge to edge."""
        self.prepareGeometryChange()
        self._whole = QRectF(0, 0, across, up)
        self.setTransform(QTransform.fromScale(rect.width() / across, rect.height() / up))

    def set_smooth(self, on: bool) -> None:
        """Interpolate between the pixels, or show each as a rectangle."""
        self._smooth = on
        self.update()

    def draw(self, pixels: np.ndarray) -> None:
        """Show `pixels`, uint32 (across, up), 0xAARRGGBB each."""
        # The image does not own its memory.
        self._rows = rows = np.ascontiguousarray(pixels.T)
        self._image = QImage(rows.data, rows.shape[1], rows.shape[0], rows.strides[0], self._form)
        self.update()

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return self._whole

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._smooth)
        painter.drawImage(self._whole, self._image)


class Outline(pg.PlotCurveItem):
    """Line segments within a rectangle. pyqtgraph would look for their extent at each change, with all its points."""

    def __init__(self) -> None:
        super().__init__()
        self._rect, self._colour = QRectF(), ""

    def show_in(self, rect: QRectF) -> None:
        """What the segments do not leave, in mm."""
        self.prepareGeometryChange()
        # Half a line's width, in pixels, may lie outside.
        edge = max(rect.width(), rect.height()) / 50
        self._rect = rect.adjusted(-edge, -edge, edge, edge)

    def draw(self, across: np.ndarray, up: np.ndarray, colour: str) -> None:
        """Show segments from each even point to the odd one after it, (across, up) in mm."""
        if colour != self._colour:
            self._colour = colour
            self.setPen(QColor(colour), width=OUTLINE_PIXELS)
        self.setData(across, up, connect="pairs")

    def boundingRect(self) -> QRectF:  # noqa: N802 - Qt's name
        return self._rect


def grey(hu: np.ndarray, window: tuple[float, float]) -> np.ndarray:
    """`hu` (int16) between the two HU of `window`, black to white, as uint32 0xffRRGGBB."""
    low, high = window
    # Row by row as the screen has it, while there are but two bytes a voxel.
    values = np.ascontiguousarray(hu.T).astype(np.float32)
    values -= low
    values *= 255.0 / (high - low)
    np.clip(values, 0, 255, out=values)
    pixels = values.astype(np.uint32)
    pixels *= 0x010101
    pixels |= 0xFF000000
    return pixels.T


def argb(colour: str, opacity: float) -> int:
    """A colour "#rrggbb" with its opacity, 0 to 1, as 0xAARRGGBB."""
    return QColor(colour).rgb() & 0xFFFFFF | round(255 * opacity) << 24
