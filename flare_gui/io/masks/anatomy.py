"""Which organ a part of a mask can be by where it lies and how large it is: for masks that do not say.

The means and the spread of volumes and places are those of 42 people whose organs were drawn by hand or checked; the
spread is taken half as wide again, because patients differ more. Places are RAS+ mm, sideways from the body's middle.
"""

from collections.abc import Mapping, Sequence
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Volume

# What lies outside of the skin is air.
BODY_HU = -300
# Lung and fat are none of the organs; a liver full of fat is.
LEAST_HU = -60
# Natural logarithm of the volume in ml and its spread, place from right (+) to left (-) of the body's middle and its.
_ALONE = {
    LIVER: (7.39, 0.45, 69.0, 25.0),
    RIGHT_KIDNEY: (5.03, 0.6, 70.0, 20.0),
    SPLEEN: (5.38, 0.75, -97.0, 24.0),
    LEFT_KIDNEY: (5.01, 0.6, -70.0, 20.0),
}
# From the first one's middle to the second one's, and the spread.
_APART = {
    (LIVER, RIGHT_KIDNEY): ((1, -50, -67), (22, 28, 34)),
    (LIVER, SPLEEN): ((-166, -55, 0), (35, 28, 34)),
    (LIVER, LEFT_KIDNEY): ((-140, -52, -59), (30, 28, 40)),
    (RIGHT_KIDNEY, SPLEEN): ((-168, -5, 67), (32, 28, 30)),
    (RIGHT_KIDNEY, LEFT_KIDNEY): ((-141, -3, 8), (26, 20, 30)),
    (SPLEEN, LEFT_KIDNEY): ((27, 3, -59), (14, 24, 22)),
}
# Squared distances in units of the spread, beyond which 1 in 1000 would lie, for two numbers and for three.
_FAR_ALONE, _FAR_APART = 14.0, 16.5
# A tumour lies inside of its organ: more than this share of its surface touches another part. A kidney's does not.
_ENCLOSED = 0.4
# Of each organ that lies on its own side of the body. Both kidneys in one part have half.
_OWN_SIDE = {LIVER: 0.5, RIGHT_KIDNEY: 0.85, SPLEEN: 0.85, LEFT_KIDNEY: 0.85}
# What an assignment gains for each organ and for each pair of organs that it places: that of the border of what fits.
_GAIN_ALONE, _GAIN_APART = 0.5 * _FAR_ALONE, 0.5 * _FAR_APART
_CANDIDATES = 5
# Livers reach 5 l in disease; what is larger is the body around the organs.
LARGEST_ORGAN_ML = 6000


class Part(NamedTuple):
    """One part of a mask: its volume, its middle (`place` from the body's middle in RAS+ mm) and its median HU.

    `cut` is whether it reaches the scan's border, `enclosed` the share of its surface that touches other parts of an
    organ's size,
    `sides` the volumes in ml right and left of the body's middle, `midline_ml` what lies within 1 cm of it.
    """

    volume_ml: float
    place: np.ndarray
    hu: float
    cut: bool
    enclosed: float
    sides: tuple[float, float]
    midline_ml: float


def midline_mm(volume: Volume) -> float:
    """Where the body's middle is from left to right, RAS+ mm."""
    steps = [max(1, n // 64) for n in volume.shape]
    body = np.argwhere(volume.hu[tuple(slice(None, None, step) for step in steps)] > BODY_HU) * steps
    if not len(body):
        body = np.array([volume.shape]) // 2
    return float(np.median(geometry.apply(volume.affine, body)[:, 0]))


def part_of(volume: Volume, mask: np.ndarray, others: np.ndarray, midline: float) -> Part | None:
    """What is known of `mask`; `others` is all that is marked, both bool on the grid of `volume`. None when empty."""
    box = geometry.box_of(mask)
    if box is None:
        return None
    wide = tuple(slice(max(0, side.start - 1), side.stop + 1) for side in box)
    inside = mask[wide]
    voxel_ml = abs(float(np.linalg.det(volume.affine[:3, :3]))) / 1000
    start = np.array([side.start for side in wide])
    points = geometry.apply(geometry.crop(volume.affine, start), np.argwhere(inside)) - (midline, 0, 0)
    shell = ndimage.binary_dilation(inside) & ~inside
    touching = int(np.count_nonzero(others[wide] & shell)) / max(1, int(np.count_nonzero(shell)))
    right = np.count_nonzero(points[:, 0] > 0) * voxel_ml
    middle = np.count_nonzero(np.abs(points[:, 0]) < 10) * voxel_ml
    volume_ml = len(points) * voxel_ml
    cut = any(side.start == 0 or side.stop == n for side, n in zip(box, mask.shape, strict=True))
    hu = float(np.median(volume.hu[wide][inside]))
    return Part(volume_ml, points.mean(axis=0), hu, cut, touching, (right, volume_ml - right), middle)


def fits(claim: Mapping[Organ, Part]) -> bool:
    """Whether parts can be the organs that they are said to be, and would be no other organs rather.

    A kidney or a spleen alone can be mistaken for each other: it never fits. Organs that lie mirrored, or in a scan
    whose sides are exchanged, fit when all of them do: three can be mistaken for others.
    """
    if len(claim) == 1 and LIVER not in claim:
        return False
    if _likely(claim):
        return True
    mirrored = {organ: _mirrored(part) for organ, part in claim.items()}
    return len(claim) == len(ORGANS) and _likely(mirrored)


def proposal(parts: Sequence[Part]) -> dict[int, tuple[Organ, ...]]:
    """Which of `parts`, by its place in the list, is which organ as far as anatomy can tell; or both kidneys."""
    candidates: dict[Organ, list[int | None]] = {}
    for organ in ORGANS:
        near = [i for i, part in enumerate(parts) if _can_be(organ, part) and _alone(organ, part) < 2 * _FAR_ALONE]
        candidates[organ] = [None, *sorted(near, key=lambda i: _alone(organ, parts[i]))[:_CANDIDATES]]
    best = 0.0
    found: dict[int, tuple[Organ, ...]] = {}
    for choice in product(*(candidates[organ] for organ in ORGANS)):
        taken = [i for i in choice if i is not None]
        if len(set(taken)) < len(taken):
            continue
        claim = {organ: parts[i] for organ, i in zip(ORGANS, choice, strict=True) if i is not None}
        score = _score(claim)
        if score > best:
            best, found = score, {i: (organ,) for organ, i in zip(ORGANS, choice, strict=True) if i is not None}
    kidneys = (RIGHT_KIDNEY, LEFT_KIDNEY)
    if not any(organs[0] in kidneys for organs in found.values()):
        found |= {i: kidneys for i, part in enumerate(parts) if i not in found and _is_pair(part)}
    return found


def _likely(claim: Mapping[Organ, Part]) -> bool:
    if any(not _can_be(organ, part) or _alone(organ, part) > _FAR_ALONE for organ, part in claim.items()):
        return False
    if any(_apart(pair, claim) > _FAR_APART for pair in _pairs(claim)):
        return False
    largest = max(claim, key=lambda organ: claim[organ].volume_ml)
    if LIVER in claim and largest is not LIVER:
        return False
    parts, said = list(claim.values()), _score(claim)
    others = product(ORGANS, repeat=len(parts))
    return all(said >= _score(dict(zip(o, parts, strict=True))) for o in others if len(set(o)) == len(o))


def _can_be(organ: Organ, part: Part) -> bool:
    """Not fat or air, not inside of another organ, and on its own side."""
    own = part.sides[0 if _ALONE[organ][2] > 0 else 1]
    enclosed = organ is not LIVER and part.enclosed > _ENCLOSED
    return part.hu >= LEAST_HU and not enclosed and own >= _OWN_SIDE[organ] * part.volume_ml


def _mirrored(part: Part) -> Part:
    return part._replace(place=part.place * (-1, 1, 1), sides=part.sides[::-1])


def _is_pair(part: Part) -> bool:
    """Whether it is two bodies of a kidney's size, one on each side."""
    apart = part.midline_ml < 0.03 * part.volume_ml
    return part.hu >= LEAST_HU and apart and min(part.sides) > 40 and max(part.sides) < 700


def _pairs(claim: Mapping[Organ, Part]) -> list[tuple[Organ, Organ]]:
    return list(combinations([organ for organ in ORGANS if organ in claim], 2))


def _score(claim: Mapping[Organ, Part]) -> float:
    alone = sum(_GAIN_ALONE - 0.5 * _alone(organ, part) for organ, part in claim.items())
    return alone + sum(_GAIN_APART - 0.5 * _apart(pair, claim) for pair in _pairs(claim))


def _alone(organ: Organ, part: Part) -> float:
    """Squared distance from what is usual for the organ's volume and side; what the scan cuts may be small."""
    size, size_spread, side, side_spread = _ALONE[organ]
    larger = (np.log(max(part.volume_ml, 1e-3)) - size) / size_spread
    larger = max(0.0, larger) if part.cut else larger
    return float(larger**2 + ((part.place[0] - side) / side_spread) ** 2)


def _apart(pair: tuple[Organ, Organ], claim: Mapping[Organ, Part]) -> float:
    """Squared distance from how the second of two organs usually lies to the first."""
    first, second = pair
    usual, spread = np.array(_APART[pair], float)
    # Where the scan ends, the middle of what is left of an organ lies elsewhere.
    spread = spread * (1.5 if claim[first].cut or claim[second].cut else 1.0)
    return float((((claim[second].place - claim[first].place - usual) / spread) ** 2).sum())
