"""`kill -9` at random moments: the old file is whole, the new one is absent or whole, and the work goes on after it."""

import contextlib
import csv
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from flare_gui import files, workspace
from flare_gui.model.vnet import VNet
from tests.faults import victims
from trainer import checkpoint, log
from trainer.fit import CHECKPOINT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")

Check = Callable[[Path], None]

# How many of the 200 kills each job gets, and how many in a quick run.
SHARES = {"export": 80, "workspace": 45, "checkpoint": 40, "batch": 20, "film": 10, "report": 5}
QUICK = {"export": 5, "workspace": 8, "checkpoint": 4, "film": 1}
CASES = 3
assert sum(SHARES.values()) == 200


class Victims:
    """A server that forks programs, see `victims`."""

    def __init__(self) -> None:
        root = Path(__file__).resolve().parents[2]
        command = [sys.executable, "-m", "tests.faults.victims"]
        self._server = subprocess.Popen(command, cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._ask("") == "ready"

    def _ask(self, line: str) -> str:
        assert self._server.stdin is not None and self._server.stdout is not None
        if line:
            self._server.stdin.write(line + "\n")
            self._server.stdin.flush()
        return self._server.stdout.readline().strip()

    def start(self, job: str, folder: Path) -> int:
        return int(self._ask(f"{job} {folder}"))

    def end(self) -> int:
        """Wait for the program that was started last; minus the signal that ended it, or its exit code."""
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write("\n")
        self._server.stdin.flush()
        return int(self._server.stdout.readline())

    def kill_one(self, job: str, folder: Path, after_s: float) -> int:
        pid = self.start(job, folder)
        time.sleep(after_s)
        os.kill(pid, signal.SIGKILL)
        return self.end()

    def close(self) -> None:
        self._server.communicate()


@pytest.fixture(scope="module")
def programs() -> Iterator[Victims]:
    server = Victims()
    yield server
    server.close()


def parts(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if files.is_part(path)]


def whole(folder: Path) -> dict[str, str]:
    """The digest of each file by name, without what is called half-written."""
    found = [path for path in folder.iterdir() if path.is_file() and not files.is_part(path)]
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in found}


def same_bytes(job: str, tmp_path: Path) -> Check:
    """Every file is, byte for byte, one of the two versions that an undisturbed program writes."""
    known: dict[str, set[str]] = {}
    for version in (0, 1):
        reference = tmp_path / f"reference-{version}"
        reference.mkdir()
        victims.ONCE[job](reference, version)
        for name, digest in whole(reference).items():
            known.setdefault(name, set()).add(digest)
    assert any(len(digests) == 2 for digests in known.values())

    def check(folder: Path) -> None:
        for name, digest in whole(folder).items():
            assert digest in known[name], f"{name} is neither the old nor the new one"

    return check


def opens_again(job: str, tmp_path: Path) -> Check:
    """A workspace carries the time in its zip: it is read instead."""

    def check(folder: Path) -> None:
        (folder / "case.nii.gz").touch()
        path = folder / "case.flare"
        if path.exists():
            kept = workspace.read(path)
            mask = kept.segmentation_on(victims.scan())
            assert mask is not None
            assert np.array_equal(mask.labels, victims.mask(kept.view["version"]).labels)

    return check


def trains_on(job: str, tmp_path: Path) -> Check:
    """The checkpoint loads whole, and the log of a run that goes on has the steps before it, each once."""
    recipe, _ = victims.training()

    def check(folder: Path) -> None:
        step = 0
        if (folder / CHECKPOINT).exists():
            network = VNet(recipe.network)
            ema = {key: value.float() for key, value in network.state_dict().items()}
            optimizer = torch.optim.AdamW(network.parameters())
            step = checkpoint.load(folder / CHECKPOINT, network, ema, optimizer)["step"]
            assert step > 0
        log.Journal(folder, step)
        with (folder / "log.csv").open() as file:
            assert [int(row["step"]) for row in csv.DictReader(file)] == list(range(step))

    return check


# What is looked at after each kill, and within how many seconds of its start a program is killed.
CHECKS: dict[str, tuple[Callable[[str, Path], Check], float]] = {
    "export": (same_bytes, 1.5),
    "report": (same_bytes, 6.0),
    "film": (same_bytes, 4.0),
    "workspace": (opens_again, 0.3),
    "checkpoint": (trains_on, 1.5),
}


def kill_many(programs: Victims, job: str, times: int, tmp_path: Path) -> int:
    """Kill `job` so many times in one folder and look at the files after each; how often one was half-written."""
    folder = tmp_path / job
    folder.mkdir()
    make_check, span_s = CHECKS[job]
    check, chance, caught = make_check(job, tmp_path), random.Random(job), 0
    if job in victims.ONCE:
        # What is there before, and must stay whole.
        victims.ONCE[job](folder, 0)
    for _ in range(times):
        assert programs.kill_one(job, folder, chance.uniform(0, span_s)) == -signal.SIGKILL
        caught += bool(parts(folder))
        check(folder)
    return caught


def start_batch(folder: Path) -> subprocess.Popen[bytes]:
    """The command itself, with the shipped weights, on the scans in `folder/in`."""
    command = [sys.executable, "-m", "flare_gui", "segment", folder / "in", "-o", folder / "out", "--device", "cpu"]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill_batches(times: int, tmp_path: Path) -> int:
    """Kill `flare-gui segment` on a folder of scans, always in the same results, and begin anew when it is done."""
    (tmp_path / "in").mkdir()
    for i in range(CASES):
        hu = np.where(victims.mask(0).labels, 120, 20).astype(np.int16)
        hu[: 2 + i] = -1000
        nibabel.save(nibabel.Nifti1Image(hu, victims.AFFINE), tmp_path / "in" / f"case{i}.nii.gz")
    began = time.monotonic()
    assert start_batch(tmp_path).wait(300) == 0
    span_s, reference = time.monotonic() - began, whole(tmp_path / "out")
    masks = {name: digest for name, digest in reference.items() if name.endswith(".nii.gz")}
    assert len(masks) == CASES and all(f"case{i}.json" in reference for i in range(CASES))
    chance, caught, done = random.Random(7), 0, 0
    shutil.rmtree(tmp_path / "out")
    for _ in range(times):
        process = start_batch(tmp_path)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.3 * span_s, span_s))
        process.kill()
        code = process.wait()
        assert code in (-signal.SIGKILL, 0)
        caught += bool(parts(tmp_path))
        before = check_batch(tmp_path / "out", masks)
        # Nothing that was done is done again, and nothing is lost.
        assert before >= done
        done = before
        if code == 0 or done == CASES:
            finish_batch(tmp_path, masks)
            shutil.rmtree(tmp_path / "out")
            done = 0
    finish_batch(tmp_path, masks)
    return caught


def check_batch(out: Path, masks: dict[str, str]) -> int:
    """How many cases are complete, after every file was seen to be whole."""
    complete = 0
    for i in range(CASES):
        mask, report = out / f"case{i}.seg.nii.gz", out / f"case{i}.json"
        if report.exists():
            about = json.loads(report.read_text())
            assert (about["mask"]["file"], about["mask"]["sha256"]) == (mask.name, masks[mask.name])
        if mask.exists():
            # The report gets its name first.
            assert report.exists() and sha256(mask.read_bytes()).hexdigest() == masks[mask.name]
            complete += 1
    return complete


def finish_batch(folder: Path, masks: dict[str, str]) -> None:
    """The next run goes on where the killed one was, ends well and leaves nothing half-written lying about."""
    kept = {path: path.stat().st_mtime_ns for path in (folder / "out").glob("case*.seg.nii.gz")}
    assert start_batch(folder).wait(300) == 0
    assert check_batch(folder / "out", masks) == CASES
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not parts(folder)


@pytest.mark.parametrize("job", list(QUICK))
def test_killed_while_writing_the_old_file_is_whole_and_the_new_one_absent_or_whole(
    programs: Victims, job: str, tmp_path: Path
) -> None:
    kill_many(programs, job, QUICK[job], tmp_path)


@pytest.mark.slow
def test_a_killed_batch_resumes_where_it_was(tmp_path: Path) -> None:
    kill_batches(3, tmp_path)


@pytest.mark.slow
def test_killed_200_times_nothing_is_ever_half_written(programs: Victims, tmp_path: Path) -> None:
    caught = {}
    for job, times in SHARES.items():
        place = tmp_path / f"{job}-many"
        place.mkdir()
        caught[job] = kill_batches(times, place) if job == "batch" else kill_many(programs, job, times, place)
    print(f"killed {SHARES}, something half-written lay there after {caught}")
    # The kills did fall into the middle of writing.
    assert sum(caught.values()) > 20


def test_what_a_killed_program_left_is_written_over_and_never_taken_for_a_file(tmp_path: Path) -> None:
    old, part = tmp_path / "a.nii.gz", tmp_path / ".part-0.a.nii.gz"
    old.write_bytes(b"old")
    part.write_bytes(b"half of something that was much longer")
    with files.replacing(old) as beside:
        assert beside == part and part.read_bytes() == b""
        # Another program, or another thread, that writes the same file meanwhile takes another name.
        with files.replacing(old) as other:
            assert other != part
            other.write_bytes(b"other")
        assert old.read_bytes() == b"other"
        part.write_bytes(b"new")
    assert old.read_bytes() == b"new"
    assert not parts(tmp_path)


def test_a_link_in_the_place_of_a_half_written_file_leads_nowhere(tmp_path: Path) -> None:
    victim = tmp_path / "victim"
    victim.write_text("precious")
    (tmp_path / ".part-0.a.txt").symlink_to(victim)
    os.link(victim, tmp_path / ".part-1.a.txt")
    with files.replacing(tmp_path / "a.txt") as beside:
        beside.write_text("new")
    assert victim.read_text() == "precious" and (tmp_path / "a.txt").read_text() == "new"


def test_what_others_write_now_stays_when_leftovers_are_cleared(tmp_path: Path) -> None:
    (tmp_path / ".part-3.old.json").write_text("{")
    with files.replacing(tmp_path / "new.json") as beside:
        beside.write_text("{}")
        files.clear_leftovers(tmp_path)
        assert parts(tmp_path) == [beside]


def test_a_name_of_the_greatest_length_can_be_written(tmp_path: Path) -> None:
    name = "ä" * 120 + ".nii.gz"
    with files.replacing(tmp_path / name) as beside:
        assert beside.name.endswith(".nii.gz")
        beside.write_text("x")
    assert [path.name for path in tmp_path.iterdir()] == [name]
