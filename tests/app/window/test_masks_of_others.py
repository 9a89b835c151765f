"""Masks of other programs in the window: dropped on a scan they are its mask; numbers without names are asked about."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtWidgets import QDialogButtonBox

from flare_gui.app.dialogs.mask_values import MaskValuesDialog
from flare_gui.app.window.main_window import MainWindow
from flare_gui.io import write_volume
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from tests.app.helpers import answer, drop, question_is_open
from tests.bodies import AFFINE, body

WaitFor = Callable[..., None]
VOLUME, LABELS = body()
TOTALSEGMENTATOR = {LIVER: 5, RIGHT_KIDNEY: 2, SPLEEN: 1, LEFT_KIDNEY: 3}


@pytest.fixture
def opened(window: MainWindow, wait_for: WaitFor, tmp_path: Path) -> MainWindow:
    """The window with the body's scan and no mask."""
    write_volume(VOLUME, tmp_path / "ct.nii.gz")
    drop(window, tmp_path / "ct.nii.gz")
    wait_for(lambda: window.document.volume is not None)
    return window


def theirs(path: Path) -> Path:
    labels = np.zeros_like(LABELS)
    for organ, number in TOTALSEGMENTATOR.items():
        labels[organ.label == LABELS] = number
    nibabel.save(nibabel.Nifti1Image(labels, AFFINE), path)
    return path


def test_a_mask_dropped_on_an_open_scan_is_a_mask_whatever_it_is_called(
    opened: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    volume = opened.document.volume
    nibabel.save(nibabel.Nifti1Image(LABELS, AFFINE), tmp_path / "patient 7.nii.gz")
    drop(opened, tmp_path / "patient 7.nii.gz")
    wait_for(lambda: opened.document.segmentation is not None)
    assert opened.document.volume is volume
    assert np.array_equal(opened.document.segmentation.labels, LABELS)


def test_a_folder_of_organs_dropped_on_an_open_scan_is_its_mask(
    opened: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    folder = tmp_path / "segmentations"
    folder.mkdir()
    for organ in ORGANS:
        image = nibabel.Nifti1Image((organ.label == LABELS).astype(np.uint8), AFFINE)
        nibabel.save(image, folder / f"{organ.key}.nii.gz")
    drop(opened, folder)
    wait_for(lambda: opened.document.segmentation is not None)
    assert np.array_equal(opened.document.segmentation.labels, LABELS)


def test_a_second_scan_dropped_is_a_scan(opened: MainWindow, wait_for: WaitFor, tmp_path: Path) -> None:
    write_volume(VOLUME, tmp_path / "another.nii.gz")
    first = opened.document.volume
    drop(opened, tmp_path / "another.nii.gz")
    wait_for(question_is_open)
    assert opened.document.volume is first
    answer("Open it instead")
    wait_for(lambda: opened.document.volume is not first)
    assert opened.document.volume.name == "another" and opened.document.segmentation is None


def test_numbers_without_names_are_asked_about_with_a_proposal(
    opened: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    drop(opened, theirs(tmp_path / "mask.nii.gz"))
    wait_for(lambda: opened.findChild(MaskValuesDialog) is not None)
    dialog = opened.findChild(MaskValuesDialog)
    # Nothing is taken before the answer.
    assert opened.document.segmentation is None
    proposed = {key: choice.currentText() for key, choice in dialog.choices.items()}
    assert proposed == {str(number): organ.name for organ, number in TOTALSEGMENTATOR.items()}
    assert [dialog.table.item(0, column).text() for column in (0, 2)] == ["1", f"{np.sum(LABELS == 3) * 0.18:.1f}"]
    dialog.choices["3"].setCurrentText("Not used")
    dialog.findChild(QDialogButtonBox).button(QDialogButtonBox.StandardButton.Open).click()
    wait_for(lambda: opened.document.segmentation is not None)
    expected = np.where(LEFT_KIDNEY.label == LABELS, 0, LABELS)
    assert np.array_equal(opened.document.segmentation.labels, expected)


def test_a_reference_is_asked_about_too_and_cancel_takes_nothing(
    opened: MainWindow, wait_for: WaitFor, tmp_path: Path
) -> None:
    opened.comparing.open_mask(theirs(tmp_path / "mask.nii.gz"))
    wait_for(lambda: opened.findChild(MaskValuesDialog) is not None)
    opened.findChild(MaskValuesDialog).reject()
    wait_for(lambda: opened.findChild(MaskValuesDialog) is None)
    assert opened.document.reference is None and opened.document.segmentation is None
    opened.comparing.open_mask(tmp_path / "mask.nii.gz")
    wait_for(lambda: opened.findChild(MaskValuesDialog) is not None)
    opened.findChild(MaskValuesDialog).accept()
    wait_for(lambda: opened.document.reference is not None)
    assert np.array_equal(opened.document.reference.labels, LABELS)
