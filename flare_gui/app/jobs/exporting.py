"""What is written for the user to take away, in threads and processes beside the window."""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from flare_gui.app.jobs import film_process
from flare_gui.app.words import tr
from flare_gui.errors import OutputExists
from flare_gui.export import FORMATS, ExportOptions
from flare_gui.files import is_part
from flare_gui.progress import Cancel, Progress, part
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume

# How much longer than a format a film takes, in the fraction of the whole.
_FILM_WEIGHT = 8.0
HINT = tr("Allow to replace it, or choose another folder.")


@dataclass(frozen=True)
class ExportRequest:
    """What the user chose: format keys, films and their suffix, whether the report is wanted as PDF, where and how."""

    folder: Path
    formats: tuple[str, ...] = ()
    films: tuple[FilmSettings, ...] = ()
    film_suffix: str = ".mp4"
    pdf: bool = False
    options: ExportOptions = field(default_factory=ExportOptions)

    def film_path(self, volume: Volume, film: FilmSettings) -> Path:
        """Where one of `films` goes."""
        return self.folder / f"{volume.name}.{film.kind}{self.film_suffix}"

    def pdf_path(self, volume: Volume) -> Path:
        """Where the report goes as PDF."""
        return self.folder / f"{volume.name}.report.pdf"


@dataclass(frozen=True)
class Exported:
    """Where files went, and sentences on what a format could not keep."""

    folder: Path
    notes: tuple[str, ...]


def export(
    volume: Volume, segmentation: Segmentation, request: ExportRequest, *, progress: Progress, cancel: Cancel
) -> Exported:
    """Write what the user ticked. Masks and meshes first, films last: they take longest.

    Raises `OutputExists` before anything is written for films and PDF in the way, `FlareError`, `Cancelled`.
    """
    from flare_gui.export import export as write

    own = [request.film_path(volume, film) for film in request.films] + (
        [request.pdf_path(volume)] if request.pdf else []
    )
    for path in own if not request.options.overwrite else ():
        if path.exists():
            raise OutputExists(tr("{path}: there is a file already").format(path=path), hint=HINT)
    draws = {row.key for row in FORMATS if row.draws}
    quiet, drawn = ([key for key in request.formats if (key in draws) is draw] for draw in (False, True))
    case = volume, segmentation
    whole = len(request.formats) + request.pdf + _FILM_WEIGHT * len(request.films)
    done = 0.0

    def share(weight: float) -> Progress:
        nonlocal done
        start, done = done, done + weight
        return part(progress, start / whole, done / whole)

    notes: list[str] = []
    first = share(len(quiet))
    write(*case, request.folder, quiet, request.options, progress=first, cancel=cancel, say=notes.append)
    if drawn:
        todo = (request.folder, drawn, request.options)
        film_process.run(write, *case, *todo, progress=share(len(drawn)), cancel=cancel)
    if request.pdf:
        from flare_gui.app.jobs.report_pdf import write_pdf

        write_pdf(*case, request.pdf_path(volume), progress=share(1), cancel=cancel)
    for film in request.films:
        from flare_gui.render.film import write_film

        path = request.film_path(volume, film)
        film_process.run(write_film, *case, path, film, progress=share(_FILM_WEIGHT), cancel=cancel)
    return Exported(request.folder, tuple(notes))


def preview(
    volume: Volume, segmentation: Segmentation, film: FilmSettings, *, progress: Progress, cancel: Cancel
) -> np.ndarray:
    """The first frame of a film, uint8 (height, width, 3)."""
    from flare_gui.render.film import first_frame

    picture: np.ndarray = film_process.run(first_frame, volume, segmentation, film, progress=progress, cancel=cancel)
    return picture


Listing = dict[Path, tuple[int, int]]


def listing(folder: Path) -> Listing:
    """The files in a folder with their size and time of change, to see later what was written."""
    if not folder.is_dir():
        return {}
    files = [path for path in folder.iterdir() if path.is_file() and not is_part(path)]
    return {path: (about.st_size, about.st_mtime_ns) for path in files if (about := path.stat())}


def written_since(before: Listing, folder: Path) -> list[Path]:
    """The files in a folder that are new or other than `before`, by name."""
    return sorted(path for path, about in listing(folder).items() if before.get(path) != about)
