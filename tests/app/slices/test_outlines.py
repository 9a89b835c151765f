"""Outlines on the slices run exactly between the pixels of an organ and all others."""

import numpy as np

from flare_gui.app.document.document import Document
from flare_gui.app.slices.plane import AXIAL, Frame
from flare_gui.volume import Volume


def test_outlines_are_the_sides_of_pixels_between_an_organ_and_anything_else() -> None:
    document = Document()
    document.show(Volume(np.zeros((12, 10, 8), np.int16), np.diag([2.0, 3.0, 1.0, 1.0])))
    here = np.zeros((12, 10), np.uint8)
    # Two organs that touch, one of them at the picture's edge.
    here[0:4, 2:6], here[4:7, 3:5] = 1, 3
    lines = Frame(document, AXIAL).outlines(here)
    assert set(lines) == {1, 3}
    for label, (across, up) in lines.items():
        assert _unit_sides(across / 2.0, up / 3.0) == _sides(here == label)


def _unit_sides(across: np.ndarray, up: np.ndarray) -> set[tuple[tuple[float, float], ...]]:
    """Lines in voxels, cut into the sides of pixels that they run along. None is drawn twice."""
    sides = []
    for start, end in zip(np.stack([across, up], 1)[::2], np.stack([across, up], 1)[1::2], strict=True):
        steps = round(np.abs(end - start).sum())
        places = [tuple(start + (end - start) * i / steps) for i in range(steps + 1)]
        sides += [tuple(sorted(pair)) for pair in zip(places[:-1], places[1:], strict=True)]
    assert len(sides) == len(set(sides))
    return set(sides)


def _sides(mask: np.ndarray) -> set[tuple[tuple[float, float], ...]]:
    padded, sides = np.pad(mask, 1), set()
    for x, y in np.argwhere(mask):
        for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
            if not padded[x + 1 + dx, y + 1 + dy]:
                ends = (
                    ((x + max(dx, 0), y), (x + max(dx, 0), y + 1))
                    if dx
                    else ((x, y + max(dy, 0)), (x + 1, y + max(dy, 0)))
                )
                sides.add(tuple(sorted((float(a), float(b)) for a, b in ends)))
    return sides
