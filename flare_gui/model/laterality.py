"""Right and left by anatomy: the right kidney is the one on the liver's side, whatever the file's header says."""

from typing import NamedTuple

import numpy as np

from flare_gui.model.body import SKIN_HU
from flare_gui.model.components import connected_components

# The liver's middle lies 12 to 20 cm beside the spleen's and 4 to 8 cm beside the body's. Less than this says nothing.
APART_MM = 40.0
ASIDE_MM = 20.0

# A kidney's middle lies 4 to 8 cm beside the spine. Closer to it than this, the network's own guess is the better one.
MIDDLE_MM = 15.0

# No kidney is as wide as this from side to side: two that touch, or a horseshoe kidney, which is parted in the middle.
FUSED_MM = 90.0
FUSED_SHARE = 0.25

# Of two kidneys on one side, the smaller has at least this share of the larger one's volume.
TWIN_SHARE = 0.3

MIRRORED = (
    "the liver lies on the left as the file's header has it: the header seems mirrored, or the organs are (situs "
    "inversus); the kidney on the liver's side was named the right one"
)
CONTRADICTION = "liver and spleen lie on unusual sides: check which kidney is which"
ONE_SIDE = "both kidneys lie on one side of the body: they were named by their order, check which is which"
DOUBTS = (MIRRORED, CONTRADICTION, ONE_SIDE)
"""The warnings after which the kidneys' names are not to be trusted unseen."""


class Findings(NamedTuple):
    """What is worth telling about sides: doubts the user should see, and repairs that went well."""

    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def warning(self, sentence: str) -> "Findings":
        """With one more doubt."""
        return self._replace(warnings=(*self.warnings, sentence))


class _Frame(NamedTuple):
    """Distances to the right of the body's middle, in mm, by index along x; `sign` is -1 in a mirrored scan."""

    mm: np.ndarray
    sign: int

    def of(self, mask: np.ndarray) -> np.ndarray:
        """How far to the anatomical right each voxel of `mask` lies."""
        return self.sign * self.mm[np.nonzero(mask)[0]]


def kidneys(
    mask: np.ndarray,
    *,
    prefers_right: np.ndarray,
    liver: np.ndarray,
    spleen: np.ndarray,
    hu: np.ndarray,
    spacing: tuple[float, float, float],
    least: int,
) -> tuple[np.ndarray, np.ndarray, Findings]:
    """Parts the voxels of both kidneys into right and left ones, by the side on which each piece of `mask` lies.

    All arrays are (x, y, z) in RAS. `prefers_right` is the network's probability of right minus that of left; it
    decides near the middle only. Pieces of less than `least` voxels are dropped.
    """
    mm = (np.arange(mask.shape[0]) - _middle(hu)) * spacing[0]
    sign, warnings = _right_sign(liver, spleen, mm)
    frame = _Frame(mm, sign)
    # It was trained on mirrored patches with the names swapped, so it says right where the header does.
    prefers_right = sign * prefers_right
    right, left = np.zeros_like(mask), np.zeros_like(mask)
    pieces, sizes = connected_components(mask)
    large = np.argsort(-sizes, kind="stable")[: int((sizes >= least).sum())]
    for number in large:
        piece = pieces == number
        on_right = _right_voxels(piece, prefers_right, frame)
        right |= on_right
        left |= piece & ~on_right
    twins = _on_one_side([pieces == number for number in large[:2]], right, prefers_right, frame)
    if twins is not None:
        right, left = twins
        warnings.append(ONE_SIDE)
    moved = int((right & (prefers_right < 0)).sum() + (left & (prefers_right > 0)).sum())
    notes = (f"laterality: {moved} voxels of the kidneys were given to the other side",) if moved >= least else ()
    return right, left, Findings(tuple(warnings), notes)


def _middle(hu: np.ndarray) -> float:
    """Index along x of the plane with half of the body on either side, which one arm in the picture moves little."""
    profile = np.cumsum((hu > SKIN_HU).sum(axis=(1, 2)))
    if profile[-1] == 0:
        return (hu.shape[0] - 1) / 2
    return float(np.interp(profile[-1] / 2, np.concatenate([[0], profile]), np.arange(hu.shape[0] + 1) - 0.5))


def _right_sign(liver: np.ndarray, spleen: np.ndarray, mm: np.ndarray) -> tuple[int, list[str]]:
    """1 where the liver lies to the right as the header has it, -1 in a mirrored scan; and what to say of it."""
    if not liver.any():
        return 1, []
    aside = float(mm[np.nonzero(liver)[0]].mean())
    apart = aside - float(mm[np.nonzero(spleen)[0]].mean()) if spleen.any() else 0.0
    signs = {int(np.sign(value)) for value, least in ((aside, ASIDE_MM), (apart, APART_MM)) if abs(value) >= least}
    if signs == {-1}:
        return -1, [MIRRORED]
    return 1, [CONTRADICTION] if -1 in signs else []


def _right_voxels(piece: np.ndarray, prefers_right: np.ndarray, frame: _Frame) -> np.ndarray:
    """Those voxels of one connected piece that belong to the right kidney: mostly all or none."""
    aside = frame.of(piece)
    share = float((aside > 0).mean())
    if np.ptp(aside) >= FUSED_MM and FUSED_SHARE < share < 1 - FUSED_SHARE:
        return piece & (frame.sign * frame.mm > 0)[:, None, None]
    middle = float(aside.mean())
    is_right = middle > 0 if abs(middle) >= MIDDLE_MM else float(prefers_right[piece].sum()) > 0
    return piece if is_right else np.zeros_like(piece)


def _on_one_side(
    pair: list[np.ndarray], right: np.ndarray, prefers_right: np.ndarray, frame: _Frame
) -> tuple[np.ndarray, np.ndarray] | None:
    """Right and left by order, when the two largest pieces lie on one side and the network took them for a pair."""
    if len(pair) < 2 or pair[1].sum() < TWIN_SHARE * pair[0].sum():
        return None
    on_right = [bool(right[piece].all()) for piece in pair]
    if on_right[0] != on_right[1] or any(right[piece].any() != right[piece].all() for piece in pair):
        return None
    votes = [float(prefers_right[piece].sum()) > 0 for piece in pair]
    if votes[0] == votes[1]:
        return None
    first, second = sorted(pair, key=lambda piece: -float(frame.of(piece).mean()))
    return first, second
