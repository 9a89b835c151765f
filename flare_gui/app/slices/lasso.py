"""A line drawn around a part of an organ cuts it off, through all slices."""

import numpy as np
from PySide6.QtCore import Qt

from flare_gui.app.document.teaching import Line
from flare_gui.app.slices.tools import Place
from flare_gui.app.words import in_sentence, tr
from flare_gui.organs import organ_of


class Lasso:
    """Removes what is inside the line from the chosen organ, with Shift what is outside."""

    key, round_cursor, other = "lasso", False, None

    def __init__(self) -> None:
        self._place: Place | None = None

    def press(self, place: Place) -> None:
        if place.box.teaching is not None and place.document.labels is not None:
            place.box.teaching.line = Line(0, (place.point,), place.plane)
            self._place = place

    def move(self, place: Place) -> None:
        teaching = place.box.teaching
        if teaching is not None and teaching.line is not None:
            teaching.line = teaching.line._replace(points=(*teaching.line.points, place.point))
            self._place = place

    def release(self, place: Place) -> None:
        from flare_gui.edit.reshape import cut

        teaching, labels = place.box.teaching, place.document.labels
        if teaching is None or teaching.line is None or labels is None:
            return
        line, teaching.line, self._place = teaching.line, None, None
        corners = np.delete(np.array(line.points), line.plane, axis=1)
        outside = bool(place.modifiers & Qt.KeyboardModifier.ShiftModifier)
        change = cut(labels, place.box.label, line.plane, corners, outside=outside)
        if change is None or not place.document.edit("cut", *change):
            name = in_sentence(organ_of(place.box.label))
            place.box.refused.emit(
                tr("Nothing is cut: draw around a part of the {name} that is not locked").format(name=name)
            )

    def finish(self) -> None:
        if self._place is not None:
            self.release(self._place)
