"""A confidence is shown for what the network drew and nobody changed, whatever the work has gone through since."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flare_gui.app.panels.scrolled import ScrolledPanel
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LEFT_KIDNEY, LIVER
from flare_gui.volume import Segmentation

WaitFor = Callable[..., None]


@pytest.fixture
def drawn(window: MainWindow, scan: Path, wait_for: WaitFor) -> MainWindow:
    """A scan whose mask says how sure its network was."""
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 120)
    mask = window.document.segmentation
    assert mask is not None
    run = {"confidence": {LIVER.key: 0.91, LEFT_KIDNEY.key: 0.92}}
    window.document.set_segmentation(Segmentation(mask.labels.copy(), mask.affine, run=run))
    return window


def correct_the_liver(window: MainWindow) -> None:
    window.document.edit("dab", np.s_[20:22, 10:12, 6:8], np.full((2, 2, 2), LIVER.label, np.uint8))


def shown(window: MainWindow) -> tuple[float | None, float | None]:
    return window.document.confidence(LIVER), window.document.confidence(LEFT_KIDNEY)


def test_an_organ_that_was_corrected_loses_its_confidence_and_the_others_keep_theirs(drawn: MainWindow) -> None:
    assert shown(drawn) == (0.91, 0.92)
    correct_the_liver(drawn)
    assert shown(drawn) == (None, 0.92)
    assert drawn.organs.rows[LIVER.label].confidence.text() == "corrected by hand"
    assert drawn.organs.rows[LEFT_KIDNEY.label].confidence.text() == "confidence 0.92 (expected Dice)"
    drawn.document.undo()
    assert shown(drawn) == (0.91, 0.92)
    drawn.document.redo()
    assert shown(drawn) == (None, 0.92)


@pytest.mark.parametrize("kind", ["workspace", "mask"])
def test_it_does_not_come_back_with_a_file(drawn: MainWindow, scan: Path, wait_for: WaitFor, kind: str) -> None:
    correct_the_liver(drawn)
    if kind == "workspace":
        assert drawn.saving.save_workspace(scan.parent / "work.flare")
        drawn.open([scan.parent / "work.flare"])
    else:
        assert drawn.saving.save_mask(scan.parent / "mine.nii.gz")
        drawn.open([scan, scan.parent / "mine.nii.gz"])
    wait_for(lambda: drawn.document.history.undo_name is None and not drawn.runner.busy)
    assert shown(drawn) == (None, 0.92)
    assert drawn.organs.rows[LIVER.label].confidence.text() == "corrected by hand"


def test_no_number_is_cut_off_at_the_panels_edge(drawn: MainWindow, wait_for: WaitFor) -> None:
    row = drawn.organs.rows[LIVER.label]
    row.badge.say("side?")
    area = drawn.docks["Organs"].widget()
    assert isinstance(area, ScrolledPanel)
    for label in (row.mean, row.badge, row.confidence):
        wait_for(lambda label=label: label.width() >= label.sizeHint().width())
        right = label.mapTo(area.viewport(), label.rect().topRight()).x()
        assert label.text() and right < area.viewport().width(), label.text()
