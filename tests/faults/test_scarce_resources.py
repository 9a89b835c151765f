"""Little disk, little memory, no home to write to, two programs in one folder: a sentence, and nothing is lost."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from flare_gui import files, memory_limits, workspace
from flare_gui.errors import FlareError
from flare_gui.export import FORMATS, ExportOptions, export
from flare_gui.io import write_segmentation
from flare_gui.render.film import write_film
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume
from tests.faults import victims

GIB = 2**30
KINDS = [row.key for row in FORMATS if not row.identifies]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 20 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a small disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def noise(version: int) -> Segmentation:
    """A mask of cubes here and there: meshes of a megabyte or so."""
    coarse = np.random.default_rng(version).integers(0, 5, [n // 5 for n in victims.SHAPE]).astype(np.uint8)
    labels = np.kron(coarse, np.ones((5, 5, 5), np.uint8))
    return Segmentation(labels, victims.AFFINE)


def contents(folder: Path) -> dict[str, str]:
    found = [path for path in folder.rglob("*") if path.is_file() and path.name != "filler"]
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in found}


def fill(folder: Path, leave: int) -> None:
    """Leave so many bytes on the disk at most."""
    free = os.statvfs(folder).f_bavail * os.statvfs(folder).f_frsize
    (folder / "filler").write_bytes(bytes(max(0, free - leave)))


def largest(folder: Path) -> int:
    return max(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def runs_full(write: Callable[[int], object], folder: Path) -> str:
    """Write version 0, fill the disk until half of it is left for version 1, and try that; what is said then."""
    write(0)
    before = contents(folder)
    size = largest(folder)
    fill(folder, size // 2 if size > 16384 else 0)
    with pytest.raises((FlareError, OSError)) as caught:
        write(1)
    assert contents(folder) == before, "an old file was changed, or half a new one was left"
    return str(caught.value)


@pytest.mark.parametrize("kind", KINDS)
def test_a_disk_that_gets_full_in_the_middle_of_an_export_keeps_the_old_files_whole(
    small_disk: Path, kind: str
) -> None:
    options = ExportOptions(overwrite=True)
    said = runs_full(lambda version: export(victims.scan(), noise(version), small_disk, [kind], options), small_disk)
    assert "the disk is full" in said and "MB are free" in said and "make room" in said


@pytest.mark.parametrize("suffix", [".mp4", ".gif"])
def test_a_disk_that_gets_full_in_the_middle_of_a_film_keeps_the_old_one_whole(small_disk: Path, suffix: str) -> None:
    settings = FilmSettings("sweep", size=(320, 240), seconds=2)
    path = small_disk / f"film{suffix}"
    said = runs_full(lambda version: write_film(victims.scan(), noise(version), path, settings), small_disk)
    assert "the disk is full" in said and "MB are free" in said


def test_a_disk_that_gets_full_keeps_mask_workspace_and_checkpoint_whole(small_disk: Path) -> None:
    from trainer import checkpoint

    def save(version: int) -> None:
        network = torch.nn.Linear(300 + version, 300)
        checkpoint.save(small_disk / "last.safetensors", network, {}, torch.optim.AdamW(network.parameters()), {})

    scan = victims.scan(small_disk / "case.nii.gz")
    for write in (
        lambda version: write_segmentation(noise(version), small_disk / "mask.nii.gz"),
        lambda version: workspace.write(small_disk / "case.flare", scan, noise(version), {}),
        save,
    ):
        said = runs_full(write, small_disk)
        assert "the disk is full" in said
        (small_disk / "filler").unlink()
        for path in small_disk.iterdir():
            path.unlink()


def command(*words: object) -> list[str]:
    return [sys.executable, "-m", "flare_gui", *map(str, words)]


def scan_at(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    hu = np.where(victims.mask(0).labels, 120, 20).astype(np.int16)
    hu[:3] = -1000
    nibabel.save(nibabel.Nifti1Image(hu, victims.AFFINE), path)
    return path


def test_two_programs_that_write_into_one_folder_leave_whole_files(tmp_path: Path) -> None:
    scan, mask, out = scan_at(tmp_path / "ct.nii.gz"), tmp_path / "m.nii.gz", tmp_path / "out"
    write_segmentation(victims.mask(0), mask)
    kinds = ("--nifti", "--nrrd", "--mha", "--stl", "--ply", "--csv", "--json", "--obj")
    words = command("export", scan, "--mask", mask, *kinds, "-o", out)
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    for more in ([], ["--overwrite"]):
        both = [subprocess.Popen(words + more, **pipes) for _ in range(2)]
        said = [program.communicate(timeout=300)[1] for program in both]
        codes = sorted(program.returncode for program in both)
        # Without leave to overwrite one of them may find the other's file, and says so.
        assert codes == [0, 0] if more else codes in ([0, 2], [2, 2], [0, 0])
        for code, text in zip([program.returncode for program in both], said, strict=True):
            assert code == 0 or ("already" in text or "another program" in text), text
            assert "Traceback" not in text
        assert not [path for path in out.rglob("*") if files.is_part(path)]
    reference = tmp_path / "reference"
    assert subprocess.run([*words[:-1], reference], capture_output=True, check=False).returncode == 0
    assert contents(out) == contents(reference)


def limited(gib: float) -> list[str]:
    return ["prlimit", f"--as={round(gib * GIB)}", "--"]


@pytest.mark.skipif(sys.platform != "linux", reason="needs Linux's limits")
def test_limits_of_addresses_and_groups_are_known(tmp_path: Path) -> None:
    code = "from flare_gui.memory import available_mb; print(available_mb())"
    run = subprocess.run([*limited(1), sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert 200 < float(run.stdout) < 1024
    assert memory_limits.address_space_mb() is None or memory_limits.address_space_mb() > 0


@pytest.fixture
def group() -> Iterator[Callable[[int], Path]]:
    """`group(bytes)`: a control group with so much memory, to put one program into."""
    made: list[Path] = []

    def make(most: int) -> Path:
        root = Path("/sys/fs/cgroup/memory")
        folder = root / f"flare-gui-test-{os.getpid()}-{len(made)}"
        try:
            folder.mkdir()
            made.append(folder)
            (folder / "memory.limit_in_bytes").write_text(str(most))
        except OSError:
            pytest.skip("needs the right to make a control group (version 1)")
        return folder

    yield make
    for folder in made:
        folder.rmdir()


def test_a_group_with_little_memory_is_known(group: Callable[[int], Path]) -> None:
    folder = group(GIB // 2)
    code = "from flare_gui.memory import available_mb; print(available_mb())"
    script = f"echo $$ > {folder}/cgroup.procs; exec {sys.executable} -c '{code}'"
    run = subprocess.run(["sh", "-c", script], capture_output=True, text=True, check=True)
    assert 300 < float(run.stdout) <= 512


@pytest.mark.slow
@pytest.mark.parametrize("name", ["ct/ircad17", "ct/tcga_ov_09_2043"])
@pytest.mark.parametrize("gib", [4, 2])
@pytest.mark.parametrize("limit", ["addresses", "group"])
def test_real_scans_are_segmented_or_refused_with_numbers_when_memory_is_limited(
    shared: Callable[[str], Path], group: Callable[[int], Path], tmp_path: Path, name: str, gib: int, limit: str
) -> None:
    words = command("segment", shared(f"{name}/ct.nii.gz"), "-o", tmp_path, "--device", "cpu")
    if limit == "group":
        script = f'echo $$ > {group(gib * GIB)}/cgroup.procs; exec "$@"'
        words = ["sh", "-c", script, "sh", *words]
    else:
        words = [*limited(gib), *words]
    run = subprocess.run(words, capture_output=True, text=True, timeout=420, check=False)
    print(name, gib, limit, run.returncode, run.stderr[-300:])
    assert "Traceback" not in run.stderr
    if run.returncode == 0:
        report = json.loads((tmp_path / "ct.json").read_text())
        assert report["organs"]["liver"]["volume_ml"] > 500
        print(report["notes"], report["peak_memory_mb"])
    else:
        assert run.returncode == 2 and "MB" in run.stderr and "memory" in run.stderr, run.stderr
        assert not list(tmp_path.iterdir())


@pytest.fixture
def no_home(tmp_path: Path) -> Iterator[Path]:
    """A home on a disk that nobody can write to, root neither."""
    folder = tmp_path / "home"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "ro,size=1m", "tmpfs", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("needs the right to mount a disk that cannot be written to")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


WITHOUT_HOME = """
import sys
from pathlib import Path
import numpy as np
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QMessageBox
from flare_gui.app.document.autosave import Autosave
from flare_gui.app.window.main_window import MainWindow

application = QApplication([])
window = MainWindow()
window.autosave._timer.setInterval(10)
window.show()
window.begin([Path(sys.argv[1])])
told = []

def look():
    for box in window.findChildren(QMessageBox):
        told.append(box.text())
        box.close()
    document = window.document
    if document.volume is None:
        return
    if not document.unsaved:
        document.edit("brush", np.s_[5:9, 6:12, 3:7], np.full((4, 6, 4), 3, np.uint8))
    elif not (window.autosave._timer.isActive() or window.autosave._job or window.runner.busy):
        timer.stop()
        assert window.saving.save_mask(Path(sys.argv[2]))
        window.close()
        print("\\n".join(told))
        application.exit(0)

timer = QTimer(interval=100)
timer.timeout.connect(look)
timer.start()
sys.exit(application.exec())
"""


def test_without_a_home_that_can_be_written_to_one_notice_comes_and_all_works(no_home: Path, tmp_path: Path) -> None:
    scan, mask = scan_at(tmp_path / "in" / "ct.nii.gz"), tmp_path / "mask.nii.gz"
    environment = {key: value for key, value in os.environ.items() if not key.startswith("XDG_")}
    environment |= {"HOME": str(no_home)}
    run = subprocess.run(
        [sys.executable, "-c", WITHOUT_HOME, scan, mask],
        env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("cannot be kept") == 1 and str(no_home) in run.stdout
    assert "Traceback" not in run.stderr
    assert (np.asarray(nibabel.load(mask).dataobj) == 3).sum() == 96
    line = subprocess.run(
        command("segment", scan, "-o", tmp_path / "out", "--device", "cpu"),
        env=environment, capture_output=True, text=True, timeout=240, check=False,
    )  # fmt: skip
    assert line.returncode == 0, line.stderr


def test_a_volume_is_named_in_the_sentence_when_memory_is_too_small(monkeypatch: pytest.MonkeyPatch) -> None:
    from flare_gui.model import ladder
    from flare_gui.model.device import CPU
    from flare_gui.model.weights import load

    monkeypatch.setattr(ladder, "available_mb", lambda: 40.0)
    with pytest.raises(FlareError, match=r"needs about \d+ MB of memory, and 40 MB are free"):
        ladder.first_attempt(CPU, load(None), (150, 120, 100))
    assert isinstance(victims.scan(), Volume)
