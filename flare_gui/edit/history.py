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

    @cached_property
    def won(self) -> np.ndarray:
        """How many voxels each label has more than before, (256,), negative for less."""
        return self.counts.sum(axis=0) - self.counts.sum(axis=1)

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
        """The organs that differ, by hand, from those of the mask that was made or has taken another's place.

        One that was corrected and is as it was again is not among them, whichever way it went back.
        """
        edits = self._by_hand()
        found = frozenset().union(*(edit.labels for edit in edits))
        won = np.sum([edit.won for edit in edits], axis=0) if edits else np.zeros(256, int)
        if any(won[label] == 0 for label in found):
            # As many voxels as before may be the same ones: that takes a look at each.
            found = _differing(edits)
        replaced = any(edit.origin is not None for edit in self._done)
        return found if replaced else self._for_good | found

    def _by_hand(self) -> list[Edit]:
        """The corrections since the mask came, the first one first."""
        edits = list(self._done)
        last = max((i for i, edit in enumerate(edits) if edit.origin is not None), default=-1)
        return edits[last + 1 :]

    @property
    def origin(self) -> Origin | None:
        """Where the mask comes from that is there now; None while it is the first one."""
        return next((edit.origin for edit in reversed(self._done) if edit.origin is not None), self._origin)

    def by_hand(self, box: Box) -> np.ndarray | None:
        """The voxels of `box` that were corrected by hand since the mask came, boolean; None when none were."""
        found = None
        for edit in self._by_hand():
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


def _differing(edits: list[Edit]) -> frozenset[int]:
    """The organs of which a voxel was not before `edits` what it is after them."""
    places, before, after = [], [], []
    for edit in edits:
        changed = edit.changed
        x, y, z = (at + side.start for at, side in zip(changed, edit.box, strict=True))
        # One number a voxel: no scan has a million slices.
        places.append((x << 40) + (y << 20) + z)
        before.append(edit.before[changed])
        after.append(edit.after[changed])
    where, was, became = map(np.concatenate, (places, before, after))
    first = was[np.unique(where, return_index=True)[1]]
    last = became[::-1][np.unique(where[::-1], return_index=True)[1]]
    differ = first != last
    return frozenset(np.union1d(first[differ], last[differ]).tolist()) - {0}
