"""Changes of a whole organ: smoothed, grown, filled between drawn slices, cut. Other organs keep their voxels."""

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.edit.history import Box

# A line in the 3D view is as fine as this many points across the picture.
PICTURE = 1024

Change = tuple[Box, np.ndarray] | None
"""A box and the new labels (uint8) inside it; None where there is nothing to work on."""


def smoothed(labels: np.ndarray, label: int, spacing: np.ndarray, mm: float) -> Change:
    """The organ's surface without what is finer than `mm`: a Gaussian of that width, and what is above one half."""
    box = _around(labels, label, np.ceil(3 * mm / spacing))
    if box is None:
        return None
    soft = ndimage.gaussian_filter((labels[box] == label).astype(np.float32), mm / spacing)
    return box, _replaced(labels[box], label, soft > 0.5)


def grown(labels: np.ndarray, label: int, spacing: np.ndarray, mm: float) -> Change:
    """The organ larger by `mm` to all sides, smaller where that is negative; other organs are not entered."""
    box = _around(labels, label, np.ceil(abs(mm) / spacing) + 1)
    if box is None:
        return None
    mask = labels[box] == label
    if mm >= 0:
        return box, _replaced(labels[box], label, ndimage.distance_transform_edt(~mask, sampling=spacing) <= mm)
    return box, _replaced(labels[box], label, ndimage.distance_transform_edt(mask, sampling=spacing) > -mm)


def without_islands(labels: np.ndarray, label: int) -> Change:
    """The organ's largest part alone (across faces)."""
    box = _around(labels, label, np.zeros(3))
    if box is None:
        return None
    parts, _ = ndimage.label(labels[box] == label)
    return box, _replaced(labels[box], label, parts == np.bincount(parts[parts > 0]).argmax())


def between_slices(labels: np.ndarray, label: int, spacing: np.ndarray, axis: int) -> Change:
    """The slices across `axis` that have nothing of the organ, filled in from the drawn ones on both sides.

    Shape-based interpolation (Raya and Udupa 1990): the signed distance to the outline, linear between two slices.
    """
    box = _around(labels, label, np.zeros(3))
    if box is None:
        return None
    mask = np.moveaxis(labels[box] == label, axis, 0)
    across = np.delete(spacing, axis)
    drawn = np.flatnonzero(mask.any(axis=(1, 2)))
    filled = mask.copy()
    for first, last in zip(drawn, drawn[1:], strict=False):
        if last == first + 1:
            continue
        start, end = _signed_distance(mask[first], across), _signed_distance(mask[last], across)
        for index in range(first + 1, last):
            part = (index - first) / (last - first)
            filled[index] = (1 - part) * start + part * end > 0
    return box, _replaced(labels[box], label, np.moveaxis(filled, 0, axis))


def copied_slice(labels: np.ndarray, label: int, axis: int, source: int, target: int) -> Change:
    """Slice `target` across `axis` with the organ as it is in slice `source`; None where it is not in there."""
    wanted = geometry.layer(labels, axis, source) == label
    if not wanted.any():
        return None
    sides = [slice(0, n) for n in labels.shape]
    sides[axis] = slice(target, target + 1)
    box: Box = (sides[0], sides[1], sides[2])
    return box, _replaced(labels[box], label, np.expand_dims(wanted, axis))


def cut(labels: np.ndarray, label: int, axis: int, corners: np.ndarray, *, outside: bool) -> Change:
    """The organ without what lies inside a closed line, through all slices across `axis`; or `outside` of it.

    `corners` are (n, 2) voxel indices on the slice, in the order of the two other axes.
    """
    box = _around(labels, label, np.zeros(3))
    if box is None or len(corners) < 3:
        return None
    across = [other for other in range(3) if other != axis]
    a, b = (np.arange(box[other].start, box[other].stop) for other in across)
    inside = np.expand_dims(_inside(corners, a, b), axis)
    return box, _replaced(labels[box], label, (labels[box] == label) & (inside if outside else ~inside))


def cut_seen(labels: np.ndarray, label: int, seen: np.ndarray, corners: np.ndarray, *, outside: bool) -> Change:
    """The organ without what is seen inside a closed line, through its whole depth; or without what is `outside` of it.

    `seen` is the 4x4 that projects voxels onto the picture: x and y from -1 to 1, after division by the fourth.
    `corners` are (n, 2) on it.
    """
    box = _around(labels, label, np.zeros(3))
    if box is None or len(corners) < 3:
        return None
    grid = np.linspace(-1, 1, PICTURE)
    drawn = _inside(corners, grid, grid)
    mask = labels[box] == label
    voxels = np.argwhere(mask)
    places = np.column_stack([voxels + [side.start for side in box], np.ones(len(voxels))]) @ seen.T
    at = np.rint((places[:, :2] / places[:, 3:] + 1) / 2 * (PICTURE - 1))
    shown = ((at >= 0) & (at < PICTURE)).all(axis=1)
    x, y = np.where(shown[:, None], at, 0).astype(int).T
    mask[tuple(voxels.T)] = (shown & drawn[x, y]) == outside
    return box, _replaced(labels[box], label, mask)


def _inside(corners: np.ndarray, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Which points of the grid a x b lie within a polygon, by the even-odd rule."""
    inside = np.zeros((len(a), len(b)), bool)
    for (a0, b0), (a1, b1) in zip(corners, np.roll(corners, -1, axis=0), strict=True):
        if b0 == b1:
            continue
        crossed = (b >= min(b0, b1)) & (b < max(b0, b1))
        inside ^= crossed & (a[:, None] < a0 + (b - b0) * (a1 - a0) / (b1 - b0))
    return inside


def _signed_distance(mask: np.ndarray, spacing: np.ndarray) -> np.ndarray:
    """mm to the outline of a slice, above 0 inside."""
    inner = ndimage.distance_transform_edt(mask, sampling=spacing)
    outer = ndimage.distance_transform_edt(~mask, sampling=spacing)
    return np.asarray(inner - outer)


def _replaced(labels: np.ndarray, label: int, mask: np.ndarray) -> np.ndarray:
    """`labels` with `label` just where `mask` is, but where another organ is."""
    without = np.where(labels == label, np.uint8(0), labels)
    return np.where(mask & (without == 0), np.uint8(label), without)


def _around(labels: np.ndarray, label: int, more: np.ndarray) -> Box | None:
    box = geometry.box_of(labels == label)
    if box is None:
        return None
    x, y, z = (slice(max(0, s.start - n), s.stop + n) for s, n in zip(box, more.astype(int).tolist(), strict=True))
    return x, y, z
