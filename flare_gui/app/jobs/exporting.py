"""What is written for the user to take away: plain functions without Qt. Heavy imports wait until they run."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from flare_gui.app.jobs import film_process
from flare_gui.errors import OutputExists
from flare_gui.progress import Cancel, Progress
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True)
class ExportRequest:
    """What the user chose: format keys, a film or None, the folder, and whether files there may be replaced."""

    formats: tuple[str, ...]
    film: FilmSettings | None
    folder: Path
    overwrite: bool


def save_mask(volume: Volume, segmentation: Segmentation, path: Path) -> None:
    """Write the mask as NIfTI."""
    from flare_gui import io

    io.write_segmentation(segmentation, path, place=volume.nifti_place)


def export(
    volume: Volume, segmentation: Segmentation, request: ExportRequest, *, progress: Progress, cancel: Cancel
) -> Path:
    """Write what the user ticked; returns the folder. Masks and meshes first, the film last: it takes longest."""
    from flare_gui.export import FORMATS, ExportOptions
    from flare_gui.export import export as write

    share = 0.3 if request.film else 1.0
    options = ExportOptions(overwrite=request.overwrite)
    draws = {row.key for row in FORMATS if row.draws}
    quiet, drawn = ([key for key in request.formats if (key in draws) is draw] for draw in (False, True))
    half = share * len(quiet) / max(1, len(request.formats))
    case = volume, segmentation, request.folder
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
    if request.film is not None:
        path = request.folder / f"{volume.name}.{request.film.kind}.mp4"
        if path.exists() and not request.overwrite:
            raise OutputExists(
                f"{path}: there is a file already", hint="Allow to replace it, or choose another folder."
            )
        from flare_gui.render.film import write_film

        film_process.run(
            write_film,
            volume,
            segmentation,
            path,
            request.film,
            progress=lambda stage, part: progress(stage, share + (1 - share) * part),
            cancel=cancel,
        )
    return request.folder


def preview(
    volume: Volume, segmentation: Segmentation, film: FilmSettings, *, progress: Progress, cancel: Cancel
) -> np.ndarray:
    """The first frame of a film, uint8 (height, width, 3)."""
    from flare_gui.render.film import first_frame

    picture: np.ndarray = film_process.run(first_frame, volume, segmentation, film, progress=progress, cancel=cancel)
    return picture
