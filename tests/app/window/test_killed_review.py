"""The window is killed while somebody reviews: what a key had said is on the disk, and every mask is whole."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles, reports_in
from flare_gui.cohort.cases import catch_up, read_cohort
from flare_gui.model.weights import load
from tests.cohort.results import segmented
from tests.tiny import save_tiny

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
CASES = 5


@pytest.fixture
def out(tmp_path: Path) -> Path:
    segmented(tmp_path / "in", tmp_path / "out", load(save_tiny(tmp_path, "tiny", 1)), CASES)
    return tmp_path / "out"


def check(out: Path, said: dict[str, str], before: dict[str, str]) -> None:
    """The last word on each case stands, but for the one after it that the kill may have let through."""
    rows = review.read(out)
    overtaken = [name for name, status in (before | said).items() if rows[name].status != status]
    assert len(overtaken) <= 1, f"lost: {overtaken}"
    assert len(list(reports_in(out))) == CASES
    for name in rows:
        assert np.asarray(nibabel.load(CaseFiles(out, name).mask).dataobj).ndim == 3
    for case in read_cohort(out):
        assert case.said.status != "corrected" or case.by_hand or case.changed, f"{case.name}: no correction"


def kill_reviews(out: Path, settings: Path, times: int, seed: int) -> int:
    """Start the window, kill it at a random moment, look; how many decisions it had said in all."""
    chance, decided = random.Random(seed), 0
    standing: dict[str, str] = {}
    for _ in range(times):
        command = [sys.executable, "-m", "tests.app.window.reviewer", str(out), str(settings)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert process.stdout is not None
        first = process.stdout.readline()
        time.sleep(chance.uniform(0, 1.5))
        os.kill(process.pid, signal.SIGKILL)
        rest = process.communicate()[0]
        lines = [line.split() for line in (first + rest).splitlines(keepends=True) if line.endswith("\n")]
        said = dict(lines)
        assert said, "the window did not come up"
        check(out, said, standing)
        standing = {name: row.status for name, row in review.read(out).items()}
        decided += len(lines)
    assert catch_up(out, read_cohort(out)) == []
    assert not any(case.changed for case in read_cohort(out))
    return decided


def test_a_window_killed_in_a_review_has_lost_no_decision(out: Path, tmp_path: Path) -> None:
    assert kill_reviews(out, tmp_path / "settings.ini", 2, 1) >= 2


@pytest.mark.slow
def test_fifty_kills_of_a_reviewing_window_lose_no_decision(out: Path, tmp_path: Path) -> None:
    decided = kill_reviews(out, tmp_path / "settings.ini", 50, 2)
    print(f"50 kills of the window, {decided} decisions, none lost")
