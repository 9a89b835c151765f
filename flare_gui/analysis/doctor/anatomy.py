"""Is there an abdomen, and does it lie as the header says?

Left and right cannot be told before the organs are known; `flare_gui.model.laterality` looks at them afterwards.
"""

from collections.abc import Iterator

import numpy as np
from scipy import ndimage

from flare_gui.analysis.doctor.look import Look
from flare_gui.findings import Finding

# A slice of the abdomen: wider than a neck, less gas than a chest, less bone than a head, in one piece unlike legs.
LEAST_AREA_CM2, MOST_LUNG, MOST_BONE, LEAST_IN_ONE_PIECE = 130.0, 0.15, 0.1, 0.75
LEAST_HEIGHT_MM = 30.0

# A slice that cuts through both lungs.
LUNGS = 0.2

# Vertebrae lie this far behind the body's middle; the shortest such distance among real scans was 20 mm.
BEHIND_MM = 12.0

_HEADER = "Check the orientation in the scan's header, or convert it from its DICOM series again."


def abdomen(look: Look) -> Iterator[Finding]:
    """Whether any part of the scan can be an abdomen."""
    fits = (look.area_cm2 >= LEAST_AREA_CM2) & (look.lung_share <= MOST_LUNG) & (look.bone_share <= MOST_BONE)
    tall = sum(_in_one_piece(look.body[:, :, k]) for k in np.flatnonzero(fits)) * float(look.spacing[2])
    if tall < min(LEAST_HEIGHT_MM, 0.5 * look.body.shape[2] * float(look.spacing[2])):
        where = "chest" if np.median(look.lung_share) > MOST_LUNG else ""
        where = "head or neck" if np.median(look.bone_share) > MOST_BONE else where
        sentence = "no abdomen was found in this scan" + (f": it looks like a {where}" if where else "")
        yield Finding("no-abdomen", sentence, 0.8, "Open a CT of the abdomen; what is found here may be nonsense.")


def head_and_feet(look: Look) -> Iterator[Finding]:
    """Lungs lie above the abdomen. A neck above lungs is narrow, an abdomen is not."""
    lungs = np.flatnonzero(look.lung_share > LUNGS)
    if not len(lungs):
        return
    width = float(np.median(look.area_cm2[lungs]))
    trunk = (look.area_cm2 > 0.6 * width) & (look.lung_share < 0.1)
    above, below = (int(part.sum()) * float(look.spacing[2]) for part in (trunk[lungs[-1] :], trunk[: lungs[0]]))
    if above > 60 and below < 0.25 * above:
        sentence = "the lungs lie below the abdomen: the header exchanges head and feet"
        yield Finding("head-feet", sentence, 0.85, _HEADER)


def front_and_back(look: Look) -> Iterator[Finding]:
    """The spine lies behind the body's middle."""
    trunk = (look.area_cm2 >= LEAST_AREA_CM2) & (look.bone_share <= MOST_BONE)
    bone = (look.normal > 300) & look.body & trunk
    if bone.sum() < 100:
        return
    ahead = float(np.argwhere(bone)[:, 1].mean() - np.argwhere(look.body & trunk)[:, 1].mean()) * look.spacing[1]
    if ahead > BEHIND_MM:
        sentence = "the spine lies in front of the body's middle: the header exchanges front and back"
        yield Finding("front-back", sentence, 0.85, _HEADER)


def _in_one_piece(body: np.ndarray) -> bool:
    pieces, count = ndimage.label(body)
    if count < 2:
        return count == 1
    sizes = np.bincount(pieces.ravel())[1:]
    return bool(sizes.max() >= LEAST_IN_ONE_PIECE * sizes.sum())
