"""Masks: ours out as NIfTI, anyone's in."""

from collections.abc import Mapping
from pathlib import Path

from flare_gui.errors import FlareError
from flare_gui.io.masks import dicom_object, dicom_seg, folder, label_map, rtstruct
from flare_gui.io.masks.contents import Contents
from flare_gui.io.masks.label_map import read_labels
from flare_gui.io.masks.made import is_ours
from flare_gui.io.masks.meaning import NOT_USED, Row, UnnamedMask, meant, parse
from flare_gui.io.masks.words import Organs
from flare_gui.io.masks.written import write_segmentation
from flare_gui.io.system_errors import unreadable
from flare_gui.volume import Segmentation, Volume

__all__ = [
    "NOT_USED",
    "Organs",
    "Row",
    "UnnamedMask",
    "is_ours",
    "parse",
    "read_labels",
    "read_mask",
    "write_segmentation",
]


def read_mask(volume: Volume, path: Path, meaning: Mapping[str, Organs] | None = None) -> Segmentation:
    """A mask of this or another program on the grid of `volume`, as our labels.

    `path` is a NIfTI, NRRD or MetaImage file, a DICOM SEG or RTSTRUCT, or a folder with one image an organ. What its
    values mean is said by `meaning` (organs by value or name), else by the file. The warnings of the result say what
    was not used and what was concluded.

    Raises `UnnamedMask` when nothing says what the values are, `FlareError` when it is no mask, or not of this scan.
    """
    with unreadable(path):
        if not path.exists():
            raise FlareError(f"{path}: there is no such mask", hint="Check the name.")
        return meant(volume, _contents(volume, path), meaning)


def _contents(volume: Volume, path: Path) -> Contents:
    if path.is_dir():
        objects = [file for file in sorted(path.iterdir()) if dicom_object.mask_kind(file)]
        if len(objects) != 1:
            return folder.read(volume, path)
        (path,) = objects
    kind = dicom_object.mask_kind(path)
    if kind:
        return (rtstruct if kind == dicom_object.STRUCTURE_SET else dicom_seg).read(volume, path)
    return label_map.read(volume, path)
