"""NRRD and MetaImage through SimpleITK."""

from pathlib import Path

import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.errors import UnreadableScan
from flare_gui.io.array import volume_from
from flare_gui.volume import Volume

SUFFIXES = (".nrrd", ".nhdr", ".mha", ".mhd")

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])


def read(path: Path) -> Volume:
    """The CT in an NRRD or MetaImage file, in its own orientation. Raises `UnreadableScan`."""
    return volume_from(path, *load(path))


def load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(array (x, y, z), affine to RAS+ mm) of a file that ITK reads."""
    # ITK prints warnings of its own to the terminal; what matters of them comes as an error.
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    try:
        image = sitk.ReadImage(str(path))
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[-1].removeprefix("sitk::ERROR: ")
        raise UnreadableScan(path, f"cannot be read ({reason})", hint="Copy or export it again.") from None
    if image.GetNumberOfComponentsPerPixel() > 1:
        raise UnreadableScan(
            path,
            f"holds {image.GetNumberOfComponentsPerPixel()} channels",
            hint="Save the one to segment as a file of its own.",
        )
    if image.GetDimension() == 4 and image.GetSize()[3] == 1:
        image = image[:, :, :, 0]
    if image.GetDimension() != 3:
        raise UnreadableScan(
            path, f"has {image.GetDimension()} dimensions", hint="Save the scan to segment as a 3D file of its own."
        )
    return sitk.GetArrayFromImage(image).T, affine_of(image)


def affine_of(image: sitk.Image) -> np.ndarray:
    """ITK's origin, spacing and direction (LPS) as an affine to RAS+ mm."""
    affine = np.eye(4)
    affine[:3, :3] = np.array(image.GetDirection()).reshape(3, 3) @ np.diag(image.GetSpacing())
    affine[:3, 3] = image.GetOrigin()
    return LPS_TO_RAS @ affine
