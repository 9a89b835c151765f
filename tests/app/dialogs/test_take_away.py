"""Exports from the window: one dialog, a folder that can be handed on."""

from collections.abc import Callable
from pathlib import Path

import imageio.v2 as imageio
import pytest

from flare_gui.app.dialogs.export import ExportDialog
from flare_gui.app.window.main_window import MainWindow
from flare_gui.export import EVERYTHING

WaitFor = Callable[..., None]


@pytest.fixture
def dialog(window: MainWindow, scan: Path, wait_for: WaitFor) -> ExportDialog:
    """The dialog of "Export everything", with a small film."""
    window.open([scan])
    # What a run would cost is still being worked out; an export does not wait for it.
    wait_for(lambda: window.document.segmentation is not None, 120)
    dialog = window.saving.ask_what_to_export(everything=True)
    assert dialog is not None and dialog.film.isChecked() and len(dialog.formats_wanted()) == len(EVERYTHING)
    dialog.seconds.setValue(1)
    dialog.fps.setValue(6)
    dialog.size_box.addItem("small", (320, 180))
    dialog.size_box.setCurrentText("small")
    return dialog


def test_export_everything_fills_a_folder_with_files_and_a_film(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    folder = scan.parent / "out"
    dialog.folder.setText(str(folder))
    dialog.accept()
    wait_for(lambda: "Exported" in window.statusBar().currentMessage(), 120)
    names = {path.name for path in folder.iterdir()}
    assert {"ct.seg.nii.gz", "ct.seg.nrrd", "ct.liver.stl", "ct.glb", "ct.organs.csv", "ct.flythrough.mp4"} <= names
    with imageio.get_reader(folder / "ct.flythrough.mp4") as film:
        assert film.count_frames() == 6


def test_the_films_first_frame_is_shown_before(window: MainWindow, dialog: ExportDialog, wait_for: WaitFor) -> None:
    dialog.preview_asked.emit(dialog.film_settings())
    wait_for(lambda: not dialog.preview.pixmap().isNull(), 60)
    dialog.reject()


def test_a_cancelled_export_leaves_no_half_film(
    window: MainWindow, scan: Path, dialog: ExportDialog, wait_for: WaitFor
) -> None:
    folder = scan.parent / "out"
    dialog.folder.setText(str(folder))
    dialog.seconds.setValue(60)
    dialog.accept()
    wait_for(lambda: "film" in window.runner.bar._stage.text(), 60)
    window.runner.cancel()
    wait_for(lambda: not window.runner.leaving, 60)
    assert not [path for path in folder.iterdir() if "mp4" in path.name]


def test_dicom_seg_is_there_for_dicom_and_never_ticked_by_itself(dialog: ExportDialog, scan: Path) -> None:
    assert not dialog.formats["dicom-seg"].isEnabled()
    dialog.reject()
    offered = ExportDialog(scan.parent, everything=True, dicom=True)
    assert offered.formats["dicom-seg"].isEnabled() and "dicom-seg" not in offered.formats_wanted()
    offered.deleteLater()
