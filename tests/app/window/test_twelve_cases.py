"""Twelve cases made from real scans: segmented, reviewed, corrected and counted in the real window with real keys."""

import csv
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.analysis.compare import dice
from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.window.main_window import MainWindow
from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles
from flare_gui.batch.summary import VOLUMES
from flare_gui.cohort.write import CASES, PAGE, SUMMARY
from flare_gui.organs import LEFT_KIDNEY, LIVER
from tests.app.helpers import at, drag, slice_view
from tests.cohort.results import report_of, rows_of
from tests.cohort.twelve import BROKEN, MIRRORED, NO_KIDNEY, make_twelve

WaitFor = Callable[..., None]
SCANS = ("ct/tcga_ov_09_2043/ct.nii.gz", "ct/ircad17/ct.nii.gz", "ct/ts_example/ct.nii.gz")
CORRECTED, FLAGGED = ("c-coarse", "a-noisy"), (NO_KIDNEY, MIRRORED)


def press(window: MainWindow, key: Qt.Key) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, key)


def erase(window: MainWindow) -> None:
    """A long stroke of the eraser through the liver on one slice."""
    window.document.go_to_organ(LIVER.label)
    window.tools.label = LIVER.label
    press(window, Qt.Key.Key_E)
    x, y, z = window.document.cursor_voxel
    view = slice_view(window, "Axial")
    drag(view, *(at(view, (x + step, y, z)) for step in range(-8, 9, 4)))


def review_all(window: MainWindow, batch: BatchWindow, wait_for: WaitFor) -> list[str]:
    """Flag what is odd about a scan, correct two, accept the others; the names in the order they came."""
    seen = []
    while window.review.active:
        wait_for(lambda: window.review.can_judge, 120)
        window.activateWindow()
        window.views.setFocus()
        name = window.review.name
        seen.append(name)
        assert window.document.volume is not None and window.document.volume.name == name
        if name in FLAGGED:
            press(window, Qt.Key.Key_M)
            QTest.keyClicks(window.review_bar.note, f"see {name}")
            press(window, Qt.Key.Key_Return)
        elif name in CORRECTED:
            erase(window)
            press(window, Qt.Key.Key_R)
        else:
            press(window, Qt.Key.Key_Y)
    return seen


@pytest.mark.slow
def test_twelve_cases_are_run_reviewed_corrected_and_counted(
    window: MainWindow,
    wait_for: WaitFor,
    shared: Callable[[str], Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    make_twelve([shared(name) for name in SCANS], shared("ct/ts_example/label.nii.gz"), tmp_path / "in")
    out = tmp_path / "out"
    window.actions_["batch"].trigger()
    batch = window.batch
    assert batch is not None
    batch.choices.folder.setText(str(tmp_path / "in"))
    batch.choices.out.setText(str(out))
    batch.choices.reviewer.setText("Ann")
    batch.choices.start.click()
    wait_for(lambda: not batch.running and len(batch.desk.cases) == 12 and not batch.desk.busy, 900)
    odd = {case.name: case for case in batch.shown.cases() if case.odd or case.failure}
    assert list(odd) == [case.name for case in batch.shown.cases()][: len(odd)], "odd ones first"
    assert "cannot be read" in odd[BROKEN].failure
    assert odd[NO_KIDNEY].odd == ("no left kidney",) and "right or left?" in odd[MIRRORED].odd
    masks = {case.name: CaseFiles(out, case.name).mask.read_bytes() for case in batch.desk.cases if case.report}
    batch.table.go_to(next(name for name in odd if name != BROKEN))
    batch.review.click()
    seen = review_all(window, batch, wait_for)
    assert sorted(seen) == sorted(masks) and window.batch is not None
    wait_for(lambda: not window.following.busy, 120)

    said = review.read(out)
    expected = (
        dict.fromkeys(masks, "accepted") | dict.fromkeys(FLAGGED, "flagged") | dict.fromkeys(CORRECTED, "corrected")
    )
    assert {name: row.status for name, row in said.items()} == expected
    assert {said[name].note for name in FLAGGED} == {f"see {name}" for name in FLAGGED}
    changed = {name for name, before in masks.items() if CaseFiles(out, name).mask.read_bytes() != before}
    assert changed == set(CORRECTED)
    table = rows_of(out / VOLUMES)
    for name in CORRECTED:
        files, report = CaseFiles(out, name), report_of(out, name)
        assert files.network_mask.read_bytes() == masks[name] and report["corrected_by_hand"] == ["liver"]
        before, after = (np.asarray(nibabel.load(path).dataobj) for path in (files.network_mask, files.mask))
        agreement = dice(before == LIVER.label, after == LIVER.label)
        assert report["network"]["agreement"]["liver"]["dice"] == pytest.approx(agreement, abs=1e-4)
        assert np.array_equal(before == LEFT_KIDNEY.label, after == LEFT_KIDNEY.label)
        assert (table[name]["by_hand"], table[name]["liver_confidence"]) == ("liver", "")

    # The numbers, from the button; and the same folder again keeps all that was said.
    opened: list[str] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()))
    batch.numbers.click()
    wait_for(lambda: opened == [str(out / PAGE)], 60)
    assert {row["liver_by_hand"] for name, row in rows_of(out / CASES).items() if name in CORRECTED} == {"1"}
    with (out / SUMMARY).open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if (row["cases"], row["organ"]) == ("reviewed", "liver")]
    assert int(rows[0]["volume_ml_n"]) + int(rows[0]["left_out"]) == 9 and rows[0]["corrected"] == "2"
    command = [sys.executable, "-m", "flare_gui", "segment", str(tmp_path / "in"), "-o", str(out), "--overwrite"]
    again = subprocess.run(command, capture_output=True, text=True, check=False)
    assert again.returncode == 3 and "9 cases are kept as a person accepted or corrected them" in again.stdout
    assert {name: row.status for name, row in review.read(out).items()} == expected | dict.fromkeys(FLAGGED, "new")
