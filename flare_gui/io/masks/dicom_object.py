"""Masks in DICOM: which kind a file is, and whether it was made on the scan that is open."""

import warnings
from io import BytesIO
from pathlib import Path

import pydicom
from pydicom.dataset import Dataset
from pydicom.filereader import read_dataset, read_file_meta_info
from pydicom.uid import DeflatedExplicitVRLittleEndian, RTStructureSetStorage

from flare_gui.errors import FlareError, GridMismatch, UnreadableScan
from flare_gui.io.dicom_header import inflated, is_dicom
from flare_gui.io.dicom_source import source_slices
from flare_gui.volume import Volume

# The second one holds label maps and is younger than most libraries.
SEGMENTATIONS = ("1.2.840.10008.5.1.4.1.1.66.4", "1.2.840.10008.5.1.4.1.1.66.7")
STRUCTURE_SET = str(RTStructureSetStorage)
_HEAD = 4096


def mask_kind(path: Path) -> str:
    """The SOP class of a DICOM file that is a mask, "" for any other file."""
    if not (path.is_file() and is_dicom(path)):
        return ""
    try:
        found = str(_read(path, ["SOPClassUID"]).get("SOPClassUID", ""))
    # On a header made to do harm pydicom raises whatever the part of it does that stumbled.
    except Exception:  # noqa: BLE001
        return ""
    return found if found in (*SEGMENTATIONS, STRUCTURE_SET) else ""


def read(path: Path) -> Dataset:
    """The whole file. Raises `UnreadableScan`."""
    try:
        return _read(path)
    except Exception:  # noqa: BLE001 - as in `mask_kind`
        raise UnreadableScan(path, "cannot be read as DICOM", hint="Copy or export it again.") from None


def _read(path: Path, tags: list[str] | None = None) -> Dataset:
    with path.open("rb") as file, warnings.catch_warnings():
        # pydicom prints values that it doubts, and with them who the patient is.
        warnings.simplefilter("ignore")
        head = file.read(_HEAD)
        if str(DeflatedExplicitVRLittleEndian).encode() not in head:
            file.seek(0)
            return pydicom.dcmread(file, stop_before_pixels=tags is not None, specific_tags=tags, force=True)
        # pydicom would inflate without end.
        content = BytesIO(inflated(file, head))
        data = read_dataset(content, is_implicit_VR=False, is_little_endian=True)
        data.set_original_encoding(False, True)
        data.file_meta = read_file_meta_info(path)
        return data


def check_same_scan(volume: Volume, path: Path, series: set[str], frame: str) -> str:
    """A sentence when a mask that names these `series` and this `frame` of reference was made on another series.

    A scan that is no DICOM has neither: then the places in mm have to do. Raises `GridMismatch` for another frame.
    """
    ours = (volume.series_uid or "").partition("#")[0]
    if not ours or ours in series:
        return ""
    scan = _frame_of(volume)
    if scan and frame and scan != frame:
        raise GridMismatch(
            f"{path.name}: it was made on another series, in another frame of reference",
            hint="Open the series that it was made on.",
        )
    if not series and scan == frame:
        return ""
    known = "in the same frame of reference" if scan and frame else "and names no frame of reference"
    return f"it was made on another series, {known}: it was taken as it lies in space"


def _frame_of(volume: Volume) -> str:
    """The scan's frame of reference, "" when it cannot be found out."""
    try:
        with source_slices(volume) as slices:
            head = pydicom.dcmread(slices[0].path, stop_before_pixels=True, specific_tags=["FrameOfReferenceUID"])
            return str(head.get("FrameOfReferenceUID", "") or "")
    except (FlareError, OSError):
        return ""
    except Exception:  # noqa: BLE001 - as in `mask_kind`
        return ""
