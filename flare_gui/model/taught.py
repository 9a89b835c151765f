"""One organ that is corrected by strokes: its margin at the model's resolution, before and after.

A margin is how much surer one is of the organ than of its strongest rival, in natural logarithms: above 0 inside.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy import ndimage
from scipy.spatial import cKDTree

from flare_gui import geometry
from flare_gui.model import kernel
from flare_gui.model.body import Box
from flare_gui.model.features import SUREST, NetworkFeatures
from flare_gui.model.kernel import Points
from flare_gui.organs import Organ
from flare_gui.strokes import Stroke

# What a stroke makes of the margin where it was drawn.
SURE = 6.0

# How sure a mask is where the network says otherwise.
MASK_MARGIN = 0.5

# A mask from elsewhere differs from what the network says in one way, or in another: what a stroke says of one says
# little of the other, nor of where both agree. As large as this is the step between them, in standard deviations.
DISAGREES = 1.0

# Variance of what a stroke says, beside the kernel's 1. Hands slip: where a part of a stroke contradicts what was
# sure, and a quarter of it does not, that part is heard less, by e for each step of the margin.
NOISE, MOST_NOISE, QUARTER = 3.0, 20.0, 0.25

# Far from every stroke the border is taken to be right where mask and network agree, but softly: so many voxels that
# are not sure (margin) hold against what a stroke says of others like them. Without, a stroke that is not quite right
# moves a border everywhere.
HOLDING, HOLDING_MM, HOLDING_MARGIN, HOLDING_NOISE = 40, 25.0, 4.0, 25.0

# Points of one stroke that are heard; more of them say nothing new and take time.
MOST_POINTS = 24

# Around the organ and the strokes, this far is looked at.
REACH_MM = 40.0

# Nothing is worked out for voxels that stay surer than this: the border does not come near them.
KEPT = 3.0

# Less than this that changed in one piece, and was not drawn upon, is no correction but a speck.
SPECK_MM3 = 150.0

# The border follows where the margin changed by this much, even where no voxel of the model's grid changed sides.
MOVED = 0.5


class _Heard(NamedTuple):
    """Voxels (n, 3) of the model's grid under one stroke, and 1 when the organ is there, -1 when it is not."""

    voxels: np.ndarray
    sign: int

    def within(self, box: Box) -> "_Heard":
        """The part of it that lies in `box`."""
        low, high = np.array([[side.start, side.stop] for side in box]).T
        return self._replace(voxels=self.voxels[((self.voxels >= low) & (self.voxels < high)).all(axis=1)])


class _Whole(NamedTuple):
    """The `pieces` of an organ, numbered from 1, 0 elsewhere; how many they are; and the `holes` in it, boolean."""

    pieces: np.ndarray
    number: int
    holes: np.ndarray

    def within(self, box: Box) -> "_Whole":
        """The part of it that lies in `box`."""
        return self._replace(pieces=self.pieces[box], holes=self.holes[box])


class Taught:
    """An organ of a mask; `base` and `margin` are float32 (x, y, z) on the grid of the features, `affine` places it.

    `base` is the margin of the mask as it came, as sure as the network is where both agree.
    """

    def __init__(self, features: NetworkFeatures, organ: Organ, inside: np.ndarray, affine: np.ndarray) -> None:
        """`inside` is boolean (x, y, z) on the grid of `affine`, in canonical RAS."""
        self.organ, self.affine, self._features = organ, features.affine, features
        mask = _share(inside, affine, features) > 0.5
        # Of what is no tissue nothing is known but the mask.
        network = np.full(mask.shape, np.float32(-SUREST))
        network[tuple(features.voxels.T)] = features.margin(organ)
        sign = np.where(mask, np.float32(1), np.float32(-1))
        agreed = sign * network > 0
        self.base = np.where(agreed, network, sign * np.float32(MASK_MARGIN))
        # Where the mask is not the network's, and on which side.
        self._apart = np.where(agreed, np.float32(0), np.clip(network, -DISAGREES, DISAGREES))
        self.margin = self.base
        pieces, number = ndimage.label(self.base > 0)
        self._before = _Whole(pieces, number, _holes(self.base > 0) > 0)
        self._middle = np.array(mask.shape, np.float32) / 2
        self._spacing = np.array(geometry.spacing(self.affine), np.float32)
        self._speck = round(SPECK_MM3 / float(np.prod(self._spacing)))

    def correct(self, strokes: Sequence[Stroke]) -> None:
        """Make `margin` anew out of `base` and all of `strokes`."""
        heard = [one for stroke in strokes if len((one := self._heard(stroke)).voxels)]
        self.margin = self._corrected(heard) if heard else self.base

    def touched(self, margin: np.ndarray, box: Box) -> np.ndarray:
        """Where the border of `margin` (in `box`) may run elsewhere than that of `base`, boolean (x, y, z)."""
        base, inside = self.base[box], margin > 0
        near_border = geometry.dilated(inside) & geometry.dilated(~inside)
        moved = near_border & (np.abs(margin - base) > MOVED)
        return geometry.dilated(inside != (base > 0)) | moved

    def _heard(self, stroke: Stroke) -> _Heard:
        at = np.rint(geometry.apply(np.linalg.inv(self.affine), stroke.points_mm)).astype(int)
        at = np.unique(at[((at >= 0) & (at < self.base.shape)).all(axis=1)], axis=0)
        at = at[self._features.rows[tuple(at.T)] >= 0]
        if len(at) > MOST_POINTS:
            at = at[np.linspace(0, len(at) - 1, MOST_POINTS).astype(int)]
        return _Heard(at, 1 if stroke.label == self.organ.label else -1)

    def _corrected(self, heard: list[_Heard]) -> np.ndarray:
        box = self._surroundings([one.voxels for one in heard if one.sign > 0])
        if box is None:
            return self.base
        # What was drawn far off, for other organs, says nothing of this one.
        heard = [near for one in heard if len((near := one.within(box)).voxels)]
        if not heard:
            return self.base
        at = np.concatenate([one.voxels for one in heard])
        sign = np.concatenate([np.full(len(one.voxels), one.sign, np.float32) for one in heard])
        # A stroke that says what is so already changes nothing, but holds it against the others.
        there = sign * self.base[tuple(at.T)]
        missing = np.where(there > 0, 0, sign * (SURE - there))
        holding = self._holding(box, at)
        wanted = np.concatenate([missing, np.zeros(len(holding))])
        noise = np.concatenate([*(self._noise(one) for one in heard), np.full(len(holding), HOLDING_NOISE)])
        points = self._points(np.concatenate([self._features.rows[tuple(at.T)], holding])).part(slice(None))
        coefficients = kernel.solve(points, wanted, noise)
        rows = self._reached(box, coefficients, points, [len(one.voxels) for one in heard])
        margin = self.base.copy()
        more = kernel.spread(coefficients, points, self._points(rows))
        # What cannot be an organ, and is taken for one, may be lost; none is won.
        more = np.where(self._features.never[rows], np.minimum(more, 0), more)
        margin[tuple(self._features.voxels[rows].T)] += more
        # Whatever the others say, what was drawn is so; of strokes that cross, the last one.
        for one in heard:
            drawn = tuple(one.voxels.T)
            margin[drawn] = one.sign * np.maximum(one.sign * margin[drawn], np.float32(MASK_MARGIN))
        box = self._inside(margin)
        if box is None:
            return margin
        start = np.array([side.start for side in box])
        shown, hidden = (
            np.concatenate([one.within(box).voxels for one in heard if one.sign == sign] or [np.empty((0, 3), int)])
            - start
            for sign in (1, -1)
        )
        inside = _cleaned(margin[box] > 0, self._before.within(box), shown, hidden)
        inside = _without_specks(
            inside, self._before.within(box).pieces > 0, np.concatenate([shown, hidden]), self._speck
        )
        size = np.maximum(np.abs(margin[box]), np.float32(MASK_MARGIN))
        margin[box] = np.where(inside == (margin[box] > 0), margin[box], np.where(inside, size, -size))
        return margin

    def _inside(self, margin: np.ndarray) -> Box | None:
        """The box, with a rim, around all that is or was inside; None where nothing is."""
        box = geometry.box_of((margin > 0) | (self.base > 0))
        return None if box is None else geometry.widened(box, 1, margin.shape)

    def _reached(self, box: Box, coefficients: np.ndarray, points: Points, lengths: list[int]) -> np.ndarray:
        """Rows of the voxels in `box` that strokes may change to less than `KEPT`: most are surer, and far away.

        `points` are those of strokes, so many (`lengths`) of each, and then the ones that hold.
        """
        base, rows = self.base[box], self._features.rows[box]
        axes_mm = [
            ((np.arange(rows.shape[axis]) + box[axis].start) - self._middle[axis]) * self._spacing[axis]
            for axis in range(3)
        ]
        less, more = np.zeros_like(base), np.zeros_like(base)
        ends = np.cumsum([0, *lengths, len(coefficients) - sum(lengths)])
        for first, last in pairwise(ends.tolist()):
            if last > first:
                part = slice(first, last)
                below, above = kernel.bound(coefficients[part], points.part(part), axes_mm)
                less += below
                more += above
        found: np.ndarray = rows[(rows >= 0) & (base < KEPT + less) & (base > -KEPT - more)]
        return found

    def _noise(self, one: _Heard) -> np.ndarray:
        against = np.maximum(-one.sign * self.base[tuple(one.voxels.T)], 0)
        more = np.exp(np.maximum(against - np.quantile(against, QUARTER), 0))
        return NOISE * np.minimum(more, MOST_NOISE)

    def _holding(self, box: Box, at: np.ndarray) -> np.ndarray:
        """Rows of unsure voxels in `box`, evenly chosen, that are far from all the voxels `at` (n, 3) of strokes."""
        rows = self._features.rows[box]
        rows = rows[(np.abs(self.base[box]) < HOLDING_MARGIN) & (self._apart[box] == 0) & (rows >= 0)]
        drawn = cKDTree(self._mm(self._features.rows[tuple(at.T)]))
        far, _ = drawn.query(self._mm(rows), distance_upper_bound=HOLDING_MM)
        rows = rows[np.isinf(far)]
        return rows[np.linspace(0, len(rows) - 1, min(HOLDING, len(rows))).astype(int)]

    def _points(self, rows: np.ndarray) -> Points:
        """The regression sees the features, and in one more column whether mask and network say the same."""
        apart = self._apart[tuple(self._features.voxels[rows].T)]
        features = np.column_stack([self._features.channels[rows], apart.astype(np.float16)])
        return Points(features, self._mm(rows), apart)

    def _mm(self, rows: np.ndarray) -> np.ndarray:
        """Places in mm along the grid's axes, from its middle: float32 holds the squares of small numbers exactly."""
        places: np.ndarray = (self._features.voxels[rows] - self._middle) * self._spacing
        return places

    def _surroundings(self, seeds: list[np.ndarray]) -> Box | None:
        """The box around the organ and the `seeds`, (n, 3) each, drawn for it, with what may come to belong to it."""
        organ = geometry.box_of(self.base > 0)
        corners = [] if organ is None else [np.array([[side.start, side.stop - 1] for side in organ]).T]
        if not seeds and not corners:
            return None
        ends = np.concatenate([*seeds, *corners])
        reach = np.ceil(REACH_MM / np.array(geometry.spacing(self.affine))).astype(int)
        low, high = np.maximum(np.min(ends, axis=0) - reach, 0), np.max(ends, axis=0) + reach + 1
        x, y, z = (slice(int(a), int(b)) for a, b in zip(low, high, strict=True))
        return x, y, z


def _share(inside: np.ndarray, affine: np.ndarray, features: NetworkFeatures) -> np.ndarray:
    """How much of each voxel of the model's grid lies in the mask, 0 to 1."""
    x, y, z = features.rows.shape
    return geometry.resample(inside, affine, features.affine, (x, y, z), fill=0.0)


def _cleaned(now: np.ndarray, before: _Whole, shown: np.ndarray, hidden: np.ndarray) -> np.ndarray:
    """The organ in `now`, boolean (x, y, z), without crumbs and holes that it had not `before`.

    Of each piece that was there before the largest part stays; so does what has a voxel of `shown` in it. A hole stays
    that has one of `hidden` in it. Both are (n, 3).
    """
    pieces, count = ndimage.label(now)
    both = now & (before.pieces > 0)
    together = np.zeros((before.number + 1, count + 1), int)
    np.add.at(together, (before.pieces[both], pieces[both]), 1)
    keep = np.zeros(count + 1, bool)
    keep[together[1:, 1:].argmax(axis=1) + 1 if count else []] = before.number > 0
    keep[pieces[tuple(shown.T)]] = True
    keep[0] = False
    kept: np.ndarray = keep[pieces]
    holes = _holes(kept)
    open_holes = np.unique(holes[before.holes])
    filled = holes > 0
    for number in {*open_holes.tolist(), *holes[tuple(hidden.T)].tolist()} - {0}:
        filled &= holes != number
    return kept | filled


def _without_specks(now: np.ndarray, before: np.ndarray, drawn: np.ndarray, least: int) -> np.ndarray:
    """`now`, boolean (x, y, z), as `before` where what changed is less than `least` voxels without one of `drawn`."""
    changes, count = ndimage.label(now != before, np.ones((3, 3, 3)))
    few = np.bincount(changes.ravel(), minlength=count + 1) < least
    few[changes[tuple(drawn.T)]] = False
    few[0] = False
    found: np.ndarray = np.where(few[changes], before, now)
    return found


def _holes(mask: np.ndarray) -> np.ndarray:
    """Numbers of what lies outside of `mask` (boolean (x, y, z)) and has no way to the array's faces; 0 elsewhere."""
    outside, count = ndimage.label(~mask)
    inner = np.ones(count + 1, bool)
    inner[0] = False
    for axis in range(3):
        for end in (0, -1):
            inner[geometry.layer(outside, axis, end)] = False
    found: np.ndarray = np.where(inner, np.arange(count + 1), 0)[outside]
    return found
