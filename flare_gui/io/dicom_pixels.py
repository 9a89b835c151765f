"""The pixels of one DICOM slice as Hounsfield units.

Pixels that are not compressed are read here, from where the header ends: GDCM takes gigabytes, or minutes, over a file
whose elements have wrong lengths. What is compressed goes through ITK, which brings a decoder for every syntax.
"""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.errors import UnreadableScan
from flare_gui.io.limits import check_there


class Stored(NamedTuple):
    """Whole numbers as they lie in the file from byte `offset` on, `bits` of each in use; HU = slope * number + b."""

    offset: int
    kind: np.dtype
    bits: int
    slope: float
    intercept: float


def stored(header: pydicom.Dataset, tag_at: int) -> Stored | None:
    """How the pixels lie behind their tag at byte `tag_at`; None for what ITK has to read."""
    implicit, little = header.original_encoding
    allocated, high = int(header.get("BitsAllocated", 0)), int(header.get("HighBit", -1))
    bits = int(header.get("BitsStored", 0))
    usual = allocated in (8, 16, 32) and 1 <= bits <= allocated and high == bits - 1
    if header.file_meta.TransferSyntaxUID.is_compressed or not usual or int(header.get("SamplesPerPixel", 0)) != 1:
        return None
    signed = int(header.get("PixelRepresentation", 0)) == 1
    kind = np.dtype(f"{'<' if little else '>'}{'i' if signed else 'u'}{allocated // 8}")
    # Tag and length, and with an explicit type two letters and two bytes of nothing.
    slope, intercept = float(header.get("RescaleSlope", None) or 1), float(header.get("RescaleIntercept", None) or 0)
    return Stored(tag_at + (8 if implicit else 12), kind, bits, slope, intercept)


def read(path: Path, how: Stored | None, rows: int, columns: int) -> np.ndarray:
    """float32 HU (row, column). Raises `UnreadableScan` when the file is cut off or cannot be decoded."""
    values = _decoded(path) if how is None else _plain(path, how, rows * columns)
    if values.size != rows * columns:
        raise UnreadableScan(path, "its pixels are not as many as its header says", hint="Copy the series again.")
    return values.reshape(rows, columns)


def _plain(path: Path, how: Stored, count: int) -> np.ndarray:
    check_there(path, how.offset + count * how.kind.itemsize, path.stat().st_size)
    numbers = np.fromfile(path, how.kind, count, offset=how.offset)
    unused = 8 * how.kind.itemsize - how.bits
    if unused:
        # Other programs keep overlays in the bits that are not in use; shifting back brings the sign along.
        numbers = (numbers << unused) >> unused
    return numbers.astype(np.float32) * np.float32(how.slope) + np.float32(how.intercept)


def _decoded(path: Path) -> np.ndarray:
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        return sitk.GetArrayFromImage(sitk.ReadImage(str(path), sitk.sitkFloat32))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
        raise UnreadableScan(
            path, f"the pixels cannot be read ({reason})", hint="Copy the series again.", code="truncated"
        ) from None
