"""A picture of a view is what the view shows, drawn anew at the size that was asked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QSize

from flare_gui.app.window.main_window import MainWindow
from flare_gui.organs import LIVER
from flare_gui.render.options import PictureStyle

WaitFor = Callable[..., None]


@pytest.fixture
def shown(window: MainWindow, scan: Path, wait_for: WaitFor) -> MainWindow:
    """A window with scan, mask and surfaces."""
    window.open([scan])
    wait_for(lambda: window.document.segmentation is not None, 120)
    wait_for(lambda: len(window.surfaces.surfaces) == 2 or not window.surfaces.running, 120)
    window.document.go_to_organ(LIVER.label)
    return window


@pytest.mark.parametrize("number", [None, 0, 1, 2, 3])
def test_every_view_and_all_four_can_be_saved_at_any_size(
    shown: MainWindow, tmp_path: Path, number: int | None
) -> None:
    path = tmp_path / "picture.png"
    assert shown.saving.save_picture(path, number, QSize(1021, 777))
    picture = Image.open(path)
    assert picture.size == (1021, 777)
    pixels = np.asarray(picture.convert("RGB")).astype(int)
    orange = (pixels[..., 0] - pixels[..., 2] > 40).mean()
    if number != 3 or shown.surfaces.running:
        assert orange > 0.01
    # Drawn to the last row and column, without the frame that marks the view the keys go to.
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_a_picture_shows_the_same_part_as_the_view(shown: MainWindow, tmp_path: Path) -> None:
    axial = shown.views.slices[0]
    whole, near = tmp_path / "whole.png", tmp_path / "near.png"
    shown.saving.save_picture(whole, 0, QSize(600, 600))
    axial.zoom(3.0)
    shown.saving.save_picture(near, 0, QSize(600, 600))
    shares = []
    for path in (whole, near):
        pixels = np.asarray(Image.open(path).convert("RGB")).astype(int)
        shares.append((pixels[..., 0] - pixels[..., 2] > 40).mean())
    assert shares[1] > 2 * shares[0]


def test_a_picture_has_a_legend_on_request_and_surfaces_the_background_that_was_chosen(
    shown: MainWindow, tmp_path: Path
) -> None:
    plain, named = tmp_path / "plain.png", tmp_path / "named.png"
    assert shown.saving.save_picture(plain, 0, QSize(600, 500))
    assert shown.saving.save_picture(named, 0, QSize(600, 500), PictureStyle(legend=True))
    one, other = (np.asarray(Image.open(path).convert("RGB")).astype(int) for path in (plain, named))
    changed = np.argwhere(np.abs(one - other).max(axis=2) > 40)
    assert len(changed) > 200 and changed.max(axis=0)[1] < 300, "the legend lies in the upper left corner"
    if not shown.surfaces.running:
        return
    for background, corner in (("#ffffff", (255, 255, 255, 255)), (None, (None, None, None, 0))):
        path = tmp_path / "surfaces.png"
        assert shown.saving.save_picture(path, 3, QSize(200, 150), PictureStyle(background))
        pixel = Image.open(path).convert("RGBA").getpixel((3, 3))
        assert all(want is None or want == got for want, got in zip(corner, pixel, strict=True))


def test_the_dialog_hands_on_view_and_size(shown: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "asked.png"
    monkeypatch.setattr(
        "flare_gui.app.window.session.QFileDialog.getSaveFileName", lambda *_: (str(path), "PNG picture (*.png)")
    )
    dialog = shown.saving.ask_for_picture()
    assert dialog is not None
    dialog.view.setCurrentText("Coronal")
    dialog.width_box.setValue(300)
    dialog.height_box.setValue(200)
    dialog.accept()
    with Image.open(path) as picture:
        assert picture.size == (300, 200)


def test_a_folder_that_cannot_be_written_to_is_told(shown: MainWindow, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    told: list[str] = []
    shown.tell = lambda sentence, details="": told.append(sentence)  # type: ignore[method-assign]
    assert not shown.saving.save_picture(blocked / "a.png", 0, QSize(100, 100))
    assert "a.png could not be written" in told[0]
