"""What no organ is made of: fat, air and bone, by the HU of a smoothed scan, whatever a network says.

All arrays are (x, y, z) at the model's resolution.
"""

from typing import NamedTuple

import numpy as np

from flare_gui import geometry, separable
from flare_gui.model.components import connected_components
from flare_gui.model.hu import smoothed
from flare_gui.organs import LIVER

# Fat has -120 to -80 HU. Lightly smoothed, so that thin layers are seen, and more smoothed too, so that noise is not:
# both have to be too dark. Measured on five scans with references: no Dice falls by more than 0.0002, and that of a
# left kidney with the fat behind it rises from 0.75 to 0.96.
DARK_HU, DARK_AROUND_HU = -50.0, -30.0
SIGMA, SIGMA_AROUND = 0.5, 1.0
# Bone and metal go into the two no brighter than this, so that they do not outshine the fat beside them.
MOST_HU, MOST_AROUND_HU = 600.0, 200.0

# A liver full of fat has down to -20 HU, and its border with fat lies lower then: by this share of what it is below a
# liver that has some, by no more than that many HU.
FATTY_HU, FATTY_SHARE, FATTY_MOST_HU = 30.0, 0.45, 20.0

# Spongy bone at this resolution, and what neither an organ in the arterial phase nor a stent's surroundings reach.
BRIGHT_HU = 300.0

# A bright piece that lies in organs by this much is calcified, or full of contrast agent, and no bone.
WITHIN_SHARE = 0.4


class Ruled(NamedTuple):
    """What is left after `rule_out`.

    `probabilities` (classes, x, y, z) with background alone where `never`, boolean (x, y, z), is True: in fat, air and
    bone. `claims` are the uint8 (x, y, z) labels of the organs that the network saw there.
    """

    probabilities: np.ndarray
    never: np.ndarray
    claims: np.ndarray


def rule_out(probabilities: np.ndarray, hu: np.ndarray) -> Ruled:
    """Softmax `probabilities` (classes, x, y, z) without organs where `hu` (x, y, z) says fat, air or bone; a copy."""
    never, claims = np.zeros(hu.shape, bool), np.zeros(hu.shape, np.uint8)
    claimed = probabilities[0] < 0.5
    box = geometry.box_of(claimed)
    if box is None:
        return Ruled(probabilities, never, claims)
    near = grown(box, claimed.shape, 4)
    light, calm = separable.in_threads(
        lambda how: smoothed(hu[near], *how), [(SIGMA, MOST_HU), (SIGMA_AROUND, MOST_AROUND_HU)]
    )
    lower = _lower_for_fatty(light, probabilities[(LIVER.label, *near)])
    none = (light < DARK_HU - lower) & (calm < DARK_AROUND_HU - lower)
    none |= _bone(light > BRIGHT_HU, claimed[near])
    never[near] = none
    part = probabilities[(slice(None), *near)]
    claims[near][none & claimed[near]] = part[:, none & claimed[near]].argmax(axis=0)
    ruled = probabilities.copy()
    part = ruled[(slice(None), *near)]
    part[:, none] = 0.0
    part[0, none] = 1.0
    return Ruled(ruled, never, claims)


def without(probabilities: np.ndarray, none: np.ndarray) -> np.ndarray:
    """Softmax probabilities (classes, x, y, z) with background alone where boolean (x, y, z) is True: a copy if any."""
    if not none.any():
        return probabilities
    changed = np.where(none, np.float32(0.0), probabilities)
    changed[0][none] = 1.0
    return changed


def grown(box: tuple[slice, ...], shape: tuple[int, ...], by: int) -> tuple[slice, slice, slice]:
    """A box with `by` voxels more on every side, as far as there are any."""
    x, y, z = (slice(max(0, side.start - by), min(n, side.stop + by)) for side, n in zip(box, shape, strict=True))
    return x, y, z


def _lower_for_fatty(hu: np.ndarray, liver: np.ndarray) -> float:
    """By how many HU the border of what is too dark lies lower in a scan with a fatty liver, by its probability."""
    sure = hu[liver > 0.5]
    return float(np.clip(FATTY_SHARE * (FATTY_HU - np.median(sure)), 0.0, FATTY_MOST_HU)) if sure.size else 0.0


def _bone(bright: np.ndarray, claimed: np.ndarray) -> np.ndarray:
    """Those bright pieces that reach into organs and lie mostly outside of them."""
    if not (bright & claimed).any():
        return np.zeros_like(bright)
    pieces, sizes = connected_components(bright)
    inside = np.bincount(pieces[claimed], minlength=len(sizes))
    bone = inside < WITHIN_SHARE * sizes
    bone[0] = False
    return bone[pieces]
