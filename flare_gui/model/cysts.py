"""Kidneys full of cysts: networks leave out what is as dark as water, though it is a part of the organ.

Arrays are (x, y, z) at the model's resolution.
"""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.model.anatomy import KIDNEYS, Organs
from flare_gui.model.components import connected_components
from flare_gui.model.hu import core_hu, smoothed
from flare_gui.model.tissue import MOST_HU, SIGMA, grown

# Water with a share of noise and of its surroundings; parenchyma is told from it when it holds contrast agent.
WATER_HU, ENHANCED_HU = (-20.0, 35.0), 80.0

# A cyst lies in the kidney or on it: so much of its surface is the kidney's. Bowel and muscle beside it stay below 0.2.
ON_KIDNEY_SHARE = 0.25
CYST_ML = (1.0, 60.0)
REACH = 6
"""How many voxels a cyst reaches beyond the kidney."""

# One or two may be the renal pelvis, wide with urine, which is no part of the kidney.
MANY = 3
OPEN_ML, OPEN_CONFIDENCE = 5.0, 0.75


def with_cysts(organs: Organs, hu: np.ndarray) -> Organs:
    """Kidneys with many cysts get them; those with one or two dark places are doubted, for these may be the pelvis."""
    voxel_ml = organs.voxel_ml
    for organ in KIDNEYS:
        mask = organs.labels == organ.label
        box = geometry.box_of(mask)
        if box is None or core_hu(hu, mask) < ENHANCED_HU:
            continue
        near = grown(box, mask.shape, REACH + 2)
        found = _water_on(mask[near], organs.labels[near] == 0, hu[near], voxel_ml)
        ml = sum(float(piece.sum()) for piece in found) * voxel_ml
        if len(found) >= MANY:
            labels = organs.labels.copy()
            labels[near][np.any(found, axis=0)] = organ.label
            note = f"{ml:.0f} ml as dense as water in {len(found)} places count as cysts of the {organ.name.lower()}"
            organs = replace(organs, labels=labels).noting(note)
        elif ml >= OPEN_ML:
            said = f"{ml:.0f} ml as dense as water in the {organ.name.lower()} were not counted: a cyst or urine"
            organs = organs.doubting(organ, OPEN_CONFIDENCE, said)
    return organs


def _water_on(kidney: np.ndarray, free: np.ndarray, hu: np.ndarray, voxel_ml: float) -> list[np.ndarray]:
    """Masks of the pieces as dark as water, on `free` voxels, that have much of their surface on the kidney."""
    light = smoothed(hu, SIGMA, MOST_HU)
    water = (light > WATER_HU[0]) & (light < WATER_HU[1]) & free & ndimage.binary_dilation(kidney, iterations=REACH)
    pieces, sizes = connected_components(ndimage.binary_opening(water))
    around = np.zeros((2, len(sizes)))
    for axis in range(3):
        for step in (1, -1):
            edge = (pieces > 0) & (np.roll(pieces, step, axis) != pieces)
            for row, where in enumerate((edge, edge & np.roll(kidney, step, axis))):
                around[row] += np.bincount(pieces[where], minlength=len(sizes))
    share = around[1] / np.maximum(around[0], 1)
    ml = sizes * voxel_ml
    return [pieces == i for i in np.flatnonzero((share > ON_KIDNEY_SHARE) & (ml >= CYST_ML[0]) & (ml <= CYST_ML[1]))]
