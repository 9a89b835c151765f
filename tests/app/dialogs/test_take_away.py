"""Exports from the window: one dialog, a folder that can be handed on."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imageio.v2 as imageio
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMessageBox, QPushButton

from flare_gui.app.dialogs.export import ExportDialog
from flare_gui.app.window.exporting import proposed_folder
from flare_gui.app.window.main_window import MainWindow
from flare_gui.export import EVERYTHING

WaitFor = Callable[..., None]


@pytest.fixture
def dialog(window: MainWindow, scan: Path, wait_for: WaitFor) -> ExportDialog:
    """The dialog of "Export everything", with a small film."""
    window.open([scan])
    # What a run would cost is still being worked out; an export does not wait for it.
    wait_for(lambda: window.document.segmentation is not None, 120)
    dialog = window.exporting.ask(everything=True)
    assert dialog is not None and len(dialog.formats_wanted()) == len(EVERYTHING)
    assert dialog.film.kinds["sweep"].isChecked() and dialog.film.kinds["flythrough"].isChecked()
    make_small(dialog)
    return dialog


def make_small(dialog: ExportDialog) -> None:
    dialog.film.seconds.setValue(1)
    dialog.film.fps.setValue(6)
    dialog.film.size_box.addItem("small", (320, 180))
    dialog.film.size_box.setCurrentText("small")


def press(dialog: ExportDialog, text: str) -> None:
    button = next(button for button in dialog.findChildren(QPushButton) if button.text() == text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def test_export_everything_fills_a_folder_with_files_and_films_in_2d_and_3d(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, opened = scan.parent / "out", []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    dialog.folder.setText(str(folder))
    # Pictures have tests of their own, and take as long as all the rest.
    dialog.formats["png"].setChecked(False)
    press(dialog, "Export")
    wait_for(lambda: "Exported" in window.runner.bar._stage.text(), 240)
    names = {path.name for path in folder.iterdir()}
    assert {"ct.seg.nii.gz", "ct.seg.nrrd", "ct.liver.stl", "ct.glb", "ct.organs.csv", "ct.report.pdf"} <= names
    for kind in ("flythrough", "sweep"):
        with imageio.get_reader(folder / f"ct.{kind}.mp4") as film:
            assert film.count_frames() == 6
    # The end is said until the next job begins: how much was written, and where.
    bar = window.runner.bar
    assert bar.isVisible() and bar._bar.value() == bar._bar.maximum()
    assert f"{len(names)} files to {folder}" in bar._stage.toolTip()
    QTest.mouseClick(bar.open_button, Qt.MouseButton.LeftButton)
    assert opened == [str(folder)]


def test_the_films_first_frame_is_shown_before(window: MainWindow, dialog: ExportDialog, wait_for: WaitFor) -> None:
    dialog.film.preview_asked.emit(dialog.film.settings())
    wait_for(lambda: not dialog.film.preview.pixmap().isNull(), 60)
    dialog.reject()


def test_export_does_not_wait_for_a_preview_that_is_being_drawn(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    press(dialog, "Preview")
    assert window.runner.title == "Preview" and window.runner.busy
    dialog.tick(["csv"])
    dialog.pdf.setChecked(False)
    dialog.film.tick(())
    dialog.folder.setText(str(scan.parent / "out"))
    press(dialog, "Export")
    wait_for(lambda: (scan.parent / "out" / "ct.organs.csv").exists(), 60)


def test_an_export_that_cannot_begin_says_so_and_keeps_the_dialog(window: MainWindow, dialog: ExportDialog) -> None:
    release = threading.Event()
    window.runner.make_way()
    window.runner.run("Segmenting", lambda progress, cancel: release.wait(60), lambda _: None)
    press(dialog, "Export")
    assert dialog.isVisible() and "Segmenting goes on" in dialog._said.text()
    release.set()
    dialog.reject()


def test_nothing_ticked_is_said(dialog: ExportDialog) -> None:
    dialog.tick(())
    dialog.pdf.setChecked(False)
    dialog.film.tick(())
    press(dialog, "Export")
    assert dialog.isVisible() and dialog._said.isVisible() and "Nothing is ticked" in dialog._said.text()
    dialog.reject()


def test_a_refused_export_comes_back_with_all_its_choices(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    folder = scan.parent / "out"
    folder.mkdir()
    (folder / "ct.flythrough.gif").write_bytes(b"another")
    dialog.tick(["csv", "stl"])
    dialog.film.tick(["flythrough"])
    dialog.film.format.setCurrentText("GIF")
    dialog.smoothing.setValue(33)
    dialog.folder.setText(str(folder))
    before = dialog.wanted()
    press(dialog, "Export")
    wait_for(lambda: dialog.isVisible() and dialog._said.isVisible(), 60)
    assert "ct.flythrough.gif: there is a file already" in dialog._said.text()
    assert dialog.wanted() == before and [path.name for path in folder.iterdir()] == ["ct.flythrough.gif"]
    dialog.overwrite.setChecked(True)
    press(dialog, "Export")
    wait_for(lambda: "Exported" in window.runner.bar._stage.text(), 60)
    assert (folder / "ct.flythrough.gif").read_bytes().startswith(b"GIF8")


def test_choices_are_remembered_for_the_next_export_but_never_to_replace_files(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    dialog.tick(["json"])
    dialog.pdf.setChecked(False)
    dialog.film.tick(())
    dialog.film.background.setCurrentText("White")
    for box in (dialog.per_organ, dialog.flare22, dialog.lps, dialog.overwrite):
        box.setChecked(True)
    dialog.reduction.setValue(40)
    dialog.folder.setText(str(scan.parent / "out"))
    press(dialog, "Export")
    wait_for(lambda: "Exported" in window.runner.bar._stage.text(), 60)
    again = window.exporting.ask()
    assert again is not None
    wanted = again.wanted()
    assert wanted.formats == ("json",) and not wanted.films and not wanted.pdf
    assert wanted.options.labels == "flare22" and wanted.options.per_organ and not wanted.options.overwrite
    assert wanted.options.mesh.reduction == 0.4 and wanted.options.mesh.frame == "LPS"
    assert again.film.settings().background == "#ffffff"
    again.reject()


def test_a_cancelled_export_says_which_files_were_complete_and_leaves_no_half_film(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    folder = scan.parent / "out"
    dialog.folder.setText(str(folder))
    dialog.tick(["csv", "json"])
    dialog.pdf.setChecked(False)
    dialog.film.seconds.setValue(60)
    press(dialog, "Export")
    wait_for(lambda: "film" in window.runner.bar._stage.text(), 60)
    window.runner.cancel()
    assert not window.runner.bar.isVisible(), "cancel answers at once"
    wait_for(lambda: window.findChildren(QMessageBox), 60)
    (box,) = window.findChildren(QMessageBox)
    assert "2 files were complete" in box.text() and "ct.organs.csv" in box.text()
    assert {path.name for path in folder.iterdir()} == {"ct.organs.csv", "ct.organs.json"}
    box.close()


def test_quitting_while_an_export_runs_asks(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog.folder.setText(str(scan.parent / "out"))
    dialog.tick(["csv"])
    dialog.film.seconds.setValue(60)
    press(dialog, "Export")
    asked: list[str] = []
    monkeypatch.setattr(QMessageBox, "question", lambda *words: asked.append(words[2]) or QMessageBox.StandardButton.No)
    window.close()
    assert window.isVisible() and "An export is being written" in asked[0] and window.exporting.running
    window.runner.drop()


def test_dicom_seg_is_there_for_dicom_and_never_ticked_by_itself(dialog: ExportDialog, scan: Path) -> None:
    assert not dialog.formats["dicom-seg"].isEnabled()
    dialog.reject()
    offered = ExportDialog(scan.parent, everything=True, dicom=True)
    assert offered.formats["dicom-seg"].isEnabled() and "dicom-seg" not in offered.formats_wanted()
    offered.deleteLater()


def test_an_export_proposes_a_folder_that_no_series_reads_again_and_the_place_that_was_chosen_last(
    window: MainWindow, dialog: ExportDialog, scan: Path, wait_for: WaitFor
) -> None:
    proposed = Path(dialog.folder.text())
    assert proposed == scan.parent / "ct-export"
    volume = window.document.volume
    assert volume is not None
    # One file of a series, dropped alone: what is exported would lie among its slices.
    slice_file = scan.parent / "study" / "series" / "IM1.dcm"
    slice_file.parent.mkdir(parents=True)
    slice_file.touch()
    series = replace(volume, source=slice_file, series_uid="1.2.3", name="s")
    assert proposed_folder(series, None) == scan.parent / "study" / "s-export"
    assert proposed_folder(replace(series, source=slice_file.parent), None) == scan.parent / "study" / "s-export"
    # Where the last export went, the next one may go.
    elsewhere = scan.parent / "elsewhere"
    dialog.folder.setText(str(elsewhere / "first"))
    dialog.tick(("json",))
    for kind in dialog.film.kinds.values():
        kind.setChecked(False)
    dialog.accept()
    wait_for(lambda: not window.runner.busy and (elsewhere / "first").is_dir(), 60)
    again = window.exporting.ask()
    assert again is not None and Path(again.folder.text()) == elsewhere / "ct-export"
    again.reject()
