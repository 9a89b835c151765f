"""NRRD and MetaImage through SimpleITK."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.errors import UnreadableScan
from flare_gui.findings import Finding
from flare_gui.io import itk_header, itk_place
from flare_gui.io.array import volume_from
from flare_gui.io.itk_header import Header, big_endian
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.volume import Volume

SUFFIXES = (".nrrd", ".nhdr", ".mha", ".mhd")


def read(path: Path) -> Volume:
    """The CT in an NRRD or MetaImage file, in its own orientation. Raises `UnreadableScan`."""
    array, affine, findings = load(path)
    return volume_from(path, array, affine, findings=findings)


def load(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[Finding, ...]]:
    """(array (x, y, z), affine to RAS+ mm, findings) of a file that ITK reads."""
    array, affine, findings = _load(path, _check)
    return array[..., 0], affine, findings


def load_layers(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(array (x, y, z, layer), affine to RAS+ mm) of a mask: channels are its layers, and so is a fourth dimension."""
    return _load(path, _check_layers)[:2]


def _load(
    path: Path, check: Callable[[Path, sitk.ImageFileReader], None]
) -> tuple[np.ndarray, np.ndarray, tuple[Finding, ...]]:
    header = itk_header.read(path)
    # ITK prints warnings of its own to the terminal; what matters of them comes as an error.
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    try:
        reader.ReadImageInformation()
        check(path, reader)
        channels = reader.GetNumberOfComponents()
        if header.encoding == "zlib" and len(header.data) == 1:
            array = _inflated(path, header, channels)
        else:
            array = sitk.GetArrayFromImage(reader.Execute()).T
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
        raise UnreadableScan(path, f"cannot be read ({reason})", hint="Copy or export it again.") from None
    place = itk_place.nrrd if path.name.lower().endswith((".nrrd", ".nhdr")) else itk_place.meta
    affine, findings = place(path, header.fields, _affine_of(reader))
    # The channels of a voxel lie together.
    array = np.moveaxis(array, 0, -1) if channels > 1 else array.reshape((*array.shape[:3], -1), order="A")
    return array, affine, findings


def _check(path: Path, reader: sitk.ImageFileReader) -> None:
    channels, shape = reader.GetNumberOfComponents(), reader.GetSize()
    if channels > 1:
        raise UnreadableScan(path, f"holds {channels} channels", hint="Save the one to segment as a file of its own.")
    if not (len(shape) == 3 or (len(shape) == 4 and shape[3] == 1)):
        raise UnreadableScan(
            path, f"has {len(shape)} dimensions", hint="Save the scan to segment as a 3D file of its own."
        )


def _check_layers(path: Path, reader: sitk.ImageFileReader) -> None:
    channels, shape = reader.GetNumberOfComponents(), reader.GetSize()
    if len(shape) != 3 and not (len(shape) == 4 and channels == 1):
        raise UnreadableScan(path, f"has {len(shape)} dimensions", hint="Choose a mask of three dimensions.")


def _inflated(path: Path, header: Header, channels: int) -> np.ndarray:
    """The voxels of a compressed MetaImage: ITK reads on when its checksum is wrong, with other voxels than were there.

    Raises `UnreadableScan` when the stream is broken, or longer or shorter than the header says.
    """
    needed = int(np.prod(header.shape, dtype=object)) * header.itemsize
    stream = zlib.decompressobj()
    try:
        with header.data[0].open("rb") as file:
            file.seek(header.end if header.data[0] == path else 0)
            voxels = bytearray(needed)
            end = 0
            while not stream.eof and (block := stream.unconsumed_tail or file.read(1 << 20)):
                part = stream.decompress(block, 1 << 24)
                if end + len(part) > needed:
                    break
                voxels[end : end + len(part)] = part
                end += len(part)
    except zlib.error as error:
        raise UnreadableScan(
            path, f"its voxels are damaged ({error})", hint="Copy it again.", code="truncated"
        ) from None
    if not stream.eof or end != needed:
        raise UnreadableScan(
            path, "its compressed voxels are cut off or too many", hint="Copy it again.", code="truncated"
        )
    kind = np.dtype(_KINDS[header.fields["elementtype"].upper()]).newbyteorder(
        ">" if big_endian(header.fields) else "<"
    )
    shape = (channels, *header.shape[:-1]) if channels > 1 else header.shape
    return np.frombuffer(voxels, kind).reshape(shape, order="F")


_KINDS = {
    "MET_CHAR": "i1", "MET_UCHAR": "u1", "MET_SHORT": "i2", "MET_USHORT": "u2", "MET_INT": "i4", "MET_UINT": "u4",
    "MET_LONG": "i4", "MET_ULONG": "u4", "MET_LONG_LONG": "i8", "MET_ULONG_LONG": "u8", "MET_FLOAT": "f4",
    "MET_DOUBLE": "f8",
}  # fmt: skip


def _affine_of(reader: sitk.ImageFileReader) -> np.ndarray:
    """ITK's origin, spacing and direction (LPS) as an affine to RAS+ mm."""
    n = reader.GetDimension()
    affine = np.eye(4)
    affine[:3, :3] = (np.array(reader.GetDirection()).reshape(n, n) @ np.diag(reader.GetSpacing()))[:3, :3]
    affine[:3, 3] = reader.GetOrigin()[:3]
    return LPS_TO_RAS @ affine
