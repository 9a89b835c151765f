"""The DICOM slices that a volume was read from, found again: what a DICOM SEG refers to."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from scipy import ndimage

from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.io import archive
from flare_gui.io.dicom import stack_below
from flare_gui.io.dicom_files import files_below
from flare_gui.io.dicom_slice import Slice
from flare_gui.io.dicom_stack import one_a_place
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.progress import Cancel, never
from flare_gui.volume import Segmentation, Volume


@contextmanager
def source_slices(volume: Volume, *, cancel: Cancel = never) -> Iterator[list[Slice]]:
    """The slices of `volume`'s series, sorted along their normal; those of a zip exist inside the block only.

    Raises `FlareError` for a volume that does not come from DICOM, `UnreadableScan` when its series is gone.
    """
    if volume.series_uid is None or volume.source is None:
        raise FlareError(
            f"{volume.name}: this scan was not read from DICOM", hint="Choose another format, or open the DICOM series."
        )
    source = volume.source
    if not source.exists():
        raise UnreadableScan(source, "the scan is not there any more", hint="Put it back, or open it again.")
    if source.is_dir():
        yield _slices(source, files_below(source), volume.series_uid, cancel)
    else:
        with archive.unpacked(source, cancel=cancel) as files:
            yield _slices(source, files, volume.series_uid, cancel)


def labels_on_slices(segmentation: Segmentation, slices: list[Slice]) -> np.ndarray:
    """uint8 (slice, row, column): the label at each pixel's centre.

    A series that was shifted upright or resampled to even steps is so undone: each slice gets what lies at its place.
    """
    first = slices[0]
    result = np.empty((len(slices), first.rows, first.columns), np.uint8)
    to_voxels = np.linalg.inv(segmentation.affine) @ LPS_TO_RAS
    for k, one in enumerate(slices):
        placed = np.eye(4)
        axes = (one.along * one.spacing_mm[0], one.down * one.spacing_mm[1], one.normal, one.position)
        placed[:3] = np.stack(axes, axis=1)
        matrix = to_voxels @ placed
        # `grid-constant`: a first voxel that rounding puts at -1e-9 is still inside.
        flat = ndimage.affine_transform(
            segmentation.labels,
            matrix[:3, :3],
            matrix[:3, 3],
            (first.columns, first.rows, 1),
            order=0,
            mode="grid-constant",
        )
        result[k] = flat[:, :, 0].T
    return result


def _slices(source: Path, files: list[Path], key: str, cancel: Cancel) -> list[Slice]:
    return list(one_a_place(source, stack_below(source, files, key, cancel=cancel)).slices)
