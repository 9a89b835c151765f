"""From one file to the slices in it, or the reason why there is none; headers through pydicom."""

import re
import struct
import warnings
import zlib
from io import BytesIO
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np
import pydicom
from pydicom.uid import UID, CTImageStorage, DeflatedExplicitVRLittleEndian

from flare_gui.io.dicom_frames import frame_values
from flare_gui.io.dicom_slice import Passed, Slice, Stored
from flare_gui.io.dicom_tags import NEEDED, TRAITS, WANTED, Tags

# Values that break the standard's rules are common and harmless; a warning for each would bury what matters, and show
# what is in the header.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
warnings.filterwarnings("ignore", module=r"pydicom\.")

NO_DICOM, EMPTY, ZEROS, CUT_OFF, DAMAGED = "no DICOM", "empty", "nothing but zeros", "cut off", "damaged header"
UNDECODABLE = "pixels that cannot be decoded"
COPY_AGAIN = "Copy the files again from where they come from."
EXPORT_AGAIN = "Export the series again from the scanner or archive, as original images."
UNCOMPRESSED = "Export the series again without compression (Explicit VR Little Endian)."

_CT = str(CTImageStorage)
_INDEX = "1.2.840.10008.1.3.10"
_DEFLATED = str(DeflatedExplicitVRLittleEndian)
# What is read here, and what GDCM (in ITK) decodes.
_PLAIN = ("1.2.840.10008.1.2", "1.2.840.10008.1.2.1", "1.2.840.10008.1.2.2", _DEFLATED)
_PACKED = (*(f"1.2.840.10008.1.2.4.{n}" for n in (50, 51, 57, 70, 80, 81, 90, 91)), "1.2.840.10008.1.2.5")

_HEAD = 4096
_SYNTAX = b"\x02\x00\x10\x00"
# The tags of pixels as numbers, floats and doubles, either end first.
_PIXELS = {struct.pack(order + "HH", 0x7FE0, element) for order in "<>" for element in (0x0010, 0x0008, 0x0009)}
_UNDEFINED = b"\xff\xff\xff\xff"
# No deflated object inflates to more: 1,000 frames of 1024 x 1024.
_MOST_INFLATED = 2 * 1024**3
_FAR_MM = 1e5
_VRS = rb"(?:AE|AS|AT|CS|DA|DS|DT|IS|LO|LT|OB|PN|SH|ST|TM|UI|UL|UN|US)"
# Group 2 or 8 at the very start, and two letters or a short length behind it: a file without its first 132 bytes.
_BARE = re.compile(
    rb"[\x02\x08]\x00[\x00-\x70]\x00(?:" + _VRS + rb"|[\x00-\xff]\x00\x00\x00)|\x00\x08\x00[\x00-\x70]" + _VRS, re.S
)


class _Refused(Exception):
    """There is no slice, for this reason; the rest as in `Passed`."""

    def __init__(self, reason: str, *, broken: bool = False, todo: str = "", series: str = "") -> None:
        super().__init__(reason)
        self.reason, self.broken, self.todo, self.series = reason, broken, todo, series


def is_dicom(path: Path) -> bool:
    """Whether a file begins as DICOM does, with or without the 128 bytes and "DICM". Costs one short read."""
    try:
        with path.open("rb") as file:
            return _begins_as_dicom(file.read(_HEAD))
    except OSError:
        return False


def is_index(path: Path) -> bool:
    """Whether a file is the DICOMDIR of a medium, which lies above the folders of its images."""
    return path.name.upper() == "DICOMDIR" and path.is_file()


def look(path: Path) -> tuple[Slice, ...] | Passed:
    """The slices in a file, one for each frame, or why there is none. Raises nothing."""
    marked = True
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            head = file.read(_HEAD)
            if not _begins_as_dicom(head):
                return Passed(path, EMPTY if not head else ZEROS if not any(head) else NO_DICOM)
            marked = head[128:132] == b"DICM"
            try:
                header, tag_at, element = _header(file, head, marked)
            except (EOFError, struct.error, ValueError, OSError) as problem:
                if isinstance(problem, OSError) or file.read(1) or not marked:
                    raise
                return Passed(path, CUT_OFF, True, COPY_AGAIN)
        return _slices(path, size, header, tag_at, element)
    except OSError as problem:
        return Passed(path, f"cannot be read ({problem.strerror or problem})", True, "Check the disk, or copy it.")
    except _Refused as why:
        return Passed(path, why.reason, why.broken, why.todo, why.series)
    # On a header made to do harm pydicom raises whatever the part of it does that stumbled: struct.error,
    # RecursionError, KeyError and more.
    except Exception:  # noqa: BLE001
        # Without its mark it may be anything that begins with the same few bytes.
        return Passed(path, DAMAGED, True, COPY_AGAIN) if marked else Passed(path, NO_DICOM)


def _begins_as_dicom(head: bytes) -> bool:
    return head[128:132] == b"DICM" or _BARE.match(head) is not None


def _header(file: BinaryIO, head: bytes, marked: bool) -> tuple[pydicom.Dataset, int, bytes]:
    """The tags that matter, at which byte the pixels' tag stands (in what a deflated file inflates to), and its bytes.

    Raises `_Refused` where there are no pixels.
    """
    source: BinaryIO = file
    deflated = _DEFLATED.encode() in head
    # pydicom would inflate without end.
    if deflated:
        source = BytesIO(inflated(file, head))
    elif marked and _SYNTAX not in head:
        raise _Refused(CUT_OFF if len(head) < _HEAD else DAMAGED, broken=True, todo=COPY_AGAIN)
    source.seek(0)
    bare = deflated or not marked
    header = pydicom.dcmread(source, stop_before_pixels=True, force=bare, specific_tags=WANTED)
    if deflated:
        header.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    tag_at = source.tell()
    # Where an element's length is wrong pydicom passes over the pixels, and GDCM makes room for that length.
    element = source.read(12)
    if element[:4] not in _PIXELS:
        raise _no_pixels(header)
    return header, tag_at, element


def inflated(file: BinaryIO, head: bytes) -> bytes:
    """What stands behind the file meta group of a deflated file. Raises `ValueError` when it is cut off or endless."""
    start = 132 if head[128:132] == b"DICM" else 0
    # The group says its own length first: tag, "UL", 4, and the number.
    if head[start : start + 8] != b"\x02\x00\x00\x00UL\x04\x00":
        raise ValueError("a file meta group without its length")
    file.seek(start + 12 + struct.unpack_from("<I", head, start + 8)[0])
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        content = stream.decompress(file.read(), _MOST_INFLATED)
    except zlib.error as problem:
        raise ValueError(str(problem)) from None
    if not stream.eof:
        raise ValueError("cut off")
    return content


def _no_pixels(header: pydicom.Dataset) -> _Refused:
    """An object that has none, as reports, plans and contours have; or a file that ends before its pixels."""
    kind = _class(header)
    if kind == _INDEX:
        return _Refused("index of a medium")
    name = UID(kind).name if kind else ""
    # A UID of the standard's that it does not know has lost its end.
    cut = name == kind and kind.startswith("1.2.840.10008.")
    if not kind or cut or "Image Storage" in name or "Rows" in header:
        return _Refused(CUT_OFF, broken=True, todo=COPY_AGAIN, series=str(header.get("SeriesInstanceUID", "")))
    return _Refused("private object" if name == kind else name.removesuffix(" Storage"))


def _class(header: pydicom.Dataset) -> str:
    return str(header.get("SOPClassUID", "") or header.file_meta.get("MediaStorageSOPClassUID", "") or "")


def _slices(path: Path, size: int, header: pydicom.Dataset, tag_at: int, element: bytes) -> tuple[Slice, ...]:
    tags = Tags(header)
    try:
        modality, own = _modality(tags.text("Modality"), _class(header)), _frames(header, tags)
        stored = _stored(size, header, tags, tag_at, element, len(own))
        place = _Place(path, size, modality, len(own), stored)
        return tuple(_slice(Tags(header, values), place, k) for k, values in enumerate(own))
    except _Refused as why:
        why.series = tags.text("SeriesInstanceUID")
        raise


def _modality(said: str, kind: str) -> str:
    """What the file says, or else (anonymisers take it away) what its class is."""
    if said.upper() in ("", "OT") and _is_ct(kind):
        return "CT"
    name = UID(kind).name if kind else ""
    return said or (name.partition(" Image Storage")[0] if "Image Storage" in name else "image of an unnamed kind")


def _is_ct(kind: str) -> bool:
    """CT Image Storage, or one of the enhanced classes, whose numbers begin with its own."""
    return kind == _CT or kind.startswith(f"{_CT}.")


def _frames(header: pydicom.Dataset, tags: Tags) -> list[dict[str, str]]:
    """What each frame says for itself; a single one says nothing."""
    frames = tags.whole("NumberOfFrames", 1)
    if frames < 2 and not tags.has("PerFrameFunctionalGroupsSequence"):
        return [{}]
    modality = _modality(tags.text("Modality"), _class(header))
    if modality != "CT":
        raise _Refused(f"{modality} of several frames")
    found = frame_values(header, frames)
    if found is None:
        raise _Refused("several frames that do not say where they lie", broken=True, todo=EXPORT_AGAIN)
    return found


class _Place(NamedTuple):
    """What the frames of a file share."""

    path: Path
    size: int
    modality: str
    frames: int
    stored: Stored


def _slice(tags: Tags, place: _Place, frame: int) -> Slice:
    image_type = tags.text("ImageType").upper().split("\\")
    # An emptied UID is one too: all slices without one are a series.
    missing = [name for name in NEEDED if not tags.has(name, empty=name == "SeriesInstanceUID")]
    if missing:
        # Captures of a screen and localizers can do without a place.
        lost = place.modality == "CT" and not {"SECONDARY", "LOCALIZER"} & set(image_type)
        why = f"no {' and no '.join(missing)}" if lost else f"{place.modality} without a place in the patient"
        raise _Refused(why, broken=lost, todo=EXPORT_AGAIN if lost else "")
    rows, columns = tags.word("Rows", 0), tags.word("Columns", 0)
    try:
        orientation = _finite(tags.numbers("ImageOrientationPatient"), 6)
        down_mm, along_mm = _finite(tags.numbers("PixelSpacing"), 2)  # DICOM: between rows, then between columns
        position = _finite(tags.numbers("ImagePositionPatient"), 3)
        along, down = _unit(orientation[:3]), _unit(orientation[3:])
        if not (down_mm > 0 and along_mm > 0 and rows and columns) or abs(float(along @ down)) > 0.5:
            raise ValueError("no plane")
    except ValueError:
        raise _Refused("a place that makes no sense", broken=True, todo=EXPORT_AGAIN) from None
    return Slice(
        path=place.path,
        size=place.size,
        frame=frame,
        frames=place.frames,
        series=tags.text("SeriesInstanceUID"),
        instance=tags.text("SOPInstanceUID"),
        description=tags.decoded("SeriesDescription"),
        modality=place.modality,
        localizer="LOCALIZER" in image_type,
        number=tags.whole("InstanceNumber", 0),
        columns=columns,
        rows=rows,
        position=position,
        along=along,
        down=down,
        spacing_mm=(float(along_mm), float(down_mm)),
        slope=tags.decimal("RescaleSlope"),
        intercept=tags.decimal("RescaleIntercept"),
        unit=tags.text("RescaleType").upper(),
        padding=_padding(tags),
        samples=tags.word("SamplesPerPixel", 1),
        stored=place.stored,
        traits={name: value for name in TRAITS if (value := tags.text(name))},
    )


def _stored(size: int, header: pydicom.Dataset, tags: Tags, tag_at: int, element: bytes, frames: int) -> Stored:
    """How the pixels lie behind their tag. Raises `_Refused` for a way that is not read here, and when they do not."""
    syntax = str(header.file_meta.get("TransferSyntaxUID", "") or "")
    if syntax and syntax not in (*_PLAIN, *_PACKED):
        raise _Refused(f"stored as {UID(syntax).name}, which is not read here", broken=True, todo=UNCOMPRESSED)
    implicit, little = header.original_encoding
    # Tag and length, and with an explicit type two letters and two bytes of nothing.
    offset = tag_at + (8 if implicit else 12)
    packed = syntax if syntax in _PACKED else ""
    if not packed and element[offset - tag_at - 4 : offset - tag_at] == _UNDEFINED:
        raise _Refused("compressed without saying how", broken=True, todo=UNCOMPRESSED)
    allocated = tags.word("BitsAllocated", 0)
    bits = tags.word("BitsStored", allocated)
    high = tags.word("HighBit", bits - 1)
    if allocated not in (8, 16, 32) or not 1 <= bits <= high + 1 <= allocated:
        raise _Refused(f"pixels of {bits} bits in {allocated}, up to bit {high}", broken=True, todo=UNCOMPRESSED)
    sign = "i" if tags.word("PixelRepresentation", 0) == 1 else "u"
    kind = np.dtype(f"{'<' if little else '>'}{sign}{allocated // 8}")
    stored = Stored(offset, kind, bits, high, syntax == _DEFLATED, packed)
    needed = frames * tags.word("Rows", 0) * tags.word("Columns", 0) * tags.word("SamplesPerPixel", 1) * kind.itemsize
    if size < offset + needed and not (packed or stored.deflated):
        raise _Refused(CUT_OFF, broken=True, todo=COPY_AGAIN)
    return stored


def _padding(tags: Tags) -> tuple[int, int] | None:
    """The first and the last word of what means "no pixel here", as 16 bits without a sign."""
    value = tags.word("PixelPaddingValue", -1)
    if value < 0:
        return None
    limit = tags.word("PixelPaddingRangeLimit", value)
    return (value & 0xFFFF, limit & 0xFFFF)


def _finite(values: list[float], count: int) -> np.ndarray:
    numbers = np.array(values, float)
    # A table stands within metres of its scanner.
    if numbers.shape != (count,) or not (np.abs(numbers) < _FAR_MM).all():
        raise ValueError("not so many numbers that make sense")
    return numbers


def _unit(vector: np.ndarray) -> np.ndarray:
    length = float(np.linalg.norm(vector))
    if not length > 0:
        raise ValueError("a direction of no length")
    return vector / length
