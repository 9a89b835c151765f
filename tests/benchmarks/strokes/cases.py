"""Masks with something wrong in them: as the network made them, of scans with a mass, and damaged on purpose."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from flare_gui import geometry, io
from flare_gui.model.features import NetworkFeatures, network_features
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Volume
from tests.benchmarks.scans import ROOT
from trainer.cache import SPACING_MM, TrainingCase
from trainer.degrade import degraded

UNKNOWN = 255
DATA = ROOT.parent / "shared" / "data"
KINDS = ("plain", "mass", "damaged")

MOVED_MM, REMOVED_SHARE, LEAK_ML = 8.0, 1 / 3, 150.0
# Around an organ and its reference, so much of the scan is looked at.
AROUND_MM = 45.0


@dataclass(frozen=True, eq=False)
class OrganCase:
    """One organ of a mask and its surroundings: arrays are (x, y, z) on the grid of `affine`, in canonical RAS.

    `labels` is the mask at the start, `reference` the labels that it should have, 255 where nobody knows.
    """

    organ: Organ
    hu: np.ndarray
    affine: np.ndarray
    labels: np.ndarray
    reference: np.ndarray
    features: NetworkFeatures

    def cropped(self) -> "OrganCase":
        """Cut to what is near the organ."""
        box = geometry.box_of((self.labels == self.organ.label) | (self.reference == self.organ.label))
        assert box is not None
        around = np.ceil(AROUND_MM / np.array(geometry.spacing(self.affine))).astype(int).tolist()
        part = tuple(slice(max(0, side.start - more), side.stop + more) for side, more in zip(box, around, strict=True))
        affine = geometry.crop(self.affine, np.array([side.start for side in part]))
        arrays = {name: getattr(self, name)[part] for name in ("hu", "labels", "reference")}
        return replace(self, affine=affine, **arrays)


@dataclass(frozen=True, eq=False)
class Scan:
    """A scan with its reference and the network's result, in canonical RAS."""

    name: str
    volume: Volume
    reference: np.ndarray
    labels: np.ndarray
    features: NetworkFeatures

    def organ(self, organ: Organ, labels: np.ndarray | None = None) -> OrganCase:
        """One organ of the network's result, or of other `labels`."""
        start = self.labels if labels is None else labels
        return OrganCase(organ, self.volume.hu, self.volume.affine, start, self.reference, self.features).cropped()


def organ_cases(folders: list[Path], model: Model, kinds: list[str]) -> Iterator[tuple[str, OrganCase]]:
    """Names of cases and their organs, of scans in folders with `ct.nii.gz` and `label.nii.gz`."""
    for folder in folders:
        volume, reference = _read(folder)
        for kind in kinds:
            if kind == "mass":
                grown = _with_mass(volume, reference)
                yield from _plain(_segmented(f"{folder.name}, with a mass", *grown, model))
                continue
            scan = _segmented(folder.name, volume, reference, model)
            yield from _plain(scan) if kind == "plain" else _damaged(scan)


def own_folders() -> list[Path]:
    """The labelled scans beside the repository; none where these are missing."""
    return sorted(
        path.parent for path in DATA.glob("ct*/*/label*.nii.gz") if path.name != "label_liver_manual_only.nii.gz"
    )


def _read(folder: Path) -> tuple[Volume, np.ndarray]:
    volume = io.read_scan(folder / "ct.nii.gz")
    name = next(name for name in ("label.nii.gz", "label_agreed.nii.gz") if (folder / name).exists())
    labels, affine = io.read_labels(folder / name)
    assert labels.shape == volume.shape and np.allclose(affine, volume.affine, atol=1e-3), f"{folder}: two grids"
    upright = geometry.reorient(volume.affine, volume.shape)
    turned = Volume(upright.apply(volume.hu), upright.affine, volume.name)
    return turned, upright.apply(labels.astype(np.uint8))


def _segmented(name: str, volume: Volume, reference: np.ndarray, model: Model) -> Scan:
    return Scan(name, volume, reference, segment(volume, model).labels, network_features(volume, model))


def _with_mass(volume: Volume, reference: np.ndarray) -> tuple[Volume, np.ndarray]:
    """The patient with a mass that pushes the organs aside, on the grid of the trainer's arrays."""
    affine, shape = geometry.coarse_grid(volume.affine, volume.shape, (SPACING_MM,) * 3)
    hu = np.rint(geometry.resample(volume.hu, volume.affine, affine, shape, fill=-1024)).astype(np.int16)
    labels = geometry.resample_labels(reference, volume.affine, affine, shape)
    (grown,) = degraded(TrainingCase("", labels, hu, (SPACING_MM,) * 3), seed=3, only=["a mass"])
    return Volume(grown.hu, affine), grown.labels.astype(np.uint8)


def _plain(scan: Scan) -> Iterator[tuple[str, OrganCase]]:
    for organ in ORGANS:
        if (scan.reference == organ.label).any():
            yield scan.name, scan.organ(organ)


def _damaged(scan: Scan) -> Iterator[tuple[str, OrganCase]]:
    for organ in (RIGHT_KIDNEY, LEFT_KIDNEY):
        yield f"{scan.name}, moved", scan.organ(organ, _moved(scan, organ))
    for organ in (SPLEEN, LIVER):
        yield f"{scan.name}, a third removed", scan.organ(organ, _third_removed(scan, organ))
    for organ in (LIVER, SPLEEN):
        yield f"{scan.name}, leaked", scan.organ(organ, _leaked(scan, organ))


def _moved(scan: Scan, organ: Organ) -> np.ndarray:
    """The organ 8 mm further to the front and the side."""
    by = np.rint(MOVED_MM / np.sqrt(2) / np.array(scan.volume.spacing) * [1, 1, 0]).astype(int)
    mask = scan.labels == organ.label
    moved = np.roll(mask, by, (0, 1, 2))
    labels = np.where(mask, np.uint8(0), scan.labels)
    return np.where(moved & (labels == 0), np.uint8(organ.label), labels)


def _third_removed(scan: Scan, organ: Organ) -> np.ndarray:
    """Without the organ's lowest third."""
    where = np.argwhere(scan.labels == organ.label)
    lowest = where[where[:, 2] < np.quantile(where[:, 2], REMOVED_SHARE)]
    labels = scan.labels.copy()
    labels[tuple(lowest.T)] = 0
    return labels


def _leaked(scan: Scan, organ: Organ) -> np.ndarray:
    """With 150 ml of the soft tissue that lies beside the organ's lowest part."""
    mask = scan.labels == organ.label
    seed = np.argwhere(mask)[np.argwhere(mask)[:, 2].argmin()]
    free = (scan.volume.hu > -30) & (scan.volume.hu < 200) & (scan.labels == 0) & (scan.reference != organ.label)
    mm = _distance(scan, seed)
    voxels = round(LEAK_ML * 1000 / abs(np.linalg.det(scan.volume.affine[:3, :3])))
    limit = np.partition(mm[free], voxels)[voxels]
    pieces, _ = ndimage.label((free & (mm <= limit)) | mask)
    leak = (pieces == pieces[tuple(seed)]) & free & (mm <= limit)
    return np.where(leak, np.uint8(organ.label), scan.labels)


def _distance(scan: Scan, voxel: np.ndarray) -> np.ndarray:
    """mm from a voxel, float32 (x, y, z)."""
    axes = [(np.arange(n) - at) * mm for n, at, mm in zip(scan.volume.shape, voxel, scan.volume.spacing, strict=True)]
    x, y, z = np.meshgrid(*axes, indexing="ij", sparse=True)
    return np.sqrt(x**2 + y**2 + z**2).astype(np.float32)
