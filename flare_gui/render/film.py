"""Films: slices, surfaces, or both, frame by frame into an MP4 that plays everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np
from PIL import Image
from scipy import ndimage

from flare_gui import geometry
from flare_gui.errors import Cancelled, FlareError
from flare_gui.files import reason, replacing
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.render.options import FilmSettings
from flare_gui.render.slide import Captions, SlicePainter
from flare_gui.render.slides import Slides, legend_rows
from flare_gui.render.stage import Stage
from flare_gui.volume import Segmentation, Volume, check_same_grid

SUFFIXES = (".mp4", ".gif")
# A sweep begins and ends this far from the organs.
BESIDE_MM = 20.0
# How opaque organs are that a slice moves through.
SEE_THROUGH = 0.6


def write_film(
    volume: Volume,
    segmentation: Segmentation,
    path: Path,
    settings: FilmSettings,
    *,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Path:
    """Write a film to `path` (.mp4: H.264, yuv420p, index first; or .gif) in one move; the same every time.

    Raises `FlareError` for another suffix, when there is no organ to show in 3D, when the file cannot be written or
    came out other than asked; `Cancelled`. An old file stays whole until the new one is.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise FlareError(f"{path}: films are .mp4 or .gif files", hint="Choose a name that ends in .mp4.")
    try:
        with replacing(path) as beside:
            writer = _writer(beside, settings)
            try:
                for i, picture in enumerate(frames(volume, segmentation, settings)):
                    cancel.check()
                    writer.append_data(np.asarray(picture))
                    progress("film", (i + 1) / settings.frames)
            finally:
                writer.close()
            if path.suffix.lower() == ".mp4":
                check_mp4(beside, settings)
    except Cancelled:
        raise
    except (OSError, RuntimeError) as problem:
        raise FlareError(
            f"{path}: the film cannot be written ({reason(problem)})",
            hint="Choose another folder, or make room on the disk.",
        ) from problem
    return path


def first_frame(
    volume: Volume,
    segmentation: Segmentation,
    settings: FilmSettings,
    *,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> np.ndarray:
    """uint8 (height, width, 3): what the film begins with, for a preview."""
    progress("first frame", 0.5)
    cancel.check()
    return np.asarray(next(frames(volume, segmentation, settings)))


def frames(volume: Volume, segmentation: Segmentation, settings: FilmSettings) -> Iterator[Image.Image]:
    """The pictures of a film, in order, each of `settings.even_size`."""
    check_same_grid(volume, segmentation)
    film = _Film(volume, segmentation, settings)
    yield from {
        "sweep": film.sweep,
        "turntable": film.turntable,
        "flythrough": film.flythrough,
        "split": film.split,
    }[settings.kind]()


class _Film:
    """One scan, its labels and the settings that all kinds share."""

    def __init__(self, volume: Volume, segmentation: Segmentation, settings: FilmSettings) -> None:
        upright = geometry.reorient(volume.affine, volume.shape)
        self._hu, self._labels = upright.apply(volume.hu), upright.apply(segmentation.labels)
        self._affine, self._settings = upright.affine, settings
        self._legend = legend_rows(volume, segmentation) if settings.captions else []
        self._captions = Captions(settings.even_size[1])

    def sweep(self) -> Iterator[Image.Image]:
        """Slices from one end of the organs to the other."""
        slides = self._slides(self._settings.even_size)
        for index in self._indices(slides.through):
            yield slides.picture(index)

    def turntable(self) -> Iterator[Image.Image]:
        """360 degrees around all organs."""
        with self._stage(self._settings.even_size) as stage:
            for degrees in np.arange(self._settings.frames) * (360 / self._settings.frames):
                stage.look(float(degrees))
                yield self._with_legend(stage.picture())

    def flythrough(self) -> Iterator[Image.Image]:
        """A visit to each organ."""
        from flare_gui.render.camera_path import fly

        with self._stage(self._settings.even_size) as stage:
            for shot in fly(stage.surfaces, self._settings.frames, stage.distance):
                stage.take(shot)
                yield self._with_legend(stage.picture())

    def split(self) -> Iterator[Image.Image]:
        """The sweep beside the surfaces, through which its slice moves."""
        width, height = self._settings.even_size
        left = width // 2
        slides = self._slides((left, height), legend=False)
        indices = self._indices(slides.through)
        first, last = [0, 0, 0], [n - 1 for n in self._hu.shape]
        first[slides.through], last[slides.through] = min(indices), max(indices)
        with self._stage((width - left, height)) as stage:
            stage.fade(SEE_THROUGH)
            stage.frame_scan(tuple(first), tuple(last))
            for index in indices:
                picture = Image.new("RGB", (width, height))
                picture.paste(slides.picture(index), (0, 0))
                stage.show_slice(self._hu, slides.through, index, self._settings.window)
                picture.paste(self._with_legend(stage.picture()), (left, 0))
                yield picture

    def _stage(self, size: tuple[int, int]) -> Stage:
        # The legend's room stays free.
        top = self._captions.legend_height(len(self._legend)) / size[1] if self._legend else 0.0
        return Stage(self._labels, self._affine, size, self._settings.background, top=min(top, 0.4))

    def _slides(self, size: tuple[int, int], *, legend: bool = True) -> Slides:
        settings, rows = self._settings, self._legend if legend else []
        painter = SlicePainter(self._hu, self._labels, self._affine, settings.plane, size, window=settings.window)
        return Slides(painter, self._affine, settings.plane, self._captions if settings.captions else None, rows)

    def _indices(self, axis: int) -> list[int]:
        """One slice a frame, evenly; axial slices go from the head downwards, as they are read."""
        first, last = (0, self._hu.shape[axis] - 1) if self._settings.whole_scan else self._organs_along(axis)
        order = np.rint(np.linspace(first, last, self._settings.frames)).astype(int).tolist()
        return order[::-1] if self._settings.plane == "axial" else order

    def _organs_along(self, axis: int) -> tuple[int, int]:
        """First and last slice across `axis` that is near an organ; all where there is none."""
        count = self._hu.shape[axis]
        boxes = [box for box in ndimage.find_objects(self._labels) if box is not None]
        if not boxes:
            return 0, count - 1
        beside = round(BESIDE_MM / geometry.spacing(self._affine)[axis])
        first, last = min(box[axis].start for box in boxes), max(box[axis].stop for box in boxes) - 1
        return max(0, first - beside), min(count - 1, last + beside)

    def _with_legend(self, picture: Image.Image) -> Image.Image:
        self._captions.legend(picture, self._legend)
        return picture


def _writer(path: Path, settings: FilmSettings) -> Any:
    if path.suffix.lower() == ".gif":
        return imageio.get_writer(path, mode="I", duration=1000 / settings.fps, loop=0)
    return imageio.get_writer(
        path,
        fps=settings.fps,
        codec="libx264",
        pixelformat="yuv420p",
        macro_block_size=2,
        ffmpeg_log_level="error",
        # Index first for browsers; no date and no encoder version, so that equal films are equal files.
        # Half the time of x264's usual preset, for a file as large and as like the pictures (SSIM 0.998).
        output_params=["-preset", "veryfast", "-crf", "20", "-movflags", "+faststart"]
        + ["-fflags", "+bitexact", "-flags:v", "+bitexact"],
    )


def check_mp4(path: Path, settings: FilmSettings) -> None:
    """Raise `FlareError` unless the file is the film that was asked for: codec, pixels, size, frames, index first."""
    reader: Any
    with imageio.get_reader(path) as reader:
        about, count = reader.get_meta_data(), reader.count_frames()
    data = path.read_bytes()
    index_first = 0 < data.find(b"moov") < data.find(b"mdat")
    right = (
        about["codec"] == "h264"
        and str(about["pix_fmt"]).startswith("yuv420p")
        and tuple(about["size"]) == settings.even_size
        and count == settings.frames
        and index_first
    )
    if not right:
        raise FlareError(
            f"{path.name}: the film came out as {about['codec']} {about['pix_fmt']} {about['size']}, {count} frames",
            hint="Install flare-gui again: its ffmpeg does not do what it should.",
        )
