"""A scan made small enough for a page: cropped to the organs, on a coarser grid where it has to be, 8 bits a voxel."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.progress import Cancel, never
from flare_gui.volume import Segmentation, Volume

# Around the organs: what lies beside them is needed to read them.
MARGIN_MM = 20.0
# So that the page opens within 3 s without a graphics card: on two cores 2.9 s, with 8 million 3.9 s.
MOST_VOXELS = 4_000_000
AIR_HU = -1024


@dataclass(frozen=True, eq=False)
class SharedScan:
    """`codes` and `labels` are uint8 (x, y, z) near RAS, placed by `affine`; code i stands for `levels()[i]` HU."""

    codes: np.ndarray
    labels: np.ndarray
    affine: np.ndarray


@cache
def levels() -> np.ndarray:
    """(256,) int16 HU, rising: every 2 HU from -160 to 240, where organs are told apart, wide steps beyond.

    256 even steps would be 10 HU each from air to bone, which is 15 greys in the liver's window.
    """
    below, above = np.linspace(AIR_HU, -160, 27, endpoint=False), np.linspace(240, 1500, 29)[1:]
    return np.concatenate([below, np.arange(-160, 241, 2), above]).round().astype(np.int16)


def encoded(hu: np.ndarray) -> np.ndarray:
    """HU as codes of the nearest levels; what lies beyond the levels gets the first or the last."""
    steps = levels().astype(int)
    middles = (steps[1:] + steps[:-1]) / 2
    of_hu = np.searchsorted(middles, np.arange(steps[0], steps[-1] + 1)).astype(np.uint8)
    codes: np.ndarray = of_hu[np.clip(np.rint(hu), steps[0], steps[-1]).astype(np.int32) - steps[0]]
    return codes


def shared_scan(volume: Volume, segmentation: Segmentation, *, cancel: Cancel = never) -> SharedScan:
    """The part of a scan around its organs. Raises `FlareError` for a mask without organs, `Cancelled`."""
    upright = geometry.reorient(volume.affine, volume.shape)
    hu, labels = upright.apply(volume.hu), upright.apply(segmentation.labels)
    box = _around(labels, geometry.spacing(upright.affine))
    placed = geometry.crop(upright.affine, np.array([side.start for side in box]))
    grid, shape = _grid(placed, labels[box].shape)
    cancel.check()
    codes = encoded(geometry.resample(hu[box], placed, grid, shape, fill=AIR_HU))
    cancel.check()
    return SharedScan(codes, geometry.resample_labels(labels[box], placed, grid, shape), grid)


def _around(labels: np.ndarray, spacing: tuple[float, float, float]) -> tuple[slice, ...]:
    """The box of all organs and `MARGIN_MM` around it, within the scan."""
    boxes = [box for box in geometry.boxes_of_labels(labels, int(labels.max(initial=0))) if box is not None]
    if not boxes:
        raise FlareError("there is no organ to share", hint="Segment the scan first, or open a mask with organs.")
    sides = []
    for axis, mm in enumerate(spacing):
        margin = round(MARGIN_MM / mm)
        first, last = min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes)
        sides.append(slice(max(0, first - margin), min(labels.shape[axis], last + margin)))
    return tuple(sides)


def _grid(affine: np.ndarray, shape: geometry.Shape) -> tuple[np.ndarray, geometry.Shape]:
    """The finest grid of at most `MOST_VOXELS`, no finer than the scan; axes that are coarse already stay."""
    own = geometry.spacing(affine)
    finest = min(own)
    while True:
        x, y, z = (max(mm, finest) for mm in own)
        grid, size = geometry.coarse_grid(affine, shape, (x, y, z))
        if np.prod(size) <= MOST_VOXELS:
            return grid, size
        finest *= 1.02
