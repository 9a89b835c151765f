"""What the mouse does on a slice: one class per tool, chosen in a box that all slices share."""

from typing import Protocol

import numpy as np
from PySide6.QtCore import QObject, Qt, Signal

from flare_gui.app.document.document import Document
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.slices.plane import AXIAL
from flare_gui.app.words import in_sentence, tr
from flare_gui.organs import LIVER, organ_of

SIZES_MM = (2.0, 80.0)

LIKE_ITS_START = "like its start"
HuRule = None | str | tuple[float, float]
"""None for any HU, `LIKE_ITS_START` for those of where a stroke begins, or the lowest and the highest."""


class ToolBox(QObject):
    """Which tool is in use and how: `size_mm` is the brush's diameter, `label` the organ it paints."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, teaching: Teaching | None = None) -> None:
        super().__init__()
        self.teaching = teaching
        self._tool: Tool = Navigate()
        self._size_mm, self._label = 14.0, LIVER.label
        self._ball = self._over = False
        self._hu: HuRule = None
        # The axis through the slice that was touched last.
        self.plane = AXIAL.through
        self._working: Tool | None = None

    # The tool at work: one at a time, on whichever slice it was put down

    @property
    def working(self) -> bool:
        """Whether a button is down and a tool follows the mouse."""
        return self._working is not None

    def press(self, tool: "Tool", place: "Place") -> None:
        """Begin to work with the tool of the button that went down."""
        self._working, self.plane = tool, place.plane
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
    def hu(self) -> "HuRule":
        """Which HU the brush paints on."""
        return self._hu

    @hu.setter
    def hu(self, rule: "HuRule") -> None:
        self._hu = rule
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
            name = in_sentence(organ_of(label))
            place.box.refused.emit(
                tr("There is nothing to fill here: the {name} does not enclose this point").format(name=name)
            )
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
            place.box.refused.emit(tr("Click on the part of an organ that is to stay"))
        elif labels is not None and np.array_equal(labels[found[0]], found[1]):
            name = in_sentence(organ_of(place.label))
            place.box.refused.emit(
                tr("The {name} is in one piece already: there is no other part to remove").format(name=name)
            )
        else:
            place.document.edit("keep this part", *found)
