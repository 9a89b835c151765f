"""From the network's probabilities to four organs that can be: one piece each, no holes, each kidney on its side.

All arrays are (x, y, z) at the model's resolution in canonical RAS, so the first axis runs to the patient's right as
the file's header has it.
"""

from dataclasses import dataclass, field, replace

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.findings import not_found
from flare_gui.model.components import connected_components
from flare_gui.model.laterality import Findings, kidneys
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ

# Smaller pieces are noise: half a cubic centimetre is a ball of 1 cm.
SMALLEST_ML = 0.5

# Where the scan ends in the middle of an organ, that may fall into pieces; a lesser piece than this is none of them.
CUT_PIECE_SHARE = 0.1

# What a network takes for a liver is a large mass, which lies below it. No second piece of a sound liver is as large.
LIVER_ML = 300.0

KIDNEYS = (RIGHT_KIDNEY, LEFT_KIDNEY)


@dataclass(frozen=True, eq=False)
class Organs:
    """Cleaned organs at the model's resolution: `labels` is uint8 (x, y, z) of `Organ.label`, `affine` places it.

    `scores` holds float32 (x, y, z) probabilities of background, liver, either kidney and spleen, by label; both
    kidneys point to the same array, for it is anatomy that tells them apart. `most` is the highest confidence that an
    organ may have after what was seen of it.
    """

    labels: np.ndarray
    affine: np.ndarray
    scores: dict[int, np.ndarray]
    findings: Findings
    most: dict[Organ, float] = field(default_factory=dict)

    @property
    def voxel_ml(self) -> float:
        """Volume of a voxel in millilitres."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000

    def without(self, organ: Organ, said: str) -> "Organs":
        """Without the organ; `said` is what the user is told of that."""
        labels = np.where(self.labels == organ.label, np.uint8(0), self.labels)
        return replace(self, labels=labels, findings=self.findings.warning(said))

    def doubting(self, organ: Organ, most: float, said: str) -> "Organs":
        """With a confidence of at most `most` in the organ; `said` is what the user is told of that."""
        lower = min(most, self.most.get(organ, 1.0))
        return replace(self, most={**self.most, organ: lower}, findings=self.findings.warning(said))

    def noting(self, note: str) -> "Organs":
        """With one more note on a repair."""
        return replace(self, findings=self.findings._replace(notes=(*self.findings.notes, note)))

    def missing(self) -> tuple[str, ...]:
        """A sentence for each organ that is not there."""
        return tuple(not_found(organ.name) for organ in ORGANS if not (self.labels == organ.label).any())

    def margin(self, organ: Organ, box: tuple[slice, slice, slice]) -> np.ndarray:
        """How much more probable `organ` is than its strongest rival: above 0 exactly where `labels` has it.

        Float32 for the voxels in `box`. Where clean-up decided otherwise than the network, the sign is turned: then a
        surface drawn at 0 runs halfway between the two voxels that it parts.
        """
        own = self.scores[organ.label]
        rivals = [score[box] for score in self.scores.values() if score is not own]
        # The floor keeps a tie from being no side at all.
        size = np.maximum(np.abs(own[box] - np.max(rivals, axis=0)), np.float32(1e-6))
        return np.where(self.labels[box] == organ.label, size, -size)


def clean(probabilities: np.ndarray, hu: np.ndarray, affine: np.ndarray, never: np.ndarray) -> Organs:
    """Organs out of softmax probabilities (classes, x, y, z); `hu` is the CT on the same grid.

    Where `never` is True no organ can be: holes are not filled there.

    Each organ becomes its largest piece without holes, the liver its highest large one; kidneys are named by the
    side they lie on.
    """
    # Votes that a kidney loses to its twin would open gaps in it.
    kidney = probabilities[RIGHT_KIDNEY.label] + probabilities[LEFT_KIDNEY.label]
    scores = {0: probabilities[0]} | {organ.label: probabilities[organ.label] for organ in (LIVER, SPLEEN)}
    scores |= {organ.label: kidney for organ in KIDNEYS}
    best = np.maximum(np.maximum(scores[0], scores[LIVER.label]), np.maximum(scores[SPLEEN.label], kidney))
    # As argmax: of equals the first in this order wins.
    is_liver = (scores[LIVER.label] == best) & (scores[0] != best)
    is_spleen = (scores[SPLEEN.label] == best) & (scores[0] != best) & ~is_liver
    is_kidney = (scores[0] != best) & ~is_liver & ~is_spleen
    voxel_ml = abs(float(np.linalg.det(affine[:3, :3]))) / 1000
    least = max(1, round(SMALLEST_ML / voxel_ml))
    liver, spleen = highest_piece(is_liver, LIVER_ML / voxel_ml, least), largest_piece(is_spleen, least)
    right, left, findings = kidneys(
        is_kidney,
        prefers_right=probabilities[RIGHT_KIDNEY.label] - probabilities[LEFT_KIDNEY.label],
        liver=liver,
        spleen=spleen,
        hu=hu,
        spacing=geometry.spacing(affine),
        least=least,
    )
    labels = np.zeros(best.shape, np.uint8)
    pieces = {LIVER: liver, RIGHT_KIDNEY: largest_piece(right, least), SPLEEN: spleen}
    pieces[LEFT_KIDNEY] = largest_piece(left, least)
    for organ, piece in pieces.items():
        labels[piece] = organ.label
    for organ, piece in pieces.items():
        labels[_filled(piece) & (labels == 0) & ~never] = organ.label
    return Organs(labels, affine, scores, findings)


def largest_piece(mask: np.ndarray, least: int) -> np.ndarray:
    """The largest connected piece of a boolean (x, y, z), if it has `least` voxels.

    Where it is cut by the scan's first or last slice, other sizeable pieces cut by the same slice belong to it.
    """
    pieces, sizes = connected_components(mask)
    return _with_cut_pieces(pieces, sizes, int(sizes.argmax()), least)


def highest_piece(mask: np.ndarray, large: float, least: int) -> np.ndarray:
    """Of the pieces with `large` voxels or more, the one whose middle lies highest; the largest where none is large."""
    pieces, sizes = connected_components(mask)
    candidates = np.flatnonzero(sizes >= large)
    if candidates.size < 2:
        return _with_cut_pieces(pieces, sizes, int(sizes.argmax()), least)
    heights = [z for _, _, z in ndimage.center_of_mass(mask, pieces, candidates)]
    return _with_cut_pieces(pieces, sizes, int(candidates[int(np.argmax(heights))]), least)


def _with_cut_pieces(pieces: np.ndarray, sizes: np.ndarray, number: int, least: int) -> np.ndarray:
    if sizes[number] < least:
        return np.zeros(pieces.shape, bool)
    chosen = np.zeros(len(sizes), bool)
    chosen[number] = True
    for end in (pieces[:, :, 0], pieces[:, :, -1]):
        cut = np.unique(end)
        if number in cut:
            chosen[cut] |= sizes[cut] >= max(least, CUT_PIECE_SHARE * sizes[number])
    return chosen[pieces]


def _filled(mask: np.ndarray) -> np.ndarray:
    """The mask without holes. Looked at inside its box alone: a hole cannot reach beyond."""
    filled = np.zeros_like(mask)
    box = geometry.box_of(mask)
    if box is not None:
        filled[box] = ndimage.binary_fill_holes(mask[box])
    return filled
