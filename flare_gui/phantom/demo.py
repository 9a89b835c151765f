"""The demo scan: a synthetic abdomen that is the same on every machine and belongs to nobody."""

import numpy as np

from flare_gui import geometry
from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen
from flare_gui.volume import Volume

SPACING_MM = (1.5, 1.5, 2.5)
_SEED = 11
# From above the diaphragm to the pelvis, in the frame of `patient`.
_Z_RANGE_MM = (-150.0, 175.0)


def demo_scan() -> Volume:
    """A portal venous CT, about 275 x 215 x 130 voxels in LPS as scanners store them; the same at every call."""
    rng = np.random.default_rng(_SEED)
    tissues, affine = abdomen(rng, SPACING_MM, z_range_mm=_Z_RANGE_MM)
    hu = paint(tissues, SPACING_MM, rng, Look(phase="portal", noise_hu=11.0, blur_mm=0.9, lesions=2))
    stored = geometry.reorient(affine, hu.shape, "LPS")
    return Volume(np.ascontiguousarray(stored.apply(hu)), stored.affine, name="demo-ct")
