"""A folder of scans from the window: progress and failures by case, cancel, and any case one double click away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox

from flare_gui.app.batch.window import FIRST_ORGAN, REMARKS, STATE, BatchWindow
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from tests.tiny import save_tiny, write_scan

WaitFor = Callable[..., None]


@pytest.fixture
def batch(window: MainWindow, tmp_path: Path) -> BatchWindow:
    """The window of a folder with three scans, one of them broken, and a small network."""
    for i in range(2):
        write_scan(tmp_path / "scans" / "deep" / f"ct{i}.nii.gz", i)
    (tmp_path / "scans" / "broken.nii.gz").write_bytes(b"not a scan")
    window.settings.weights = save_tiny(tmp_path / "weights", "tiny", 1)
    window.actions_["batch"].trigger()
    batch = window.batch
    assert batch is not None and batch.isVisible() and not batch.start.isEnabled()
    batch.folder.setText(str(tmp_path / "scans"))
    batch.out.setText(str(tmp_path / "results"))
    return batch


def states(batch: BatchWindow) -> dict[str, str]:
    rows = [batch.table.topLevelItem(i) for i in range(batch.table.topLevelItemCount())]
    return {row.text(0): row.text(STATE) for row in rows if row is not None}


def test_a_folder_is_segmented_and_a_double_click_opens_a_case(
    window: MainWindow, batch: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch.start.click()
    assert batch.running and batch.stop_.isEnabled() and not batch.folder.isEnabled()
    wait_for(lambda: not batch.running, 180)
    assert states(batch) == {"broken": "failed", "ct0": "done", "ct1": "done"}
    assert batch.words.text() == "Done. 2 of 3 done, 1 failed."
    broken, first = batch.table.topLevelItem(0), batch.table.topLevelItem(1)
    assert "is not a NIfTI file" in broken.text(REMARKS)
    assert float(first.text(FIRST_ORGAN + LIVER.label - 1).split()[0]) > 0
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    batch.sheet.click()
    assert opened == [str(tmp_path / "results" / "contact-sheet.html")] and Path(opened[0]).exists()
    batch.table.itemDoubleClicked.emit(first, 0)
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy, 60)
    assert window.document.volume is not None and window.document.volume.name == "ct0"
    assert (window.document.segmentation.labels == LIVER.label).any()
    # The same folder again is kept.
    batch.start.click()
    wait_for(lambda: not batch.running, 180)
    assert set(states(batch).values()) == {"failed", "kept"}


def begin_a_long_one(batch: BatchWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    """Thirteen scans, of which the first is done."""
    for i in range(2, 12):
        write_scan(tmp_path / "scans" / "deep" / f"ct{i}.nii.gz", i)
    batch.start.click()
    wait_for(lambda: "done" in states(batch).values(), 180)


def test_a_batch_can_be_cancelled_and_goes_on_when_its_window_is_closed(
    batch: BatchWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    begin_a_long_one(batch, wait_for, tmp_path)
    batch.close()
    assert not batch.isVisible() and batch.running
    batch.cancel()
    wait_for(lambda: not batch.running, 60)
    assert batch.words.text().startswith("Cancelled.") and "not done" in states(batch).values()
    assert not [path for path in (tmp_path / "results").iterdir() if path.name.startswith(".")]


def test_a_batch_ends_with_the_program_when_that_is_wanted_and_leaves_nothing_half_done(
    window: MainWindow, batch: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin_a_long_one(batch, wait_for, tmp_path)
    answers = iter([QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
    asked: list[str] = []

    def answer(_parent: object, _title: str, text: str, *_: object) -> QMessageBox.StandardButton:
        asked.append(text)
        return next(answers)

    monkeypatch.setattr(QMessageBox, "question", answer)
    window.close()
    assert window.isVisible() and batch.running
    window.close()
    assert len(asked) == 2 and all(text.startswith("A folder is being segmented.") for text in asked)
    names = [path.name for path in (tmp_path / "results").iterdir()]
    masks, reports = ({name.split(".")[0] for name in names if name.endswith(end)} for end in (".nii.gz", ".json"))
    assert masks == reports and 0 < len(masks) < 12
    assert not [name for name in names if name.startswith(".")]


def test_what_cannot_be_begun_is_said_in_the_window(batch: BatchWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    batch.folder.setText(str(tmp_path / "weights"))
    batch.start.click()
    wait_for(lambda: not batch.running, 60)
    assert "holds no scan" in batch.words.text()
