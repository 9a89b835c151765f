"""By how much values are too high when an intercept was forgotten, measured where air and fat are.

Scanners store CT with 1024 added, other programs with 1000. In both, clipping at 0 takes the noise of air with it, so
that air alone does not always tell them apart.
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui.analysis.doctor.look import Look

KNOWN = (1024, 1000)

# Fat's peak lay at -104 to -94 HU in seven of eight real scans; the two offsets are 24 apart.
FAT_HU, FAT_NEAR, FAT_FAR = -100.0, 8.0, 30.0
AIR_NEAR = 7.0

# Noise between neighbours that leaves fat a peak of its own.
MOST_NOISE_HU = 40.0

# After the right offset so much of a body is soft tissue, and something is as dark as air.
SOFT_HU, LEAST_SOFT, LOWEST_HU = (0.0, 130.0), 0.25, -960

# A peak of noisy air has so much of what is dark within 10 values, and more than as many values at the lower end have.
PEAK_WIDTH, PEAK_SHARE, PEAK_OVER = 10, 0.15, 1.5
# Noise that was cut in half at the lowest value: most of what is left of it is as close to that as this.
HALF_WIDTH, HALF_SHARE, DARK_WIDTH = 30, 0.5, 200


class Peaks(NamedTuple):
    """Values at which air and fat are most frequent; None where there is no such peak.

    `cut` when of the air's noise one half was cut away: then its peak is where the other half begins.
    """

    air: float | None
    fat: float | None
    cut: bool = False


def known_offset(look: Look) -> int | None:
    """The one of `KNOWN` offsets with which air and fat have the HU that they have; None unless it is just one."""
    if not look.levels.shift or look.padding is not None:
        return None
    peaks = peaks_of(look)
    fitting = [offset for offset in KNOWN if _fits(peaks, offset) and _is_ct(look, offset)]
    return fitting[0] if len(fitting) == 1 else None


def peaks_of(look: Look) -> Peaks:
    """Of a scan whose values are about `look.levels.shift` too high."""
    air, cut = _air(look.hu)
    return Peaks(air, _fat(look), cut)


def _fits(peaks: Peaks, offset: int) -> bool:
    fat = None if peaks.fat is None else abs(peaks.fat - offset - FAT_HU)
    if peaks.air is None or peaks.cut:
        near = peaks.air is None or abs(peaks.air - offset + 1000) <= AIR_NEAR
        return near and fat is not None and fat <= FAT_NEAR
    return abs(peaks.air - offset + 1000) <= AIR_NEAR and (fat is None or fat <= FAT_FAR)


def _is_ct(look: Look, offset: int) -> bool:
    """Whether the scan has air and soft tissue once `offset` is taken away."""
    inside = look.hu[look.body]
    low, high = SOFT_HU
    soft = ((inside > low + offset) & (inside < high + offset)).sum()
    return bool(look.hu.min() <= LOWEST_HU + offset and soft >= LEAST_SOFT * max(1, inside.size))


def _air(hu: np.ndarray) -> tuple[float | None, bool]:
    """The peak of air, and whether it is one half of one."""
    lowest = int(hu.min())
    dark = hu[(hu > lowest) & (hu <= lowest + DARK_WIDTH)]
    if dark.size < 0.002 * hu.size:
        return None, False
    counts = np.bincount(dark - lowest, minlength=DARK_WIDTH + 1).astype(float)
    smooth = ndimage.uniform_filter1d(counts, PEAK_WIDTH, mode="constant") * PEAK_WIDTH
    peak = int(smooth.argmax())
    # The first values lack what would lie below the lowest one.
    clear = smooth[peak] > max(PEAK_SHARE * dark.size, PEAK_OVER * smooth[PEAK_WIDTH // 2])
    if peak > PEAK_WIDTH and clear:
        near = np.arange(peak - PEAK_WIDTH, peak + PEAK_WIDTH + 1)
        return lowest + float(np.average(near, weights=counts[near])), False
    cut = counts[1 : HALF_WIDTH + 1].sum() > HALF_SHARE * dark.size
    return (float(lowest), True) if cut else (None, False)


def _fat(look: Look) -> float | None:
    """The most frequent value of the body between air and muscle."""
    inside = look.normal[look.body & (look.normal > -170) & (look.normal < -30)]
    if inside.size < 500 or look.noise > MOST_NOISE_HU:
        return None
    counts, edges = np.histogram(inside, 140, (-170, -30))
    smooth = ndimage.gaussian_filter1d(counts.astype(float), 4.0)
    peak = int(smooth.argmax())
    if not 8 <= peak < len(smooth) - 8:
        return None
    return float(edges[peak] + 0.5 + look.levels.shift)
