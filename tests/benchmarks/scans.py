"""The scans that are measured: a real one brought to the size the issue speaks of, or a synthetic one without data."""

from pathlib import Path
from typing import NamedTuple

import nibabel
import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.organs import ORGANS
from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen
from flare_gui.volume import Segmentation, Volume

ROOT = Path(__file__).resolve().parents[2]
REAL = ROOT.parent / "shared" / "data" / "ct" / "ircad17"
CACHE = ROOT / "build" / "benchmarks"

SIDE, SLICES = 512, 300


class Scan(NamedTuple):
    """A CT and its four organs on one grid, and where they come from."""

    volume: Volume
    reference: Segmentation
    origin: str

    @property
    def shape(self) -> str:
        """Such as "512x512x300"."""
        return "x".join(str(n) for n in self.volume.shape)


def long_scan(slices: int = SLICES) -> Scan:
    """512 x 512 x `slices` voxels of the same body: real where the real data lie beside the repository.

    What is measured first makes it and keeps it below `build/`. Another number of slices cuts the same body thinner.
    """
    real = REAL.exists()
    folder = CACHE / f"{'ircad17' if real else 'synthetic'}-{slices}"
    if not (folder / "complete").exists():
        folder.mkdir(parents=True, exist_ok=True)
        hu, labels, affine = _real() if real else _synthetic()
        hu, labels, affine = _resized(hu, labels, affine, slices)
        np.save(folder / "hu.npy", hu)
        np.save(folder / "labels.npy", labels)
        np.save(folder / "affine.npy", affine)
        (folder / "complete").touch()
    hu, labels, affine = (np.load(folder / f"{name}.npy") for name in ("hu", "labels", "affine"))
    origin = "3D-IRCADb-01 patient 17, resampled" if real else "a synthetic abdomen of our own"
    return Scan(Volume(hu, affine, name="ct"), Segmentation(labels, affine), origin)


def nifti_file(scan: Scan) -> Path:
    """The scan as `.nii.gz`, as nibabel writes it."""
    path = CACHE / f"{scan.shape}.nii.gz"
    if not path.exists():
        part = path.with_name(f"part-{path.name}")
        nibabel.save(nibabel.Nifti1Image(scan.volume.hu, scan.volume.affine), part)
        part.replace(path)
    return path


def _real() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    # The readers need packages that a machine for the synthetic body may lack.
    from flare_gui import io

    volume = io.read_scan(REAL / "ct.nii.gz")
    labels, _ = io.read_labels(REAL / "label.nii.gz")
    return volume.hu, labels, volume.affine


def _synthetic() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(5)
    spacing = (1.5, 1.5, 2.5)
    tissues, affine = abdomen(rng, spacing, z_range_mm=(-150.0, 175.0))
    hu = paint(tissues, spacing, rng, Look(phase="portal", noise_hu=11.0, blur_mm=0.9))
    labels = np.where(tissues <= max(organ.label for organ in ORGANS), tissues, 0).astype(np.uint8)
    stored = geometry.reorient(affine, hu.shape, "LPS")
    return stored.apply(hu), stored.apply(labels), stored.affine


def _resized(
    hu: np.ndarray, labels: np.ndarray, affine: np.ndarray, slices: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Both on a grid of 512 x 512 x `slices` over the same body, slice by slice in memory as files have them."""
    factors = np.array([SIDE, SIDE, slices]) / hu.shape
    fine = ndimage.zoom(hu, factors, order=1, grid_mode=True, mode="nearest")
    step = np.diag([*(1 / factors), 1.0])
    step[:3, 3] = (1 / factors - 1) / 2
    placed = affine @ step
    same = geometry.resample_labels(labels, affine, placed, fine.shape)
    return np.asfortranarray(fine.astype(np.int16)), np.asfortranarray(same), placed
