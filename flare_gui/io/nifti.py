"""NIfTI through nibabel."""

import logging
from io import IOBase
from pathlib import Path
from typing import BinaryIO, cast

import nibabel
import numpy as np
from nibabel.filebasedimages import FileHolder, ImageFileError
from nibabel.spatialimages import HeaderDataError

from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.files import replacing
from flare_gui.findings import Finding
from flare_gui.io import nifti_header
from flare_gui.io.array import volume_from
from flare_gui.volume import Volume

SUFFIXES = (".nii", ".nii.gz")

# nibabel says on standard error what it repairs in headers; what matters of it is a finding.
logging.getLogger("nibabel.global").setLevel(logging.CRITICAL)

_DAMAGED: tuple[type[Exception], ...] = (
    ImageFileError,
    HeaderDataError,
    ValueError,
    OverflowError,
    *nifti_header.GZIP_ERRORS,
)


def read(path: Path) -> Volume:
    """The CT in a NIfTI file, in its own orientation. Raises `UnreadableScan`."""
    array, affine, findings = load(path)
    return volume_from(path, array, affine, findings=findings)


def load(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[Finding, ...]]:
    """(array, affine, findings) with the file's slope and intercept applied; arrays without them keep their dtype."""
    with path.open("rb") as file:
        image, array = load_from(path, file, path.stat().st_size)
    return array, np.asarray(image.affine, float), _placement(image)


def load_from(path: Path, file: BinaryIO, size: int) -> tuple[nibabel.Nifti1Image, np.ndarray]:
    """The image in an open `file` of `size` bytes and its scaled array; `path` is for messages.

    What the header promises is weighed before room is made for it, and a gzip's checksum is verified to the end.
    Raises `UnreadableScan`.
    """
    promise = nifti_header.check(path, file, size)
    file.seek(0)
    stream, _ = nifti_header.open_maybe_gzipped(file)
    kind = nibabel.Nifti2Image if promise.version == 2 else nibabel.Nifti1Image
    try:
        # Slopes of a damaged file overflow; what comes of them is judged by its values.
        with np.errstate(all="ignore"):
            image = kind.from_file_map({"image": FileHolder(fileobj=cast(IOBase, stream))})
            array = np.asarray(image.dataobj)
        if promise.gzipped:
            nifti_header.drain(path, stream)
    except _DAMAGED as error:
        raise UnreadableScan(
            path,
            f"cannot be read as NIfTI ({_first_line(error)})",
            hint="Copy or export it again.",
            code="truncated" if isinstance(error, nifti_header.GZIP_ERRORS) else "unreadable",
        ) from None
    return image, array


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


def _placement(image: nibabel.Nifti1Image) -> tuple[Finding, ...]:
    """nibabel takes the sform if it is coded, else the qform, else it invents a grid."""
    if not int(image.header["sform_code"]) and not int(image.header["qform_code"]):
        sentence = "the file does not say where the patient's right is: left and right may be exchanged"
        return (Finding("no-orientation", sentence, 1.0, "Convert the scan from its DICOM series again."),)
    return ()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
