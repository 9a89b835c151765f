"""What jobs do: plain functions around the packages below, without Qt. Heavy imports wait until they run."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from flare_gui import workspace
from flare_gui.app.document.recovery import Kept, Store
from flare_gui.app.jobs import film_process
from flare_gui.errors import OutputExists, UnreadableScan
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume
from flare_gui.workspace import Workspace

if TYPE_CHECKING:
    from flare_gui import io
    from flare_gui.app.dialogs.export import Wanted
    from flare_gui.model.estimate import Cost
    from flare_gui.render.options import FilmSettings

THUMBNAIL = 96


@dataclass(frozen=True, eq=False)
class Opened:
    """A scan, the mask that belongs to it, and how it was looked at when it comes from a workspace.

    `kept` are corrections of this scan that a program which crashed had not saved.
    """

    volume: Volume
    segmentation: Segmentation | None = None
    workspace: Workspace | None = None
    kept: Kept | None = None


@dataclass(frozen=True, eq=False)
class SeriesRow:
    """One series of a choice, with a picture of its middle slice: uint8 (rows, columns)."""

    info: "io.SeriesInfo"
    thumbnail: np.ndarray | None


@dataclass(frozen=True)
class Choice:
    """A folder with several series: the user has to say which one."""

    path: Path
    rows: tuple[SeriesRow, ...]


@dataclass(frozen=True)
class CaseChoice:
    """A folder with several scans."""

    path: Path
    cases: "tuple[io.Case, ...]"


@dataclass(frozen=True)
class Gap:
    """A series in which slices are missing, as `sentence` says: the user has to say whether to fill them."""

    sentence: str
    series: str | None


def open_paths(
    paths: list[Path],
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    store: Store | None = None,
    progress: Progress,
    cancel: Cancel,
) -> Opened | Choice | CaseChoice | Gap:
    """What lies at `paths`: a workspace, a scan with its mask, or a choice between several.

    The mask is the second path, or `<case>.seg.nii.gz` beside the scan.
    """
    from flare_gui import io
    from flare_gui.analysis import doctor

    first = paths[0]
    if first.suffix.lower() == workspace.SUFFIX:
        return _open_workspace(first, progress, cancel)
    cases = io.find_cases(paths[:1])
    if len(cases) > 1:
        return CaseChoice(first, tuple(cases))
    case = cases[0]
    if series is None and case.path.is_dir():
        rows = io.list_series(case.path, progress=progress, cancel=cancel)
        if len(rows) > 1:
            return Choice(case.path, tuple(_with_thumbnails(rows, cancel)))
    try:
        volume = io.read_scan(case.path, series=series, allow_gaps=allow_gaps, progress=progress, cancel=cancel)
    except UnreadableScan as error:
        if error.code != doctor.MISSING_SLICES:
            raise
        return Gap(error.message, series)
    volume = doctor.examined(volume)
    beside = case.path.parent / f"{case.name}.seg.nii.gz"
    masks = paths[1:2] or ([beside] if beside.exists() else [])
    mask = read_mask(volume, masks[0], progress=progress, cancel=cancel) if masks else None
    return Opened(volume, mask, kept=store.of(volume) if store is not None else None)


def _with_thumbnails(rows: "list[io.SeriesInfo]", cancel: Cancel) -> list[SeriesRow]:
    from flare_gui.io.thumbnail import thumbnail

    pictures = []
    for row in rows:
        cancel.check()
        pictures.append(SeriesRow(row, thumbnail(row.middle, THUMBNAIL)))
    return pictures


def _open_workspace(path: Path, progress: Progress, cancel: Cancel) -> Opened:
    from flare_gui import io
    from flare_gui.analysis import doctor

    kept = workspace.read(path)
    if kept.scan is None:
        volume = demo(progress=progress, cancel=cancel).volume
    else:
        gaps = doctor.MISSING_SLICES in kept.repairs
        volume = io.read_scan(kept.scan, series=kept.series, allow_gaps=gaps, progress=progress, cancel=cancel)
    volume = doctor.repaired(doctor.examined(volume), kept.repairs)
    return Opened(volume, kept.segmentation_on(volume), kept)


def read_mask(volume: Volume, path: Path, *, progress: Progress, cancel: Cancel) -> Segmentation:
    """A mask of this or another program on the grid of `volume`. Raises `FlareError` when it is none, or of another."""
    from flare_gui import io

    segmentation = io.read_mask(volume, path)
    progress("mask", 1.0)
    return segmentation


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


def estimate(volume: Volume, weights: Path | None, *, progress: Progress, cancel: Cancel) -> "Cost":
    """What `segment` would take on this computer."""
    from flare_gui.model import estimate as model_estimate
    from flare_gui.model import weights as model_weights

    return model_estimate.estimate(volume, model_weights.load(weights))


def segment(volume: Volume, weights: Path | None, *, progress: Progress, cancel: Cancel) -> Segmentation:
    """The organs of `volume`: the function that the command line calls."""
    progress("starting", 0.0)
    from flare_gui.analysis import doctor

    doctor.refuse(volume)
    # torch takes a second: who is refused does not wait for it.
    from flare_gui.model import segmenter
    from flare_gui.model import weights as model_weights

    return segmenter.segment(volume, model_weights.load(weights), progress=progress, cancel=cancel)


# How the fractions of the stages of `segment` add up to that of the whole.
_STAGES = {"starting": (0.0, 0.02), "prepare": (0.02, 0.1), "network": (0.1, 0.92), "finish": (0.92, 1.0)}


def whole_segmentation(stage: str, fraction: float) -> float:
    """The fraction of the whole run from that of one of its stages."""
    start, end = _STAGES.get(stage, (0.0, 1.0))
    return start + (end - start) * fraction


def save_mask(segmentation: Segmentation, path: Path) -> None:
    """Write the mask as NIfTI."""
    from flare_gui import io

    io.write_segmentation(segmentation, path)


def export(volume: Volume, segmentation: Segmentation, wanted: "Wanted", *, progress: Progress, cancel: Cancel) -> Path:
    """Write what the user ticked; returns the folder. Masks and meshes first, the film last: it takes longest."""
    from flare_gui.export import FORMATS, ExportOptions
    from flare_gui.export import export as write

    share = 0.3 if wanted.film else 1.0
    options = ExportOptions(overwrite=wanted.overwrite)
    draws = {row.key for row in FORMATS if row.draws}
    quiet, drawn = ([key for key in wanted.formats if (key in draws) is draw] for draw in (False, True))
    half = share * len(quiet) / max(1, len(wanted.formats))
    case = volume, segmentation, wanted.folder
    write(*case, quiet, options, progress=lambda stage, part: progress(stage, half * part), cancel=cancel)
    if drawn:
        film_process.run(
            write,
            *case,
            drawn,
            options,
            progress=lambda stage, part: progress(stage, half + (share - half) * part),
            cancel=cancel,
        )
    if wanted.film is not None:
        path = wanted.folder / f"{volume.name}.{wanted.film.kind}.mp4"
        if path.exists() and not wanted.overwrite:
            raise OutputExists(
                f"{path}: there is a file already", hint="Allow to replace it, or choose another folder."
            )
        from flare_gui.render.film import write_film

        film_process.run(
            write_film,
            volume,
            segmentation,
            path,
            wanted.film,
            progress=lambda stage, part: progress(stage, share + (1 - share) * part),
            cancel=cancel,
        )
    return wanted.folder


def preview(
    volume: Volume, segmentation: Segmentation, film: "FilmSettings", *, progress: Progress, cancel: Cancel
) -> np.ndarray:
    """The first frame of a film, uint8 (height, width, 3)."""
    from flare_gui.render.film import first_frame

    picture: np.ndarray = film_process.run(first_frame, volume, segmentation, film, progress=progress, cancel=cancel)
    return picture
