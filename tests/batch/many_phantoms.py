"""Many small synthetic CTs, quickly: a few painted bodies, each many times with other noise and another cut."""

from functools import cache
from pathlib import Path

import nibabel
import numpy as np

from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen

SPACING_MM = (4.0, 4.0, 5.0)
BODIES = 8


@cache
def _body(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """HU and affine of one patient. Painting takes a second, variations next to nothing."""
    rng = np.random.default_rng(seed)
    tissues, affine = abdomen(rng, SPACING_MM, z_range_mm=(-130.0, 170.0))
    return paint(tissues, SPACING_MM, rng, Look(phase="portal", noise_hu=8.0, blur_mm=1.0, lesions=1)), affine


def write_phantoms(folder: Path, count: int) -> list[Path]:
    """`count` different scans in folders of four sites below `folder`; those that are there already are kept."""
    paths = []
    for number in range(count):
        path = folder / f"site{number % 4}" / f"p{number:03d}.nii.gz"
        paths.append(path)
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        hu, affine = _body(number % BODIES)
        rng = np.random.default_rng(number)
        first, last = int(rng.integers(0, 6)), hu.shape[2] - int(rng.integers(0, 6))
        part = hu[:, :, first:last]
        placed = affine.copy()
        placed[:3, 3] += first * affine[:3, 2]
        nibabel.save(nibabel.Nifti1Image((part + rng.normal(0, 6, part.shape)).astype(np.int16), placed), path)
    return paths
