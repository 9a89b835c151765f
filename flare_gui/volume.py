"""The two things that travel through the program: a CT and its labels, each with the affine that places it."""

import hashlib
from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui import geometry
from flare_gui.errors import GridMismatch
from flare_gui.file_tally import FileTally
from flare_gui.findings import Finding, low_confidence, not_found
from flare_gui.organs import ORGANS


@dataclass(frozen=True, eq=False)
class Volume:
    """A CT: `hu` is int16 (x, y, z) in Hounsfield units, `affine` 4x4 maps voxel indices to RAS+ millimetres.

    `name` is the case's name for output files (never the patient's), `source` the path it came from, `findings` what
    the reader had to repair or leave out. `repairs` are the codes of findings that were repaired since it was read.
    `nifti_place` has the fields that place it in the header of its NIfTI, as they are there; None for other formats.
    `series_uid` names a DICOM series, with `#2` behind it where a part of one was read; `files` is what became of all.
    """

    hu: np.ndarray
    affine: np.ndarray
    name: str = "ct"
    source: Path | None = None
    series_uid: str | None = None
    findings: tuple[Finding, ...] = ()
    repairs: tuple[str, ...] = ()
    nifti_place: Mapping[str, np.ndarray] | None = None
    files: FileTally = field(default_factory=FileTally)

    def __post_init__(self) -> None:
        if self.hu.ndim != 3 or self.hu.dtype != np.int16:
            raise ValueError(f"a Volume holds int16 (x, y, z), not {self.hu.dtype} with {self.hu.ndim} axes")
        geometry.check_affine(self.affine)

    @property
    def shape(self) -> tuple[int, int, int]:
        x, y, z = self.hu.shape
        return x, y, z

    @property
    def spacing(self) -> tuple[float, float, float]:
        """Voxel size in mm along the array's own axes."""
        return geometry.spacing(self.affine)

    @property
    def orientation(self) -> str:
        """Where the array's axes point, such as "LPS"."""
        return geometry.orientation(self.affine)

    @property
    def warnings(self) -> tuple[str, ...]:
        """The sentences of `findings`."""
        return tuple(finding.sentence for finding in self.findings)


@dataclass(frozen=True, eq=False)
class Segmentation:
    """`labels` is uint8 (x, y, z), 0 for background and `Organ.label` elsewhere, on the grid of the CT it belongs to.

    `warnings` are about the result (laterality, an organ not found); `run` says how it was made: date, device,
    precision, seconds and memory by stage, model, by organ key the confidence, and which organs were corrected by hand.
    """

    labels: np.ndarray
    affine: np.ndarray
    warnings: tuple[str, ...] = ()
    run: dict[str, Any] = field(default_factory=dict)

    def confidence(self, key: str) -> float | None:
        """The Dice to expect of an organ, 0 to 1, as the network's calibration has it.

        It belongs to the network's own voxels: None for an organ that was not found, for masks from elsewhere, and once
        the organ was corrected by hand.
        """
        return None if key in self.corrected else self.run.get("confidence", {}).get(key)

    @property
    def corrected(self) -> frozenset[str]:
        """Keys of the organs that were corrected by hand."""
        return frozenset(self.run.get("corrected", ()))

    def corrected_by_hand(self, labels: Container[int]) -> "Segmentation":
        """The same labels, with those organs marked as corrected beside those that are marked already.

        What the network doubted about them is no doubt about what was drawn by hand.
        """
        keys = self.corrected | {organ.key for organ in ORGANS if organ.label in labels}
        if keys == self.corrected:
            return self
        expected, corrected = self.run.get("confidence", {}), [organ for organ in ORGANS if organ.key in keys]
        gone = {low_confidence(organ.name, expected[organ.key]) for organ in corrected if organ.key in expected}
        gone |= {not_found(organ.name) for organ in corrected}
        warnings = tuple(sentence for sentence in self.warnings if sentence not in gone)
        return replace(self, warnings=warnings, run=self.run | {"corrected": sorted(keys)})

    def __post_init__(self) -> None:
        if self.labels.ndim != 3 or self.labels.dtype != np.uint8:
            raise ValueError(f"a Segmentation holds uint8 (x, y, z), not {self.labels.dtype}")
        geometry.check_affine(self.affine)

    @property
    def voxel_ml(self) -> float:
        """Volume of one voxel in millilitres, right for sheared grids too."""
        return abs(float(np.linalg.det(self.affine[:3, :3]))) / 1000.0


def check_same_grid(volume: Volume, segmentation: Segmentation) -> None:
    """Raise `GridMismatch` unless both have the same shape and place every voxel within a hundredth of a millimetre."""
    if volume.shape != segmentation.labels.shape:
        raise GridMismatch(
            f"the mask has {segmentation.labels.shape} voxels and the scan {volume.shape}",
            hint="Choose the mask that belongs to this scan.",
        )
    corners = geometry.corners(volume.shape)
    apart = np.abs(geometry.apply(volume.affine, corners) - geometry.apply(segmentation.affine, corners)).max()
    if apart > 0.01:
        raise GridMismatch(
            f"the mask lies up to {apart:.2f} mm away from the scan",
            hint="Choose the mask that belongs to this scan, or resample it to the scan's grid.",
        )


def scan_sha256(volume: Volume) -> str:
    """A fingerprint of the voxels and of where they lie."""
    digest = hashlib.sha256(repr(volume.shape).encode())
    digest.update(np.ascontiguousarray(volume.affine, "<f8").tobytes())
    # Slice by slice: what comes from disk lies slice by slice in memory, so that nothing is copied twice.
    for z in range(volume.shape[2]):
        digest.update(volume.hu[:, :, z].astype("<i2").tobytes(order="F"))
    return digest.hexdigest()
