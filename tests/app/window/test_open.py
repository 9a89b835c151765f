"""Whatever a user drops, wherever: it opens, or one sentence says why not."""

import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import generate_uid
from PySide6.QtWidgets import QMessageBox, QWidget

from flare_gui.app.dialogs.series import ChoiceDialog
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from tests.app.helpers import answer, canvas, drop, question_is_open
from tests.io.slices import patient, write

WaitFor = Callable[..., None]


@pytest.fixture
def dicom(shared: Callable[[str], Path], tmp_path: Path) -> Path:
    """Twelve slices of a real series, in a folder of their own."""
    source = shared("dicom/jpeg2000_slab")
    target = tmp_path / "dicom"
    target.mkdir()
    for file in sorted(p for p in source.iterdir() if p.is_file())[:12]:
        shutil.copy(file, target)
    return target


def opened(window: MainWindow, wait_for: WaitFor, name: str) -> None:
    wait_for(lambda: window.document.volume is not None and window.document.volume.name == name)
    wait_for(lambda: not window.runner.busy)


def instead(wait_for: WaitFor) -> None:
    """The answer to whether a second scan belongs beside the first."""
    wait_for(question_is_open)
    answer("Open it instead")


def targets(window: MainWindow) -> list[QWidget]:
    """Every view of the open window, the 3D picture and the panels."""
    interactor = [window.surfaces._plotter] if window.surfaces.running else []
    return [*map(canvas, window.views.slices), window.surfaces, *interactor, window.organs, window.scan_panel]


def test_a_scan_can_be_dropped_on_the_start_page_and_on_every_view(
    window: MainWindow, scan: Path, wait_for: WaitFor, tmp_path: Path
) -> None:
    drop(window.start, scan)
    opened(window, wait_for, "ct")
    for i, target in enumerate(targets(window)):
        other = tmp_path / f"other{i}.nii.gz"
        shutil.copy(scan, other)
        drop(target, other)
        instead(wait_for)
        opened(window, wait_for, f"other{i}")


def test_a_dicom_folder_and_a_zip_of_it_can_be_dropped_on_every_view(
    window: MainWindow, dicom: Path, wait_for: WaitFor
) -> None:
    drop(window.start, dicom)
    opened(window, wait_for, "dicom")
    volume = window.document.volume
    assert volume is not None
    archive = dicom.parent / "zipped.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for path in dicom.iterdir():
            file.write(path, f"dicom/{path.name}")
    for target in targets(window):
        drop(target, archive)
        instead(wait_for)
        opened(window, wait_for, "zipped")
        assert window.document.volume is not None
        assert np.array_equal(window.document.volume.hu, volume.hu)
        drop(target, dicom)
        instead(wait_for)
        opened(window, wait_for, "dicom")


def test_a_folder_with_several_series_asks_which_and_proposes_the_largest_axial_ct(
    window: MainWindow, shared: Callable[[str], Path], wait_for: WaitFor
) -> None:
    window.open([shared("dicom/two_series")])
    wait_for(lambda: bool(window.findChildren(ChoiceDialog)), 60)
    (dialog,) = window.findChildren(ChoiceDialog)
    assert dialog.table.topLevelItemCount() >= 2
    current = dialog.table.currentItem()
    slices = [int(dialog.table.topLevelItem(i).text(2)) for i in range(dialog.table.topLevelItemCount())]  # type: ignore[union-attr]
    assert current is not None and int(current.text(2)) == max(slices)
    assert not current.icon(0).isNull()
    dialog.accept()
    opened(window, wait_for, "two_series")
    assert window.document.hu.shape[2] == max(slices)


def test_phases_under_one_series_are_a_choice_and_the_one_that_is_taken_opens(
    window: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    uid = generate_uid()
    for phase in range(2):
        write(tmp_path / "ct", patient(seed=phase), series=uid, tags={"AcquisitionNumber": phase + 1},
              names=f"{phase}_{{}}".format)  # fmt: skip
    window.open([tmp_path / "ct"])
    wait_for(lambda: bool(window.findChildren(ChoiceDialog)), 60)
    (dialog,) = window.findChildren(ChoiceDialog)
    rows = [dialog.table.topLevelItem(i) for i in range(2)]
    assert [row.text(0).endswith(f"acquisition {n}") for n, row in enumerate(rows, 1)] == [True, True]
    assert not any(row.icon(0).isNull() for row in rows)
    dialog.table.setCurrentItem(rows[1])
    dialog.accept()
    opened(window, wait_for, "ct")
    # Shown from the patient's right to left and from front to back.
    assert np.array_equal(window.document.hu, patient(seed=1)[::-1, ::-1])


def test_a_folder_of_scans_asks_which(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    shutil.copy(scan, scan.parent / "second.nii.gz")
    window.open([scan.parent])
    wait_for(lambda: bool(window.findChildren(ChoiceDialog)))
    (dialog,) = window.findChildren(ChoiceDialog)
    names = {dialog.table.topLevelItem(i).text(0) for i in range(dialog.table.topLevelItemCount())}  # type: ignore[union-attr]
    assert names == {"ct", "second"}
    dialog.accept()
    opened(window, wait_for, "ct")


def test_what_was_opened_is_offered_again(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    opened(window, wait_for, "ct")
    assert window.settings.recent == [scan.resolve()]
    scan.unlink()
    assert window.settings.recent == []


def test_a_workspace_brings_scan_mask_and_view_back(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    window.open([scan])
    opened(window, wait_for, "ct")
    document = window.document
    document.window, document.outlined = (-15.0, 155.0), True
    document.set_look(LIVER.label, colour="#123456", opacity=0.8)
    document.edit("test", np.s_[0:3, 0:3, 0:3], np.full((3, 3, 3), 3, np.uint8))
    document.move_to_voxel((5, 6, 7))
    labels = np.array(document.labels)
    place = scan.parent / "work.flare"
    assert window.saving.save_workspace(place) and not document.unsaved
    document.show(document.volume)  # type: ignore[arg-type]
    document.set_look(LIVER.label, colour="#ffffff")
    window.open([place])
    wait_for(lambda: document.segmentation is not None and not window.runner.busy)
    assert np.array_equal(np.array(document.labels), labels)
    assert document.cursor_voxel == (5, 6, 7)
    assert document.window == (-15.0, 155.0) and document.outlined
    assert document.look(LIVER.label).colour == "#123456"


def test_a_workspace_whose_scan_was_changed_is_refused(window: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    import nibabel

    window.open([scan])
    opened(window, wait_for, "ct")
    place = scan.parent / "work.flare"
    window.saving.save_workspace(place)
    image = nibabel.load(scan)
    nibabel.save(nibabel.Nifti1Image(np.asarray(image.dataobj) + np.int16(5), image.affine), scan)
    window.open([place])
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "ct.nii.gz" in box.text() and "not the scan" in box.text()
    box.close()


@pytest.mark.parametrize("damage", ["empty", "truncated", "no json", "text"])
def test_a_broken_workspace_is_one_sentence(window: MainWindow, scan: Path, wait_for: WaitFor, damage: str) -> None:
    window.open([scan])
    opened(window, wait_for, "ct")
    place = scan.parent / "work.flare"
    window.saving.save_workspace(place)
    data = place.read_bytes()
    if damage == "no json":
        with zipfile.ZipFile(place, "w") as file:
            file.writestr("other.txt", "x")
    else:
        place.write_bytes({"empty": b"", "truncated": data[: len(data) // 2], "text": b"hello" * 100}[damage])
    window.open([place])
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "work.flare" in box.text() and not box.detailedText()
    box.close()
