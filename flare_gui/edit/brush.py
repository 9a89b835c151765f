"""Which voxels a stroke of the brush covers: all within its radius of the line the mouse took, in millimetres."""

import numpy as np

from flare_gui.edit.history import Box


def capsule(
    start: np.ndarray, end: np.ndarray, radius_mm: float, spacing: np.ndarray, shape: tuple[int, ...], plane: int | None
) -> tuple[Box, np.ndarray]:
    """The box and, inside it, the boolean voxels whose centres lie within `radius_mm` of the line from start to end.

    `start` and `end` are voxel indices (x, y, z), fractions allowed; `spacing` in mm; `plane` is the axis across which
    the brush is flat, None for a ball. The voxel under the mouse is always covered, however small the brush. The box is
    empty when all lies outside of an array of `shape`.
    """
    spacing, start, end = (np.asarray(v, float) for v in (spacing, start, end))
    reach = radius_mm / spacing
    if plane is not None:
        reach[plane] = 0
    low = np.floor(np.minimum(start, end) - reach + 0.5).astype(int)
    high = np.ceil(np.maximum(start, end) + reach - 0.5).astype(int) + 1
    high = np.maximum(high, low + 1)
    low, high = np.clip(low, 0, shape), np.clip(high, 0, shape)
    box = tuple(slice(int(a), int(max(a, b))) for a, b in zip(low, high, strict=True))
    axes = [(np.arange(side.start, side.stop) - at) * mm for side, at, mm in zip(box, start, spacing, strict=True)]
    line = (end - start) * spacing
    if plane is not None:
        axes[plane] = np.zeros_like(axes[plane])
        line[plane] = 0
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    length2 = float(line @ line)
    along = np.clip((x * line[0] + y * line[1] + z * line[2]) / length2, 0, 1) if length2 else 0.0
    distance2 = sum((a - along * step) ** 2 for a, step in zip((x, y, z), line, strict=True))
    covered = np.broadcast_to(distance2 <= radius_mm**2, [side.stop - side.start for side in box]).copy()
    under = np.rint(end).astype(int)
    inside = all(side.start <= i < side.stop for side, i in zip(box, under, strict=True))
    if inside:
        covered[tuple(i - side.start for side, i in zip(box, under, strict=True))] = True
    return (box[0], box[1], box[2]), covered


def painted(labels: np.ndarray, covered: np.ndarray, label: int, *, over: bool) -> np.ndarray:
    """`labels` (uint8) with `label` where `covered`; other organs keep their voxels unless `over`."""
    allowed = covered if over else covered & ((labels == 0) | (labels == label))
    return np.where(allowed, np.uint8(label), labels)


def erased(labels: np.ndarray, covered: np.ndarray, label: int | None) -> np.ndarray:
    """`labels` without `label` where `covered`, without any organ when `label` is None."""
    gone = covered if label is None else covered & (labels == label)
    return np.where(gone, np.uint8(0), labels)
