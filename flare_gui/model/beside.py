"""Masses beside an organ that were taken along with it.

A tumour of the organ itself ends where the organ ends. What grew beside it, an adrenal or renal mass for one, goes on
where the network drew the organ's border, with an edge to the organ where the network drew none. Arrays are (x, y, z)
at the model's resolution.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.model.anatomy import KIDNEYS, Organs
from flare_gui.model.components import connected_components
from flare_gui.model.confidence import IMPLAUSIBLE
from flare_gui.model.hu import smoothed
from flare_gui.model.tissue import MOST_HU, grown
from flare_gui.organs import ORGANS, Organ

# So far from the HU that most of an organ has, by itself and by its spread, lies what may be something else.
OTHER_HU, OTHER_SPREADS = 15.0, 2.5
# The organ's own tumours are uneven at this resolution, what is beside it may be too: then nobody can tell.
EVEN_HU = 15.0
LEAST_ML = 10.0
# A mass that goes on beyond the organ's border: this much of it, and this share.
BEYOND_ML, BEYOND_SHARE = 15.0, 0.2
# Of what it touches, this share is not the organ, and of that this share is as bright as it: no border there.
BARE_SHARE, OPEN_SHARE = 0.25, 0.25
# One with half of its surface off the organ, of which less lies beyond, may be the organ's own tumour: left, and said.
HANGING_SHARE, HANGING_BEYOND_ML, HANGING_BEYOND_SHARE = 0.5, 5.0, 0.05
# Or one that makes up so much of the organ, wherever it lies.
MOST_SHARE = 0.4
# Where a mass was cut off, or left, the network saw no edge: the organ has this confidence at most, whose mean Dice was
# 0.93 and 0.91.
MOST_CONFIDENCE = 0.85
REACH = 15
"""How many voxels beyond what was taken along a mass is followed."""

_SIGMA = 1.0


class _Mass(NamedTuple):
    """`taken` is its part in the organ, boolean (x, y, z); `hu` its median, `spread` a standard deviation in HU."""

    taken: np.ndarray
    hu: float
    spread: float


class _Seen(NamedTuple):
    """What lies `near` an organ, and the smoothed HU there: `light`, (x, y, z)."""

    near: tuple[slice, ...]
    light: np.ndarray


class _Seat(NamedTuple):
    """How a mass lies in an organ.

    `beyond_ml`, `beyond_share`: of all of it, what lies off the organ. `bare_share`: of what its part in the organ
    touches, what is not the organ; `open_share`: of that, what is as bright as the mass. `taken_share`: its part in the
    organ, of all that counts as the organ.
    """

    beyond_ml: float
    beyond_share: float
    bare_share: float
    open_share: float
    taken_share: float

    @property
    def is_foreign(self) -> bool:
        """It goes on where the organ was said to end."""
        is_beyond = self.beyond_ml >= BEYOND_ML and self.beyond_share >= BEYOND_SHARE
        return is_beyond and self.bare_share >= BARE_SHARE and self.open_share >= OPEN_SHARE

    @property
    def is_doubtful(self) -> bool:
        """It hangs on the organ, or is most of it: its own tumour, or one beside it."""
        is_beyond = self.beyond_ml >= HANGING_BEYOND_ML and self.beyond_share >= HANGING_BEYOND_SHARE
        return (is_beyond and self.bare_share >= HANGING_SHARE) or self.is_most

    @property
    def is_most(self) -> bool:
        """The organ would be another one without it."""
        return self.taken_share >= MOST_SHARE


def without_masses(organs: Organs, hu: np.ndarray) -> Organs:
    """The organs without masses that go on beyond them, with a warning for each organ that lost one or may have one.

    Measured on five real scans with masses of 5 to 15 cm added, 108 in all: it cut 22 from livers and spleens, each
    time for the better (livers from a Dice of 0.80, 0.87 and 0.85 to 0.97, 0.95 and 0.94), and 3 from kidneys (0.35 to
    0.51, 0.76 to 0.86, 0.75 to 0.70); of 48 even tumours added to four livers it cut none.
    """
    seen = {organ: _seen(organs, organ, hu) for organ in ORGANS if (organs.labels == organ.label).any()}
    for organ, (usual, spread) in _usual_of_all(organs, seen).items():
        near, light = seen[organ]
        labels = organs.labels[near]
        mask = labels == organ.label
        masses = list(_others(mask, light, usual, spread, organs.voxel_ml))
        seats = [_seat(mass, mask, (labels > 0) & ~mask, light, organs.voxel_ml) for mass in masses]
        foreign = [mass for mass, seat in zip(masses, seats, strict=True) if seat.is_foreign]
        doubtful = [pair for pair in zip(masses, seats, strict=True) if pair[1].is_doubtful and not pair[1].is_foreign]
        if foreign:
            kept = _cut_off(mask, [_whole(mass, mask, light, usual) for mass in foreign])
            organs = _told(organs, organ, near, mask & ~kept, foreign, usual)
        for mass, seat in doubtful:
            most = IMPLAUSIBLE if seat.is_most else MOST_CONFIDENCE
            organs = organs.doubting(organ, most, _doubt(organ, mass, usual, organs.voxel_ml))
    return organs


def _seen(organs: Organs, organ: Organ, hu: np.ndarray) -> _Seen:
    box = geometry.box_of(organs.labels == organ.label)
    assert box is not None
    near = grown(box, organs.labels.shape, REACH)
    return _Seen(near, smoothed(hu[near], _SIGMA, MOST_HU))


def _usual_of_all(organs: Organs, seen: dict[Organ, _Seen]) -> dict[Organ, tuple[float, float]]:
    """`_usual_hu` of each organ that there is.

    A mass that is larger than the kidney it was taken along with is what most of that kidney has. Both kidneys take up
    contrast agent alike: one with a part as bright as the other one has the other one's HU.
    """
    masks = {organ: organs.labels[near] == organ.label for organ, (near, _) in seen.items()}
    found = {organ: _usual_hu(seen[organ].light, mask) for organ, mask in masks.items()}
    if not all(kidney in found for kidney in KIDNEYS):
        return found
    darker, brighter = sorted(KIDNEYS, key=lambda kidney: found[kidney][0])
    usual, _ = found[brighter]
    less = usual - found[darker][0]
    alike = masks[darker] & (seen[darker].light > usual - OTHER_HU)
    if less > OTHER_HU and np.count_nonzero(_opened(alike, 1)) * organs.voxel_ml >= LEAST_ML:
        # Cortex and marrow differ as much as a mass from both: what is nearer to it than to the kidney is other.
        found[darker] = usual, less / 2 / OTHER_SPREADS
    return found


def _usual_hu(light: np.ndarray, mask: np.ndarray) -> tuple[float, float]:
    """The HU that most of an organ's inner part has, and their spread as a standard deviation.

    From the peak of the histogram and its narrower flank: a mass in the mask shifts the mean and widens the other one.
    """
    inner = ndimage.binary_erosion(mask)
    values = light[inner if inner.any() else mask]
    edges = np.arange(-150.0, MOST_HU, 2.0)
    counts = ndimage.gaussian_filter1d(np.histogram(values, edges)[0].astype(float), 2.0)
    peak = int(counts.argmax())
    low = counts[: peak + 1] <= counts[peak] / 2
    high = counts[peak:] <= counts[peak] / 2
    flanks = [np.flatnonzero(low[::-1]), np.flatnonzero(high)]
    half_width = min((flank[0] for flank in flanks if flank.size), default=len(counts))
    return float(edges[peak]) + 1.0, float(half_width) * 2.0 / 1.18


def _others(mask: np.ndarray, light: np.ndarray, usual: float, spread: float, voxel_ml: float) -> Iterator[_Mass]:
    """What in an organ is of other HU than the rest, even, and no thin layer."""
    other = ndimage.binary_erosion(mask) & (np.abs(light - usual) > max(OTHER_HU, OTHER_SPREADS * spread))
    pieces, sizes = connected_components(_opened(other))
    for number in np.flatnonzero(sizes * voxel_ml >= LEAST_ML):
        taken = pieces == number
        middle = float(np.median(light[taken]))
        own_spread = 1.48 * float(np.median(np.abs(light[taken] - middle)))
        if own_spread <= EVEN_HU:
            yield _Mass(taken, middle, max(own_spread, EVEN_HU / 2))


def _seat(mass: _Mass, mask: np.ndarray, others: np.ndarray, light: np.ndarray, voxel_ml: float) -> _Seat:
    """Where a mass lies, followed beyond the organ's border but not into `others`."""
    alike = (np.abs(light - mass.hu) < 2 * mass.spread) & ~others
    pieces, _ = connected_components(_opened(alike | mass.taken, 3) | mass.taken)
    whole = np.isin(pieces, np.unique(pieces[mass.taken]))
    beyond = int(np.count_nonzero(whole & ~mask))
    around = _dilated(mass.taken, 3) & ~_dilated(mass.taken, 1)
    off = around & ~mask
    return _Seat(
        beyond_ml=beyond * voxel_ml,
        beyond_share=beyond / int(np.count_nonzero(whole)),
        bare_share=int(np.count_nonzero(off)) / int(np.count_nonzero(around)),
        open_share=int(np.count_nonzero(off & alike)) / max(1, int(np.count_nonzero(off))),
        taken_share=int(np.count_nonzero(mass.taken)) / int(np.count_nonzero(mask)),
    )


def _whole(mass: _Mass, mask: np.ndarray, light: np.ndarray, usual: float) -> np.ndarray:
    """All of a mass that was taken along: up to where the organ's own HU are nearer than its own."""
    nearer = mask & (np.abs(light - mass.hu) < np.abs(light - usual))
    result: np.ndarray = ndimage.binary_dilation(mass.taken, iterations=5, mask=nearer)
    return result


def _cut_off(mask: np.ndarray, masses: list[np.ndarray]) -> np.ndarray:
    """The largest piece of a mask without the masses and without the thin shells that they leave."""
    gone = np.any(masses, axis=0)
    rest = mask & ~gone
    rest &= _opened(rest) | ~_dilated(gone, 3)
    pieces, sizes = connected_components(rest)
    return pieces == sizes.argmax() if sizes.any() else mask


def _told(
    organs: Organs, organ: Organ, near: tuple[slice, ...], lost: np.ndarray, masses: list[_Mass], usual: float
) -> Organs:
    labels = organs.labels.copy()
    labels[near][lost] = 0
    largest = max(masses, key=lambda mass: int(np.count_nonzero(mass.taken)))
    said = (
        f"{np.count_nonzero(lost) * organs.voxel_ml:.0f} ml of {largest.hu:.0f} HU beside the {organ.name.lower()}, "
        f"which has {usual:.0f}, were left out: a mass that goes on beyond it"
    )
    return replace(organs, labels=labels).doubting(organ, MOST_CONFIDENCE, said)


def _doubt(organ: Organ, mass: _Mass, usual: float, voxel_ml: float) -> str:
    return (
        f"{np.count_nonzero(mass.taken) * voxel_ml:.0f} ml of the {organ.name.lower()} have {mass.hu:.0f} HU, "
        f"the rest {usual:.0f}: a tumour of it, or a mass beside it that was taken along"
    )


def _ball(radius: int) -> np.ndarray:
    steps = np.arange(-radius, radius + 1) ** 2
    return np.add.outer(np.add.outer(steps, steps), steps) <= radius**2


def _opened(mask: np.ndarray, radius: int = 2) -> np.ndarray:
    result: np.ndarray = ndimage.binary_opening(mask, _ball(radius))
    return result


def _dilated(mask: np.ndarray, radius: int) -> np.ndarray:
    result: np.ndarray = ndimage.binary_dilation(mask, _ball(radius))
    return result
