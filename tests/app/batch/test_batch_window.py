"""A folder of scans from the window: progress and failures by case, cancel, and the table of what came out."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QMessageBox

from flare_gui.app.batch.model import CONFIDENCE, FIRST_ORGAN, ODD, STATUS, CaseFilter, CaseModel
from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.batch.work import BatchRequest
from flare_gui.app.window.main_window import MainWindow
from flare_gui.batch.case_files import CaseFiles, report_text
from flare_gui.cohort.cases import read_cohort
from flare_gui.cohort.write import PAGE
from flare_gui.organs import LIVER, SPLEEN
from tests.cohort.results import made_up, report_of, say
from tests.tiny import save_tiny, write_scan

WaitFor = Callable[..., None]
DOWN, UP = Qt.SortOrder.DescendingOrder, Qt.SortOrder.AscendingOrder


@pytest.fixture
def empty(window: MainWindow) -> BatchWindow:
    """The window of the cohort, with nothing chosen yet."""
    window.actions_["batch"].trigger()
    assert window.batch is not None and window.batch.isVisible() and not window.batch.choices.start.isEnabled()
    return window.batch


@pytest.fixture
def batch(window: MainWindow, empty: BatchWindow, tmp_path: Path) -> BatchWindow:
    """It with a folder of three scans, one of them broken, and a small network."""
    for i in range(2):
        write_scan(tmp_path / "scans" / "deep" / f"ct{i}.nii.gz", i)
    (tmp_path / "scans" / "broken.nii.gz").write_bytes(b"not a scan")
    window.settings.weights = save_tiny(tmp_path / "weights", "tiny", 1)
    empty.choices.folder.setText(str(tmp_path / "scans"))
    empty.choices.out.setText(str(tmp_path / "results"))
    return empty


def cells(batch: BatchWindow, column: int) -> dict[str, str]:
    """What a column says, by case, in the order of the table."""
    shown = batch.shown
    return {shown.case(row).name: shown.index(row, column).data() for row in range(shown.rowCount())}


def test_a_folder_is_segmented_and_the_table_says_what_became_of_each(
    window: MainWindow, batch: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch.choices.start.click()
    assert batch.running and batch.choices.stop.isEnabled() and not batch.choices.folder.isEnabled()
    wait_for(lambda: not batch.running and batch.desk.cases and not batch.desk.busy, 180)
    assert cells(batch, STATUS) == {"broken": "failed", "ct0": "new", "ct1": "new"}
    assert "is not a NIfTI file" in cells(batch, ODD)["broken"]
    assert float(cells(batch, FIRST_ORGAN + LIVER.label - 1)["ct0"].split()[0]) > 0
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    batch.sheet.click()
    batch.open_folder.click()
    batch.numbers.click()
    wait_for(lambda: len(opened) == 3, 60)
    assert [Path(path).name for path in opened] == ["contact-sheet.html", "results", PAGE]
    assert all(map(os.path.exists, opened))
    # The end is seen: all of the bar, and why one failed, in three lines and as a whole in its tip.
    assert batch.bar.isVisible() and batch.bar.value() == batch.bar.maximum() == 3
    assert batch.table.wordWrap()
    failed = next(row for row in range(3) if batch.shown.case(row).name == "broken")
    tip = batch.shown.index(failed, ODD).data(Qt.ItemDataRole.ToolTipRole)
    assert tip == cells(batch, ODD)["broken"]
    # The same folder again is kept, and what a person accepted is counted.
    assert batch.desk.decide("ct1", "accepted")
    batch.choices.start.click()
    wait_for(lambda: not batch.running, 180)
    assert batch.words.text() == "Done. 2 of 3 done, 1 failed, 1 kept as a person left them."
    wait_for(lambda: not batch.desk.busy and not window.following.busy, 60)
    assert cells(batch, STATUS)["ct1"] == "accepted"


def begin_a_long_one(batch: BatchWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    """Thirteen scans, of which the first is done."""
    for i in range(2, 12):
        write_scan(tmp_path / "scans" / "deep" / f"ct{i}.nii.gz", i)
    batch.choices.start.click()
    wait_for(lambda: "new" in cells(batch, STATUS).values(), 180)


def test_a_batch_can_be_cancelled_and_goes_on_when_its_window_is_closed(
    batch: BatchWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    begin_a_long_one(batch, wait_for, tmp_path)
    batch.close()
    assert not batch.isVisible() and batch.running
    batch.run.cancel()
    wait_for(lambda: not batch.running, 60)
    assert batch.words.text().startswith("Cancelled.")
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
    names = [path.name for path in (tmp_path / "results").iterdir() if path.is_file()]
    masks, reports = ({name.split(".")[0] for name in names if name.endswith(end)} for end in (".nii.gz", ".json"))
    assert masks == reports and 0 < len(masks) < 12
    assert not [name for name in names if name.startswith(".")]


def test_what_cannot_be_begun_is_said_in_the_window(batch: BatchWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    batch.choices.folder.setText(str(tmp_path / "weights"))
    batch.choices.start.click()
    wait_for(lambda: not batch.running, 60)
    assert "holds no scan" in batch.words.text()


def test_the_cohort_is_there_again_the_next_time_sorted_filtered_and_by_the_keyboard(
    window: MainWindow, empty: BatchWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    made_up(tmp_path / "results", 60)
    files = CaseFiles(tmp_path / "results", "case0007")
    report = report_of(files.folder, files.name)
    report["organs"]["liver"]["volume_ml"] = 12.0
    files.report.write_text(report_text(report))
    say(files.folder, "case0011", "flagged", "half of it is missing")
    empty.choices.out.setText(str(files.folder))
    wait_for(lambda: len(empty.desk.cases) == 60)
    assert not window.isAncestorOf(empty) and empty.parent() is None, "it stands beside the window, not over it"
    odd = [name for name, words in cells(empty, ODD).items() if words]
    assert list(cells(empty, ODD))[: len(odd)] == odd and "case0007" in odd, "odd ones first"
    table = empty.table
    for column in (CONFIDENCE, FIRST_ORGAN + SPLEEN.label - 1):
        for order in (UP, DOWN):
            table.sortByColumn(column, order)
            values = [float(cell) for cell in cells(empty, column).values() if cell not in ("", "-")]
            assert len(values) > 50 and values == sorted(values, reverse=order == DOWN)
            assert all(cell in ("", "-") for cell in [*cells(empty, column).values()][len(values) :])
    chosen = table.chosen
    table.sortByColumn(STATUS, UP)
    assert table.chosen is chosen and next(iter(cells(empty, STATUS))) == "case0011", "flagged comes before new"
    empty.filter_bar.words.setText("missing")
    assert [*cells(empty, STATUS)] == ["case0011"]
    empty.filter_bar.words.clear()
    empty.filter_bar.status.setCurrentText("flagged")
    assert [*cells(empty, STATUS)] == ["case0011"]
    empty.filter_bar.status.setCurrentIndex(0)
    empty.filter_bar.odd.setChecked(True)
    assert set(cells(empty, ODD)) == set(odd)
    asked: list[tuple[list[str], int]] = []
    empty.review_asked.disconnect()
    empty.review_asked.connect(lambda names, first: asked.append((names, first)))
    table.sortByColumn(ODD, DOWN)
    table.selectRow(0)
    QTest.keyClick(table, Qt.Key.Key_Down)
    QTest.keyClick(table, Qt.Key.Key_Return)
    assert asked == [([*cells(empty, ODD)], 1)]
    # What was chosen comes back.
    again = BatchWindow(window.settings, window.following)
    wait_for(lambda: len(again.desk.cases) == 60)
    assert again.choices.results == files.folder
    again.stop(5)
    again.deleteLater()


def test_another_folder_for_results_shows_none_of_the_cases_of_the_one_before(
    empty: BatchWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    made_up(tmp_path / "results", 3)
    empty.choices.out.setText(str(tmp_path / "results"))
    wait_for(lambda: len(empty.desk.cases) == 3 and empty.review.isEnabled())
    empty.choices.out.setText(str(tmp_path / "not there yet"))
    wait_for(lambda: not empty.desk.cases)
    assert empty.shown.rowCount() == 0 and empty.filter_bar.counts.text().startswith("0 cases")
    for button in (empty.review, empty.numbers, empty.sheet, empty.open_folder):
        assert not button.isEnabled()
    empty.choices.out.setText(str(tmp_path / "results"))
    wait_for(lambda: len(empty.desk.cases) == 3 and empty.review.isEnabled())


def test_cases_that_are_to_be_segmented_anew_are_named_to_the_run(
    empty: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(tmp_path / "results", 5)
    empty.choices.folder.setText(str(tmp_path))
    empty.choices.out.setText(str(tmp_path / "results"))
    wait_for(lambda: len(empty.desk.cases) == 5)
    asked: list[BatchRequest] = []
    monkeypatch.setattr(empty.run, "begin", asked.append)
    empty.table.selectRow(2)
    name = empty.table.selected[0].name
    empty.table.customContextMenuRequested.emit(empty.table.visualRect(empty.table.currentIndex()).center())
    menu = empty.table.findChild(QMenu)
    assert menu is not None
    menu.actions()[0].trigger()
    menu.close()
    assert [request.redo for request in asked] == [{name}]


def test_a_large_table_asks_only_for_what_is_seen_and_is_sorted_without_asking_cell_by_cell(
    window: MainWindow, empty: BatchWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made_up(tmp_path / "results", 400)
    pictures: list[str] = []
    monkeypatch.setattr(CaseFiles, "read_picture", lambda files: pictures.append(files.name) or b"")
    asked: list[int] = []
    real = CaseModel.data

    def data(model: CaseModel, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        asked.append(index.row())
        return real(model, index, role)

    monkeypatch.setattr(CaseModel, "data", data)
    empty.choices.out.setText(str(tmp_path / "results"))
    wait_for(lambda: len(empty.desk.cases) == 400)
    QTest.qWait(100)
    assert 0 < len(set(pictures)) < 60 and len(set(asked)) < 60
    asked.clear()
    empty.shown.sort(CONFIDENCE, DOWN)
    assert not asked, "sorting goes by the cases, not by cells"
    assert isinstance(empty.table.model(), CaseFilter)


def test_two_thousand_cases_are_read_without_reading_a_mask(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made_up(tmp_path, 300)
    read: list[Path] = []
    monkeypatch.setattr("flare_gui.batch.case_files.sha256_of", lambda path: read.append(path))
    began = time.monotonic()
    cases = read_cohort(tmp_path)
    assert len(cases) == 300 and not read and not any(case.changed for case in cases)
    # A seventh of two thousand; with much room for a busy computer.
    assert time.monotonic() - began < 2
