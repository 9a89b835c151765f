"""Brush and eraser: round tools that are drawn with on a slice."""

from abc import ABC, abstractmethod

import numpy as np
from PySide6.QtCore import Qt

from flare_gui import geometry
from flare_gui.app.slices.tools import Place, Tool
from flare_gui.app.words import in_sentence, number, tr
from flare_gui.edit import Box, Edit
from flare_gui.edit.brush import capsule, erased, painted
from flare_gui.geometry import bounding_box
from flare_gui.organs import organ_of


class _Stroke(ABC):
    """A round tool that is drawn with. One stroke is one step to undo; it is seen while it is drawn."""

    key: str
    name: str
    round_cursor = True
    other: Tool | None = None

    def __init__(self) -> None:
        self._last: np.ndarray | None = None
        self._place: Place | None = None
        # What the boxes of the stroke held before each of its pieces, first to last.
        self._before: list[tuple[Box, np.ndarray]] = []

    def press(self, place: Place) -> None:
        place.document.start_mask()
        self._before, self._last = [], place.point
        self.move(place)

    def move(self, place: Place) -> None:
        labels = place.document.labels
        if self._last is None or labels is None:
            return
        box, covered = capsule(
            self._last,
            place.point,
            place.box.size_mm / 2,
            np.array(geometry.spacing(place.document.affine)),
            labels.shape,
            None if place.box.ball else place.plane,
        )
        self._last, self._place = place.point, place
        covered = self._covered(box, covered, place)
        if covered.size:
            self._before.append((box, labels[box].copy()))
            labels[box] = place.document.without_locked(labels[box], self._apply(labels[box], covered, place))
            place.document.drawn.emit(box)

    def release(self, place: Place) -> None:
        labels, self._last = place.document.labels, None
        if labels is None or not self._before:
            return
        box = bounding_box([piece for piece, _ in self._before])
        after = labels[box].copy()
        for piece, before in reversed(self._before):
            labels[piece] = before
        edit = Edit(self.name, box, labels[box].copy(), after)
        labels[box] = after
        self._before = []
        if edit.labels:
            place.document.record(edit)

    def finish(self) -> None:
        if self._place is not None:
            self.release(self._place)

    def _covered(self, box: Box, covered: np.ndarray, place: Place) -> np.ndarray:
        """Which of the voxels that a piece of the stroke `covered` it works on: all of them."""
        return covered

    @abstractmethod
    def _apply(self, labels: np.ndarray, covered: np.ndarray, place: Place) -> np.ndarray:
        """What a piece of labels (uint8) becomes where the stroke `covered` it."""


class Eraser(_Stroke):
    """Removes the chosen organ, with Shift any organ.

    As in 3D Slicer and ITK-SNAP a neighbour is left alone. Who meets nothing else than a neighbour is told so.
    """

    key, name = "eraser", "eraser"

    def __init__(self) -> None:
        super().__init__()
        self._taken, self._spared = False, 0

    def press(self, place: Place) -> None:
        self._taken, self._spared = False, 0
        super().press(place)

    def release(self, place: Place) -> None:
        super().release(place)
        if place.box.label in place.document.locked:
            name = in_sentence(organ_of(place.box.label))
            place.box.refused.emit(
                tr("The {name} is locked: open the lock beside its eye to correct it").format(name=name)
            )
        elif self._spared and not self._taken:
            chosen, spared = (in_sentence(organ_of(label)) for label in (place.box.label, self._spared))
            place.box.refused.emit(
                tr(
                    "The eraser takes the {chosen} only, and here is the {spared}: choose that one, or hold Shift "
                    "for all"
                ).format(chosen=chosen, spared=spared)
            )

    def _apply(self, labels: np.ndarray, covered: np.ndarray, place: Place) -> np.ndarray:
        every = bool(place.modifiers & Qt.KeyboardModifier.ShiftModifier)
        left = erased(labels, covered, None if every else place.box.label)
        self._taken |= not np.array_equal(left, labels)
        self._spared = int(left[covered].max(initial=self._spared))
        return left


class Brush(_Stroke):
    """Paints the chosen organ, and erases it with the right button. Who paints in vain is told why."""

    key, name = "brush", "brush"

    def __init__(self) -> None:
        super().__init__()
        self.other = Eraser()
        self._hu_range: tuple[float, float] | None = None
        self._painted, self._in_the_way = False, 0

    def press(self, place: Place) -> None:
        rule = place.box.hu
        self._hu_range = (hu_range_around(place) or NO_HU) if isinstance(rule, str) else rule
        self._painted, self._in_the_way = False, 0
        super().press(place)

    def release(self, place: Place) -> None:
        super().release(place)
        if not self._painted and place.document.labels is not None:
            place.box.refused.emit(self._why_not(place))

    def _covered(self, box: Box, covered: np.ndarray, place: Place) -> np.ndarray:
        if self._hu_range is None:
            return covered
        hu, (low, high) = place.document.hu[box], self._hu_range
        return covered & (hu >= low) & (hu <= high)

    def _apply(self, labels: np.ndarray, covered: np.ndarray, place: Place) -> np.ndarray:
        after = painted(labels, covered, place.box.label, over=place.box.over)
        self._painted |= not np.array_equal(place.document.without_locked(labels, after), labels)
        others = covered & (labels != 0) & (labels != place.box.label)
        self._in_the_way = int(labels[others].max(initial=self._in_the_way))
        return after

    def _why_not(self, place: Place) -> str:
        chosen, locked = place.box.label, place.document.locked
        name = in_sentence(organ_of(chosen))
        if chosen in locked or (self._in_the_way in locked and place.box.over):
            closed = in_sentence(organ_of(chosen if chosen in locked else self._in_the_way))
            return tr("The {closed} is locked: open the lock beside its eye to correct it").format(closed=closed)
        if self._in_the_way:
            other = in_sentence(organ_of(self._in_the_way))
            return tr("Here is the {other}: tick Over others to paint the {name} over it").format(
                other=other, name=name
            )
        if self._hu_range is not None:
            low, high = self._hu_range
            if low > high:
                return tr("The brush begins outside of the scan: there is no HU to go by")
            return tr(
                "Nothing was painted: under the brush is {name} already, or nothing from {low} to {high} HU"
            ).format(name=name, low=number(low), high=number(high))
        return tr("Nothing was painted: the {name} is there already, or the brush was outside of the scan").format(
            name=name
        )


# Of a stroke that begins outside of the scan.
NO_HU = (1.0, 0.0)

# The brush that goes by HU takes what lies within two standard deviations of where its stroke began, and no less than
# the noise of an even tissue.
ALIKE_MM, ALIKE_SDS, LEAST_SD_HU = 3.0, 2.0, 10.0


def hu_range_around(place: Place) -> tuple[float, float] | None:
    """Lowest and highest HU of what looks as the 6 mm about a place; None outside of the scan."""
    spacing = np.array(geometry.spacing(place.document.affine))
    box, ball = capsule(place.point, place.point, ALIKE_MM, spacing, place.document.hu.shape, None)
    found = place.document.hu[box][ball].astype(float)
    if not found.size:
        return None
    middle, sd = float(np.median(found)), max(LEAST_SD_HU, float(found.std()))
    return middle - ALIKE_SDS * sd, middle + ALIKE_SDS * sd
