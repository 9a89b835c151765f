"""Two hundred cases and a dozen kills: what comes out is what one case after another gives."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from flare_gui import io
from flare_gui.batch.run_case import Options, segment_case
from flare_gui.batch.summary import CONTACT_SHEET, FAILURES, VOLUMES
from flare_gui.model.weights import load
from tests.batch.many_phantoms import write_phantoms
from tests.tiny import save_tiny

CASES = 200


def done(out: Path) -> int:
    return len(list(out.glob("*.seg.nii.gz")))


@pytest.fixture
def one_thread(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """One thread for every network, here and in workers: those of one so small mostly wait for each other."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.slow
@pytest.mark.usefixtures("one_thread")
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
def test_two_hundred_cases_survive_kills_at_random_moments(tmp_path: Path) -> None:
    """Each run is killed with SIGKILL after some more cases; the same command goes on where it was."""
    paths = write_phantoms(tmp_path / "in", CASES)
    (tmp_path / "in" / "site1" / "broken.nii.gz").write_bytes(b"not a scan")
    weights, out, rng = save_tiny(tmp_path / "weights", "tiny", 1), tmp_path / "out", random.Random(8)
    words = ["segment", tmp_path / "in", "-o", out, "--weights", weights, "--device", "cpu", "--precision", "float32"]
    command = [sys.executable, "-m", "flare_gui", *map(str, words)]
    kills = runs = 0
    while True:
        runs += 1
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        target = done(out) + rng.randint(2, 30)
        while process.poll() is None and done(out) < target:
            time.sleep(0.02)
        time.sleep(rng.uniform(0, 0.2))
        if process.poll() is None and runs <= 15:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
            kills += 1
            continue
        code = process.wait()
        break
    assert code == 3, "one scan is broken, the others are not"
    assert kills >= 8
    assert not [path for path in out.iterdir() if path.name.startswith(".")], "half-written files were left"
    with (out / VOLUMES).open(newline="") as file:
        assert len(list(csv.DictReader(file))) == CASES
    with (out / FAILURES).open(newline="") as file:
        assert [row["case"] for row in csv.DictReader(file)] == ["broken"]
    assert (out / CONTACT_SHEET).read_text().count("<article") == CASES

    model, fixed = load(weights), Options(device="cpu", precision="float32")
    different = set()
    for case in io.find_cases(paths):
        expected = segment_case(case, tmp_path / "one-by-one", model, fixed).mask.read_bytes()
        assert (out / f"{case.name}.seg.nii.gz").read_bytes() == expected, case.name
        different.add(expected)
    assert len(different) == CASES, "masks that are alike show nothing"
    print(f"{CASES} cases, {kills} kills, {runs} runs: the same bytes as one after another")
