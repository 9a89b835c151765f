"""The outline of a mask in a slice as polygons along the edges of its pixels.

No pixel's centre lies nearer to them than half a pixel, so that every program that fills them finds the same pixels.
"""

from collections import defaultdict

import numpy as np
from scipy import ndimage

_Point = tuple[int, int]


def outlines(mask: np.ndarray) -> list[np.ndarray]:
    """One closed polygon for each part of `mask`, bool (row, column): (n, 2) of (column, row), pixels' centres whole.

    Pixels that touch at a corner only are two parts. A hole is reached by a keyhole: the way there and back is the same
    line, which DICOM wants of a contour with a hole (PS3.3 C.8.8.6.3), and which encloses nothing.
    """
    parts, count = ndimage.label(mask)
    outer: dict[int, list[_Point]] = {}
    holes: dict[int, list[list[_Point]]] = defaultdict(list)
    for loop, part in _loops(parts):
        if _turn(loop) > 0:
            outer[part] = loop
        else:
            holes[part].append(loop)
    polygons = []
    for part in range(1, count + 1):
        whole = outer[part]
        # From the left: what the way from a hole to the left meets is joined already.
        for hole in sorted(holes[part], key=min):
            whole = _joined(whole, hole)
        polygons.append(np.array(whole, float) - 0.5)
    return polygons


def _loops(parts: np.ndarray) -> list[tuple[list[_Point], int]]:
    """Every closed line between a part and what is beside it, its corners alone, with the part at its right hand.

    Corners count from 0 at the upper left of the first pixel; y goes down. Where two pixels touch at a corner the line
    turns right, so that it stays at its own pixel.
    """
    padded = np.pad(parts, 1)
    inside = padded > 0
    ways: dict[_Point, list[tuple[_Point, int]]] = defaultdict(list)
    for (down, right), start, step in (
        ((-1, 0), (0, 0), (1, 0)),
        ((0, 1), (1, 0), (0, 1)),
        ((1, 0), (1, 1), (-1, 0)),
        ((0, -1), (0, 1), (0, -1)),
    ):
        edge = inside & ~np.roll(inside, (-down, -right), (0, 1))
        for row, column in np.argwhere(edge).tolist():
            x, y = column - 1 + start[0], row - 1 + start[1]
            ways[x, y].append((step, int(padded[row, column])))
    loops = []
    while ways:
        first = at = next(iter(ways))
        step, part = ways[at][-1]
        loop: list[_Point] = []
        came: _Point | None = None
        while True:
            step = _taken(ways, at, came)
            if step != came:
                loop.append(at)
            at, came = (at[0] + step[0], at[1] + step[1]), step
            if at == first and _closes(ways, at, came):
                break
        loops.append((loop, part))
    return loops


def _taken(ways: dict[_Point, list[tuple[_Point, int]]], at: _Point, came: _Point | None) -> _Point:
    """The step that is taken from a corner, which is used up: to the right where there are two."""
    steps = ways[at]
    right = None if came is None else (-came[1], came[0])
    chosen = next((i for i, (step, _) in enumerate(steps) if step == right), len(steps) - 1)
    step, _ = steps.pop(chosen)
    if not steps:
        del ways[at]
    return step


def _closes(ways: dict[_Point, list[tuple[_Point, int]]], at: _Point, came: _Point) -> bool:
    """Whether a line that is back at its first corner ends there: not when it only passes a corner that it touches."""
    right = (-came[1], came[0])
    return all(step != right for step, _ in ways.get(at, ()))


def _turn(loop: list[_Point]) -> int:
    """Twice the area of a loop, positive when its inside is at the right hand (y goes down)."""
    following = loop[1:] + loop[:1]
    return sum(x * b - a * y for (x, y), (a, b) in zip(loop, following, strict=True))


def _joined(whole: list[_Point], hole: list[_Point]) -> list[_Point]:
    """`whole` with a way from the left to the leftmost corner of `hole`, around it, and back.

    The way runs between two lines of pixels.
    """
    first = hole.index(min(hole))
    x, y = hole[first]
    best, after = None, 0
    for i, (start, end) in enumerate(zip(whole, whole[1:] + whole[:1], strict=True)):
        meets = start[0] == end[0] <= x and min(start[1], end[1]) <= y <= max(start[1], end[1])
        if meets and (best is None or start[0] > best):
            best, after = start[0], i + 1
    assert best is not None, "a hole lies inside its part"
    gate = (best, y)
    around = [*hole[first:], *hole[: first + 1]]
    return [*whole[:after], gate, *around, gate, *whole[after:]]
