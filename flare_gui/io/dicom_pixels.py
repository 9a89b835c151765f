"""The pixels of DICOM slices as Hounsfield units.

Pixels that are not compressed are read here, from where the header ends: GDCM takes gigabytes, or minutes, over a file
whose elements have wrong lengths. What is compressed goes through ITK, which brings a decoder for every syntax.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import CTImageStorage, generate_uid

from flare_gui.errors import UnreadableScan
from flare_gui.io.array import AIR_HU, MAX_HU
from flare_gui.io.dicom_header import COPY_AGAIN, inflated
from flare_gui.io.dicom_slice import Slice, Stored
from flare_gui.io.limits import check_there

# A value that means "no pixel here" is one that no tissue has. Within this range it is a tissue's, and stays.
_TISSUE_HU = (-900, 3000)
_DESCRIBE_PIXELS = (
    "Rows", "Columns", "SamplesPerPixel", "PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit",
    "PixelRepresentation",
)  # fmt: skip


class Pixels:
    """Reads slice after slice; what a file of several frames holds is read, or inflated, once for those in a row."""

    def __init__(self) -> None:
        self._open: tuple[Path, Any] | None = None

    def read(self, one: Slice, rescale: tuple[float, float]) -> np.ndarray:
        """int16 HU (row, column) by the slope and intercept of `rescale`; padding and what lies below air is air.

        Raises `UnreadableScan` when the file is cut off or cannot be decoded.
        """
        how = one.stored
        words = self._decoded(one) if how is None else self._plain(one, how)
        if words.size != one.rows * one.columns:
            raise UnreadableScan(one.path, "holds more or fewer pixels than its header says", hint=COPY_AGAIN)
        numbers = words if how is None else _numbers(words, how.kind, how.bits)
        hu = _hu(numbers, rescale)
        if one.padding is not None:
            _clear_padding(hu, words, numbers, one, rescale)
        return hu.reshape(one.rows, one.columns)

    def _plain(self, one: Slice, how: Stored) -> np.ndarray:
        """The words as they lie in the file."""
        count = one.rows * one.columns
        start = how.offset + one.frame * count * how.kind.itemsize
        if not how.deflated:
            check_there(one.path, start + count * how.kind.itemsize, one.path.stat().st_size)
            return np.fromfile(one.path, how.kind, count, offset=start)
        content: bytes = self._once(one.path, _inflated)
        check_there(one.path, start + count * how.kind.itemsize, len(content))
        return np.frombuffer(content, how.kind, count, start)

    def _decoded(self, one: Slice) -> np.ndarray:
        """int32 numbers as they were before they were compressed."""
        if one.frames == 1:
            # ITK has applied the file's own rescaling.
            return _through_itk(one.path, one.path, (one.slope or 1.0, one.intercept or 0.0))
        # ITK would read all frames at once, by the rescaling of the first.
        whole = self._once(one.path, partial(pydicom.dcmread, force=True))
        with tempfile.TemporaryDirectory(prefix="flare-gui-") as folder:
            path = Path(folder) / "frame.dcm"
            _alone(whole, one).save_as(path, enforce_file_format=True)
            return _through_itk(path, one.path, (1.0, 0.0))

    def _once(self, path: Path, opened: Callable[[Path], Any]) -> Any:
        if self._open is None or self._open[0] != path:
            self._open = None
            self._open = path, opened(path)
        return self._open[1]


def _inflated(path: Path) -> bytes:
    with path.open("rb") as file:
        return inflated(file, file.read(512))


def _numbers(words: np.ndarray, kind: np.dtype, bits: int) -> np.ndarray:
    """What is stored in the bits that are in use; other programs keep overlays in the others."""
    unused = 8 * kind.itemsize - bits
    if not unused:
        return words
    # Shifting back brings the sign along.
    numbers: np.ndarray = (words << unused) >> unused
    if kind.kind == "u" and kind.itemsize == 2:
        # All bits above the used ones set: a negative number stored without its sign, padding as a rule. Cut to its 12
        # bits, -2000 would be 2096, and the patient lie in a ring of bone.
        high = (0xFFFF << bits) & 0xFFFF
        negative = (words & high) == high
        if negative.any():
            numbers = np.where(negative, words.astype(np.int32) - 0x10000, numbers)
    return numbers


def _hu(numbers: np.ndarray, rescale: tuple[float, float]) -> np.ndarray:
    """int16; a number too large for any tissue is a negative one that was stored without its sign."""
    slope, intercept = rescale
    hu: np.ndarray
    if slope == 1 and intercept == int(intercept):
        hu = numbers.astype(np.int32) + np.int32(intercept)
    else:
        hu = numbers * np.float32(slope) + np.float32(intercept)
    if hu.max(initial=0) > MAX_HU:
        hu = np.where(hu > MAX_HU, hu - np.float32(0x10000 * slope), hu)
    if hu.dtype.kind == "f":
        np.rint(np.nan_to_num(hu, copy=False, nan=AIR_HU, posinf=MAX_HU, neginf=AIR_HU), out=hu)
    return np.clip(hu, AIR_HU, MAX_HU).astype(np.int16)


def _clear_padding(
    hu: np.ndarray, words: np.ndarray, numbers: np.ndarray, one: Slice, rescale: tuple[float, float]
) -> None:
    """Make air of the pixels that hold the padding value, or one of its range, where that is no tissue's."""
    if one.padding is None:
        return
    bits = 16 if one.stored is None else one.stored.bits
    kind = np.dtype("i2" if one.signed else "u2")
    edges = sorted(int(_numbers(np.array([word], "u2").view(kind), kind, bits)[0]) for word in one.padding)
    low, high = (edge * rescale[0] + rescale[1] for edge in edges)
    # Padding of 62,512 HU is one of -3,024 that has lost its sign.
    if low < _TISSUE_HU[1] and high > _TISSUE_HU[0]:
        return
    if edges[0] < edges[1]:
        padded = (numbers >= edges[0]) & (numbers <= edges[1])
    else:
        # The word as it is stored: its used bits alone may be a tissue's.
        padded = (words == one.padding[0]) | (words == one.padding[0] - 0x10000)
    hu[padded] = AIR_HU


def _through_itk(path: Path, named: Path, rescale: tuple[float, float]) -> np.ndarray:
    """int32 numbers of a file, taken out of the `rescale` that ITK applies. `named` is the file the user knows."""
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        values = sitk.GetArrayFromImage(sitk.ReadImage(str(path), sitk.sitkFloat32)).ravel()
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
        raise UnreadableScan(
            named, f"the pixels cannot be read ({reason})", hint=COPY_AGAIN, code="truncated"
        ) from None
    return np.rint(np.clip((values - rescale[1]) / rescale[0], -(2**31), 2**31 - 1)).astype(np.int32)


def _alone(whole: pydicom.Dataset, one: Slice) -> pydicom.Dataset:
    """One compressed frame as an object of its own."""
    alone = pydicom.Dataset()
    alone.file_meta = FileMetaDataset()
    alone.file_meta.TransferSyntaxUID = whole.file_meta.TransferSyntaxUID
    alone.SOPClassUID = alone.file_meta.MediaStorageSOPClassUID = CTImageStorage
    alone.SOPInstanceUID = alone.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    for name in _DESCRIBE_PIXELS:
        alone[name] = whole[name]
    alone.PixelData = encapsulate([get_frame(whole.PixelData, one.frame, number_of_frames=one.frames)])
    alone["PixelData"].is_undefined_length = True
    return alone
