"""Doubts about a scan stand in the window before a run, and one click repairs what can be repaired safely."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtWidgets import QMessageBox

from flare_gui.app.window.main_window import MainWindow
from flare_gui.io import read_scan, write_volume

WaitFor = Callable[..., None]


def opened(window: MainWindow, wait_for: WaitFor, name: str) -> None:
    wait_for(lambda: window.document.volume is not None and window.document.volume.name == name)
    wait_for(lambda: not window.runner.busy or window.runner.title == "Planning")


def said(window: MainWindow) -> list[str]:
    return [line.finding.code for line in window.scan_panel.findings.lines]


def test_one_click_subtracts_1024_and_a_workspace_remembers_it(
    window: MainWindow, shared: Callable[[str], Path], wait_for: WaitFor, tmp_path: Path
) -> None:
    good = read_scan(shared("ct/ts_example/ct.nii.gz"))
    write_volume(replace(good, hu=good.hu + np.int16(1024)), tmp_path / "high.nii.gz")
    window.open([tmp_path / "high.nii.gz"])
    opened(window, wait_for, "high")
    (line,) = window.scan_panel.findings.lines
    wait_for(line.isVisible)
    assert "1024 too high" in line.sentence.text()
    assert line.fix is not None and line.fix.text() == "Subtract 1024"
    line.fix.click()
    wait_for(lambda: not window.runner.busy or window.runner.title == "Planning")
    assert window.document.volume is not None
    assert np.array_equal(window.document.volume.hu, good.hu)
    assert said(window) == [] and not window.scan_panel.findings.isVisible()
    assert window.saving.save_workspace(tmp_path / "work.flare")
    window.document.show(good)
    window.open([tmp_path / "work.flare"])
    opened(window, wait_for, "high")
    assert np.array_equal(window.document.volume.hu, good.hu)


def test_what_is_no_ct_is_said_before_a_run_and_refused_by_it(
    window: MainWindow, shared: Callable[[str], Path], wait_for: WaitFor, tmp_path: Path
) -> None:
    good = read_scan(shared("ct/ts_example/ct.nii.gz"))
    write_volume(replace(good, hu=np.where(good.hu > 0, 3, 0).astype(np.int16)), tmp_path / "mask.nii.gz")
    window.open([tmp_path / "mask.nii.gz"])
    opened(window, wait_for, "mask")
    assert said(window) == ["not-ct"]
    window.session.segment()
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "a mask" in box.text() and not box.detailedText()
    box.close()


def test_a_gap_is_filled_only_after_a_question(
    window: MainWindow, shared: Callable[[str], Path], wait_for: WaitFor, tmp_path: Path
) -> None:
    folder = tmp_path / "gap"
    folder.mkdir()
    slices = sorted(path for path in shared("dicom/jpeg2000_slab").iterdir() if path.is_file())
    heights = {path: read_position(path) for path in slices}
    for i, path in enumerate(sorted(slices, key=heights.__getitem__)):
        if i not in (8, 9, 10):
            shutil.copy(path, folder)
    window.open([folder])
    wait_for(lambda: bool(window.findChildren(QMessageBox)))
    (box,) = window.findChildren(QMessageBox)
    assert "slices are missing" in box.text() and window.document.volume is None
    next(button for button in box.buttons() if "Fill" in button.text()).click()
    opened(window, wait_for, "gap")
    assert window.document.volume is not None and window.document.volume.shape[2] == len(slices)
    assert said(window)[0] == "missing-slices"


def read_position(path: Path) -> float:
    pydicom = pytest.importorskip("pydicom")
    return float(pydicom.dcmread(path, stop_before_pixels=True).ImagePositionPatient[2])


def test_a_sentence_begins_with_a_capital_and_a_file_keeps_its_name(window: MainWindow) -> None:
    window.scan_panel.findings.show_findings((), ("label.nii.gz: it names no organs", "the liver is missing"))
    shown = [line.sentence.text().replace("\u200b", "") for line in window.scan_panel.findings.lines]
    assert shown == ["label.nii.gz: it names no organs", "The liver is missing"]
