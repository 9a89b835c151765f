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

# The spine lies in the middle between right and left: real scans have bone there to within 9 mm, arms included.
ASIDE_MM, ASIDE_OVER_BEHIND = 16.0, 1.5
# A body that lies on its side is not wider than it is deep; one with an arm beside it may seem to have its bone aside.
WIDER = 1.15

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
    aside, ahead, _ = _spine(look)
    if ahead > max(BEHIND_MM, abs(aside)):
        sentence = "the spine lies in front of the body's middle: the header exchanges front and back"
        yield Finding("front-back", sentence, 0.85, _HEADER)


def on_the_side(look: Look) -> Iterator[Finding]:
    """The spine lies beside the body's middle: a patient on the side, of whom the scanner was told supine or prone."""
    aside, ahead, wide = _spine(look)
    if abs(aside) > max(ASIDE_MM, ASIDE_OVER_BEHIND * abs(ahead)) and wide < WIDER:
        side = "right" if aside > 0 else "left"
        sentence = (
            f"the spine lies on the patient's {side} as the header has it: the picture is turned by 90 degrees, "
            "as when a patient lay on the side and the scanner was told otherwise"
        )
        yield Finding("on-the-side", sentence, 0.85, "Turn the scan upright first; organs are missed in it as it is.")


def _spine(look: Look) -> tuple[float, float, float]:
    """How far bone lies to the right and in front of the trunk's middle, in mm; the trunk's width over its depth."""
    trunk = (look.area_cm2 >= LEAST_AREA_CM2) & (look.bone_share <= MOST_BONE)
    bone = (look.normal > 300) & look.body & trunk
    if bone.sum() < 100:
        return 0.0, 0.0, 1.0
    places = np.argwhere(look.body & trunk)[:, :2] * look.spacing[:2]
    aside, ahead = np.argwhere(bone)[:, :2].mean(axis=0) * look.spacing[:2] - places.mean(axis=0)
    width, depth = np.percentile(places, 99, axis=0) - np.percentile(places, 1, axis=0)
    return float(aside), float(ahead), float(width / max(depth, 1.0))


def _in_one_piece(body: np.ndarray) -> bool:
    pieces, count = ndimage.label(body)
    if count < 2:
        return count == 1
    sizes = np.bincount(pieces.ravel())[1:]
    return bool(sizes.max() >= LEAST_IN_ONE_PIECE * sizes.sum())
