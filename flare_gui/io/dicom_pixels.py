"""The pixels of DICOM slices as Hounsfield units.

Pixels that are not compressed are read here, from where the header ends: GDCM takes gigabytes, or minutes, over a file
whose elements have wrong lengths. What is compressed goes through ITK, which brings a decoder for every syntax.
"""

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate, get_frame
from pydicom.uid import UID, CTImageStorage, generate_uid

from flare_gui.errors import UnreadableScan
from flare_gui.io.array import AIR_HU, MAX_HU
from flare_gui.io.dicom_codestream import check_codestream
from flare_gui.io.dicom_header import COPY_AGAIN, CUT_OFF, UNCOMPRESSED, UNDECODABLE, inflated
from flare_gui.io.dicom_slice import Slice, Stored
from flare_gui.io.limits import check_there

# A value that means "no pixel here" is one that no tissue has. Within this range it is a tissue's, and stays.
_TISSUE_HU = (-900, 3000)
# What stands behind the last frame of a compressed file, and how far before its end at most.
_END_OF_ITEMS, _MOST_PADDING = b"\xfe\xff\xdd\xe0", 1 << 16


class Pixels:
    """Reads slice after slice; what a file of several frames holds is read, or inflated, once for those in a row."""

    def __init__(self) -> None:
        self._open: tuple[Path, bytes] | None = None

    def read(self, one: Slice, rescale: tuple[float, float]) -> np.ndarray:
        """int16 HU (row, column) by the slope and intercept of `rescale`; padding and what lies below air is air.

        Raises `UnreadableScan` when the file is cut off or cannot be decoded.
        """
        words = self._unpacked(one) if one.stored.packed else self._plain(one)
        if words.size != one.rows * one.columns:
            raise UnreadableScan(one.path, "holds more or fewer pixels than its header says", hint=COPY_AGAIN)
        numbers = _numbers(words, one.stored)
        hu = _hu(numbers, rescale)
        if one.padding is not None:
            _clear_padding(hu, words, numbers, one.padding, one.stored, rescale)
        return hu.reshape(one.rows, one.columns)

    def _plain(self, one: Slice) -> np.ndarray:
        """The words as they lie in the file."""
        how, count = one.stored, one.rows * one.columns
        start = how.offset + one.frame * count * how.kind.itemsize
        if not how.deflated:
            check_there(one.path, start + count * how.kind.itemsize, one.path.stat().st_size)
            return np.fromfile(one.path, how.kind, count, offset=start)
        content = self._once(one.path, _inflated)
        check_there(one.path, start + count * how.kind.itemsize, len(content))
        return np.frombuffer(content, how.kind, count, start)

    def _unpacked(self, one: Slice) -> np.ndarray:
        """The words before they were compressed, through ITK.

        It gets a clean file of this frame alone: a damaged header costs GDCM minutes, and of several frames it would
        read all, by the rescaling of the first.
        """
        items = self._once(one.path, lambda path: path.read_bytes()[one.stored.offset :])
        if _END_OF_ITEMS not in items[-_MOST_PADDING:]:
            raise UnreadableScan(one.path, CUT_OFF, hint=COPY_AGAIN, code="truncated")
        try:
            frame = get_frame(items, one.frame, number_of_frames=one.frames)
            check_codestream(frame, one.stored.packed, one.rows, one.columns, one.stored.kind.itemsize)
            alone = _alone(one, frame)
        # Lengths that lead nowhere; pydicom raises whatever it stumbles over.
        except Exception:  # noqa: BLE001
            raise UnreadableScan(one.path, UNDECODABLE, hint=COPY_AGAIN, code="truncated") from None
        with tempfile.TemporaryDirectory(prefix="flare-gui-") as folder:
            path = Path(folder) / "frame.dcm"
            alone.save_as(path, enforce_file_format=True)
            return _through_itk(path, one.path).astype(one.stored.kind.newbyteorder("="))

    def _once(self, path: Path, opened: Callable[[Path], bytes]) -> bytes:
        if self._open is None or self._open[0] != path:
            self._open = None
            self._open = path, opened(path)
        return self._open[1]


def _inflated(path: Path) -> bytes:
    with path.open("rb") as file:
        return inflated(file, file.read(512))


def _numbers(words: np.ndarray, how: Stored) -> np.ndarray:
    """What is stored in the bits that are in use; other programs keep overlays in the others."""
    above, unused = 8 * how.kind.itemsize - 1 - how.high, 8 * how.kind.itemsize - how.bits
    if not unused:
        return words
    # Shifting back brings the sign along.
    numbers: np.ndarray = (words << above) >> unused
    if how.kind.kind == "u" and how.kind.itemsize == 2 and above == unused:
        # All bits above the used ones set: a negative number stored without its sign, padding as a rule. Cut to its 12
        # bits, -2000 would be 2096, and the patient lie in a ring of bone.
        high = (0xFFFF << how.bits) & 0xFFFF
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
    hu: np.ndarray,
    words: np.ndarray,
    numbers: np.ndarray,
    padding: tuple[int, int],
    how: Stored,
    rescale: tuple[float, float],
) -> None:
    """Make air of the pixels that hold the padding value, or one of its range, where that is no tissue's."""
    if how.kind.itemsize != 2:
        return
    ends = np.array(padding, "u2").view("i2" if how.kind.kind == "i" else "u2")
    low, high = sorted(_numbers(ends, how).tolist())
    edges = sorted((low * rescale[0] + rescale[1], high * rescale[0] + rescale[1]))
    # Padding of 62,512 HU is one of -3,024 that has lost its sign.
    if edges[0] < _TISSUE_HU[1] and edges[1] > _TISSUE_HU[0]:
        return
    # One value is sought as the word that is stored: its used bits alone may be a tissue's.
    padded = words == ends[0] if ends[0] == ends[1] else (numbers >= low) & (numbers <= high)
    hu[padded] = AIR_HU


def _through_itk(path: Path, named: Path) -> np.ndarray:
    """The pixels of a file of one frame without rescaling, one after another. `named` is the file the user knows."""
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        return sitk.GetArrayFromImage(sitk.ReadImage(str(path))).ravel()
    except RuntimeError:
        raise UnreadableScan(named, UNDECODABLE, hint=UNCOMPRESSED, code="truncated") from None


def _alone(one: Slice, frame: bytes) -> pydicom.Dataset:
    """A compressed frame as an object of its own."""
    alone, how = pydicom.Dataset(), one.stored
    alone.file_meta = FileMetaDataset()
    alone.file_meta.TransferSyntaxUID = UID(how.packed)
    alone.SOPClassUID = alone.file_meta.MediaStorageSOPClassUID = CTImageStorage
    alone.SOPInstanceUID = alone.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    alone.Rows, alone.Columns = one.rows, one.columns
    alone.SamplesPerPixel, alone.PhotometricInterpretation = 1, "MONOCHROME2"
    alone.BitsAllocated, alone.BitsStored, alone.HighBit = 8 * how.kind.itemsize, how.bits, how.high
    alone.PixelRepresentation = int(how.kind.kind == "i")
    alone.PixelData = encapsulate([frame])
    alone["PixelData"].is_undefined_length = True
    return alone
