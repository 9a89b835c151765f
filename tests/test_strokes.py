"""The file of strokes: what is written is read again, what is none is refused in words."""

from pathlib import Path

import numpy as np
import pytest

from flare_gui import strokes
from flare_gui.errors import FlareError
from flare_gui.organs import SPLEEN
from flare_gui.strokes import Stroke


def test_strokes_come_back_from_their_file(tmp_path: Path) -> None:
    drawn = [
        Stroke(SPLEEN.label, np.array([[1.25, -2.0, 3.0], [4.0, 5.0, 6.5]])),
        Stroke(0, np.array([[7.0, 8.0, 9.0]])),
    ]
    strokes.write(drawn, tmp_path / "strokes.json")
    again = strokes.read(tmp_path / "strokes.json")
    assert [one.label for one in again] == [SPLEEN.label, 0]
    for ours, theirs in zip(drawn, again, strict=True):
        np.testing.assert_allclose(ours.points_mm, theirs.points_mm)


@pytest.mark.parametrize(
    "text",
    [
        "no JSON",
        "[]",
        "{}",
        '{"flare_gui_strokes": 2, "strokes": []}',
        '{"flare_gui_strokes": 1, "strokes": [{"organ": "heart", "points_mm": [[0, 0, 0]]}]}',
        '{"flare_gui_strokes": 1, "strokes": [{"organ": null, "points_mm": []}]}',
        '{"flare_gui_strokes": 1, "strokes": [{"organ": null, "points_mm": [[0, 0]]}]}',
        '{"flare_gui_strokes": 1, "strokes": [{"organ": null, "points_mm": [[0, 0, NaN]]}]}',
        '{"flare_gui_strokes": 1, "strokes": [{"points_mm": [[0, 0, 0]]}]}',
        '{"flare_gui_strokes": 1, "strokes": {"organ": null}}',
    ],
)
def test_what_is_no_file_of_strokes_is_refused_in_one_sentence(tmp_path: Path, text: str) -> None:
    path = tmp_path / "strokes.json"
    path.write_text(text)
    with pytest.raises(FlareError, match=r"strokes\.json"):
        strokes.read(path)
