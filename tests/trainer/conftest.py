"""Small training material: phantoms of a coarse abdomen, and a made-up FLARE22Train.zip."""

import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.phantom.tissues import Tissue
from trainer.cache import TrainingCase


def blocks(seed: int) -> np.ndarray:
    """A (44, 36, 40) tissue map: a body of fat and four box-shaped organs on their proper sides."""
    rng = np.random.default_rng(seed)
    tissues = np.zeros((44, 36, 40), np.uint8)
    tissues[3:-3, 3:-3] = Tissue.FAT
    tissues[20:25, 5:11] = Tissue.BONE
    for tissue, (x, y, z), size in (
        (Tissue.LIVER, (27, 14, 18), (13, 14, 14)),
        (Tissue.SPLEEN, (5, 8, 20), (8, 9, 11)),
        (Tissue.RIGHT_KIDNEY, (28, 6, 3), (7, 7, 12)),
        (Tissue.LEFT_KIDNEY, (9, 6, 4), (7, 7, 12)),
    ):
        start = np.array((x, y, z)) + rng.integers(-1, 2, 3)
        tissues[tuple(slice(a, a + n) for a, n in zip(start, size, strict=True))] = tissue
    return tissues


@pytest.fixture(scope="session")
def phantom_cases() -> list[TrainingCase]:
    """Ten block phantoms of 4 mm voxels. Whoever changes one changes a copy."""
    return [TrainingCase(f"blocks_{i}", blocks(i), None, (4.0, 4.0, 4.0), "blocks", "Apache-2.0") for i in range(10)]


@pytest.fixture(params=["", "FLARE22Train/"], ids=["without a top folder", "with a top folder"])
def flare_zip(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    """Two cases laid out and named as in the challenge's zip: ids 1, 2, 3, 13 and one that is not ours."""
    path = tmp_path / "FLARE22Train.zip"
    affine = np.diag([-4.0, -4.0, 4.0, 1.0])  # LPS, as the challenge's files are
    with zipfile.ZipFile(path, "w") as archive:
        for number in (1, 2):
            tissues = np.ascontiguousarray(blocks(number)[::-1, ::-1])
            hu = np.choose(np.minimum(tissues, 5), [-1000, 110, 170, 120, 170, -100]).astype(np.int16)
            ids = np.array([0, 1, 2, 3, 13, 4], np.uint8)[np.minimum(tissues, 5)]
            for name, array in ((f"images/FLARE22_Tr_{number:04d}_0000", hu), (f"labels/FLARE22_Tr_{number:04d}", ids)):
                file = tmp_path / "one.nii.gz"
                nibabel.save(nibabel.Nifti1Image(array, affine), file)
                archive.write(file, f"{request.param}{name}.nii.gz")
    return path
