"""NIfTI through nibabel."""

import logging
from dataclasses import replace
from io import IOBase
from pathlib import Path
from typing import BinaryIO, NamedTuple, cast

import nibabel
import numpy as np
from nibabel.filebasedimages import FileHolder, ImageFileError
from nibabel.nifti1 import Nifti1Header
from nibabel.spatialimages import HeaderDataError
from nibabel.volumeutils import apply_read_scaling

from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.files import replacing
from flare_gui.io import nifti_forms, nifti_header, nifti_pair
from flare_gui.io.array import volume_from
from flare_gui.volume import Volume

SUFFIXES = (".nii", ".nii.gz", *nifti_pair.SUFFIXES)

# nibabel says on standard error what it repairs in headers; what matters of it is a finding.
logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)

_DAMAGED: tuple[type[Exception], ...] = (
    ImageFileError,
    HeaderDataError,
    ValueError,
    OverflowError,
    *nifti_header.GZIP_ERRORS,
)


class Stored(NamedTuple):
    """A NIfTI as it is stored: `array` (x, y, z, ...) in memory or mapped; its values are slope * array + inter."""

    header: Nifti1Header
    array: np.ndarray
    slope: float
    inter: float

    @property
    def values(self) -> np.ndarray:
        """The array with slope and intercept applied, as floats; without them it keeps its dtype."""
        with np.errstate(all="ignore"):
            values: np.ndarray = apply_read_scaling(self.array, np.float64(self.slope), np.float64(self.inter))
        return values


def read(path: Path) -> Volume:
    """The CT in a NIfTI file or pair, in its own orientation. Raises `UnreadableScan`."""
    stored = _stored(path)
    affine, findings = nifti_forms.read(stored.header, stored.array.shape, stored.array)
    # Values are scaled in slabs: as floats, a scan of a billion voxels is 8 GB.
    volume = volume_from(path, stored.array, affine, scale=(stored.slope, stored.inter), findings=findings)
    return replace(volume, nifti_place=nifti_forms.placing_fields(stored.header))


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(array, affine to RAS+ mm) with the file's slope and intercept applied; arrays without them keep their dtype."""
    stored = _stored(path)
    return stored.values, nifti_forms.read(stored.header, stored.array.shape)[0]


def _stored(path: Path) -> Stored:
    if not nifti_pair.is_half(path):
        with path.open("rb") as file:
            return stored_in(path, file, path.stat().st_size)
    header, image = nifti_pair.both(path)
    with header.open("rb") as file, image.open("rb") as voxels:
        return stored_in(header, file, header.stat().st_size, (voxels, image.stat().st_size))


def stored_in(path: Path, file: BinaryIO, size: int, voxels: tuple[BinaryIO, int] | None = None) -> Stored:
    """The NIfTI in an open `file` of `size` bytes; `path` is for messages.

    Of a pair, `file` is the header, and `voxels` the other file with its size. What the header promises is weighed
    before room is made for it, and a gzip's checksum is verified to the end. Raises `UnreadableScan`.
    """
    promise = nifti_header.check(path, file, size, voxels)
    file.seek(0)
    head, _ = nifti_header.open_maybe_gzipped(file)
    body = head if voxels is None else nifti_header.open_maybe_gzipped(voxels[0])[0]
    files = {"image": body} if voxels is None else {"header": head, "image": body}
    kind = _KINDS[promise.version, voxels is not None]
    try:
        # Headers may hold numbers that are none; where they place the scan is judged further on.
        with np.errstate(all="ignore"):
            image = kind.from_file_map(
                {name: FileHolder(fileobj=cast(IOBase, stream)) for name, stream in files.items()}
            )
        stored = Stored(image.header, image.dataobj.get_unscaled(), image.dataobj.slope, image.dataobj.inter)
        if promise.gzipped:
            nifti_header.drain(path, body)
    except _DAMAGED as error:
        raise UnreadableScan(
            path,
            f"cannot be read as NIfTI ({_first_line(error)})",
            hint="Copy or export it again.",
            code="truncated" if isinstance(error, nifti_header.GZIP_ERRORS) else "unreadable",
        ) from None
    return stored


_KINDS = {
    (1, False): nibabel.Nifti1Image,
    (2, False): nibabel.Nifti2Image,
    (1, True): nibabel.Nifti1Pair,
    (2, True): nibabel.Nifti2Pair,
}
"""By version, and whether it is a pair."""


def write(volume: Volume, path: Path) -> None:
    """Write the CT as int16 NIfTI on its grid, in one move. Raises `FlareError` when there is no room."""
    image = nibabel.Nifti1Image(volume.hu, volume.affine)
    image.header.set_xyzt_units("mm")
    # Both codes: programs differ in which of the two affines they read.
    image.set_sform(volume.affine, code=1)
    image.set_qform(volume.affine, code=1)
    image.header.set_slope_inter(1, 0)
    try:
        with replacing(path) as new:
            nibabel.save(image, new)
    except OSError as problem:
        raise FlareError(
            f"{path}: the scan cannot be written ({problem.strerror or problem})", hint="Choose another place."
        ) from problem


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
