"""From a stroke of the brush to what it changes: overlay and volume, and the surface, beside doing all of it anew."""

import time
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from skimage.measure import marching_cubes

from flare_gui.analysis.measure import measure as count
from flare_gui.app.document.document import Document
from flare_gui.app.slices.brushes import Brush
from flare_gui.organs import LIVER, ORGANS
from flare_gui.render.surface import organ_surfaces
from tests.benchmarks.hand import Hand
from tests.benchmarks.harness import Rounds, Row, at_most

ROUNDS = 3
LARGEST_ERROR = 0.001


def measure() -> Iterator[Row]:
    """Two rows, of the real window."""
    with TemporaryDirectory() as folder:
        hand = Hand(Path(folder))
        try:
            yield from _Brushing(hand).rows()
        finally:
            hand.close()


class _Brushing:
    """Strokes of the brush at the border of the liver."""

    def __init__(self, hand: Hand) -> None:
        self._hand, self._window = hand, hand.window
        self._window.tools.choose(Brush())
        self._window.tools.label, self._window.tools.size_mm, self._window.tools.over = LIVER.label, 14, True

    def rows(self) -> Iterator[Row]:
        figures = []
        for number in range(ROUNDS + 1):
            stroke, anew = self._stroke(number), self._anew()
            figures.append((*stroke, *anew, _marching_cubes(self._window.document)))
        # The first round warms up.
        seen, surfaced, redrawn, our_own, meshed = (list(column) for column in zip(*figures[1:], strict=True))
        yield Rounds(seen, redrawn).row(
            "brush",
            "a stroke of the brush until the overlay is painted and the volume counted",
            "the same window redrawn in full from the mask",
            at_most(0.1),
            self._same_volume(),
        )
        yield Rounds(surfaced, meshed).row(
            "brush-surface",
            "that stroke until the surface in 3D has it, without the pause for the next stroke",
            "scikit-image `marching_cubes` of the four organs on the full mask",
            at_most(0.1),
            self._same_surface(),
            details={"our own full meshing, drawn": our_own},
        )

    def _stroke(self, number: int) -> tuple[float, float]:
        """Seconds of a dab until slices and numbers are there, and of the surface after it."""
        window = self._window
        # What the work before has left to paint is not this stroke's: the 3D view alone takes a third of a second.
        self._hand.settle()
        axial = window.views.slices[0]
        place = axial.position_of(self._border(number)).toPoint()
        start = time.perf_counter()
        QTest.mousePress(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        QTest.mouseRelease(axial.canvas, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
        self._hand.paint()
        overlay = time.perf_counter() - start
        before, start = self._hand.meshed, time.perf_counter()
        window.surfaces.update_surfaces()
        self._hand.wait(lambda: self._hand.meshed > before)
        return overlay, time.perf_counter() - start

    def _border(self, number: int) -> np.ndarray:
        """A voxel at the liver's right border, in another row each time: a dab there adds half a disc."""
        _, y, z = self._window.document.cursor_voxel
        labels = self._window.document.labels
        assert labels is not None
        row = np.flatnonzero(labels[:, y + 8 * number, z] == LIVER.label)
        return np.array([row[-1], y + 8 * number, z], float)

    def _anew(self) -> tuple[float, float]:
        """Seconds to show the whole mask as if it had just come: slices and numbers, then surfaces."""
        window = self._window
        self._hand.settle()
        before = self._hand.meshed
        start = time.perf_counter()
        window.document.set_segmentation(window.document.segmentation)
        self._hand.paint()
        redraw = time.perf_counter() - start
        self._hand.wait(lambda: self._hand.meshed > before)
        # Free of the other work: the meshing once more, alone.
        before, start = self._hand.meshed, time.perf_counter()
        window.surfaces.update_surfaces(anew=True)
        self._hand.wait(lambda: self._hand.meshed > before)
        return redraw, time.perf_counter() - start

    def _same_volume(self) -> tuple[bool, str]:
        document = self._window.document
        assert document.volume is not None and document.segmentation is not None
        measures = self._window.measures
        self._hand.wait(lambda: bool(measures.by_key))
        counted, shown = count(document.volume, document.segmentation), measures.by_key
        same = all(counted[key].voxels == shown[key].voxels for key in counted)
        return same, "the numbers equal a count of the whole scan" if same else "the numbers are wrong"

    def _same_surface(self) -> tuple[bool, str]:
        document = self._window.document
        labels = document.labels
        assert labels is not None
        self._stroke(ROUNDS + 1)
        mended = self._window.surfaces.surfaces[LIVER.label]
        anew = organ_surfaces(labels, document.affine, [LIVER.label])[LIVER.label]
        error = abs(mended.volume / anew.volume - 1)
        return error < LARGEST_ERROR, f"volume within it differs from our own full meshing's by {100 * error:.3f} %"


def _marching_cubes(document: Document) -> float:
    """Seconds for the full meshing that the surfaces' row is measured beside as well."""
    labels = document.labels
    assert labels is not None
    start = time.perf_counter()
    for organ in ORGANS:
        marching_cubes(labels == organ.label, 0.5)
    return time.perf_counter() - start
