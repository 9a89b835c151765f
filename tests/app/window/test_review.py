"""Walking through cases in the window with real keys: what the files hold afterwards is what the keys said."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from flare_gui import io
from flare_gui.app.batch.model import STATUS
from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.window.main_window import MainWindow
from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles, report_text
from flare_gui.batch.summary import VOLUMES
from flare_gui.cohort.cases import read_cohort
from flare_gui.model.weights import load
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from tests.app.helpers import at, drag, slice_view
from tests.cohort.results import report_of, rows_of, say, segmented
from tests.tiny import save_tiny

WaitFor = Callable[..., None]
CASES = 4


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Scans in `in`, and what a small network makes of them in `out`: a liver, a left kidney, nothing else."""
    folder = tmp_path_factory.mktemp("cohort")
    segmented(folder / "in", folder / "out", load(save_tiny(folder, "tiny", 1)), CASES)
    return folder


@pytest.fixture
def out(made: Path, tmp_path: Path) -> Path:
    for name in ("in", "out"):
        shutil.copytree(made / name, tmp_path / name)
    return tmp_path / "out"


@pytest.fixture
def batch(window: MainWindow, out: Path, wait_for: WaitFor) -> BatchWindow:
    """The cohort in its window, sorted by name."""
    window.actions_["cohort"].trigger()
    batch = window.batch
    assert batch is not None
    batch.choices.out.setText(str(out))
    batch.choices.reviewer.setText("Ann")
    wait_for(lambda: len(batch.desk.cases) == CASES)
    batch.table.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    batch.table.selectRow(0)
    return batch


@pytest.fixture
def press(window: MainWindow, wait_for: WaitFor) -> Callable[[Qt.Key], None]:
    """`press(Qt.Key.Key_Y)`: the key as the screen delivers it, to whatever has the focus."""

    def key(code: Qt.Key) -> None:
        target = QApplication.focusWidget() or window
        QTest.keyClick(target, code)

    return key


def begin(window: MainWindow, batch: BatchWindow, wait_for: WaitFor) -> None:
    """Enter on the chosen row."""
    QTest.keyClick(batch.table, Qt.Key.Key_Return)
    wait_for(lambda: window.review.can_judge)
    window.activateWindow()
    wait_for(window.isActiveWindow)
    window.views.setFocus()


def shown(window: MainWindow) -> str:
    volume = window.document.volume
    assert volume is not None
    return volume.name


def erase(window: MainWindow) -> None:
    """Take a stroke of the eraser to the liver, with the keys and the mouse."""
    document = window.document
    document.go_to_organ(LIVER.label)
    window.tools.label = LIVER.label
    QTest.keyClick(window, Qt.Key.Key_E)
    x, y, z = document.cursor_voxel
    view = slice_view(window, "Axial")
    drag(view, at(view, (x, y, z)), at(view, (x + 1, y, z)), at(view, (x + 2, y, z)))
    assert document.unsaved


def test_the_keys_of_a_review_are_what_the_files_say_afterwards(
    window: MainWindow, batch: BatchWindow, out: Path, wait_for: WaitFor, press: Callable[[Qt.Key], None]
) -> None:
    masks = {f"ct{i}": CaseFiles(out, f"ct{i}").mask.read_bytes() for i in range(CASES)}
    begin(window, batch, wait_for)
    assert shown(window) == "ct0" and window.review_bar.isVisible() and not window.runner.busy
    press(Qt.Key.Key_Y)
    wait_for(lambda: window.review.can_judge)
    assert shown(window) == "ct1" and review.read(out)["ct0"].status == "accepted", "written before the next is shown"
    # A flag asks why, in the window itself.
    press(Qt.Key.Key_M)
    assert window.review_bar.note.hasFocus()
    QTest.keyClicks(window.review_bar.note, "mr. liver, y?")
    press(Qt.Key.Key_Return)
    wait_for(lambda: shown(window) == "ct2" and window.review.can_judge)
    window.views.setFocus()
    # What was corrected is not accepted by mistake, and one key saves it without a question.
    erase(window)
    press(Qt.Key.Key_Y)
    assert shown(window) == "ct2" and "R saves them" in window.statusBar().currentMessage()
    press(Qt.Key.Key_R)
    wait_for(lambda: shown(window) == "ct3" and window.review.can_judge)
    press(Qt.Key.Key_Comma)
    wait_for(lambda: shown(window) == "ct2" and window.review.can_judge)
    press(Qt.Key.Key_Period)
    wait_for(lambda: shown(window) == "ct3" and window.review.can_judge)
    press(Qt.Key.Key_R)
    assert "Nothing was corrected" in window.statusBar().currentMessage() and shown(window) == "ct3"
    press(Qt.Key.Key_Y)
    assert not window.review.active and not window.review_bar.isVisible(), "the last one ends it"
    wait_for(lambda: not window.following.busy, 60)
    said = review.read(out)
    assert {name: row.status for name, row in said.items()} == {
        "ct0": "accepted", "ct1": "flagged", "ct2": "corrected", "ct3": "accepted"
    }  # fmt: skip
    assert said["ct1"].note == "mr. liver, y?" and {row.reviewer for row in said.values()} == {"Ann"}
    now = {name: CaseFiles(out, name).mask.read_bytes() for name in masks}
    assert [name for name in masks if now[name] != masks[name]] == ["ct2"]
    assert CaseFiles(out, "ct2").network_mask.read_bytes() == masks["ct2"]
    report = report_of(out, "ct2")
    assert report["corrected_by_hand"] == ["liver"] and report["network"]["agreement"]["liver"]["dice"] < 1
    table = rows_of(out / VOLUMES)
    assert table["ct2"]["by_hand"] == "liver" and table["ct1"]["note"] == "mr. liver, y?"
    assert float(table["ct2"]["liver_ml"]) == pytest.approx(report["organs"]["liver"]["volume_ml"], abs=0.01)
    assert batch.shown.index_of("ct2").siblingAtColumn(STATUS).data() == "corrected"


def test_the_next_case_is_there_before_it_is_asked_for_and_the_crosshair_where_it_is_odd(
    window: MainWindow, batch: BatchWindow, out: Path, wait_for: WaitFor, press: Callable[[Qt.Key], None]
) -> None:
    files = CaseFiles(out, "ct1")
    report = report_of(out, "ct1")
    for organ in ORGANS:
        report["organs"][organ.key] |= {"voxels": 1000, "volume_ml": 150.0, "touches_border": False, "confidence": 0.9}
    report["organs"]["liver"]["volume_ml"] = 9000.0
    files.report.write_text(report_text(report))
    batch.desk.open(out)
    wait_for(lambda: batch.desk["ct1"].odd == ("liver large",))
    begin(window, batch, wait_for)
    wait_for(lambda: window.review._ahead.has("ct1"), 30)
    # Nothing was read when the key came: the case is on the screen when it has been handled.
    press(Qt.Key.Key_Period)
    assert window.review.can_judge and shown(window) == "ct1"
    labels = window.document.labels
    assert labels is not None and labels[window.document.cursor_voxel] == LIVER.label
    assert window.review_bar.words.text() == "liver large"


def test_a_decision_that_cannot_be_written_is_said_and_the_case_stays(
    window: MainWindow, batch: BatchWindow, out: Path, wait_for: WaitFor, press: Callable[[Qt.Key], None]
) -> None:
    begin(window, batch, wait_for)
    (out / review.REVIEW).write_text("patient,age\n")
    press(Qt.Key.Key_Y)
    assert shown(window) == "ct0" and window.review.name == "ct0"
    assert "no column" in batch.words.text() and "ct0 is as it was" in window.review_bar.words.toolTip()
    (out / review.REVIEW).unlink()
    # Somebody else has decided on it meanwhile: theirs stands, and it is said.
    press(Qt.Key.Key_Y)
    wait_for(lambda: shown(window) == "ct1" and window.review.can_judge)
    press(Qt.Key.Key_Comma)
    wait_for(lambda: shown(window) == "ct0" and window.review.can_judge)
    window.review.end()


def test_what_another_reviewer_says_is_seen_and_another_folder_ends_the_review(
    window: MainWindow, batch: BatchWindow, out: Path, wait_for: WaitFor
) -> None:
    begin(window, batch, wait_for)
    say(out, "ct2", "flagged", "Bob asks")
    batch.activateWindow()
    wait_for(lambda: batch.desk["ct2"].said.note == "Bob asks")
    shutil.copytree(out, out.parent / "other")
    window.activateWindow()
    batch.choices.out.setText(str(out.parent / "other"))
    wait_for(lambda: batch.desk.folder.name == "other")
    assert not window.review.active, "a key would be about a case of another folder"


def test_a_case_whose_scan_is_gone_can_be_flagged_and_nothing_else(
    window: MainWindow, batch: BatchWindow, out: Path, wait_for: WaitFor, press: Callable[[Qt.Key], None]
) -> None:
    (out.parent / "in" / "ct1.nii.gz").unlink()
    begin(window, batch, wait_for)
    press(Qt.Key.Key_Period)
    wait_for(lambda: "cannot be shown" in window.review_bar.words.text())
    assert not window.review.can_judge
    press(Qt.Key.Key_Y)
    press(Qt.Key.Key_R)
    assert not (out / review.REVIEW).exists(), "nobody accepts what was not seen"
    press(Qt.Key.Key_M)
    press(Qt.Key.Key_Return)
    wait_for(lambda: shown(window) == "ct2" and window.review.can_judge)
    assert review.read(out)["ct1"].status == "flagged"


def test_unsaved_corrections_are_asked_about_when_one_goes_on(
    window: MainWindow,
    batch: BatchWindow,
    out: Path,
    wait_for: WaitFor,
    press: Callable[[Qt.Key], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begin(window, batch, wait_for)
    erase(window)
    answers = iter([QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard])
    monkeypatch.setattr(QMessageBox, "question", lambda *_: next(answers))
    press(Qt.Key.Key_Period)
    assert shown(window) == "ct0" and window.document.unsaved
    press(Qt.Key.Key_Period)
    wait_for(lambda: shown(window) == "ct1" and window.review.can_judge)
    assert report_of(out, "ct0").get("network") is None


def test_ctrl_s_on_a_case_counts_as_its_correction_outside_a_review_too(
    window: MainWindow, out: Path, wait_for: WaitFor
) -> None:
    window.session.open_case(out.parent / "in" / "ct0.nii.gz", CaseFiles(out, "ct0").mask, None)
    wait_for(lambda: window.document.segmentation is not None and not window.runner.blocked)
    erase(window)
    window.actions_["save_mask"].trigger()
    assert not window.document.unsaved
    wait_for(lambda: not window.following.busy, 60)
    (case, *_) = read_cohort(out)
    assert case.by_hand == {"liver"} and case.status == "corrected"
    assert rows_of(out / VOLUMES)["ct0"]["by_hand"] == "liver"
    # An organ that was not there before is a person's as well.
    volume = io.read_scan(out.parent / "in" / "ct0.nii.gz")
    mask = io.read_mask(volume, CaseFiles(out, "ct0").mask)
    assert not (mask.labels == SPLEEN.label).any() and mask.confidence("liver") is None


@pytest.mark.parametrize("size", [(1366, 768)])
def test_the_bar_of_a_review_fits_a_small_screen(
    window: MainWindow, batch: BatchWindow, wait_for: WaitFor, size: tuple[int, int]
) -> None:
    begin(window, batch, wait_for)
    window.resize(size[0], size[1] - 56)
    QTest.qWait(50)
    for key in ("review_accept", "review_flag", "review_correct", "review_previous", "review_next", "review_end"):
        button = window.review_bar.widgetForAction(window.actions_[key])
        assert isinstance(button, QWidget) and button.isVisible() and button.geometry().right() < size[0]
