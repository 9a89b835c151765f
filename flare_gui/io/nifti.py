"""NIfTI through nibabel."""

import zlib
from pathlib import Path

import nibabel
import numpy as np
from nibabel.filebasedimages import ImageFileError
from nibabel.spatialimages import HeaderDataError

from flare_gui.errors import UnreadableScan
from flare_gui.io.array import volume_from
from flare_gui.volume import Volume

SUFFIXES = (".nii", ".nii.gz")


def read(path: Path) -> Volume:
    """The CT in a NIfTI file, in its own orientation. Raises `UnreadableScan`."""
    array, affine, warnings = load(path)
    return volume_from(path, array, affine, warnings=warnings)


def load(path: Path) -> tuple[np.ndarray, np.ndarray, tuple[str, ...]]:
    """(array, affine, warnings) with the file's slope and intercept applied; arrays without them keep their dtype."""
    try:
        image = nibabel.load(path)
        if not isinstance(image, nibabel.Nifti1Image):
            raise UnreadableScan(path, "is not a NIfTI image", hint="Convert it to .nii.gz first.")
        array = np.asarray(image.dataobj)
    except UnreadableScan:
        raise
    except (ImageFileError, HeaderDataError, EOFError, OSError, ValueError, zlib.error) as error:
        raise UnreadableScan(
            path, f"cannot be read as NIfTI ({_first_line(error)})", hint="Copy or export it again."
        ) from None
    return array, np.asarray(image.affine, float), _placement(image)


def _placement(image: nibabel.Nifti1Image) -> tuple[str, ...]:
    """nibabel takes the sform if it is coded, else the qform, else it invents a grid."""
    if not int(image.header["sform_code"]) and not int(image.header["qform_code"]):
        return ("the file does not say where the patient's right is: left and right may be exchanged",)
    return ()


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
