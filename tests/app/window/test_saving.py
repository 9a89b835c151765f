"""What was saved is in a file, and what was not saved is said."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest
from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QLabel, QMessageBox, QProgressBar

from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from flare_gui.volume import Segmentation

WaitFor = Callable[..., None]
SAVE = "Ctrl+S"


@pytest.fixture
def corrected(window: MainWindow, scan: Path, wait_for: WaitFor) -> MainWindow:
    """A scan whose mask, of another program, has a correction that no file has."""
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 120)
    window.document.edit("dab", np.s_[0:2, 0:2, 0:2], np.full((2, 2, 2), LIVER.label, np.uint8))
    return window


def answers(monkeypatch: pytest.MonkeyPatch, name: Path | str, chosen: str = "") -> list[str]:
    """What the next file dialogs answer; the list gets what they proposed."""
    proposed: list[str] = []

    def answer(_parent: object, _title: str, start: str, _filters: str) -> tuple[str, str]:
        proposed.append(start)
        return str(name), chosen

    monkeypatch.setattr(QFileDialog, "getSaveFileName", answer)
    return proposed


def said(window: MainWindow) -> str:
    """What stands in the status bar beside the button that opens a folder."""
    assert window.runner.bar.open_button.isVisible()
    return " ".join(label.text() for label in window.runner.bar.findChildren(QLabel))


@pytest.mark.parametrize(
    ("name", "chosen", "written"),
    [
        ("mymask", "", "mymask.seg.nii.gz"),
        ("my.mask", "Segmentation for 3D Slicer (*.seg.nrrd *.nrrd)", "my.mask.seg.nrrd"),
        ("x.nrrd", "", "x.nrrd"),
        ("x.mha", "", "x.mha"),
        ("X.NII", "", "X.NII"),
    ],
)
def test_ctrl_s_writes_a_mask_whatever_the_name(
    corrected: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, chosen: str, written: str
) -> None:
    answers(monkeypatch, tmp_path / name, chosen)
    QTest.keySequence(corrected, QKeySequence(SAVE))
    assert (tmp_path / written).exists() and not corrected.document.unsaved
    assert written in said(corrected)
    expected = corrected.document.segmentation
    assert expected is not None
    if written.endswith("nrrd"):
        assert np.array_equal(nrrd.read(str(tmp_path / written))[0], expected.labels)
    elif written.endswith(("nii", "nii.gz")):
        assert np.array_equal(np.asarray(nibabel.load(tmp_path / written).dataobj), expected.labels)


def test_a_name_that_the_ending_makes_another_files_is_asked_about(
    corrected: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.seg.nii.gz").write_bytes(b"another")
    answers(monkeypatch, tmp_path / "mine")
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.No)
    QTest.keySequence(corrected, QKeySequence(SAVE))
    assert (tmp_path / "mine.seg.nii.gz").read_bytes() == b"another" and corrected.document.unsaved


def test_ctrl_s_goes_into_the_masks_own_file_and_save_as_asks(
    corrected: MainWindow, scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    foreign = (scan.parent / "ct.seg.nii.gz").read_bytes()
    (tmp_path / "there").mkdir()
    proposed = answers(monkeypatch, tmp_path / "there" / "mine.nii.gz")
    QTest.keySequence(corrected, QKeySequence(SAVE))
    # A file of another program may hold more than we show: it is never written over unasked.
    assert Path(proposed[0]).parent == scan.parent and (scan.parent / "ct.seg.nii.gz").read_bytes() == foreign
    first = (tmp_path / "there" / "mine.nii.gz").read_bytes()
    corrected.document.edit("dab", np.s_[2:4, 0:2, 0:2], np.full((2, 2, 2), LIVER.label, np.uint8))
    QTest.keySequence(corrected, QKeySequence(SAVE))
    assert len(proposed) == 1 and not corrected.document.unsaved
    assert (tmp_path / "there" / "mine.nii.gz").read_bytes() != first
    corrected.actions_["save_mask_as"].trigger()
    assert Path(proposed[1]) == tmp_path / "there" / "mine.nii.gz"


def test_a_mask_of_ours_that_was_opened_is_saved_where_it_lies(
    corrected: MainWindow, scan: Path, tmp_path: Path, wait_for: WaitFor
) -> None:
    assert corrected.saving.save_mask(tmp_path / "ours.nii.gz")
    corrected.open([scan, tmp_path / "ours.nii.gz"])
    wait_for(lambda: corrected.document.history.undo_name is None and not corrected.runner.busy)
    corrected.document.edit("dab", np.s_[4:6, 0:2, 0:2], np.full((2, 2, 2), LIVER.label, np.uint8))
    QTest.keySequence(corrected, QKeySequence(SAVE))
    assert not corrected.document.unsaved and "ours.nii.gz" in said(corrected)


def test_a_mask_never_takes_the_place_of_a_scan(
    corrected: MainWindow, scan: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wait_for: WaitFor
) -> None:
    earlier = tmp_path / "earlier.nii.gz"
    earlier.write_bytes(scan.read_bytes())
    corrected.earlier.open([earlier])
    wait_for(lambda: corrected.earlier.second is not None, 60)
    for path in (scan, earlier):
        voxels = path.read_bytes()
        # Qt has asked whether the file is to be replaced, and was told so.
        answers(monkeypatch, path)
        QTest.keySequence(corrected, QKeySequence(SAVE))
        assert path.read_bytes() == voxels and corrected.document.unsaved
        (box,) = corrected.findChildren(QMessageBox)
        assert "the scan itself" in box.text()
        box.close()
        box.setParent(None)


@pytest.mark.parametrize("problem", [OSError(28, "No space left on device"), RuntimeError("ITK"), KeyError("odd")])
def test_the_window_stays_open_after_a_save_that_failed_and_says_why(
    corrected: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, problem: Exception
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise problem

    answers(monkeypatch, tmp_path / "mine.nii.gz")
    monkeypatch.setattr("flare_gui.io.write_segmentation", fail)
    monkeypatch.setattr(QMessageBox, "question", lambda *_: QMessageBox.StandardButton.Save)
    corrected.close()
    assert corrected.isVisible() and corrected.document.unsaved
    (box,) = corrected.findChildren(QMessageBox)
    assert "mine.nii.gz could not be written" in box.text()
    assert ("Traceback" in box.detailedText()) == isinstance(problem, KeyError)
    box.close()


def test_a_workspace_that_cannot_be_written_is_said(
    corrected: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(b"")
    answers(monkeypatch, tmp_path / "file" / "work")
    corrected.actions_["save_workspace"].trigger()
    (box,) = corrected.findChildren(QMessageBox)
    assert "work.flare could not be written" in box.text() and corrected.document.unsaved
    box.close()


def test_a_repair_that_fails_is_said(corrected: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise MemoryError

    corrected.document.mark_saved()
    monkeypatch.setattr("flare_gui.analysis.doctor.fixed", fail)
    corrected.session.fix("hu-offset")
    (box,) = corrected.findChildren(QMessageBox)
    assert "could not be repaired" in box.text() and "memory" in box.text()
    box.close()


@pytest.mark.parametrize("kind", ["mask", "workspace", "picture", "export"])
def test_what_was_written_is_said_an_export_at_100_per_cent_with_a_button_that_opens_its_folder(
    corrected: MainWindow, wait_for: WaitFor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    folder = tmp_path / "a folder whose name is longer than any line that a status bar has room for in a small window"
    folder.mkdir()
    if kind == "mask":
        corrected.saving.save_mask(folder / "mine.seg.nii.gz")
    elif kind == "workspace":
        corrected.saving.save_workspace(folder / "mine.flare")
    elif kind == "picture":
        corrected.saving.save_picture(folder / "mine.png", 0, QSize(300, 200))
    else:
        dialog = corrected.exporting.ask()
        assert dialog is not None
        dialog.folder.setText(str(folder))
        dialog.tick(("json",))
        dialog.accept()
        wait_for(lambda: not corrected.runner.busy and corrected.runner.bar.open_button.isVisible(), 60)
    (written,) = folder.iterdir()
    bar = corrected.runner.bar
    (progress,) = bar.findChildren(QProgressBar)
    assert bar.isVisible() and progress.value() == progress.maximum() and not bar.cancel_button.isVisible()
    words = " ".join(label.text() + label.toolTip() for label in bar.findChildren(QLabel))
    assert written.name in words or str(folder) in words
    # What was saved at once had no progress, and does not stand there for ever.
    assert progress.isVisible() == ("100 %" in words) == (kind == "export") != bar._enough.isActive()
    assert bar.width() < 900
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", opened.append)
    QTest.mouseClick(bar.open_button, Qt.MouseButton.LeftButton)
    assert [Path(url.toLocalFile()) for url in opened] == [folder]
    if kind != "export":
        bar._enough.setInterval(1)
        wait_for(lambda: not bar.isVisible())


def network(window: MainWindow, label: int) -> Segmentation:
    mask = window.document.segmentation
    assert mask is not None
    labels = np.zeros_like(mask.labels)
    labels[5:9, 5:9, 5:9] = label
    return Segmentation(labels, mask.affine, ("a doubt",), {"seconds": {"a": 1.0}, "device": "cpu"})


def test_segmenting_over_a_mask_is_one_step_that_can_be_undone(corrected: MainWindow) -> None:
    document = corrected.document
    before = np.array(document.labels)
    corrected.session._segmented(network(corrected, 3))
    assert document.segmentation is not None and document.segmentation.warnings == ("a doubt",)
    assert (np.array(document.labels) == 3).sum() == 64 and document.unsaved
    QTest.keySequence(corrected, QKeySequence(QKeySequence.StandardKey.Undo))
    assert np.array_equal(document.labels, before) and document.segmentation.warnings == ()
    assert document.segmentation.corrected == {"liver"}
    QTest.keySequence(corrected, QKeySequence("Ctrl+Y"))
    assert (np.array(document.labels) == 3).sum() == 64 and not document.segmentation.corrected
    for _ in range(2):
        document.undo()
    assert not document.unsaved and not document.segmentation.corrected
