"""How a scan, a mask or a workspace is opened: plain functions without Qt. Heavy imports wait until they run."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from flare_gui import workspace
from flare_gui.app.document.document import MaskFile
from flare_gui.app.document.recovery import Kept, Store
from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume
from flare_gui.workspace import Workspace

if TYPE_CHECKING:
    from flare_gui import io
    from flare_gui.batch.case_files import CaseFiles

THUMBNAIL = 96


@dataclass(frozen=True, eq=False)
class Opened:
    """A scan, the mask that belongs to it or the question about it, and how it was looked at, from a workspace.

    `kept` are corrections of this scan that a program which crashed had not saved. `earlier` is the scan that stood
    beside it in the workspace; `earlier_gone` says why that cannot be shown.
    """

    volume: Volume
    segmentation: Segmentation | None = None
    mask_file: MaskFile | None = None
    question: "MaskQuestion | None" = None
    workspace: Workspace | None = None
    kept: Kept | None = None
    earlier: "Opened | None" = None
    earlier_gone: str = ""


@dataclass(frozen=True, eq=False)
class SeriesRow:
    """One series of a choice, with a picture of its middle slice: uint8 (rows, columns)."""

    info: "io.SeriesInfo"
    thumbnail: np.ndarray | None


@dataclass(frozen=True)
class SeriesChoice:
    """A folder with several series: the user has to say which one."""

    path: Path
    rows: tuple[SeriesRow, ...]


@dataclass(frozen=True)
class CaseChoice:
    """A folder with several scans."""

    path: Path
    cases: "tuple[io.Case, ...]"


@dataclass(frozen=True, eq=False)
class MaskRead:
    """A mask for the open scan, and the file that it was read from."""

    segmentation: Segmentation
    file: MaskFile


@dataclass(frozen=True)
class MaskQuestion:
    """A mask for the open scan that does not say which organs its values are: the user has to."""

    path: Path
    rows: "tuple[io.MaskRow, ...]"


@dataclass(frozen=True)
class Gap:
    """A series in which slices are missing, as `sentence` says: the user has to say whether to fill them."""

    sentence: str
    series: str | None


class CaseOpened(NamedTuple):
    """A case to be reviewed, and where to look first: RAS+ mm, None where nothing is odd."""

    opened: Opened
    place: np.ndarray | None


def open_paths(
    paths: list[Path],
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    store: Store | None = None,
    onto: Volume | None = None,
    progress: Progress,
    cancel: Cancel,
) -> Opened | MaskRead | MaskQuestion | SeriesChoice | CaseChoice | Gap:
    """What lies at `paths`: a workspace, a scan with its mask, a mask of the scan `onto`, or a choice between several.

    The mask is the second path, or `<case>.seg.nii.gz` beside the scan.
    """
    from flare_gui import io
    from flare_gui.analysis import doctor

    first = paths[0]
    if first.suffix.lower() == workspace.SUFFIX:
        return _open_workspace(first, progress, cancel)
    if onto is not None and len(paths) == 1 and io.is_mask_of(onto, first):
        return read_mask(onto, first, progress=progress, cancel=cancel)
    cases = io.find_cases(paths[:1])
    if len(cases) > 1:
        return CaseChoice(first, tuple(cases))
    case = cases[0]
    if series is None and case.path.is_dir():
        rows = io.list_series(case.path, progress=progress, cancel=cancel)
        if len(rows) > 1:
            return SeriesChoice(case.path, tuple(_with_thumbnails(rows, cancel)))
    try:
        volume = io.read_scan(case.path, series=series, allow_gaps=allow_gaps, progress=progress, cancel=cancel)
    except UnreadableScan as error:
        if error.code != doctor.MISSING_SLICES:
            raise
        return Gap(error.message, series)
    volume = doctor.examined(volume)
    beside = case.path.parent / f"{case.name}.seg.nii.gz"
    masks = paths[1:2] or ([beside] if beside.exists() else [])
    kept = store.of(volume) if store is not None else None
    read = read_mask(volume, masks[0], progress=progress, cancel=cancel) if masks else None
    if isinstance(read, MaskRead):
        return Opened(volume, read.segmentation, read.file, kept=kept)
    return Opened(volume, question=read, kept=kept)


def _with_thumbnails(rows: "list[io.SeriesInfo]", cancel: Cancel) -> list[SeriesRow]:
    from flare_gui.io.thumbnail import thumbnail

    pictures = []
    for row in rows:
        cancel.check()
        pictures.append(SeriesRow(row, thumbnail(row.middle, THUMBNAIL)))
    return pictures


def _open_workspace(path: Path, progress: Progress, cancel: Cancel) -> Opened:
    kept = workspace.read(path)
    volume, segmentation = _scan_of(kept, progress, cancel)
    earlier, gone = None, kept.earlier_gone
    if kept.earlier is not None:
        try:
            earlier = Opened(*_scan_of(kept.earlier, progress, cancel))
        except FlareError as problem:
            gone = str(problem)
    return Opened(volume, segmentation, workspace=kept, earlier=earlier, earlier_gone=gone)


def _scan_of(kept: Workspace, progress: Progress, cancel: Cancel) -> tuple[Volume, Segmentation | None]:
    """A scan of a workspace, repaired as it was, and its mask. Raises `FlareError` when it is another scan by now."""
    from flare_gui import io
    from flare_gui.analysis import doctor

    if kept.scan is None:
        volume = demo(progress=progress, cancel=cancel).volume
    else:
        gaps = doctor.MISSING_SLICES in kept.repairs
        volume = io.read_scan(kept.scan, series=kept.series, allow_gaps=gaps, progress=progress, cancel=cancel)
    volume = doctor.repaired(doctor.examined(volume), kept.repairs)
    return volume, kept.segmentation_on(volume)


def read_mask(
    volume: Volume,
    path: Path,
    meaning: "Mapping[str, io.Organs] | None" = None,
    *,
    progress: Progress,
    cancel: Cancel,
) -> MaskRead | MaskQuestion:
    """A mask of this or another program on the grid of `volume`, or the question what its values are.

    `meaning` is the answer to that. Raises `FlareError` when it is no mask, or of another scan.
    """
    from flare_gui import io
    from flare_gui.batch.corrections import case_of, read_case_mask

    files = case_of(path) if meaning is None else None
    if files is not None:
        # A case of a batch says itself what its numbers mean, whichever program wrote the mask last.
        return MaskRead(read_case_mask(files, volume), MaskFile(path, ours=True))
    try:
        segmentation = io.read_mask(volume, path, meaning)
    except io.UnnamedMask as question:
        return MaskQuestion(path, question.rows)
    progress("mask", 1.0)
    return MaskRead(segmentation, MaskFile(path, io.is_ours(path)))


def open_case(
    files: "CaseFiles", scan: "io.Case", odd: Sequence[str], store: Store, *, progress: Progress, cancel: Cancel
) -> CaseOpened:
    """A case of a batch with its own mask, to be reviewed; `odd` is what is odd about it.

    Raises `FlareError` when scan or mask cannot be read, `Cancelled`.
    """
    from flare_gui import io
    from flare_gui.analysis import doctor
    from flare_gui.batch.case_files import has_filled_gaps, own_report
    from flare_gui.cohort.look_at import doubted_organ, place_of

    report = own_report(files.report) or {}
    gaps = has_filled_gaps(report)
    volume = io.read_scan(scan.path, series=scan.series, allow_gaps=gaps, progress=progress, cancel=cancel)
    volume = doctor.examined(volume)
    read = read_mask(volume, files.mask, progress=progress, cancel=cancel)
    assert isinstance(read, MaskRead), "a case's mask needs no question"
    organ = doubted_organ(report, odd)
    place = None if organ is None else place_of(organ, read.segmentation)
    return CaseOpened(Opened(volume, read.segmentation, read.file, kept=store.of(volume)), place)


def restore(volume: Volume, kept: Kept, *, progress: Progress, cancel: Cancel) -> Workspace:
    """The corrections of `volume` that a crashed program left. Raises `FlareError` when they cannot be read."""
    found = workspace.read(kept.path, volume.source)
    progress("mask", 0.5)
    found.segmentation_on(volume)
    return found


def demo(*, store: Store | None = None, progress: Progress, cancel: Cancel) -> Opened:
    """The synthetic demo CT."""
    from flare_gui.phantom.demo import demo_scan

    progress("painting", 0.1)
    volume = demo_scan()
    cancel.check()
    return Opened(volume, kept=store.of(volume) if store is not None else None)
