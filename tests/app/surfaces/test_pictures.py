"""What a picture in 3D costs, and that it shows shape."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from flare_gui.volume import Segmentation
from tests.app.conftest import WaitFor


@pytest.fixture
def in_3d(window: MainWindow, scan: Path, wait_for: WaitFor) -> MainWindow:
    if why_no_opengl():
        pytest.skip("no OpenGL here")
    window.open([scan])
    wait_for(lambda: len(window.surfaces.surfaces) == 2 and not window.surfaces.busy, 60)
    return window


@pytest.fixture
def drawn(in_3d: MainWindow) -> Iterator[list[int]]:
    """Grows by one for each picture that VTK draws, from when all has been drawn that opening a scan asks for."""
    pictures: list[int] = []
    renderer = in_3d.surfaces._plotter.renderer
    tag = renderer.AddObserver("EndEvent", lambda *_: pictures.append(1))
    before = -1
    while before != len(pictures):
        before = len(pictures)
        QTest.qWait(400)
    pictures.clear()
    yield pictures
    renderer.RemoveObserver(tag)


def test_whatever_changes_at_once_is_one_picture(in_3d: MainWindow, drawn: list[int]) -> None:
    in_3d.document.set_look(LIVER.label, opacity=0.2)
    in_3d.document.set_scene(background="White")
    in_3d.document.set_scene(planes=True)
    assert not drawn
    QTest.qWait(500)
    assert len(drawn) == 1


def test_nothing_is_drawn_while_nobody_does_anything(in_3d: MainWindow, drawn: list[int]) -> None:
    QTest.qWait(500)
    assert not drawn


def test_a_turn_with_the_mouse_is_seen_and_drawn_once_a_step(in_3d: MainWindow, drawn: list[int]) -> None:
    plotter, left = in_3d.surfaces._plotter, Qt.MouseButton.LeftButton
    before = np.array(plotter.camera.position)
    steps = 5
    QTest.mousePress(plotter, left, pos=QPoint(60, 60))
    for step in range(1, steps + 1):
        QTest.mouseMove(plotter, QPoint(60 + 10 * step, 60))
        QTest.qWait(200)
    QTest.mouseRelease(plotter, left, pos=QPoint(60 + 10 * steps, 60))
    QTest.qWait(300)
    assert np.abs(np.array(plotter.camera.position) - before).max() > 1
    # The press and the release may each be one more.
    assert steps <= len(drawn) <= steps + 2


def test_scrolling_with_slices_in_3d_leaves_the_window_half_of_its_time(in_3d: MainWindow, drawn: list[int]) -> None:
    in_3d.document.set_scene(planes=True)
    QTest.qWait(300)
    drawn.clear()
    picture, view = in_3d.surfaces._plotter, in_3d.views.slices[0]
    begun, took_s = time.monotonic(), 0.2
    for step in range(12):
        # As where there is no graphics card and the picture is large.
        picture._took = took_s
        view.step(1 if step < 6 else -1)
        QTest.qWait(20)
    assert 1 <= len(drawn) <= 2 + (time.monotonic() - begun) / took_s
    # The last step is seen, too.
    last = len(drawn)
    view.step(1)
    QTest.qWait(400)
    assert len(drawn) > last


def test_while_surfaces_are_made_the_view_says_so(in_3d: MainWindow, scan: Path, wait_for: WaitFor) -> None:
    view, said = in_3d.surfaces, []
    hint = view._hint
    assert hint is not None
    view._made.begun.connect(lambda: said.append((hint.text(), hint.isVisible())))
    in_3d.document.set_segmentation(None)
    wait_for(lambda: not view.busy and not view.surfaces)
    assert hint.isVisible() and "once there are organs" in hint.text()
    in_3d.session.open_mask(scan.with_name("ct.seg.nii.gz"))
    wait_for(lambda: len(view.surfaces) == 2)
    assert said[-1] == ("Making surfaces…", True) and not hint.isVisible()


@pytest.fixture
def hollow() -> Segmentation:
    """A liver with a deep notch in its front, 2 mm a voxel."""
    labels = np.zeros((70, 70, 70), np.uint8)
    labels[5:65, 5:65, 5:65] = LIVER.label
    labels[30:40, 25:, 30:40] = 0
    return Segmentation(labels, np.diag([2.0, 2.0, 2.0, 1.0]))


def test_a_hollow_is_darker_than_what_is_around_it_in_every_still_picture(hollow: Segmentation) -> None:
    from flare_gui.render.scene import organs_picture

    picture = organs_picture(hollow, size=(300, 300)).astype(int).sum(axis=2)
    notch, face = picture[145:155, 145:155].mean(), picture[145:155, 60:80].mean()
    # Both look straight at the camera: by light alone they are alike.
    assert notch < 0.92 * face
