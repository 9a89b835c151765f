"""Label maps: ours out as NIfTI, anyone's in."""

from collections.abc import Mapping
from pathlib import Path

import nibabel
import numpy as np

from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.files import replacing
from flare_gui.io import itk, nifti, nifti_forms
from flare_gui.io.label_names import named_organs, nifti_extension
from flare_gui.io.made import DESCRIPTION, how_made, made_extensions
from flare_gui.io.system_errors import unreadable
from flare_gui.organs import ORGANS, LabelScheme, Organ, label_lookup, organs_from
from flare_gui.volume import Segmentation, Volume, check_same_grid


def write_segmentation(
    segmentation: Segmentation,
    path: Path,
    *,
    scheme: LabelScheme = "organs",
    only: Organ | None = None,
    place: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write the labels as uint8 NIfTI on the segmentation's grid, in one move; names and colours lie in its header.

    So does what `how_made` reads. `only` one organ is written as 0 and 1. `place` are the scan's `nifti_place`: with
    them the mask lies on the scan in every program, whatever its header says.
    """
    if only is None:
        lookup = label_lookup(scheme)
        labels = lookup[segmentation.labels]
        names = {int(lookup[organ.label]): organ for organ in ORGANS}
    else:
        labels, names = (segmentation.labels == only.label).astype(np.uint8), {1: only}
    image = nifti_forms.image_at(labels, segmentation.affine, place)
    image.header["descrip"] = DESCRIPTION
    image.header.extensions.append(nifti_extension(names))
    if only is None:
        image.header.extensions.extend(made_extensions(segmentation, labels))
    with replacing(path) as beside:
        nibabel.save(image, beside)


def read_labels(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(labels uint8 (x, y, z), affine) of a label map in NIfTI or an ITK format; whole numbers as floats are fine.

    Raises `UnreadableScan` when it cannot be read or holds anything but whole numbers from 0 to 255.
    """
    if path.name.lower().endswith(itk.SUFFIXES):
        array, affine, _ = itk.load(path)
    else:
        array, affine = nifti.load(path)
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim != 3 or array.dtype.kind not in "iufb":
        raise UnreadableScan(
            path, "is not a label map of three dimensions", hint="Choose a mask with one label a voxel."
        )
    if array.dtype == np.uint8:
        return array, affine
    low, high = array.min(), array.max()
    if not (low >= 0 and high <= 255) or not np.array_equal(array, np.rint(array)):
        raise UnreadableScan(
            path, f"holds values from {low:g} to {high:g}, which are not labels", hint="Choose a mask, not an image."
        )
    return array.astype(np.uint8), affine


def read_mask(volume: Volume, path: Path) -> Segmentation:
    """A mask of this or another program on the grid of `volume`, as our labels.

    The file's own names of its numbers count, as 3D Slicer and TotalSegmentator write them; without names they are ours
    (1 to 4) or, when one is above 4, FLARE22's. One that was saved here, and not changed elsewhere since, knows its
    model, its confidence and its corrections. Raises `FlareError` when it is no mask, or not of this scan.
    """
    with unreadable(path):
        if not path.exists():
            raise FlareError(f"{path}: there is no such mask", hint="Check the name.")
        labels, affine = read_labels(path)
        names, run = named_organs(path), how_made(path, labels)
    if names:
        lookup = np.zeros(256, np.uint8)
        lookup[list(names)] = [organ.label for organ in names.values()]
        ours = lookup[labels]
    else:
        ours = organs_from(labels, "flare22" if labels.max(initial=0) > 4 else "organs")
    try:
        segmentation = Segmentation(ours, nifti_forms.on_scan(volume, affine), run=run)
    except ValueError as error:
        raise UnreadableScan(path, str(error), hint="Export the mask again; its header is damaged.") from None
    try:
        check_same_grid(volume, segmentation)
    except FlareError as error:
        raise FlareError(f"{path.name}: {error.message}", hint=error.hint) from None
    return segmentation
