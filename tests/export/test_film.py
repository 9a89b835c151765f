"""Films are read back by ffmpeg: codec, pixels, size, length; and they show what they say."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import imageio.v2 as imageio
import imageio_ffmpeg
import numpy as np
import pytest

from flare_gui.cli import main
from flare_gui.errors import Cancelled, FlareError
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from flare_gui.progress import Cancel
from flare_gui.render.film import first_frame, frames, write_film
from flare_gui.render.options import FILM_KINDS, PLANES, FilmSettings
from flare_gui.volume import Segmentation, Volume

SMALL = {"size": (321, 203), "seconds": 0.5, "fps": 12}


@pytest.fixture(scope="module")
def case() -> tuple[Volume, Segmentation]:
    x, y, z = np.indices((60, 50, 40))
    labels = np.zeros(x.shape, np.uint8)
    for organ, middle in zip(ORGANS, ((42, 28, 26), (42, 14, 12), (14, 18, 28), (16, 14, 12)), strict=True):
        near = sum((a - m) ** 2 for a, m in zip((x, y, z), middle, strict=True)) < 60
        labels[near] = organ.label
    affine = np.diag([3.0, 3, 4, 1])
    return Volume((labels * 40).astype(np.int16), affine, "balls"), Segmentation(labels, affine)


@pytest.mark.parametrize("kind", FILM_KINDS)
def test_every_kind_plays_everywhere(case: tuple[Volume, Segmentation], tmp_path: Path, kind: str) -> None:
    path = tmp_path / f"{kind}.mp4"
    write_film(*case, path, FilmSettings(kind=kind, **SMALL))  # type: ignore[arg-type]
    said = subprocess.run(
        [imageio_ffmpeg.get_ffmpeg_exe(), "-i", str(path)], capture_output=True, text=True, check=False
    ).stderr
    assert "h264" in said and "yuv420p" in said and "320x202" in said and "Duration: 00:00:00.50" in said
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat")
    with imageio.get_reader(path) as reader:
        pictures = list(reader.iter_data())
    assert len(pictures) == 6
    assert max(np.abs(pictures[0].astype(int) - picture).max() for picture in pictures[1:]) > 60


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="needs Debian's ffmpeg for ffprobe")
@pytest.mark.parametrize("kind", FILM_KINDS)
def test_ffprobe_finds_the_film_that_was_asked_for(
    case: tuple[Volume, Segmentation], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "film.mp4"
    write_film(*case, path, FilmSettings(kind=kind, size=(426, 240), seconds=0.75, fps=24))  # type: ignore[arg-type]
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_streams", "-show_format", "-of", "json", str(path)]
    about = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    (stream,) = about["streams"]
    assert (stream["codec_name"], stream["pix_fmt"]) == ("h264", "yuv420p")
    assert (stream["width"], stream["height"], stream["r_frame_rate"]) == (426, 240, "24/1")
    assert int(stream["nb_read_frames"]) == 18
    assert float(about["format"]["duration"]) == pytest.approx(0.75, abs=0.001)
    # Where boxes begin: a browser wants the index before the pictures.
    trace = subprocess.run(["ffprobe", "-v", "trace", str(path)], capture_output=True, text=True, check=True).stderr
    assert trace.index("type:'moov'") < trace.index("type:'mdat'")


def test_the_same_film_twice_is_the_same_file(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        write_film(*case, tmp_path / name, FilmSettings(kind="split", **SMALL))  # type: ignore[arg-type]
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize("plane", PLANES)
def test_a_sweep_shows_the_liver_on_the_left_of_the_picture(case: tuple[Volume, Segmentation], plane: str) -> None:
    places = {LIVER: [], SPLEEN: []}  # type: ignore[var-annotated]
    for picture in frames(*case, FilmSettings(plane=plane, captions=False, size=(320, 200), seconds=2, fps=12)):  # type: ignore[arg-type]
        pixels = np.asarray(picture).astype(int)
        for organ, found in places.items():
            colour = organ.rgb
            rim = np.abs(pixels - colour).max(axis=2) < 3
            found += np.argwhere(rim)[:, 1].tolist()
    assert all(places.values())
    if plane != "sagittal":
        assert max(places[LIVER]) < min(places[SPLEEN])


def test_a_fly_through_shows_every_organ_close_by(case: tuple[Volume, Segmentation]) -> None:
    settings = FilmSettings(kind="flythrough", captions=False, size=(320, 200), seconds=2, fps=10, background="#000000")
    largest = dict.fromkeys(ORGANS, 0)
    for picture in frames(*case, settings):
        pixels = np.asarray(picture).astype(float)
        for organ in ORGANS:
            colour = np.array(organ.rgb, float)
            bright = np.linalg.norm(pixels, axis=2) > 60
            same = (pixels @ colour) / (np.linalg.norm(pixels, axis=2) * np.linalg.norm(colour) + 1e-6) > 0.985
            largest[organ] = max(largest[organ], int((bright & same).sum()))
    assert min(largest.values()) > 0.04 * 320 * 200, largest


def test_captions_can_be_left_out_and_a_preview_is_the_first_frame(case: tuple[Volume, Segmentation]) -> None:
    settings = FilmSettings(**SMALL)  # type: ignore[arg-type]
    preview = first_frame(*case, settings)
    assert np.array_equal(preview, np.asarray(next(frames(*case, settings))))
    bare = first_frame(*case, FilmSettings(captions=False, **SMALL))  # type: ignore[arg-type]
    assert not np.array_equal(preview, bare)


def test_a_gif_moves_too(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    path = tmp_path / "film.gif"
    write_film(*case, path, FilmSettings(**SMALL))  # type: ignore[arg-type]
    assert len(imageio.mimread(path)) == 6


def test_a_cancelled_film_leaves_the_old_one_whole(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    path, cancel = tmp_path / "film.mp4", Cancel()
    path.write_bytes(b"old")
    with pytest.raises(Cancelled):
        write_film(*case, path, FilmSettings(**SMALL), progress=lambda *_: cancel.set(), cancel=cancel)  # type: ignore[arg-type]
    assert path.read_bytes() == b"old" and list(tmp_path.iterdir()) == [path]


def test_what_cannot_be_filmed_is_said(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    volume, segmentation = case
    empty = Segmentation(np.zeros_like(segmentation.labels), segmentation.affine)
    with pytest.raises(FlareError, match="no organ"):
        write_film(volume, empty, tmp_path / "a.mp4", FilmSettings(kind="turntable", **SMALL))  # type: ignore[arg-type]
    with pytest.raises(FlareError, match=r"\.mp4"):
        write_film(volume, segmentation, tmp_path / "a.avi", FilmSettings(**SMALL))  # type: ignore[arg-type]
    assert not list(tmp_path.iterdir())


def test_the_command_line_films_without_a_display(
    shared: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source, out = shared("ct/ts_example"), tmp_path / "fly.mp4"
    monkeypatch.delenv("DISPLAY", raising=False)
    words = ["video", str(source / "ct.nii.gz"), "--mask", str(source / "label.nii.gz"), "-o", str(out)]
    assert main([*words, "--size", "320x180", "--seconds", "0.5"]) == 0
    assert out.stat().st_size > 1000
    assert main(words) == 2
    assert main([*words, "--size", "large"]) == 2
