"""Surfaces follow the mask, whatever happens to one of them on the way."""

import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.surfaces import meshes
from flare_gui.app.surfaces.meshes import Surfaces
from flare_gui.edit import Edit
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import read_mask, read_scan
from flare_gui.organs import LEFT_KIDNEY, LIVER
from flare_gui.progress import Cancel
from flare_gui.render import surface
from tests.app.conftest import WaitFor


@pytest.fixture
def document(qapp: object, scan: Path) -> Document:
    document = Document()
    volume = read_scan(scan)
    document.show(volume, read_mask(volume, scan.with_name("ct.seg.nii.gz")))
    return document


def test_nothing_is_made_before_there_is_a_picture_for_it(document: Document, wait_for: WaitFor) -> None:
    parent = QObject()
    surfaces = Surfaces(document, parent)
    document.set_segmentation(document.segmentation)
    assert not surfaces.busy
    surfaces.start()
    wait_for(lambda: not surfaces.busy)
    assert set(surfaces.by_label) == {LIVER.label, LEFT_KIDNEY.label}
    surfaces.stop()


def test_a_mesh_that_could_not_be_made_does_not_keep_the_next_from_being_made(
    document: Document, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise FlareError("there is no memory for a surface")

    parent, said = QObject(), []
    surfaces = Surfaces(document, parent)
    surfaces.failed.connect(said.append)
    surfaces.forget()
    with monkeypatch.context() as patch:
        patch.setattr(surface, "organ_surfaces", fail)
        surfaces.start()
        wait_for(lambda: said and not surfaces.busy)
    assert "no memory" in said[0] and not surfaces.by_label
    surfaces.update()
    wait_for(lambda: not surfaces.busy)
    assert set(surfaces.by_label) == {LIVER.label, LEFT_KIDNEY.label}
    surfaces.stop()


def test_no_surface_of_one_scan_is_seen_beside_the_slices_of_another(
    document: Document, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    parent, told, at_work = QObject(), [], threading.Event()
    surfaces = Surfaces(document, parent)
    surfaces.forget()
    surfaces.start()
    wait_for(lambda: not surfaces.busy)
    made, of_the_first = surface.organ_surfaces, dict(surfaces.by_label)
    assert of_the_first

    def late(*given: Any, **more: Any) -> dict[int, Any]:
        # Done before it hears that nobody wants it any more: its answer waits in Qt's queue.
        at_work.set()
        return made(*given)

    with monkeypatch.context() as patch:
        patch.setattr(surface, "organ_surfaces", late)
        surfaces.forget()
        surfaces.update()
        assert at_work.wait(30)
        surfaces.changed.connect(lambda labels: told.append((labels, dict(surfaces.by_label))))
        assert document.volume is not None
        document.show(document.volume)
        assert not surfaces.by_label and told[0] == (set(of_the_first), {})
    wait_for(lambda: not surfaces.busy)
    assert not any(shown for _, shown in told), "the scan has no mask, and got the surfaces of the one before"
    surfaces.stop()


def test_where_much_was_worked_out_a_draft_is_there_at_once_and_the_whole_surface_follows(
    document: Document, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(meshes, "MUCH_MM3", 1.0)
    monkeypatch.setattr(meshes, "SETTLE_MS", 1500)
    parent, seen = QObject(), []
    surfaces = Surfaces(document, parent)
    surfaces.forget()
    surfaces.start()
    wait_for(lambda: not surfaces.busy)
    labels = document.labels
    assert labels is not None
    liver = geometry.box_of(labels == LIVER.label)
    assert liver is not None
    box = (slice(liver[0].start, liver[0].stop - 2), *liver[1:])
    before, after = labels[box].copy(), np.zeros_like(labels[box])
    labels[box] = after
    surfaces.changed.connect(lambda asked: seen.append((time.monotonic(), asked, surfaces.by_label[LIVER.label])))
    start = time.monotonic()
    document.record(Edit("stroke", box, before, after, by_hand=False))
    wait_for(lambda: not surfaces.busy)
    (drafted, of_draft, draft), (_, of_whole, whole) = seen
    assert drafted - start < 0.001 * meshes.SETTLE_MS and of_draft == of_whole == {LIVER.label}
    afresh = surface.organ_surfaces(labels, document.affine, [LIVER.label])[LIVER.label]
    assert whole.volume == pytest.approx(afresh.volume) == pytest.approx(draft.volume, rel=0.2)
    assert draft.n_cells < 0.7 * whole.n_cells
    surfaces.stop()


@pytest.mark.parametrize("end", ["cancelled", "failed", "done"])
def test_what_a_thread_says_after_its_window_is_gone_is_not_heard(
    document: Document, wait_for: WaitFor, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    begun = threading.Event()

    def work(*_: object, cancel: Cancel) -> dict[int, object]:
        begun.set()
        while not cancel.is_set:
            time.sleep(0.001)
        if end == "cancelled":
            raise Cancelled
        if end == "failed":
            raise FlareError("there is no memory for a surface")
        return {}

    monkeypatch.setattr(surface, "organ_surfaces", work)
    parent = QObject()
    surfaces = Surfaces(document, parent)
    surfaces.forget()
    surfaces.start()
    assert begun.wait(30)
    # What the thread says last waits in Qt's queue until the window and its timers are gone.
    surfaces.stop()
    parent.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    with pytest.raises(RuntimeError, match="deleted"):
        parent.objectName()
    QCoreApplication.processEvents()
    assert not surfaces.by_label
