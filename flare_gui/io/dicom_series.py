"""DICOM headers through pydicom: which slices lie here, and which of them make one regular stack."""

import struct
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pydicom
from pydicom.uid import DeflatedExplicitVRLittleEndian

from flare_gui.io import dicom_pixels
from flare_gui.io.dicom_pixels import Stored
from flare_gui.progress import Cancel, Progress, ignore, never

_TAGS = [
    "SeriesInstanceUID", "SeriesDescription", "Modality", "ImageType", "InstanceNumber", "NumberOfFrames",
    "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness", "Rows", "Columns",
    "RescaleSlope", "RescaleIntercept", "PixelPaddingValue", "PixelRepresentation", "SamplesPerPixel", "BitsAllocated",
    "BitsStored", "HighBit",
]  # fmt: skip
_NEEDED = ["SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns"]
_DEFLATED = str(DeflatedExplicitVRLittleEndian).encode() + b"\0"
_HEAD = 1024
# The tags of pixels as numbers, floats and doubles, either end first.
_PIXELS = {struct.pack(order + "HH", 0x7FE0, element) for order in "<>" for element in (0x0010, 0x0008, 0x0009)}
_FAR_MM = 1e5

# Values that break the standard's rules are common and harmless; a warning for each would bury what matters.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE


# Shorter stacks show where the contrast is, or one vertebra; no organ fits in.
SHORTEST_SCAN_MM = 40.0


@dataclass(frozen=True)
class Slice:
    """One DICOM image. `position` is the first pixel's centre, `along` and `down` the row's and column's directions.

    All in DICOM's LPS mm; `spacing_mm` is between neighbours along a row and down a column. `stored` says where
    its pixels lie in the file, None when they are compressed; `samples` is 1, or 3 for colours.
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
    samples: int
    stored: Stored | None

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
        """For messages and reports, which may leave the house: a description is free text, and may name the patient."""
        what = "localizer" if self.first.localizer else f"{self.plane} {self.first.modality}"
        return f"{what}, {len(self.slices)} slice{'s' if len(self.slices) > 1 else ''} ({self.uid})"


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
    return _head(path)[128:132] == b"DICM"


def missing_tags(path: Path) -> list[str]:
    """The names of the tags that a DICOM file lacks, or has no sense in, to be a slice with a place."""
    try:
        header = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_TAGS)
        return [tag for tag in _NEEDED if not header.get(tag)]
    except Exception:  # noqa: BLE001 - as in `read_slice`
        return []


def read_slice(path: Path) -> Slice | None:
    """The header of one DICOM image, None for anything else."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD)
            # A deflated header becomes a thousand times as large before pydicom looks at it; no scanner writes these.
            if head[128:132] != b"DICM" or _DEFLATED in head:
                return None
            file.seek(0)
            header = pydicom.dcmread(file, stop_before_pixels=True, specific_tags=_TAGS)
            # Where an element's length is wrong pydicom passes over the pixels, and GDCM makes room for that length.
            tag_at = file.tell()
            if file.read(4) not in _PIXELS:
                return None
        orientation = _finite(header.ImageOrientationPatient, 6)
        down_mm, along_mm = _finite(header.PixelSpacing, 2)  # DICOM: between rows, then between columns
        if not (down_mm > 0 and along_mm > 0):
            return None
        rows, columns, samples = int(header.Rows), int(header.Columns), _whole(header, "SamplesPerPixel", 1)
        return Slice(
            path=path,
            uid=str(header.SeriesInstanceUID),
            description=str(header.get("SeriesDescription", "")).strip(),
            modality=str(header.get("Modality", "")),
            localizer="LOCALIZER" in [str(v).upper() for v in header.get("ImageType", None) or []],
            frames=_whole(header, "NumberOfFrames", 1),
            number=_whole(header, "InstanceNumber", 0),
            columns=columns,
            rows=rows,
            position=_finite(header.ImagePositionPatient, 3),
            along=_unit(orientation[:3]),
            down=_unit(orientation[3:]),
            spacing_mm=(float(along_mm), float(down_mm)),
            padding_hu=_padding_hu(header),
            samples=samples,
            stored=dicom_pixels.stored(header, tag_at),
        )
    # A report, a plan, a damaged header: no slice that could be placed. On a header made to do harm pydicom raises
    # whatever the part of it does that stumbled: struct.error, RecursionError, KeyError and more.
    except Exception:  # noqa: BLE001
        return None


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


def _head(path: Path) -> bytes:
    """The first bytes, which hold the mark and the transfer syntax; none where the file cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(_HEAD)
    except OSError:
        return b""


def _finite(values: object, count: int) -> np.ndarray:
    numbers = np.array(values, float)
    # A table stands within metres of its scanner.
    if numbers.shape != (count,) or not (np.abs(numbers) < _FAR_MM).all():
        raise ValueError("not so many numbers that make sense")
    return numbers


def _whole(header: pydicom.Dataset, tag: str, otherwise: int) -> int:
    """A number that a slice can do without, even when another program wrote nonsense there."""
    try:
        return int(header.get(tag, None) or otherwise)
    except (TypeError, ValueError, OverflowError):
        return otherwise


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
    number = int(value) if np.isfinite(float(value)) else 0
    # The value's type follows the pixels' sign, which some writers get wrong.
    if int(header.get("PixelRepresentation", None) or 0) == 1 and number > 32767:
        number -= 65536
    return slope * number + intercept
