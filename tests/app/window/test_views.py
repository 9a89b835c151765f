"""The middle of the window: equal views at every size, one large, one alone in all of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest

from flare_gui.app.window.main_window import MainWindow
from flare_gui.app.window.places import GAP, places
from tests.app.helpers import canvas, slice_view

WaitFor = Callable[..., None]


@pytest.mark.parametrize(("width", "height"), [(1000, 700), (640, 460), (360, 900), (1400, 320), (241, 241)])
@pytest.mark.parametrize("layout", ["equal", "large"])
def test_four_views_never_overlap_and_small_ones_are_alike(width: int, height: int, layout: str) -> None:
    found = places(width, height, layout)  # type: ignore[arg-type]
    whole = QRect(0, 0, width, height)
    assert all(whole.contains(place) and not place.isEmpty() for place in found)
    assert not any(one.intersects(other) for i, one in enumerate(found) for other in found[i + 1 :])
    alike = found if layout == "equal" else found[1:]
    assert len({(place.width(), place.height()) for place in alike}) == 1
    shown = sum(place.width() * place.height() for place in found)
    assert shown > 0.95 * (width - 3 * GAP) * (height - 3 * GAP)


def test_a_double_click_gives_one_view_the_whole_middle_and_another_gives_it_back(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.volume is not None, 120)
    view = slice_view(window, "Coronal")
    before = view.geometry()
    QTest.mouseDClick(canvas(view), Qt.MouseButton.LeftButton)
    assert view.geometry() == window.views.rect() and not window.surfaces.isVisible()
    assert canvas(view).width() > 1.9 * before.width()
    QTest.mouseDClick(canvas(view), Qt.MouseButton.LeftButton)
    assert view.geometry() == before and window.surfaces.isVisible()
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    assert window.surfaces.geometry() == window.views.rect()
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.AltModifier)
    window.resize(760, 560)
    wait_for(lambda: window.width() <= 800)
    sizes = {(one.width(), one.height()) for one in (*window.views.slices, window.surfaces)}
    assert len(sizes) == 1 and min(min(sizes)) > 150


def test_panels_and_tools_come_back_from_the_view_menu_and_the_layout_can_be_reset(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.volume is not None, 120)
    window.docks["Organs"].close()
    window.brush_bar.hide()
    panels = window.arrangement.switches()
    assert {"Scan panel", "Organs panel", "Compare panel", "Brush tools", "Window tools", "Main tools"} <= set(panels)
    panels["Organs panel"].trigger()
    panels["Brush tools"].trigger()
    assert window.docks["Organs"].isVisible() and window.brush_bar.isVisible()
    window.docks["Scan"].setFloating(True)
    window.docks["Organs"].close()
    window.actions_["one_large"].trigger()
    window.actions_["reset_layout"].trigger()
    assert not window.docks["Scan"].isFloating() and window.docks["Organs"].isVisible()
    assert window.document.display.layout == "equal"


def test_room_that_the_scan_panel_does_not_need_is_the_organs(
    window: MainWindow, scan: Path, wait_for: WaitFor
) -> None:
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None and not window.runner.busy, 120)
    panel = window.scan_panel
    # As Qt does when the window comes back without the strokes that it ended with.
    window.resizeDocks([window.docks["Scan"]], [window.height()], Qt.Orientation.Vertical)
    QTest.qWait(100)
    layout = panel.layout()
    assert layout is not None and panel.height() == layout.heightForWidth(panel.width())
