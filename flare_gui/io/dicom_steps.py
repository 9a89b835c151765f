"""The distances between the slices of a stack: even, two of them in a complete series, or a gap; how to mend them."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui.io.array import AIR_HU
from flare_gui.io.dicom_parts import ODD_STEP
from flare_gui.io.limits import check_size

# Steps that differ by more are uneven: table positions are given to a hundredth of a millimetre or so.
EVEN_MM, EVEN_SHARE = 0.05, 0.02
# A step this many times those around it means that a slice is missing.
GAP = 1.5
# So many equal steps in a row are a slice distance of their own, as a thin chest over a thick abdomen has.
SHORTEST_RUN = 3
# Nobody reconstructs slices farther apart.
WIDEST_STEP_MM = 12.5


class Spacing(NamedTuple):
    """`step_mm` is the even step to use; `gaps` are the numbers of the steps that slices are missing in.

    `distances_mm` are the slice distances of a series that has several, `uneven` says whether it must be resampled.
    """

    step_mm: float
    gaps: tuple[int, ...]
    distances_mm: tuple[float, ...]
    uneven: bool


def spacing_of(heights: np.ndarray) -> Spacing:
    """What the steps between two or more sorted `heights` in mm mean."""
    steps = np.diff(heights)
    usual = float(np.median(steps))
    if steps.max() <= GAP * usual and steps.min() >= usual / GAP:
        uneven = float(np.abs(steps - usual).max()) > max(EVEN_MM, EVEN_SHARE * usual)
        even = usual if uneven else float(heights[-1] - heights[0]) / len(steps)
        return Spacing(even, (), (), uneven)
    runs = _runs(steps)
    regular = [k for k, run in enumerate(runs) if len(run) >= SHORTEST_RUN and steps[run[0]] <= WIDEST_STEP_MM]
    typical = {k: float(np.median(steps[list(runs[k])])) for k in regular}
    gaps = [
        i for k, run in enumerate(runs) if k not in typical for i in run if steps[i] > GAP * _beside(k, typical, usual)
    ]
    distances = sorted({round(mm, 2) for mm in typical.values()})
    distances = [mm for n, mm in enumerate(distances) if not n or mm > (1 + ODD_STEP) * distances[n - 1]]
    if len(distances) < 2:
        return Spacing(usual, tuple(gaps), (), True)
    return Spacing(min(typical.values()), tuple(gaps), tuple(distances), True)


def _runs(steps: np.ndarray) -> list[range]:
    """Ranges of equal steps, one after another."""
    starts = [0]
    for i in range(1, len(steps)):
        if abs(steps[i] - steps[starts[-1]]) > ODD_STEP * min(steps[i], steps[starts[-1]]):
            starts.append(i)
    return [range(a, b) for a, b in zip(starts, [*starts[1:], len(steps)], strict=True)]


def _beside(k: int, typical: dict[int, float], usual: float) -> float:
    """The widest step of the runs before and after run `k`; what is usual where there is none."""
    before = [typical[n] for n in typical if n < k][-1:]
    after = [typical[n] for n in typical if n > k][:1]
    return max([*before, *after], default=usual)


def evenly(path: Path, hu: np.ndarray, heights: np.ndarray, step: float) -> np.ndarray:
    """Slices at equal steps from the first to the last, each between its two neighbours."""
    count = int(np.floor((heights[-1] - heights[0]) / step + 1e-3)) + 1
    check_size(path, (*hu.shape[:2], count), 2, mapped=True)
    result = np.empty((*hu.shape[:2], count), np.int16, order="F")
    for k in range(count):
        at = heights[0] + k * step
        i = int(np.clip(np.searchsorted(heights, at, side="right") - 1, 0, len(heights) - 2))
        part = np.float32(np.clip((at - heights[i]) / (heights[i + 1] - heights[i]), 0, 1))
        result[:, :, k] = np.rint(hu[:, :, i] * (1 - part) + hu[:, :, i + 1] * part)
    return result


def upright(
    path: Path, hu: np.ndarray, drift: np.ndarray, spacing_mm: tuple[float, float]
) -> tuple[np.ndarray, tuple[float, float]]:
    """Slices moved to a common frame that holds them all, and its first pixel in mm from the first slice's.

    `drift` (slice, 2) is how far each lies from the first along rows and down columns, in mm.
    """
    low, high = drift.min(axis=0), drift.max(axis=0)
    size = [n + int(np.ceil((h - b) / s)) for n, b, h, s in zip(hu.shape[:2], low, high, spacing_mm, strict=True)]
    check_size(path, (*size, hu.shape[2]), 2, mapped=True)
    result = np.full((*size, hu.shape[2]), AIR_HU, np.int16, order="F")
    for k in range(hu.shape[2]):
        shift = (drift[k] - low) / spacing_mm
        moved = np.full(size, AIR_HU, np.float32)
        moved[: hu.shape[0], : hu.shape[1]] = hu[:, :, k]
        result[:, :, k] = np.rint(ndimage.shift(moved, shift, order=1, mode="constant", cval=AIR_HU))
    return result, (float(low[0]), float(low[1]))
