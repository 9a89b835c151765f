"""The slices look as pyqtgraph, Qt and the plain way of cutting would draw them."""

import numpy as np
import pyqtgraph as pg
import pytest
from PySide6.QtCore import QLineF, QPointF, QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPen
from PySide6.QtWidgets import QApplication

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.slices.labels import KEPT, LabelSlices
from flare_gui.app.slices.marks import CROSSHAIR, Marks, StillMarks
from flare_gui.app.slices.plane import AXIAL, CORONAL, SAGITTAL, Frame, Plane
from flare_gui.app.slices.slab import SLICES, Slab
from flare_gui.app.slices.view import OUTLINE_PIXELS, SliceView
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume

SIZE = (300, 260)


@pytest.mark.parametrize("outlined", [False, True])
@pytest.mark.parametrize("plane", [AXIAL, CORONAL, SAGITTAL])
def test_a_slice_equals_what_pyqtgraph_draws(
    plane: Plane, outlined: bool, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(SliceView, "paint_marks", lambda *_: None)
    document = _document()
    view = SliceView(document, plane)
    view.resize(*SIZE)
    document.show(document.volume, document.segmentation)
    view.slider.hide()
    document.window, document.outlined = (-140.5, 203.0), outlined
    document.set_display(smooth=False)
    document.set_look(ORGANS[1].label, opacity=0.8, colour="#12f0a4")
    document.move_to_voxel((20, 22, 19))
    plain, box = _plain(document, plane)
    for widget in (view, plain):
        widget.show()
    for _ in range(5):
        qapp.processEvents()
    # Zoomed in as well: the same voxels have to meet the same pixels.
    for part in (Frame(document, plane).rect, QRectF(11.3, 17.9, 23.1, 20.7)):
        for shown in (view._box, box):
            shown.setRange(part, padding=0.02)
        ours, theirs = (_bytes(canvas.grab().toImage()) for canvas in (view.canvas, plain.viewport()))
        assert np.array_equal(ours[sure := _inside_a_voxel(box, document, plane, ours.shape)], theirs[sure])
        assert sure.mean() > 0.5
        assert len(np.unique(ours.reshape(-1, 3), axis=0)) > 50
    view.close()
    plain.close()


def _document() -> Document:
    rng = np.random.default_rng(3)
    affine = np.diag([-1.3, -1.7, 2.2, 1.0])
    hu = np.asfortranarray(rng.integers(-400, 500, (40, 45, 38)).astype(np.int16))
    coarse = rng.choice([0, 0, 1, 2, 3, 4, 9], (10, 12, 10)).astype(np.uint8)
    labels = np.asfortranarray(coarse.repeat(4, 0).repeat(4, 1).repeat(4, 2)[:40, :45, :38])
    document = Document()
    document.show(Volume(hu, affine), Segmentation(labels, affine))
    return document


def _plain(document: Document, plane: Plane) -> tuple[pg.GraphicsLayoutWidget, pg.ViewBox]:
    """The slice as pyqtgraph's own items draw it, each outline one line a side of a pixel."""
    frame = Frame(document, plane)
    canvas = pg.GraphicsLayoutWidget()
    canvas.setBackground("#000000")
    canvas.ci.layout.setContentsMargins(0, 0, 0, 0)
    canvas.resize(*SIZE)
    box = canvas.addViewBox(lockAspect=True, enableMenu=False)
    index = document.cursor_voxel[plane.through]
    labels = document.labels
    assert labels is not None
    here = frame.cut(labels, index)
    image = pg.ImageItem()
    image.setImage(frame.cut(document.hu, index), levels=document.window, autoLevels=False)
    image.setRect(frame.rect)
    box.addItem(image)
    if document.outlined:
        for organ in ORGANS:
            across, up = _sides(here == organ.label)
            sides = (across * frame.rect.width() / here.shape[0], up * frame.rect.height() / here.shape[1])
            pen = pg.mkPen(QColor(document.look(organ.label).colour), width=OUTLINE_PIXELS)
            box.addItem(pg.PlotCurveItem(*sides, connect="pairs", pen=pen))
    else:
        colours = np.zeros((256, 4), np.uint8)
        for organ in ORGANS:
            look = document.look(organ.label)
            rgb = QColor(look.colour)
            colours[organ.label] = (rgb.red(), rgb.green(), rgb.blue(), round(255 * look.opacity))
        overlay = pg.ImageItem()
        overlay.setImage(colours[here], levels=(0, 255))
        overlay.setRect(frame.rect)
        box.addItem(overlay)
    return canvas, box


def _sides(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    padded, lines = np.pad(mask, 1), []
    for x, y in np.argwhere(padded[1:, 1:-1] != padded[:-1, 1:-1]):
        lines += [(x, y), (x, y + 1)]
    for x, y in np.argwhere(padded[1:-1, 1:] != padded[1:-1, :-1]):
        lines += [(x, y), (x + 1, y)]
    return tuple(np.array(lines, float).reshape(-1, 2).T)  # type: ignore[return-value]


def _inside_a_voxel(box: pg.ViewBox, document: Document, plane: Plane, shape: tuple[int, ...]) -> np.ndarray:
    """Pixels (rows, columns) whose centre is half a pixel or more from a voxel's edge. Nearer, rounding decides."""
    rect, voxels = Frame(document, plane).rect, (document.hu.shape[plane.across], document.hu.shape[plane.up])
    first, last = (box.mapSceneToView(QPointF(x + 0.5, y + 0.5)) for x, y in ((0, 0), (shape[1] - 1, shape[0] - 1)))
    across = np.linspace(first.x(), last.x(), shape[1]) * voxels[0] / rect.width()
    up = np.linspace(first.y(), last.y(), shape[0]) * voxels[1] / rect.height()
    far = [np.abs(at - np.rint(at)) >= abs(at[1] - at[0]) / 2 for at in (up, across)]
    return far[0][:, None] & far[1]


def _bytes(image: QImage) -> np.ndarray:
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    whole = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return whole[:, : image.width(), :3].astype(int)


@pytest.mark.parametrize("seed", range(4))
def test_the_crosshair_is_four_plain_lines(seed: int, qapp: QApplication) -> None:
    rng = np.random.default_rng(seed)
    noise, size = rng.integers(0, 256, (200, 210, 4)).astype(np.uint8), QRectF(0, 0, 210, 200)
    for x, y in [(50, 60.5), (0, 0), (209.7, 199.2), *rng.uniform(-15, 220, (20, 2))]:
        ours, plain = _on(noise), _on(noise)
        with QPainter(ours) as painter:
            Marks(painter, size).crosshair(QPointF(x, y))
        with QPainter(plain) as painter:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(CROSSHAIR, 1))
            for line in (
                QLineF(0, y, x - 7, y),
                QLineF(x + 7, y, size.right(), y),
                QLineF(x, 0, x, y - 7),
                QLineF(x, y + 7, x, size.bottom()),
            ):
                painter.drawLine(line)
        assert np.array_equal(_bytes(ours), _bytes(plain)), (x, y)


def test_letters_and_bar_that_were_kept_look_as_those_painted_anew(qapp: QApplication) -> None:
    noise = np.random.default_rng(1).integers(0, 256, (200, 210, 4)).astype(np.uint8)
    still, size = StillMarks(), QRectF(0, 0, 210, 200)
    for letters, scale in (("RLAP", 0.7), ("RLAP", 0.7), ("APSI", 0.7), ("APSI", 2.3)):
        ours, plain = _on(noise), _on(noise)
        with QPainter(ours) as painter:
            still.paint(painter, size, letters, scale)
        with QPainter(plain) as painter:
            marks = Marks(painter, size)
            marks.letters(letters)
            marks.scale_bar(scale)
        assert np.abs(_bytes(ours) - _bytes(plain)).max() <= 1
        assert not np.array_equal(_bytes(ours), _bytes(_on(noise)))


def _on(noise: np.ndarray) -> QImage:
    height, width, _ = noise.shape
    return QImage(noise.data, width, height, 4 * width, QImage.Format.Format_RGB32).copy()


@pytest.mark.parametrize("order", ["C", "F"])
@pytest.mark.parametrize("step", [1, -1])
@pytest.mark.parametrize("axis", [0, 1, 2])
def test_slices_gathered_together_equal_slices_cut_one_by_one(axis: int, step: int, order: str) -> None:
    shape = (2 * SLICES + 5, 2 * SLICES + 3, 3 * SLICES)
    array = np.random.default_rng(2).integers(0, 99, shape).astype(np.int16, order=order)[::step, ::step]
    slab = Slab(array, axis)
    for index in [*range(shape[axis]), 0, shape[axis] - 1, SLICES]:
        assert np.array_equal(slab.layer(index), geometry.layer(array, axis, index))


def test_outlines_that_were_kept_equal_those_searched_anew(qapp: QApplication) -> None:
    document = _document()
    frame = Frame(document, SAGITTAL)
    labels = document.labels
    assert labels is not None
    slices = LabelSlices(labels, frame)
    for index in [*range(40), *reversed(range(40))]:
        fresh = frame.outlines(frame.cut(labels, index))
        kept = slices.outlines(index)
        assert fresh.keys() == kept.keys() and all(np.array_equal(fresh[key], kept[key]) for key in fresh)


def test_no_more_outlines_are_kept_than_a_few_slices(qapp: QApplication) -> None:
    document = Document()
    labels = np.zeros((KEPT + 9, 4, 4), np.uint8)
    document.show(Volume(labels.astype(np.int16), np.eye(4)), Segmentation(labels, np.eye(4)))
    slices = LabelSlices(labels, Frame(document, SAGITTAL))
    for index in range(KEPT + 9):
        slices.outlines(index)
    assert len(slices._outlines) == KEPT


def test_a_stroke_changes_the_outlines_of_a_slice_that_was_seen_before(qapp: QApplication) -> None:
    document = _document()
    view = SliceView(document, SAGITTAL)
    document.show(document.volume, document.segmentation)
    document.outlined = True
    label = ORGANS[0].label
    for index in (20, 21, 20):
        document.move_to_voxel((index, 22, 19))
    before = view._picture._outlines[label].getData()[0].size
    document.move_to_voxel((30, 22, 19))
    document.edit("brush", np.s_[20:21, 0:45, 0:38], np.full((1, 45, 38), label, np.uint8))
    document.move_to_voxel((20, 22, 19))
    # The whole slice is one organ now: four sides.
    assert view._picture._outlines[label].getData()[0].size == 8 != before
    view.close()
