"""The first bytes of a NIfTI file, looked at before nibabel makes room for what they promise."""

from pathlib import Path
from typing import BinaryIO, NamedTuple

import nibabel
import numpy as np
from isal import igzip, isal_zlib
from nibabel.nifti1 import Nifti1Header
from nibabel.nifti2 import Nifti2Header

from flare_gui.errors import UnreadableScan
from flare_gui.io.limits import MOST_HEADER_BYTES, check_size, check_there

GZIP_ERRORS: tuple[type[Exception], ...] = (OSError, EOFError, isal_zlib.error)  # type: ignore[assignment]
"""What reading a damaged gzip file raises."""

_HEADERS = {348: Nifti1Header, 540: Nifti2Header}
_SINGLE, _PAIR = (b"n+1", b"n+2"), (b"ni1", b"ni2")


class Promise(NamedTuple):
    """What is known from the header: NIfTI-1 or 2, and whether the file is gzipped."""

    version: int
    gzipped: bool


def open_maybe_gzipped(file: BinaryIO) -> tuple[BinaryIO, bool]:
    """`file` as it is or unpacked while it is read, whatever its name says; and whether it is gzipped."""
    magic = file.read(2)
    file.seek(0)
    gzipped = magic == b"\x1f\x8b"
    # Intel's ISA-L unpacks twice as fast as zlib, and half of the time that opening a scan takes is unpacking.
    return (igzip.IGzipFile(fileobj=file) if gzipped else file), gzipped  # type: ignore[return-value]


def check(path: Path, file: BinaryIO, size: int, image: tuple[BinaryIO, int] | None = None) -> Promise:
    """What the NIfTI in `file`, `size` bytes long, promises. `path` is for messages.

    Of a pair, `file` is the header, and `image` the file of voxels with its size. Raises `UnreadableScan` for what is
    no NIfTI, is cut off, or needs more memory than there is.
    """
    stream, gzipped = open_maybe_gzipped(file)
    try:
        block = stream.read(544)
    except GZIP_ERRORS as error:
        raise UnreadableScan(
            path, f"is no whole gzip file ({error})", hint="Copy it again.", code="truncated"
        ) from None
    if not block:
        raise UnreadableScan(path, "is empty", hint="Copy it again.", code="truncated")
    header = _header(path, block, _SINGLE if image is None else _PAIR)
    shape = tuple(int(n) for n in header["dim"][1 : 1 + int(header["dim"][0])])
    try:
        itemsize = int(header.get_data_dtype().itemsize)
    except (nibabel.spatialimages.HeaderDataError, KeyError):
        raise UnreadableScan(path, "holds voxels of an unknown type", hint="Export the scan again.") from None
    if image is not None:
        voxels, size = image
        gzipped = open_maybe_gzipped(voxels)[1]
        voxels.seek(0)
    needed = check_size(path, shape, max(1, itemsize), mapped=not gzipped)
    offset = float(header["vox_offset"])
    if not (np.isfinite(offset) and 0 <= offset <= MOST_HEADER_BYTES):
        raise UnreadableScan(path, "its header is damaged (vox_offset)", hint="Copy or export it again.")
    check_there(path, int(offset) + needed, size, compressed=gzipped)
    return Promise(2 if isinstance(header, Nifti2Header) else 1, gzipped)


def _header(path: Path, block: bytes, magics: tuple[bytes, ...]) -> Nifti1Header:
    for order in ("<", ">"):
        kind = _HEADERS.get(int(np.frombuffer(block[:4].ljust(4, b"\0"), f"{order}i4")[0]))
        if kind is None:
            continue
        length = kind.template_dtype.itemsize
        if len(block) < length:
            raise UnreadableScan(path, "is cut off in its header", hint="Copy it again.", code="truncated")
        header = kind(block[:length], endianness=order, check=False)
        magic = bytes(header["magic"])[:3]
        if magic not in magics:
            if magics == _PAIR and magic not in _SINGLE:
                raise UnreadableScan(
                    path,
                    "is of the Analyze format, which does not say where the patient's right is",
                    hint="Convert the scan from its DICOM series to .nii.gz.",
                    code="format",
                )
            break
        if not 1 <= int(header["dim"][0]) <= 7:
            raise UnreadableScan(path, "its header is damaged (dim)", hint="Copy or export it again.")
        return header
    raise UnreadableScan(
        path,
        "is not a NIfTI file in spite of its name",
        hint="Check what it is, or export the scan again.",
        code="format",
    )


def drain(path: Path, stream: BinaryIO, most: int = MOST_HEADER_BYTES) -> None:
    """Read what follows the voxels in a gzip stream, so that its checksum is verified.

    Raises `UnreadableScan` when more than `most` bytes follow, and what gzip raises for a broken one.
    """
    left = most
    while block := stream.read(1 << 20):
        left -= len(block)
        if left < 0:
            raise UnreadableScan(
                path, "goes on after its last voxel without end", hint="Export the scan again.", code="too-large"
            )
