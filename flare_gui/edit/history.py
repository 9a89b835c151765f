"""Undo and redo: every correction is the box of voxels it touched, before and after."""

from collections import deque
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from flare_gui import separable

Box = tuple[slice, slice, slice]

# Steps that can be undone at least, and bytes above which the oldest of more steps are forgotten.
LEAST_STEPS = 50
MOST_BYTES = 256 << 20


class Origin(NamedTuple):
    """Where a whole mask comes from: `run` and `warnings` of its `Segmentation`."""

    run: dict[str, Any]
    warnings: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Edit:
    """One correction. `before` and `after` are uint8 copies of `labels[box]`; `name` is what the menu calls it.

    One with an `origin` is none by hand: another mask has taken the place of the one before. One that was not made
    `by_hand` voxel by voxel may be changed again by what made it.
    """

    name: str
    box: Box
    before: np.ndarray
    after: np.ndarray
    origin: Origin | None = None
    by_hand: bool = True

    @cached_property
    def changed(self) -> tuple[np.ndarray, ...]:
        """Which voxels of the box are others than before, their indices by axis."""
        before, after = separable.in_memory_order(self.before, self.after)
        found = np.nonzero(before != after)
        return tuple(found[axis] for axis in np.argsort(separable.memory_order(self.before)))

    @cached_property
    def counts(self) -> np.ndarray:
        """How many voxels went from one label to another, (256, 256); those that stayed are not counted."""
        pairs = self.before[self.changed].astype(np.int32) * 256 + self.after[self.changed]
        return np.bincount(pairs, minlength=256 * 256).reshape(256, 256)

    @cached_property
    def labels(self) -> frozenset[int]:
        """The organs whose voxels changed, 0 never among them."""
        return frozenset(np.flatnonzero(self.counts.any(axis=0) | self.counts.any(axis=1)).tolist()) - {0}

    @property
    def bytes(self) -> int:
        return self.before.nbytes + self.after.nbytes


class History:
    """The corrections of one array of labels. At least `LEAST_STEPS` can be taken back, however large they are."""

    def __init__(self) -> None:
        self._done: deque[Edit] = deque()
        self._undone: list[Edit] = []
        self._bytes = 0
        # What can no longer be taken back: another mask, and organs that were corrected since.
        self._origin: Origin | None = None
        self._for_good: frozenset[int] = frozenset()

    def add(self, edit: Edit) -> None:
        """Remember a correction that has been made; what was undone before it can no longer be redone."""
        self._undone.clear()
        self._done.append(edit)
        self._bytes += edit.bytes
        while len(self._done) > LEAST_STEPS and self._bytes > MOST_BYTES:
            oldest = self._done.popleft()
            self._bytes -= oldest.bytes
            self._origin = oldest.origin or self._origin
            self._for_good = frozenset() if oldest.origin else self._for_good | oldest.labels

    def undo(self, labels: np.ndarray) -> Edit | None:
        """Take the last correction back in `labels`, in place; None when there is none."""
        if not self._done:
            return None
        edit = self._done.pop()
        self._bytes -= edit.bytes
        labels[edit.box] = edit.before
        self._undone.append(edit)
        return edit

    def redo(self, labels: np.ndarray) -> Edit | None:
        """Make the correction again that was last undone; None when there is none."""
        if not self._undone:
            return None
        edit = self._undone.pop()
        labels[edit.box] = edit.after
        self._done.append(edit)
        self._bytes += edit.bytes
        return edit

    @property
    def changed(self) -> frozenset[int]:
        """The organs that were corrected by hand, since the mask was made or another has taken its place."""
        found: set[int] = set()
        for edit in reversed(self._done):
            if edit.origin is not None:
                return frozenset(found)
            found |= edit.labels
        return self._for_good | found

    @property
    def origin(self) -> Origin | None:
        """Where the mask comes from that is there now; None while it is the first one."""
        return next((edit.origin for edit in reversed(self._done) if edit.origin is not None), self._origin)

    def by_hand(self, box: Box) -> np.ndarray | None:
        """The voxels of `box` that were corrected by hand since the mask came, boolean; None when none were."""
        found = None
        for edit in reversed(self._done):
            if edit.origin is not None:
                break
            both = [slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(box, edit.box, strict=True)]
            if not edit.by_hand or any(side.start >= side.stop for side in both):
                continue
            there = tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(both, edit.box, strict=True))
            here = tuple(slice(a.start - b.start, a.stop - b.start) for a, b in zip(both, box, strict=True))
            if found is None:
                found = np.zeros([side.stop - side.start for side in box], bool)
            found[here] |= edit.before[there] != edit.after[there]
        return found

    @property
    def undo_name(self) -> str | None:
        """What `undo` would take back."""
        return self._done[-1].name if self._done else None

    @property
    def redo_name(self) -> str | None:
        """What `redo` would make again."""
        return self._undone[-1].name if self._undone else None

    @property
    def last(self) -> Edit | None:
        """The correction that the labels show last; equal now and at saving means nothing is unsaved."""
        return self._done[-1] if self._done else None
