"""What is drawn over a slice in screen pixels: crosshair, letters, position, scale bar, rulers, the brush's circle."""

import math
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen

from flare_gui.app.words import number

TEXT, SHADOW, CROSSHAIR, RULER = QColor("#E6E6E6"), QColor(0, 0, 0, 190), QColor(240, 228, 66, 170), QColor("#56B4E9")
MARGIN = 8.0
OUTLINE = ((-1, -1), (-1, 1), (1, -1), (1, 1))

# A scale bar is as long as one of these, and never longer than this share of the view.
BARS_MM = (1, 2, 5, 10, 20, 50, 100, 200)
BAR_SHARE = 0.3


class Marks:
    """Paints in the widget's own pixels."""

    def __init__(self, painter: QPainter, size: QRectF) -> None:
        self._painter, self._size = painter, size
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def crosshair(self, at: QPointF) -> None:
        """Two lines that leave the point itself free."""
        self._painter.setPen(QPen(CROSSHAIR, 1))
        gap, right = 7.0, self._size.right()
        self._painter.drawLine(QLineF(0, at.y(), at.x() - gap, at.y()))
        self._painter.drawLine(QLineF(at.x() + gap, at.y(), right, at.y()))
        self._upright(at.x(), 0, at.y() - gap)
        self._upright(at.x(), at.y() + gap, self._size.bottom())

    def _upright(self, x: float, top: float, bottom: float) -> None:
        """An upright line with the pen that is set.

        Qt smooths its edges anew in each row, which takes longer than the picture below it. One row, stretched, is the
        same to the pixel, except at the ends, and where the screen's pixels are finer than the widget's.
        """
        whole = QLineF(x, top, x, bottom)
        first, last = math.ceil(top) + 1, math.floor(bottom) - 1
        if last <= first or self._painter.device().devicePixelRatio() != 1:
            self._painter.drawLine(whole)
            return
        left = math.floor(x) - 1
        row = _transparent(QRectF(0, 0, 4, 1), 1)
        brush = QPainter(row)
        brush.setRenderHint(QPainter.RenderHint.Antialiasing)
        brush.setPen(self._painter.pen())
        brush.drawLine(QLineF(x - left, -5, x - left, 5))
        brush.end()
        self._painter.drawImage(QRectF(left, first, 4, last - first), row)
        for start, end in ((top - 2, first), (last, bottom + 2)):
            self._painter.save()
            self._painter.setClipRect(QRectF(left, math.floor(start), 4, math.ceil(end) - math.floor(start)))
            # No longer than what is seen: Qt works on what it clips away.
            self._painter.drawLine(QLineF(x, max(top, start - 4), x, min(bottom, end + 4)))
            self._painter.restore()

    def letters(self, letters: str) -> None:
        """Left, right, top, bottom."""
        middle, centre = Qt.AlignmentFlag.AlignVCenter, Qt.AlignmentFlag.AlignHCenter
        left, right = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        top, bottom = Qt.AlignmentFlag.AlignTop, Qt.AlignmentFlag.AlignBottom
        for letter, where in zip(letters, (left | middle, right | middle, centre | top, centre | bottom), strict=True):
            self.text(letter, where, bold=True)

    def width_of(self, words: str) -> float:
        """How long a line of text will be."""
        return float(self._painter.fontMetrics().horizontalAdvance(words))

    def text(self, text: str, where: Qt.AlignmentFlag, *, bold: bool = False) -> None:
        """A line of text at an edge or in a corner."""
        font = QFont(self._painter.font())
        font.setBold(bold)
        self._painter.setFont(font)
        room = self._size.adjusted(MARGIN, MARGIN - 2, -MARGIN, -MARGIN + 2)
        self._outlined(lambda shift: self._painter.drawText(room.translated(shift), where, text))

    def legend_row(self, row: int, colour: str, words: str) -> None:
        """A square of a colour and its words, in line `row` from the upper left corner."""
        side = 12.0
        top = MARGIN + row * 1.6 * side
        self._painter.setPen(QPen(SHADOW, 1))
        self._painter.setBrush(QColor(colour))
        self._painter.drawRect(QRectF(MARGIN, top, side, side))
        self._painter.setBrush(Qt.BrushStyle.NoBrush)
        self._words_at(QPointF(MARGIN + 1.5 * side, top + side - 1), words)

    def scale_bar(self, pixels_per_mm: float) -> None:
        """In the lower left corner, a round number of millimetres or centimetres long."""
        fitting = [mm for mm in BARS_MM if mm * pixels_per_mm <= BAR_SHARE * self._size.width()]
        if not fitting:
            return
        mm = fitting[-1]
        left, bottom = MARGIN + 2, self._size.bottom() - MARGIN - 2
        line = QLineF(left, bottom, left + mm * pixels_per_mm, bottom)
        for pen in (QPen(SHADOW, 5), QPen(TEXT, 2)):
            self._painter.setPen(pen)
            self._painter.drawLine(line)
        words = f"{mm // 10} cm" if mm >= 10 else f"{mm} mm"
        place = QPointF(left, bottom - 6)
        self._outlined(lambda shift: self._painter.drawText(place + shift, words))

    def ruler(self, start: QPointF, end: QPointF, mm: float) -> None:
        """A measured distance with its length beside the end."""
        for pen in (QPen(SHADOW, 4), QPen(RULER, 2)):
            self._painter.setPen(pen)
            self._painter.drawLine(start, end)
            for point in (start, end):
                self._painter.drawEllipse(point, 3, 3)
        self._words_at(end + QPointF(8, -8), f"{number(mm, 1)} mm")

    def angle(self, start: QPointF, corner: QPointF, end: QPointF, degrees: float) -> None:
        """Two sides, with the angle between them beside the corner."""
        for pen in (QPen(SHADOW, 4), QPen(RULER, 2)):
            self._painter.setPen(pen)
            self._painter.drawPolyline([start, corner, end])
        self._words_at(corner + QPointF(8, -8), f"{number(degrees, 1)}°")

    def measured_circle(self, centre: QPointF, edge: QPointF, lines: list[str]) -> None:
        """A circle through a point of its edge, with what was measured within beside it."""
        radius = QLineF(centre, edge).length()
        for pen in (QPen(SHADOW, 4), QPen(RULER, 2)):
            self._painter.setPen(pen)
            self._painter.drawEllipse(centre, radius, radius)
        for i, words in enumerate(lines):
            self._words_at(centre + QPointF(0.71 * radius + 6, -0.71 * radius + 14 * i), words)

    def _words_at(self, place: QPointF, words: str) -> None:
        self._outlined(lambda shift: self._painter.drawText(place + shift, words))

    def line(self, points: list[QPointF], colour: str) -> None:
        """A stroke; a point where it has but one."""
        for pen in (QPen(SHADOW, 6), QPen(QColor(colour), 3)):
            pen.setCapStyle(Qt.PenCapStyle.RoundCap)
            self._painter.setPen(pen)
            if len(points) == 1:
                self._painter.drawPoint(points[0])
            else:
                self._painter.drawPolyline(points)

    def circle(self, centre: QPointF, radius: float, colour: str) -> None:
        """The brush."""
        for pen in (QPen(SHADOW, 3), QPen(QColor(colour), 1.5)):
            self._painter.setPen(pen)
            self._painter.drawEllipse(centre, radius, radius)

    def focus(self) -> None:
        """Which view the keys go to."""
        self._painter.setPen(QPen(QColor("#56B4E9"), 2))
        self._painter.drawRect(self._size.adjusted(1, 1, -1, -1))

    def _outlined(self, draw: Callable[[QPointF], object]) -> None:
        # Readable on bone as on air: a shadow on one side alone leaves the other side of white letters to white bone.
        self._painter.setPen(SHADOW)
        for x, y in OUTLINE:
            draw(QPointF(x, y))
        self._painter.setPen(TEXT)
        draw(QPointF())


class StillMarks:
    """Letters and scale bar, painted once and kept until the view is larger, smaller, or zoomed.

    Over a slice they differ from those that are painted directly by one of 255 at the letters' edges.
    """

    def __init__(self) -> None:
        self._key: tuple[object, ...] = ()
        self._image = QImage()

    def paint(self, painter: QPainter, size: QRectF, letters: str, pixels_per_mm: float) -> None:
        """As `Marks.letters` and `Marks.scale_bar`."""
        ratio = painter.device().devicePixelRatio()
        key = (size.width(), size.height(), ratio, letters, pixels_per_mm, painter.font().key())
        if key != self._key:
            self._key, self._image = key, _transparent(size, ratio)
            layer = QPainter(self._image)
            layer.setFont(painter.font())
            marks = Marks(layer, size)
            marks.letters(letters)
            marks.scale_bar(pixels_per_mm)
            layer.end()
        painter.drawImage(QPointF(0, 0), self._image)


def _transparent(size: QRectF, ratio: float) -> QImage:
    image = QImage((size.size() * ratio).toSize(), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    return image


def position(letters: str, mm: float) -> str:
    """Such as "S 34.5 mm" or "P 12.0 mm": a place along an axis, `letters` for its negative and positive end."""
    return f"{letters[int(mm >= 0)]} {number(abs(mm), 1)} mm"


def apart_mm(point: np.ndarray, index: int, axis: int, spacing: float) -> float:
    """How far a canonical voxel index lies from slice `index` across `axis`, mm."""
    return math.fabs(float(point[axis]) - index) * spacing
