"""DICOM headers through pydicom: which slices lie here, and which of them make one regular stack."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.errors import InvalidDicomError

from flare_gui.progress import Cancel, Progress, ignore, never

_TAGS = [
    "SeriesInstanceUID", "SeriesDescription", "Modality", "ImageType", "InstanceNumber", "NumberOfFrames",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "Rows", "Columns",
    "RescaleSlope", "RescaleIntercept", "PixelPaddingValue", "PixelRepresentation", "SamplesPerPixel",
]  # fmt: skip


# Shorter stacks show where the contrast is, or one vertebra; no organ fits in.
SHORTEST_SCAN_MM = 40.0


@dataclass(frozen=True)
class Slice:
    """One DICOM image. `position` is the first pixel's centre, `along` and `down` the row's and column's directions.

    All in DICOM's LPS mm; `spacing_mm` is between neighbours along a row and down a column.
    """

    path: Path
    uid: str
    description: str
    modality: str
    localizer: bool
    frames: int
    number: int
    columns: int
    rows: int
    position: np.ndarray
    along: np.ndarray
    down: np.ndarray
    spacing_mm: tuple[float, float]
    padding_hu: float | None

    @property
    def normal(self) -> np.ndarray:
        """Unit vector that slices are stacked along."""
        return np.cross(self.along, self.down)

    @property
    def height(self) -> float:
        """Position along the normal in mm."""
        return float(self.position @ self.normal)


@dataclass(frozen=True)
class Series:
    """Slices of one series, orientation and size, sorted along their normal."""

    slices: tuple[Slice, ...]

    @property
    def first(self) -> Slice:
        return self.slices[0]

    @property
    def uid(self) -> str:
        return self.first.uid

    @property
    def is_ct(self) -> bool:
        return self.first.modality == "CT" and not self.first.localizer

    @property
    def plane(self) -> str:
        """The patient's plane that the slices are closest to."""
        return ("sagittal", "coronal", "axial")[int(np.abs(self.first.normal).argmax())]

    @property
    def step_mm(self) -> float:
        """The usual distance between two slices, 0 for a single one."""
        heights = np.unique(np.round([s.height for s in self.slices], 3))
        return float(np.median(np.diff(heights))) if len(heights) > 1 else 0.0

    def __str__(self) -> str:
        name = self.first.description or "without a description"
        what = "localizer" if self.first.localizer else f"{self.plane} {self.first.modality}"
        return f"{name} ({what}, {len(self.slices)} slice{'s' if len(self.slices) > 1 else ''}, {self.uid})"


def read_slices(files: Iterable[Path], *, progress: Progress = ignore, cancel: Cancel = never) -> list[Slice]:
    """The DICOM images among `files`; what is no DICOM file, or has no place in the patient, is passed over."""
    paths = list(files)
    slices = []
    for done, path in enumerate(paths, 1):
        cancel.check()
        found = read_slice(path)
        if found is not None:
            slices.append(found)
        progress("headers", done / len(paths))
    return slices


def is_dicom(path: Path) -> bool:
    """Whether a file carries DICOM's mark, 128 bytes in. Costs one short read."""
    try:
        with path.open("rb") as file:
            return file.read(132)[128:] == b"DICM"
    except OSError:
        return False


def read_slice(path: Path) -> Slice | None:
    """The header of one DICOM image, None for anything else."""
    if not is_dicom(path):
        return None
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
        orientation = np.array(header.ImageOrientationPatient, float)
        down_mm, along_mm = (float(v) for v in header.PixelSpacing)  # DICOM: between rows, then between columns
        return Slice(
            path=path,
            uid=str(header.SeriesInstanceUID),
            description=str(header.get("SeriesDescription", "")).strip(),
            modality=str(header.get("Modality", "")),
            localizer="LOCALIZER" in [str(v).upper() for v in header.get("ImageType", None) or []],
            frames=int(header.get("NumberOfFrames", None) or 1),
            number=int(header.get("InstanceNumber", None) or 0),
            columns=int(header.Columns),
            rows=int(header.Rows),
            position=np.array(header.ImagePositionPatient, float),
            along=_unit(orientation[:3]),
            down=_unit(orientation[3:]),
            spacing_mm=(along_mm, down_mm),
            padding_hu=_padding_hu(header),
        )
    except (AttributeError, InvalidDicomError, TypeError, ValueError, OSError, EOFError):
        return None  # a report, a plan, a damaged header: no slice that could be placed


def group(slices: Iterable[Slice]) -> list[Series]:
    """Stacks of slices that share series, orientation, size and pixel spacing; the largest first."""
    stacks: dict[tuple[object, ...], list[Slice]] = defaultdict(list)
    for one in slices:
        direction = tuple(np.round(np.concatenate([one.along, one.down]), 2) + 0.0)
        spacing = tuple(np.round(one.spacing_mm, 3))
        stacks[(one.uid, one.modality, one.localizer, direction, one.columns, one.rows, spacing)].append(one)
    series = [Series(tuple(sorted(stack, key=lambda s: (s.height, s.number)))) for stack in stacks.values()]
    return sorted(series, key=lambda s: (-len(s.slices), s.uid))


def propose(series: list[Series]) -> Series | None:
    """The largest axial CT series, or the largest CT series where none is axial."""
    stacks = [s for s in series if s.is_ct and len(s.slices) > 1]
    axial = [s for s in stacks if s.plane == "axial"]
    return next(iter(axial or stacks), None)


def is_body_scan(series: Series) -> bool:
    """Whether a series is a CT through some part of a body: no localizer, no watching of a bolus in one place."""
    return series.is_ct and abs(series.slices[-1].height - series.first.height) >= SHORTEST_SCAN_MM


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    if not length > 0:
        raise ValueError("a direction of no length")
    return vector / length


def _padding_hu(header: pydicom.Dataset) -> float | None:
    value = header.get("PixelPaddingValue", None)
    if value is None:
        return None
    slope, intercept = float(header.get("RescaleSlope", None) or 1), float(header.get("RescaleIntercept", None) or 0)
    number = int(value)
    # The value's type follows the pixels' sign, which some writers get wrong.
    if int(header.get("PixelRepresentation", None) or 0) == 1 and number > 32767:
        number -= 65536
    return slope * number + intercept
