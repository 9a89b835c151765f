"""What the mouse does on a slice: one class per tool, chosen in a box that all slices share."""

from abc import ABC, abstractmethod
from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.document.teaching import Teaching
from flare_gui.edit import Box, Edit
from flare_gui.edit.brush import capsule, erased, painted
from flare_gui.geometry import bounding_box
from flare_gui.organs import LIVER, organ_of

SIZES_MM = (2.0, 80.0)


class ToolBox(QObject):
    """Which tool is in use and how: `size_mm` is the brush's diameter, `label` the organ it paints."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, teaching: Teaching | None = None) -> None:
        super().__init__()
        self.teaching = teaching
        self._tool: Tool = Navigate()
        self._size_mm, self._label = 14.0, LIVER.label
        self._ball = self._over = self._alike = False
        self._working: Tool | None = None

    # The tool at work: one at a time, on whichever slice it was put down

    @property
    def working(self) -> bool:
        """Whether a button is down and a tool follows the mouse."""
        return self._working is not None

    def press(self, tool: "Tool", place: "Place") -> None:
        """Begin to work with the tool of the button that went down."""
        self._working = tool
        tool.press(place)

    def move(self, place: "Place") -> None:
        """Follow the mouse."""
        if self._working is not None:
            self._working.move(place)

    def release(self, place: "Place") -> None:
        """The button is up again."""
        tool, self._working = self._working, None
        if tool is not None:
            tool.release(place)

    def finish(self) -> None:
        """End the work that goes on as if the button had been let go: other labels are about to come below it."""
        tool, self._working = self._working, None
        if tool is not None:
            tool.finish()

    @property
    def tool(self) -> "Tool":
        return self._tool

    def choose(self, tool: "Tool") -> None:
        """Take another tool."""
        self._tool = tool
        self.changed.emit()

    def put_away(self) -> None:
        """Forget the tool and what it was about to do: a click on another scan must change nothing there."""
        self._working = None
        self.choose(Navigate())

    @property
    def size_mm(self) -> float:
        return self._size_mm

    @size_mm.setter
    def size_mm(self, size: float) -> None:
        self._size_mm = float(np.clip(size, *SIZES_MM))
        self.changed.emit()

    def grow(self, factor: float) -> None:
        """Make the brush larger or smaller."""
        self.size_mm = self._size_mm * factor

    @property
    def label(self) -> int:
        return self._label

    @label.setter
    def label(self, label: int) -> None:
        organ_of(label)
        self._label = label
        self.changed.emit()

    @property
    def ball(self) -> bool:
        """Whether the brush reaches through the slices, as a ball."""
        return self._ball

    @ball.setter
    def ball(self, on: bool) -> None:
        self._ball = on
        self.changed.emit()

    @property
    def alike(self) -> bool:
        """Whether the brush paints only what has the HU of where its stroke began."""
        return self._alike

    @alike.setter
    def alike(self, on: bool) -> None:
        self._alike = on
        self.changed.emit()

    @property
    def over(self) -> bool:
        """Whether the brush paints over other organs."""
        return self._over

    @over.setter
    def over(self, on: bool) -> None:
        self._over = on
        self.changed.emit()


class Place:
    """Where the mouse is: canonical voxel (fractions allowed), the slice's axis, and what belongs to it."""

    def __init__(
        self, document: Document, box: ToolBox, point: np.ndarray, plane: int, modifiers: Qt.KeyboardModifier
    ) -> None:
        self.document, self.box, self.point, self.plane, self.modifiers = document, box, point, plane, modifiers

    @property
    def voxel(self) -> tuple[int, int, int] | None:
        """The voxel, None outside the scan."""
        x, y, z = (int(i) for i in np.rint(self.point))
        inside = all(0 <= i < n for i, n in zip((x, y, z), self.document.hu.shape, strict=True))
        return (x, y, z) if inside else None

    @property
    def label(self) -> int:
        """The organ there, 0 for none."""
        voxel, labels = self.voxel, self.document.labels
        return 0 if voxel is None or labels is None else int(labels[voxel])


class Tool(Protocol):
    """A tool gets the places where the left button goes down, moves and goes up.

    `other` is what the right button does while this tool is on; where it is None, that changes the window.
    """

    key: str
    round_cursor: bool

    @property
    def other(self) -> "Tool | None": ...

    def press(self, place: Place) -> None: ...

    def move(self, place: Place) -> None: ...

    def release(self, place: Place) -> None: ...

    def finish(self) -> None:
        """End at the last place."""


class Navigate:
    """Moves the crosshair. An organ that is clicked is the one to correct."""

    key, round_cursor, other = "navigate", False, None

    def press(self, place: Place) -> None:
        self.move(place)
        if place.label:
            place.box.label = place.label

    def move(self, place: Place) -> None:
        if place.voxel is not None:
            place.document.move_to_voxel(place.voxel)

    def release(self, place: Place) -> None:
        pass

    def finish(self) -> None:
        pass


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
        if self._spared and not self._taken:
            chosen, spared = (organ_of(label).name.lower() for label in (place.box.label, self._spared))
            place.box.refused.emit(
                f"The eraser takes the {chosen} only, and here is the {spared}: choose that one, or hold Shift for all"
            )

    def _apply(self, labels: np.ndarray, covered: np.ndarray, place: Place) -> np.ndarray:
        every = bool(place.modifiers & Qt.KeyboardModifier.ShiftModifier)
        left = erased(labels, covered, None if every else place.box.label)
        self._taken |= not np.array_equal(left, labels)
        self._spared = int(left[covered].max(initial=self._spared))
        return left


class Brush(_Stroke):
    """Paints the chosen organ, and erases it with the right button."""

    key, name = "brush", "brush"

    def __init__(self) -> None:
        super().__init__()
        self.other = Eraser()
        self._hu_range: tuple[float, float] | None = None

    def press(self, place: Place) -> None:
        self._hu_range = hu_range_around(place) if place.box.alike else None
        super().press(place)
        if self._hu_range is not None and not self._before:
            place.box.refused.emit("The brush begins outside of the scan: there is no HU to go by")

    def _covered(self, box: Box, covered: np.ndarray, place: Place) -> np.ndarray:
        if self._hu_range is None:
            return covered
        hu, (low, high) = place.document.hu[box], self._hu_range
        return covered & (hu >= low) & (hu <= high)

    def _apply(self, labels: np.ndarray, covered: np.ndarray, place: Place) -> np.ndarray:
        return painted(labels, covered, place.box.label, over=place.box.over)


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


class _Click:
    """A tool that acts where the button goes down."""

    round_cursor, other = False, None

    def move(self, place: Place) -> None:
        pass

    def release(self, place: Place) -> None:
        pass

    def finish(self) -> None:
        pass


class Fill(_Click):
    """Fills the hole under the mouse that the chosen organ encloses on this slice."""

    key = "fill"

    def press(self, place: Place) -> None:
        from flare_gui.edit.parts import fill_slice

        labels, label = place.document.labels, place.box.label
        if place.voxel is None or labels is None:
            return
        found = fill_slice(labels, place.voxel, place.plane, label)
        if found is None:
            name = organ_of(label).name.lower()
            place.box.refused.emit(f"There is nothing to fill here: the {name} does not enclose this point")
        else:
            place.document.edit("fill", *found)


class KeepPart(_Click):
    """Keeps the part of an organ that was clicked, and removes its other parts in the whole scan."""

    key = "keep"

    def press(self, place: Place) -> None:
        from flare_gui.edit.parts import keep_part

        labels = place.document.labels
        found = keep_part(labels, place.voxel) if labels is not None and place.voxel is not None else None
        if found is None:
            place.box.refused.emit("Click on the part of an organ that is to stay")
        elif labels is not None and np.array_equal(labels[found[0]], found[1]):
            name = organ_of(place.label).name.lower()
            place.box.refused.emit(f"The {name} is in one piece already: there is no other part to remove")
        else:
            place.document.edit("keep this part", *found)
