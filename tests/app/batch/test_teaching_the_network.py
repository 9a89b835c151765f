"""Teach the network from the cohort's window: a process of its own, paused and resumed, and an offer to take back."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel

from flare_gui.app.batch import training
from flare_gui.app.batch.teach import TeachDialog
from flare_gui.app.batch.training import unfinished
from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.window.main_window import MainWindow
from flare_gui.batch import review
from flare_gui.batch.review import Decision
from flare_gui.cohort.learning import Lesson
from flare_gui.model import weights
from tests.cohort.results import segmented
from tests.tiny import save_tiny

WaitFor = Callable[..., None]
# The trainer itself, with few synthetic patients and steps.
SHORT = """
import sys
from trainer import adapt, cli, lessons
lessons.SYNTHETIC_PATIENTS = adapt.CHECKED_PATIENTS = 1
sys.exit(cli.main([*sys.argv[1:], "--steps", "12", "--workers", "0"]))
"""


@pytest.fixture
def batch(window: MainWindow, wait_for: WaitFor, tmp_path: Path) -> BatchWindow:
    """The window of a cohort of four cases, of which two are accepted."""
    window.settings.weights = save_tiny(tmp_path / "weights", "tiny", 1)
    segmented(tmp_path / "scans", tmp_path / "out", weights.load(window.settings.weights), 4)
    for name in ("ct0", "ct1"):
        review.decide(tmp_path / "out", Decision(name, review.ACCEPTED))
    batch = window.show_batch()
    batch.choices.out.setText(str(tmp_path / "out"))
    wait_for(lambda: len(batch.desk.cases) == 4 and not batch.desk.busy, 60)
    return batch


def texts(dialog: TeachDialog) -> list[str]:
    labels = [dialog.table.itemAt(i).widget() for i in range(dialog.table.count())]
    return [label.text() for label in labels if isinstance(label, QLabel)]


def test_two_cases_are_too_few_and_that_is_said(batch: BatchWindow) -> None:
    batch.teach.click()
    assert batch.teaching.isVisible() and not batch.teaching.start.isEnabled()
    assert batch.teaching.count.text() == (
        "2 cases to learn from: 0 corrected, 2 accepted. It takes 3: accept or correct more in a review."
    )


def test_it_learns_is_paused_and_goes_on_where_it_was(
    batch: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "command", lambda: [sys.executable, "-c", SHORT])
    assert batch.desk.decide("ct2", "accepted")
    wait_for(lambda: not batch.desk.busy, 30)
    batch.teach.click()
    dialog = batch.teaching
    dialog.start.click()
    assert batch.training.running and not dialog.start.isEnabled()
    wait_for(lambda: dialog.stage.text().startswith("Learning"), 300)
    dialog.pause.click()
    wait_for(lambda: not batch.training.running, 60)
    assert dialog.stage.text() == "Paused: it goes on where it was, also after the program was closed"
    assert unfinished(tmp_path / "out") is not None and dialog.start.text() == "&Go on"
    dialog.start.click()
    wait_for(lambda: bool(texts(dialog)), 300)
    assert not batch.training.running and unfinished(tmp_path / "out") is None
    assert dialog.stage.text().startswith("Learned from 2 cases, measured on 1 others, in ")
    assert texts(dialog)[:3] == ["Dice with your masks", "before", "after"] and "Synthetic patients" in texts(dialog)
    assert "worth using: " in dialog.verdict.text()
    (run,) = (tmp_path / "out" / training.FOLDER).iterdir()
    assert not list(run.rglob("*.npz"))


def test_a_run_that_fails_says_why(batch: BatchWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    assert batch.desk.decide("ct2", "accepted")
    wait_for(lambda: not batch.desk.busy, 30)
    batch.teach.click()
    (tmp_path / "scans" / "ct1.nii.gz").write_bytes(b"gone bad")
    batch.teaching.start.click()
    wait_for(lambda: not batch.training.running, 120)
    assert "ct1.nii.gz" in batch.teaching.stage.text() and "Traceback" not in batch.teaching.stage.text()


def test_better_weights_are_used_by_one_click_and_given_back_by_one(
    window: MainWindow, batch: BatchWindow, tmp_path: Path
) -> None:
    tiny, taught = window.settings.weights, save_tiny(tmp_path / "run", "taught", 2)
    batch.teach.click()
    scores = {"liver": 0.8}, {"liver": 0.9}
    lesson = Lesson(True, "the mean rose", *scores, 0.9, 0.9, ("a", "b"), ("c",), 250, 12.0, taught.name)
    batch.training.done.emit(lesson, tmp_path / "run")
    assert batch.teaching.use.isVisible() and texts(batch.teaching)[3:6] == ["Liver", "0.800", "0.900"]
    batch.teaching.use.click()
    assert window.settings.weights == taught and not batch.teaching.use.isVisible()
    batch.teaching.back.click()
    assert window.settings.weights == tiny and batch.teaching.use.isVisible()


def test_weights_that_are_no_better_are_not_offered(batch: BatchWindow, tmp_path: Path) -> None:
    batch.teach.click()
    lesson = Lesson(False, "they forgot", {"liver": 0.8}, {"liver": 0.7}, 0.9, 0.8, ("a", "b"), ("c",), 250, 12.0, "x")
    batch.training.done.emit(lesson, tmp_path)
    assert not batch.teaching.use.isVisible()
    assert batch.teaching.verdict.text() == "The new weights are not worth using: they forgot."
