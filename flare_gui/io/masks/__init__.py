"""Masks: ours out as NIfTI, anyone's in."""

from collections.abc import Mapping
from pathlib import Path

from flare_gui.errors import FlareError, GridMismatch, UnreadableScan
from flare_gui.io.dicom_header import is_dicom
from flare_gui.io.mask_names import is_mask
from flare_gui.io.masks import dicom_object, dicom_seg, folder, label_map, rtstruct
from flare_gui.io.masks.contents import Contents
from flare_gui.io.masks.label_map import read_labels
from flare_gui.io.masks.made import is_ours
from flare_gui.io.masks.meaning import NOT_USED, MaskRow, UnnamedMask, meant, parse
from flare_gui.io.masks.words import KIDNEYS, Organs
from flare_gui.io.masks.written import write_segmentation
from flare_gui.io.system_errors import unreadable
from flare_gui.volume import Segmentation, Volume

__all__ = [
    "KIDNEYS",
    "NOT_USED",
    "MaskRow",
    "Organs",
    "UnnamedMask",
    "is_mask_of",
    "is_ours",
    "parse",
    "read_labels",
    "read_mask",
    "write_segmentation",
]


_MOST_OBJECTS = 20


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


def is_mask_of(volume: Volume, path: Path) -> bool:
    """Whether what lies at `path` is a mask of the scan that is open, whatever it is called, and no scan.

    A file that is called a mask, or is one of DICOM's, is one also when it does not fit: then it is to be refused as a
    mask. Raises `UnreadableScan` when the system does not let it be read.
    """
    with unreadable(path):
        if path.is_dir():
            return bool(_objects(path)) or bool(folder.organ_files(path)[0])
        if dicom_object.mask_kind(path):
            return True
        if not path.name.lower().endswith(label_map.SUFFIXES):
            return False
        try:
            label_map.read(volume, path)
        except GridMismatch:
            return is_mask(path)
        except UnreadableScan:
            return False
        return True


def _objects(path: Path) -> list[Path]:
    """The masks among the DICOM files of a folder; none where scans lie there too."""
    files = [file for file in sorted(path.iterdir()) if file.is_file() and is_dicom(file)]
    masks = [file for file in files[:_MOST_OBJECTS] if dicom_object.mask_kind(file)]
    return masks if len(masks) == len(files) else []


def _contents(volume: Volume, path: Path) -> Contents:
    if path.is_dir():
        objects = _objects(path)
        if len(objects) > 1:
            raise FlareError(f"{path}: holds {len(objects)} masks in DICOM", hint="Give the one that is meant.")
        if not objects:
            return folder.read(volume, path)
        (path,) = objects
    kind = dicom_object.mask_kind(path)
    if kind:
        return (rtstruct if kind == dicom_object.STRUCTURE_SET else dicom_seg).read(volume, path)
    return label_map.read(volume, path)
