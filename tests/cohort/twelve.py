"""A cohort of twelve cases made from the real scans: coarse copies and crops, with other noise and other HU.

One is broken, one has no left kidney, one is mirrored. The kidney was taken out by its label: fat lies there.
"""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np

from flare_gui import io
from flare_gui.organs import LEFT_KIDNEY
from flare_gui.volume import Volume

BROKEN, NO_KIDNEY, MIRRORED = "c-broken", "a-no-kidney", "b-mirrored"
FAT_HU = (-100, 12)
_STEP_MM = 3.0

Change = Callable[[np.ndarray, np.random.Generator], np.ndarray]

CHANGES: dict[str, Change] = {
    "coarse": lambda hu, rng: hu,
    "noisy": lambda hu, rng: hu + rng.normal(0, 35, hu.shape),
    "brighter": lambda hu, rng: np.where(hu > -300, hu + 18, hu),
    "upper": lambda hu, rng: hu[:, :, hu.shape[2] // 4 :],
}


def make_twelve(scans: list[Path], labels: Path, folder: Path) -> None:
    """Write the twelve scans into `folder`. The last of three `scans` is the one that `labels` (ours) belongs to."""
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(3)
    coarse = [_coarse(io.read_scan(path)) for path in scans]
    for letter, (hu, affine) in zip("abc", coarse, strict=True):
        for name, change in CHANGES.items():
            changed = change(hu.astype(float), rng)
            placed = affine.copy()
            placed[:3, 3] += (hu.shape[2] - changed.shape[2]) * affine[:3, 2]
            _save(changed, placed, folder / f"{letter}-{name}.nii.gz")
    # Three of the copies make way for what goes wrong in a cohort.
    hu, affine = coarse[2]
    mask = nibabel.load(labels)
    step = _steps(mask.header.get_zooms())
    kidney = np.asarray(mask.dataobj)[tuple(slice(None, None, n) for n in step)] == LEFT_KIDNEY.label
    (folder / "a-upper.nii.gz").unlink()
    _save(np.where(kidney, rng.normal(*FAT_HU, hu.shape), hu), affine, folder / f"{NO_KIDNEY}.nii.gz")
    (folder / "b-upper.nii.gz").unlink()
    _save(coarse[1][0][::-1], coarse[1][1], folder / f"{MIRRORED}.nii.gz")
    whole = (folder / "c-upper.nii.gz").read_bytes()
    (folder / "c-upper.nii.gz").unlink()
    (folder / f"{BROKEN}.nii.gz").write_bytes(whole[: len(whole) // 2])


def _coarse(volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    step = _steps(volume.spacing)
    affine = volume.affine @ np.diag([*step, 1])
    return volume.hu[tuple(slice(None, None, n) for n in step)], affine


def _steps(spacing: tuple[float, ...]) -> tuple[int, ...]:
    return tuple(max(1, round(_STEP_MM / mm)) for mm in spacing)


def _save(hu: np.ndarray, affine: np.ndarray, path: Path) -> None:
    nibabel.save(nibabel.Nifti1Image(np.clip(hu, -1024, 3071).astype(np.int16), affine), path)
