"""Scrolling through three linked views with outlines, beside bare pyqtgraph that is handed the same pixels."""

import time
from collections.abc import Callable, Iterator

import numpy as np
import pyqtgraph as pg
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.slices.view import AXIAL, CORONAL, OUTLINE_PIXELS, SAGITTAL, SliceView
from flare_gui.organs import ORGANS
from tests.benchmarks.harness import Rounds, Row, at_most
from tests.benchmarks.scans import Scan, long_scan

ROUNDS, STEPS = 5, 40
SIDE = 512


def measure() -> Iterator[Row]:
    """One row: milliseconds from a step of the crosshair to three painted views."""
    application = QApplication.instance() or QApplication([])
    scan = long_scan()
    ours, theirs = _Ours(scan), None
    theirs = _Bare(ours)
    for window in (ours.window, theirs.window):
        window.show()
    end = time.monotonic() + 1
    while time.monotonic() < end:
        application.processEvents()
    ours.fit()
    theirs.fit()
    count = len(ours.places())
    figures: dict[str, list[float]] = {"ours": [], "reference": [], "again": []}
    for number in range(ROUNDS + 1):
        both: list[tuple[str, Callable[[int], None]]] = [("ours", ours.step), ("reference", theirs.step)]
        ours.forget()
        for name, step in both[:: -1 if number % 2 else 1]:
            seconds = [_timed(step, i) for i in range(count)]
            # The first round warms up.
            if number:
                figures[name].append(float(np.median(seconds)))
        if number:
            figures["again"].append(float(np.median([_timed(ours.step, i) for i in reversed(range(count))])))
    same, shares = _same(ours, theirs, count // 2)
    again = float(np.median(figures["again"]))
    yield Rounds(figures["ours"], figures["reference"]).row(
        "scroll",
        "a step through three linked 512x512 views with outlines, until painted (16.7 ms is 60 a second)",
        "the same slices and outlines, cut out beforehand, drawn as smooth by bare pyqtgraph",
        at_most(1.3),
        (same, f"{shares}; slices seen for the first time, {1000 * again:.2f} ms on the way back"),
        details={"the way back": figures["again"]},
    )
    for window in (ours.window, theirs.window):
        window.close()


def _timed(step: Callable[[int], None], number: int) -> float:
    start = time.perf_counter()
    step(number)
    return time.perf_counter() - start


class _Ours:
    """The program's three slice views on one document."""

    def __init__(self, scan: Scan) -> None:
        self.document = Document()
        self.views = [SliceView(self.document, plane) for plane in (AXIAL, CORONAL, SAGITTAL)]
        self.window = _row(self.views)
        self.document.show(scan.volume, scan.reference)
        self.document.outlined = True
        # Both have the same pixels; the bar beside a slice would take some.
        for view in self.views:
            view.slider.hide()

    def fit(self) -> None:
        for view in self.views:
            view.reset_view()

    def forget(self) -> None:
        """Every slice is seen for the first time again."""
        self.document.set_segmentation(self.document.segmentation)

    def places(self) -> list[tuple[float, float, float]]:
        """Through the organs, every step on another slice of each view."""
        labels = self.document.labels
        assert labels is not None
        middle = np.argwhere(labels[::4, ::4, ::4] > 0).mean(axis=0) * 4
        self._places = [tuple((middle + i - STEPS // 2).tolist()) for i in range(STEPS)]
        return self._places

    def step(self, number: int) -> None:
        self.document.move_to_voxel(self._places[number])
        # The views have asked for it. One call paints all three, once each; three would paint them five times in all.
        self.window.repaint()


class _Bare:
    """Three pyqtgraph views without any program around, with everything to draw at hand."""

    def __init__(self, ours: _Ours) -> None:
        self._pictures: list[list[tuple[np.ndarray, dict[int, tuple[np.ndarray, np.ndarray]]]]] = []
        document = ours.document
        self._frames = [view.sight.frame for view in ours.views]
        labels = document.labels
        assert labels is not None
        for place in ours.places():
            document.move_to_voxel(place)
            row = []
            for view, frame in zip(ours.views, self._frames, strict=True):
                assert frame is not None
                lines = frame.outlines(frame.cut(labels, view.index))
                row.append((np.ascontiguousarray(frame.cut(document.hu, view.index)), lines))
            self._pictures.append(row)
        self.canvases = [pg.GraphicsLayoutWidget() for _ in ours.views]
        self.window = _row(self.canvases)
        self._items, self._boxes = [], []
        for canvas, frame in zip(self.canvases, self._frames, strict=True):
            assert frame is not None
            canvas.ci.layout.setContentsMargins(0, 0, 0, 0)
            # The program interpolates between voxels; so does this.
            canvas.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            box = canvas.addViewBox(lockAspect=True, enableMenu=False)
            image = pg.ImageItem()
            curves = {
                organ.label: pg.PlotCurveItem(pen=pg.mkPen(organ.colour, width=OUTLINE_PIXELS)) for organ in ORGANS
            }
            for item in (image, *curves.values()):
                box.addItem(item)
            self._boxes.append(box)
            self._items.append((image, curves))
        self._window = document.window

    def fit(self) -> None:
        for box, frame in zip(self._boxes, self._frames, strict=True):
            box.setRange(frame.rect, padding=0.02)  # type: ignore[union-attr]

    def step(self, number: int) -> None:
        for (pixels, lines), (image, curves), frame in zip(
            self._pictures[number], self._items, self._frames, strict=True
        ):
            image.setImage(pixels, levels=self._window, autoLevels=False)
            image.setRect(frame.rect)  # type: ignore[union-attr]
            for label, curve in curves.items():
                curve.setVisible(label in lines)
                if label in lines:
                    curve.setData(*lines[label], connect="pairs")
        # As the event loop would: each view is painted once.
        for canvas in self.canvases:
            canvas.viewport().update()
        self.window.repaint()


def _row(widgets: list[QWidget]) -> QWidget:
    window = QWidget()
    layout = QHBoxLayout(window)
    for widget in widgets:
        widget.setFixedSize(SIDE, SIDE)
        layout.addWidget(widget)
    return window


def _same(ours: _Ours, theirs: _Bare, number: int) -> tuple[bool, str]:
    """Whether both show the same picture, but for the letters and lines that we draw over it."""
    ours.step(number)
    theirs.step(number)
    shares = []
    for view, canvas in zip(ours.views, theirs.canvases, strict=True):
        a, b = (_pixels(widget.grab().toImage()) for widget in (view.canvas, canvas.viewport()))
        shares.append(float((np.abs(a.astype(int) - b).max(axis=2) <= 8).mean()))
    words = ", ".join(f"{100 * share:.1f} %" for share in shares)
    return min(shares) > 0.95, f"pixels that are the same in both, marks apart: {words}"


def _pixels(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return whole[:, : image.width(), :3]
