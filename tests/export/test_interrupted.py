"""An export that is stopped, or that finds no room, leaves whole files: the old ones, or complete new ones."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui import io
from flare_gui.errors import Cancelled
from flare_gui.export import ExportOptions, export
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel
from flare_gui.render.film import write_film
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume

OLD = b"the old file"


class CancelAt(Cancel):
    """Asks to stop the `nth` time that the work looks: a user who cancels in the middle."""

    def __init__(self, nth: int) -> None:
        super().__init__()
        self._left = nth

    def check(self) -> None:
        self._left -= 1
        if self._left == 0:
            self.set()
        super().check()


@pytest.fixture
def case() -> tuple[Volume, Segmentation]:
    labels = np.zeros((60, 50, 40), np.uint8)
    for organ, (x, y, z) in zip(ORGANS, ((36, 26, 20), (36, 8, 4), (8, 12, 22), (8, 8, 4)), strict=True):
        labels[x : x + 16, y : y + 14, z : z + 12] = organ.label
    affine = np.diag([3.0, 3, 4, 1])
    return Volume((labels * 40).astype(np.int16), affine, "case"), Segmentation(labels, affine)


@pytest.mark.parametrize("key", ["stl", "ply", "obj", "glb", "png"])
def test_a_cancel_at_any_moment_of_meshes_and_pictures_leaves_whole_files(
    case: tuple[Volume, Segmentation], tmp_path: Path, key: str
) -> None:
    options = ExportOptions(overwrite=True, picture_size=(160, 120))
    complete = {path.name: path.read_bytes() for path in export(*case, tmp_path / "complete", [key], options)}
    stopped, nth = 0, 1
    while True:
        folder = tmp_path / str(nth)
        folder.mkdir()
        for name in complete:
            (folder / name).write_bytes(OLD)
        try:
            export(*case, folder, [key], options, cancel=CancelAt(nth))
        except Cancelled:
            stopped += 1
        found = {path.name: path.read_bytes() for path in folder.iterdir()}
        assert found.keys() == complete.keys()
        assert all(content in (OLD, complete[name]) for name, content in found.items())
        if OLD not in found.values():
            break
        nth += 3 if key == "png" else 1
    assert stopped >= 2


@pytest.mark.parametrize("kind", ["sweep", "turntable"])
def test_a_cancel_in_the_middle_of_a_film_leaves_the_old_one(
    case: tuple[Volume, Segmentation], tmp_path: Path, kind: str
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(OLD)
    settings = FilmSettings(kind=kind, size=(160, 120), seconds=1, fps=12)  # type: ignore[arg-type]
    with pytest.raises(Cancelled):
        write_film(*case, path, settings, cancel=CancelAt(7))
    assert path.read_bytes() == OLD and list(tmp_path.iterdir()) == [path]


def saved(case: tuple[Volume, Segmentation], folder: Path) -> list[str]:
    """The case as files, and the words that name them on the command line."""
    volume, segmentation = case
    nibabel.save(nibabel.Nifti1Image(volume.hu, volume.affine), folder / "ct.nii.gz")
    io.write_segmentation(segmentation, folder / "mask.nii.gz")
    return [str(folder / "ct.nii.gz"), "--mask", str(folder / "mask.nii.gz"), "--overwrite"]


def test_ctrl_c_in_the_middle_of_a_film_leaves_the_old_one(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    words = saved(case, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    film = out / "film.mp4"
    film.write_bytes(OLD)
    command = [sys.executable, "-m", "flare_gui", "video", *words, "--seconds", "60", "-o", str(film)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        # The first line of the stage "film" is printed after its first frame.
        while "film" not in process.stdout.readline().replace("film.mp4", ""):
            assert process.poll() is None
        time.sleep(0.3)
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert film.read_bytes() == OLD and list(out.iterdir()) == [film]


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files to stand for a full disk")
@pytest.mark.parametrize("what", [["export", "--stl"], ["export", "--glb"], ["export", "--png"], ["video"]])
def test_a_full_disk_leaves_the_old_file_and_is_told(
    case: tuple[Volume, Segmentation], tmp_path: Path, what: list[str]
) -> None:
    words = saved(case, tmp_path)
    out = tmp_path / "out"
    out.mkdir()
    names = {"--stl": "ct.liver.stl", "--glb": "ct.glb", "--png": "ct.axial.png"}
    old = out / (names[what[1]] if len(what) > 1 else "film.mp4")
    old.write_bytes(OLD)
    # Files may not grow beyond 4 kB: what a writer meets on a full disk, for ffmpeg too.
    limited = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096));"
        "from flare_gui.cli import main; sys.exit(main(sys.argv[1:]))"
    )
    target = ["-o", str(out)] if what[0] == "export" else ["-o", str(old), "--size", "320x180", "--seconds", "1"]
    command = [sys.executable, "-B", "-c", limited, what[0], *words, *what[1:], *target]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 2, done.stderr
    assert old.name in done.stderr and "Traceback" not in done.stderr
    assert old.read_bytes() == OLD and list(out.iterdir()) == [old]
