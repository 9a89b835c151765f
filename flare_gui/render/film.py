"""Films: slices, surfaces, or both, frame by frame into an MP4 that plays everywhere."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import numpy as np
from PIL import Image

from flare_gui import geometry
from flare_gui.analysis.measure import measure
from flare_gui.errors import Cancelled, FlareError
from flare_gui.files import reason, replacing
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.render.options import FilmSettings
from flare_gui.render.slide import Captions, SlicePainter
from flare_gui.render.stage import Stage
from flare_gui.volume import Segmentation, Volume, check_same_grid

SUFFIXES = (".mp4", ".gif")


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
        self._captions = Captions(settings.even_size[1])
        measures = measure(volume, segmentation)
        self._legend = [
            (organ.colour, f"{organ.name}  {measures[organ.key].volume_ml:.0f} ml")
            for organ in ORGANS
            if measures[organ.key].voxels
        ]

    def sweep(self) -> Iterator[Image.Image]:
        """Slices from one end of the scan to the other."""
        painter = self._painter(self._settings.even_size)
        for index in self._indices(painter.count):
            picture = painter.picture(index)
            self._caption_slice(picture, painter, index)
            yield picture

    def turntable(self) -> Iterator[Image.Image]:
        """360 degrees around all organs."""
        with Stage(self._labels, self._affine, self._settings.even_size, self._settings.background) as stage:
            for degrees in np.arange(self._settings.frames) * (360 / self._settings.frames):
                yield self._with_legend(stage.turned(float(degrees)))

    def flythrough(self) -> Iterator[Image.Image]:
        """A visit to each organ."""
        from flare_gui.render.camera_path import fly

        with Stage(self._labels, self._affine, self._settings.even_size, self._settings.background) as stage:
            for shot in fly(stage.surfaces, self._settings.frames):
                yield self._with_legend(stage.shot(shot))

    def split(self) -> Iterator[Image.Image]:
        """The sweep beside the surfaces, through which its slice moves."""
        width, height = self._settings.even_size
        left = width // 2
        painter = self._painter((left, height))
        background = self._settings.background
        with Stage(self._labels, self._affine, (width - left, height), background) as stage:
            stage.frame_scan(self._hu.shape)
            for index in self._indices(painter.count):
                picture = Image.new("RGB", (width, height))
                slide = painter.picture(index)
                self._caption_slice(slide, painter, index)
                picture.paste(slide, (0, 0))
                stage.show_slice(self._hu, painter.through, index, self._settings.window)
                picture.paste(stage.picture(), (left, 0))
                yield picture

    def _painter(self, size: tuple[int, int]) -> SlicePainter:
        settings = self._settings
        return SlicePainter(
            self._hu, self._labels, self._affine, settings.plane, size, window=settings.window, background="#000000"
        )

    def _indices(self, count: int) -> list[int]:
        """One slice a frame, evenly; axial slices go from the head downwards, as they are read."""
        order = np.rint(np.linspace(0, count - 1, self._settings.frames)).astype(int).tolist()
        return order[::-1] if self._settings.plane == "axial" else order

    def _caption_slice(self, picture: Image.Image, painter: SlicePainter, index: int) -> None:
        if not self._settings.captions:
            return
        self._captions.legend(picture, self._legend)
        self._captions.scale_bar(picture, painter.pixels_per_mm)
        unit = self._captions.unit
        at = np.zeros(3)
        at[painter.through] = index
        mm = geometry.apply(self._affine, at[None])[0][painter.through]
        letters = ("LR", "PA", "IS")[painter.through]
        words = f"{self._settings.plane.capitalize()}  {letters[int(mm >= 0)]} {abs(mm):.0f} mm"
        self._captions.text(picture, (picture.width - unit, unit), words, "ra")

    def _with_legend(self, picture: Image.Image) -> Image.Image:
        if self._settings.captions:
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
        output_params=["-crf", "20", "-movflags", "+faststart", "-fflags", "+bitexact", "-flags:v", "+bitexact"],
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
