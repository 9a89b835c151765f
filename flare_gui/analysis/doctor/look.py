"""A scan from afar: few voxels, upright, and the levels that air and soft tissue have in it."""

from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.volume import Volume

# Voxels are skipped, not averaged: a few milliseconds for the largest scan, and noise and clipping stay visible.
LOOK_MM = 5.0

# What lies between air and soft tissue in every calibrated CT, and how far contrast agent and fat move that.
CONTRAST_HU, TOLERANCE_HU = 1040.0, 210.0

AIR_HU = -1024

# Above this soft tissue has no HU: an intercept was forgotten.
SHIFTED_TISSUE_HU = 700.0

# Scanners leave the corners outside of a circle to padding: so much of a scan, of one value far above its air.
LEAST_PADDING, PADDING_ABOVE_AIR = 0.01, 300


class Levels(NamedTuple):
    """Typical values of the darker and the brighter half of a scan, which are air and soft tissue in a CT.

    `negative` is the share of voxels below -20.
    """

    air: float
    tissue: float
    negative: float

    @property
    def contrast(self) -> float:
        return self.tissue - self.air

    @property
    def calibrated(self) -> bool:
        """Whether these can be Hounsfield units. A crop without air has fat where others have air."""
        with_air = -1100 <= self.air <= -700 and -130 <= self.tissue <= 250
        return with_air or (self.air > -400 and self.tissue <= 350 and self.negative > 0.02)

    @property
    def shift(self) -> float:
        """About how much too high these are, if they are Hounsfield units without an intercept; else 0."""
        apart = abs(self.contrast - CONTRAST_HU) < TOLERANCE_HU
        return self.air + 1000 if apart and self.tissue > SHIFTED_TISSUE_HU else 0.0


class Look:
    """What the checks share. Arrays are (x, y, z) in canonical RAS with voxels of `spacing` mm, about `LOOK_MM`."""

    def __init__(self, volume: Volume) -> None:
        self.volume = volume
        upright = geometry.reorient(volume.affine, volume.shape)
        self.full = upright.apply(volume.hu)
        full_spacing = np.asarray(geometry.spacing(upright.affine))
        self.stride = np.clip(np.rint(LOOK_MM / full_spacing), 1, np.maximum(1, np.array(self.full.shape) // 32))
        self.stride = self.stride.astype(int)
        self.spacing = full_spacing * self.stride
        x, y, z = self.stride
        self.hu = np.ascontiguousarray(self.full[::x, ::y, ::z])
        self.padding = padding_of(self.hu)
        if self.padding is not None:
            self.hu[self.hu == self.padding] = self.hu.min()

    @cached_property
    def levels(self) -> Levels:
        """From the two classes that Otsu's threshold parts (IEEE Trans. SMC 9, 1979): median below, mode above."""
        values = self.hu.ravel().astype(np.float32)
        low, high = float(values.min()), float(np.quantile(values, 0.995))
        if high <= low:
            return Levels(low, low, float(low < -20))
        counts, edges = np.histogram(np.minimum(values, high), 512)
        centres = (edges[:-1] + edges[1:]) / 2
        below, sums = np.cumsum(counts), np.cumsum(counts * centres)
        above = below[-1] - below
        with np.errstate(invalid="ignore", divide="ignore"):
            between = below * above * (sums / below - (sums[-1] - sums) / above) ** 2
        threshold = edges[1 + int(np.nanargmax(between[:-1]))]
        dark, bright = values[values < threshold], values[values >= threshold]
        counts, edges = np.histogram(bright, 200, (float(threshold), high + 1e-3))
        mode = int(ndimage.gaussian_filter1d(counts.astype(float), 3).argmax())
        return Levels(float(np.median(dark)), float(edges[mode : mode + 2].mean()), float((values < -20).mean()))

    @cached_property
    def normal(self) -> np.ndarray:
        """float32 values as if calibrated: HU as they are when they can be, else scaled by the two levels."""
        levels = self.levels
        if levels.calibrated or levels.contrast <= 0:
            return self.hu.astype(np.float32)
        if levels.shift:
            return self.hu - np.float32(levels.shift)
        return (self.hu - np.float32(levels.tissue)) * np.float32(CONTRAST_HU / levels.contrast) + np.float32(40)

    @property
    def in_hu(self) -> bool:
        """Whether `normal` are Hounsfield units, not only an attempt at them."""
        return self.levels.calibrated or self.levels.shift > 0

    @cached_property
    def body(self) -> np.ndarray:
        """The patient without table, with lungs and gas filled slice by slice."""
        solid = ndimage.binary_opening(self.normal > -300, iterations=2)
        pieces, count = ndimage.label(solid)
        if count == 0:
            return solid
        sizes = np.bincount(pieces.ravel())
        sizes[0] = 0
        # Both legs are the patient.
        large = sizes >= 0.3 * sizes.max()
        closed = ndimage.binary_closing(np.pad(large[pieces], 3), np.ones((5, 5, 1)))[3:-3, 3:-3, 3:-3]
        return np.stack([ndimage.binary_fill_holes(closed[:, :, k]) for k in range(closed.shape[2])], axis=2)

    @cached_property
    def noise(self) -> float:
        """The usual difference between neighbours inside the body, in HU."""
        soft = self.body & (self.normal > -500)
        both = soft[1:] & soft[:-1]
        if not both.any():
            return 0.0
        return float(np.median(np.abs(np.diff(self.normal, axis=0)[both])) / (0.6745 * np.sqrt(2)))

    @cached_property
    def area_cm2(self) -> np.ndarray:
        """The body's area in each slice."""
        return self.body.sum(axis=(0, 1)) * float(self.spacing[0] * self.spacing[1]) / 100

    @cached_property
    def lung_share(self) -> np.ndarray:
        """The share of lung (or gas) in each slice of the body."""
        return self._share(self.normal < -500)

    @cached_property
    def bone_share(self) -> np.ndarray:
        """The share of bone, or of vessels full of contrast, in each slice of the body."""
        return self._share(self.normal > 250)

    def _share(self, mask: np.ndarray) -> np.ndarray:
        return (mask & self.body).sum(axis=(0, 1)) / np.maximum(1, self.body.sum(axis=(0, 1)))


def padding_of(hu: np.ndarray) -> int | None:
    """The value outside of the scanner's circle in (x, y, z) when it is one, and far above air; else None."""
    corners = hu[np.ix_((0, -1), (0, -1))].ravel()
    value = int(corners[0])
    low = int(np.percentile(hu, 1))
    if value - low < PADDING_ABOVE_AIR or (corners != value).any():
        return None
    return value if (hu == value).mean() >= LEAST_PADDING else None
