"""From the end of a stroke of Teach to the new overlay and the new surface, beside the times that were asked."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from flare_gui.app.slices.teach_tool import Teach
from flare_gui.organs import LIVER
from tests.benchmarks.hand import Hand
from tests.benchmarks.harness import Rounds, Row, at_most

ROUNDS = 5
OVERLAY_S, SURFACE_S = 0.2, 0.5
# Voxels beyond the liver's border to the end of a stroke, and how far apart the strokes are.
_BEYOND, _APART = 10, 9


def measure() -> Iterator[Row]:
    """Two rows, of the real window with a scan of 512x512x300 and strokes beyond the border of its liver."""
    with TemporaryDirectory() as folder:
        hand = Hand(Path(folder))
        try:
            hand.window.tools.choose(Teach())
            hand.window.tools.label = LIVER.label
            # The first stroke waits for the network's features.
            figures = [_stroke(hand, number) for number in range(ROUNDS + 1)][1:]
            kept = len(hand.window.teaching.strokes)
        finally:
            hand.close()
    seen, surfaced = (list(column) for column in zip(*figures, strict=True))
    outputs = kept == ROUNDS + 1, f"{kept} strokes changed the liver"
    work = "from the end of a stroke of Teach, in the liver of 512x512x300, until the overlay is painted"
    yield Rounds(seen, [OVERLAY_S] * ROUNDS).row("teach", work, "the 0.2 s that were asked", at_most(1), outputs)
    work = "from the end of that stroke until the surface in 3D has it: a draft, which the whole one follows"
    yield Rounds(surfaced, [SURFACE_S] * ROUNDS).row(
        "teach-surface", work, "the 0.5 s that were asked", at_most(1), outputs
    )


def _stroke(hand: Hand, number: int) -> tuple[float, float]:
    """Seconds from the release of the button until slices and numbers are there, and until the surface is."""
    window, teaching = hand.window, hand.window.teaching
    hand.wait(lambda: not window.surfaces.busy)
    hand.settle()
    axial, before = window.views.slices[0], len(teaching.strokes)
    start, end = (axial.position_of(voxel).toPoint() for voxel in _line(hand, number))
    mouse = (Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QTest.mousePress(axial.canvas, *mouse, start)
    for part in np.linspace(0, 1, 6):
        QTest.mouseMove(axial.canvas, start + (end - start) * float(part))
        hand.paint()
    meshed, released = hand.meshed, time.perf_counter()
    QTest.mouseRelease(axial.canvas, *mouse, end)
    hand.wait(lambda: len(teaching.strokes) > before and not teaching.busy)
    hand.paint()
    overlay = time.perf_counter() - released
    hand.wait(lambda: hand.meshed > meshed)
    return overlay, time.perf_counter() - released


def _line(hand: Hand, number: int) -> tuple[np.ndarray, np.ndarray]:
    """From the liver's right border outwards, in another row each time."""
    document = hand.window.document
    _, y, z = document.cursor_voxel
    labels = document.labels
    assert labels is not None
    row = y + _APART * (number - ROUNDS // 2)
    border = int(np.flatnonzero(labels[:, row, z] == LIVER.label)[-1])
    return np.array([border - 2, row, z], float), np.array([border + _BEYOND, row, z], float)
