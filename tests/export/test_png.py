"""Pictures: each view of a case and all four, at the size that was asked for."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flare_gui.cli import main
from flare_gui.export import ExportOptions, export
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS
from flare_gui.render.options import PICTURE_VIEWS
from flare_gui.volume import Segmentation, Volume


@pytest.fixture
def case() -> tuple[Volume, Segmentation]:
    """A liver on the patient's right (+x) and a left kidney far below it, so that no axial slice shows both whole."""
    labels = np.zeros((60, 50, 40), np.uint8)
    labels[34:56, 12:40, 24:38], labels[6:16, 10:20, 4:20] = LIVER.label, LEFT_KIDNEY.label
    affine = np.diag([3.0, 3, 4, 1])
    return Volume((labels * 40).astype(np.int16), affine, "case"), Segmentation(labels, affine)


def opened(path: Path) -> Image.Image:
    """A picture that is read to its end."""
    with Image.open(path) as picture:
        return picture.convert("RGB")


def share(picture: Image.Image, colour: tuple[int, int, int]) -> float:
    """How much of a picture has the hue of `colour`."""
    pixels = np.asarray(picture).astype(float)
    length = np.linalg.norm(pixels, axis=2)
    same = pixels @ np.array(colour, float) / (length * np.linalg.norm(colour) + 1e-6) > 0.985
    return float((same & (length > 60)).mean())


def test_every_view_shows_every_organ_it_can_at_the_size_asked_for(
    case: tuple[Volume, Segmentation], tmp_path: Path
) -> None:
    export(*case, tmp_path, ["png"], ExportOptions(picture_size=(640, 401)))
    pictures = {view: opened(tmp_path / f"case.{view}.png") for view in PICTURE_VIEWS}
    assert {path.name for path in tmp_path.iterdir()} == {f"case.{view}.png" for view in PICTURE_VIEWS}
    assert {picture.size for picture in pictures.values()} == {(640, 401)}
    for view in ("coronal", "3d", "layout"):
        assert share(pictures[view], LIVER.rgb) > 0.001 and share(pictures[view], LEFT_KIDNEY.rgb) > 0.001, view
    # The patient's right is on the left.
    left, right = (pictures["3d"].crop(box) for box in ((0, 0, 320, 401), (320, 0, 640, 401)))
    assert share(left, LIVER.rgb) > 5 * share(right, LIVER.rgb)


def test_an_empty_mask_still_gives_pictures(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    empty = Segmentation(np.zeros_like(case[1].labels), case[1].affine)
    export(case[0], empty, tmp_path, ["png"], ExportOptions(picture_size=(320, 240)))
    assert len(list(tmp_path.iterdir())) == len(PICTURE_VIEWS)


def test_the_command_line_makes_pictures_without_a_display(
    shared: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = shared("ct/ts_example")
    monkeypatch.delenv("DISPLAY", raising=False)
    words = ["export", str(source / "ct.nii.gz"), "--mask", str(source / "label.nii.gz"), "-o", str(tmp_path), "--png"]
    assert main([*words, "--picture-size", "900x700"]) == 0
    layout = opened(tmp_path / "ct.layout.png")
    assert layout.size == (900, 700) and min(share(layout, organ.rgb) for organ in ORGANS) > 0.0005
    assert main([*words, "--picture-size", "small"]) == 2
