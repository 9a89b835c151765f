"""What lies over one slice: crosshair, names, what was measured, strokes, the brush."""

from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from flare_gui import geometry
from flare_gui.app.document.display import slab_words
from flare_gui.app.document.document import Document
from flare_gui.app.document.measurements import Angle, Measurement, Ruler
from flare_gui.app.slices.marks import Marks, StillMarks, apart_mm, position
from flare_gui.app.slices.plane import Plane
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.words import number, tr

_AXIS_LETTERS = ("LR", "PA", "IS")
# Of what was there before the last stroke, and of strokes for no organ.
GHOST = "#FFFFFF"

PositionOf = Callable[[np.ndarray], QPointF]


class Over:
    """Painted at every repaint. `mouse` is where the mouse is in the widget, None when it is elsewhere."""

    def __init__(self, document: Document, plane: Plane, tools: ToolBox, position_of: PositionOf) -> None:
        self._document, self._plane, self._tools, self._position_of = document, plane, tools, position_of
        self._still = StillMarks()
        self.mouse: QPointF | None = None

    def paint(self, painter: QPainter, size: QRectF, pixels_per_mm: float, *, focus: bool) -> None:
        """All of it, with a frame around where the keys go to."""
        marks, document = Marks(painter, size), self._document
        if document.display.crosshair and document.display.overlays:
            marks.crosshair(self._position_of(np.array(document.cursor_voxel, float)))
        self._still.paint(painter, size, self._plane.letters, pixels_per_mm)
        # In a narrow view the letter of the upper side stands where a long line would go on.
        room = size.width() / 2 - 24
        fitting = [words for words in self._words() if marks.width_of(words) <= room]
        marks.text(
            fitting[0] if fitting else tr(self._plane.name), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        )
        self._paint_rulers(marks)
        self._paint_strokes(marks)
        if self._tools.tool.round_cursor and self.mouse is not None:
            look = document.look(self._tools.label)
            marks.circle(self.mouse, self._tools.size_mm / 2 * pixels_per_mm, look.colour)
        if focus:
            marks.focus()

    @property
    def _index(self) -> int:
        return self._document.cursor_voxel[self._plane.through]

    def _words(self) -> list[str]:
        """Plane, place, number and thickness of the slice; then with less of it."""
        document, through = self._document, self._plane.through
        place = position(_AXIS_LETTERS[through], document.cursor_mm[through])
        display = document.display
        slab = f"   {slab_words(display.slab_mm, display.slab_kind)}" if display.slab_mm else ""
        name, index = tr(self._plane.name), f"{self._index + 1}/{document.hu.shape[through]}"
        # Only beside another scan can the crosshair be where this one has no slice.
        words = tr("beyond the scan")
        beyond = f"   {words}" if document.cursor_is_beyond(through) else ""
        return [f"{name}   {place}   {index}{slab}{beyond}", f"{name}   {index}{slab}{beyond}", f"{name}   {index}"]

    def _paint_rulers(self, marks: Marks) -> None:
        if not self._document.rulers:
            return
        back = np.linalg.inv(self._document.affine)
        spacing = geometry.spacing(self._document.affine)[self._plane.through]
        for measured in self._document.rulers:
            points = [geometry.apply(back, np.asarray(point)[None])[0] for point in measured.points]
            near = apart_mm(points[0], self._index, self._plane.through, spacing) < max(spacing, 1.0)
            if measured.plane == self._plane.through and near:
                self._paint_measurement(marks, measured, [self._position_of(point) for point in points])

    def _paint_measurement(self, marks: Marks, measured: Measurement, at: list[QPointF]) -> None:
        if isinstance(measured, Ruler):
            marks.ruler(at[0], at[1], measured.mm)
        elif isinstance(measured, Angle):
            marks.angle(at[0], at[1], at[2], measured.degrees)
        else:
            found = measured.hu(self._document.hu, self._document.affine)
            words = [f"{number(found[0])} ± {number(found[1])} HU", f"{number(found[2] / 100, 2)} cm²"] if found else []
            marks.measured_circle(at[0], at[1], words)

    def _paint_strokes(self, marks: Marks) -> None:
        """The stroke that is drawn; with the tool in hand those that were drawn on this slice as well."""
        teaching, through = self._tools.teaching, self._plane.through
        if teaching is None:
            return
        if teaching.line is not None and teaching.line.plane == through:
            marks.line([*map(self._position_of, teaching.line.points)], self._stroke_colour(teaching.line.label))
        if self._tools.tool.key != "teach":
            return
        back = np.linalg.inv(self._document.affine)
        for stroke in (*teaching.strokes, *teaching.pending):
            points = geometry.apply(back, stroke.points_mm)
            if np.abs(points[:, through] - self._index).max() < 0.75:
                marks.line([*map(self._position_of, points)], self._stroke_colour(stroke.label))

    def _stroke_colour(self, label: int) -> str:
        return self._document.look(label).colour if label else GHOST
