"""Paths to volumes and segmentations to paths."""

from dataclasses import dataclass
from pathlib import Path

from flare_gui.errors import NotAScan
from flare_gui.io import dicom_files
from flare_gui.io.dicom_header import is_index
from flare_gui.io.dicom_series import group, propose, without_copies
from flare_gui.io.dicom_slice import Slice
from flare_gui.io.masks import (
    KIDNEYS,
    MaskRow,
    Organs,
    UnnamedMask,
    is_mask_of,
    is_ours,
    read_labels,
    read_mask,
    write_segmentation,
)
from flare_gui.io.nifti import write as write_volume
from flare_gui.io.readers import READERS, best_reader
from flare_gui.io.search import Case, find_cases
from flare_gui.io.system_errors import unreadable
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume

__all__ = [
    "KIDNEYS",
    "Case",
    "MaskRow",
    "Organs",
    "SeriesInfo",
    "UnnamedMask",
    "find_cases",
    "is_mask_of",
    "is_ours",
    "list_series",
    "read_labels",
    "read_mask",
    "read_scan",
    "write_segmentation",
    "write_volume",
]


def read_scan(
    path: Path,
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Volume:
    """The CT at `path` in its own orientation: NIfTI, NRRD, MetaImage, a DICOM folder, one slice, or a zip.

    `series` chooses a DICOM series by its UID, or a part of one as `UID#2`, instead of the largest axial CT;
    `allow_gaps` fills missing slices. The index of a medium (DICOMDIR) stands for its folder.
    Raises `NotAScan` for what is no CT, `UnreadableScan` for one that is broken or could only be read wrongly.
    """
    path = Path(path)
    with unreadable(path):
        if not path.exists():
            raise NotAScan(path, "there is no such file or folder", hint="Check the name.")
        path = path.parent if is_index(path) else path
        reader = best_reader(path)
        if reader is None:
            known = "; ".join(reader.takes for reader in READERS)
            raise NotAScan(path, "is not a scan that can be read", hint=f"These can: {known}.")
        return reader.read(path, series, allow_gaps, progress, cancel)


@dataclass(frozen=True)
class SeriesInfo:
    """A row of a table of series: what one stack of slices is, and whether it is the one to take.

    `uid` chooses it in `read_scan`; `part` says what tells it from other stacks of its series, empty where it is alone.
    """

    uid: str
    description: str
    part: str
    modality: str
    plane: str
    slices: int
    columns: int
    rows: int
    spacing_mm: tuple[float, float, float]
    middle: Slice
    proposed: bool


def list_series(path: Path, *, progress: Progress = ignore, cancel: Cancel = never) -> list[SeriesInfo]:
    """The DICOM series below a folder, and the parts of each, largest first; empty where there is no DICOM.

    `middle` is the stack's middle slice, for a thumbnail.
    """
    with unreadable(path):
        found = dicom_files.read(dicom_files.files_below(path), progress=progress, cancel=cancel)
    stacks = group(without_copies(found.slices)[0])
    chosen = propose(stacks)
    return [
        SeriesInfo(
            uid=stack.key,
            description=stack.first.description,
            part=stack.label,
            modality="localizer" if stack.first.localizer else stack.first.modality,
            plane=stack.plane,
            slices=len(stack.slices),
            columns=stack.first.columns,
            rows=stack.first.rows,
            spacing_mm=(*stack.spacing_mm, stack.step_mm),
            middle=stack.slices[len(stack.slices) // 2],
            proposed=stack is chosen,
        )
        for stack in stacks
    ]
