"""Strokes on a mask: what they change in it, on the scan's own grid. Knows no torch and no window."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np

from flare_gui import geometry, separable
from flare_gui.model.body import Box
from flare_gui.model.features import NetworkFeatures
from flare_gui.model.taught_on_scan import TaughtOnScan
from flare_gui.organs import ORGANS
from flare_gui.strokes import Stroke


class Change(NamedTuple):
    """New labels, uint8, for the voxels in `box`. Others than before are those at `changed`, indices by axis."""

    box: Box
    labels: np.ndarray
    changed: tuple[np.ndarray, ...]


class Correction:
    """A mask with strokes on it, one after the other.

    The strokes say what the organs are in which they were drawn. All of them are heard together each time, on the mask
    as it was when the first was drawn in an organ. Changed is the mask as it is now, and no more than is needed.
    """

    def __init__(self, features: NetworkFeatures, affine: np.ndarray) -> None:
        """`affine` is that of the scan in canonical RAS; all labels here are (x, y, z) on that grid."""
        self._features, self._affine = features, affine
        self._organs: dict[int, TaughtOnScan] = {}
        self.strokes: list[Stroke] = []

    def add(self, stroke: Stroke, labels: np.ndarray, locked: Collection[int] = ()) -> Change | None:
        """What one stroke more changes in `labels`, which are left as they are; None when that is nothing.

        `locked` organs neither win nor lose a voxel; a stroke for one of them is not kept.
        """
        if stroke.label in locked:
            return None
        concerned = {stroke.label, *self._labels_under(stroke, labels)} - {0, *locked}
        self._begin(concerned, labels)
        self.strokes.append(stroke)
        return self._change(concerned, labels)

    def remove(self, number: int, labels: np.ndarray, locked: Collection[int] = ()) -> Change | None:
        """What it changes in `labels` to take stroke `number` back, whenever it was drawn."""
        del self.strokes[number]
        return self._change(set(self._organs) - set(locked), labels)

    def restore(self, strokes: Sequence[Stroke]) -> None:
        """Be as after these strokes, for a mask that is so already: it was undone, or made again."""
        self.strokes = list(strokes)
        if not strokes:
            self._organs.clear()
        for organ in self._organs.values():
            organ.follow(self.strokes)

    def resume(self, strokes: Sequence[Stroke], before: np.ndarray) -> None:
        """Go on with strokes that were drawn earlier; `before` are the labels (uint8) without them."""
        labels = {stroke.label for stroke in strokes}
        self._begin(labels.union(*(self._labels_under(stroke, before) for stroke in strokes)), before)
        self.restore(strokes)

    def labels_before(self, labels: np.ndarray) -> np.ndarray:
        """`labels` as they were before the first stroke in each organ, uint8."""
        organs = dict(self._organs)
        before = np.where(np.isin(labels, list(organs)), np.uint8(0), labels)
        for label, organ in organs.items():
            organ.put_back(before, label)
        return before

    def _begin(self, concerned: Collection[int], labels: np.ndarray) -> None:
        for organ in ORGANS:
            if organ.label in concerned and organ.label not in self._organs:
                self._organs[organ.label] = TaughtOnScan(self._features, organ, labels, self._affine)

    def _labels_under(self, stroke: Stroke, labels: np.ndarray) -> set[int]:
        at = np.rint(geometry.apply(np.linalg.inv(self._affine), stroke.points_mm)).astype(int)
        at = at[((at >= 0) & (at < labels.shape)).all(axis=1)]
        return set(labels[tuple(at.T)].tolist())

    def _change(self, concerned: Collection[int], labels: np.ndarray) -> Change | None:
        differences = {label: self._organs[label].corrected(self.strokes, labels) for label in sorted(concerned)}
        voxels = [voxels for both in differences.values() for voxels in both if voxels.size]
        if not voxels:
            return None
        start = np.min([some.min(axis=1) for some in voxels], axis=0)
        stop = np.max([some.max(axis=1) for some in voxels], axis=0) + 1
        x, y, z = (slice(int(a), int(b)) for a, b in zip(start, stop, strict=True))
        after = separable.copied(labels[x, y, z])
        # First what organs lose, so that others may have it; nobody takes what another one keeps.
        changed = []
        for lost, _ in differences.values():
            changed.append(lost - start[:, None])
            after[tuple(changed[-1])] = 0
        for label, (_, won) in differences.items():
            at = won - start[:, None]
            free = at[:, after[tuple(at)] == 0]
            after[tuple(free)] = label
            changed.append(free[:, labels[x, y, z][tuple(free)] == 0])
        places = np.concatenate(changed, axis=1)
        return Change((x, y, z), after, tuple(places)) if places.size else None
