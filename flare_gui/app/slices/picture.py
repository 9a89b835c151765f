"""The picture of one slice: the CT in grey, the organs over it, and where they were before the last stroke."""

import numpy as np
from PySide6.QtCore import QObject
from PySide6.QtGui import QImage

from flare_gui import geometry
from flare_gui.app.document.document import Document
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.slices.labels import LabelSlices
from flare_gui.app.slices.layers import DISAGREEMENT, Outline, Pixels, argb, grey
from flare_gui.app.slices.over import GHOST
from flare_gui.app.slices.plane import Frame, Lines, Plane
from flare_gui.app.slices.projection import projected
from flare_gui.app.slices.slab import Slab
from flare_gui.edit import Box, Edit
from flare_gui.organs import ORGANS

# Where mask and reference differ, in place of labels: no organ has these.
_DIFFERING = (254, 255)


class Picture(QObject):
    """Layers for a view box, `items` from the lowest to the highest, of the slice at the document's crosshair.

    With `disagreement` it colours where mask and reference differ, when there is a reference.
    """

    def __init__(self, document: Document, plane: Plane, teaching: Teaching | None, parent: QObject) -> None:
        super().__init__(parent)
        self._document, self._plane, self._teaching = document, plane, teaching
        self._frame: Frame | None = None
        self._hu: Slab | None = None
        # Forgotten at each change of the labels.
        self._labels: LabelSlices | None = None
        self._drawn_index: int | None = None
        self.disagreement = True
        self._image, self._overlay = Pixels(QImage.Format.Format_RGB32), Pixels(QImage.Format.Format_ARGB32)
        self._image.set_smooth(document.display.smooth)
        self._outlines = {organ.label: Outline() for organ in ORGANS}
        # Where the organs were before the last stroke.
        self._ghosts = {organ.label: Outline() for organ in ORGANS}
        self.items = (self._image, self._overlay, *self._outlines.values(), *self._ghosts.values())

    @property
    def _index(self) -> int:
        return self._document.cursor_voxel[self._plane.through]

    def new_volume(self, frame: Frame) -> None:
        """Another scan, whose slices lie in `frame`."""
        self._frame, self._hu = frame, Slab(self._document.hu, self._plane.through)
        across, up = frame.cut(self._document.hu, 0).shape
        for picture in (self._image, self._overlay):
            picture.show_in(frame.rect, across, up)
        for outline in (*self._outlines.values(), *self._ghosts.values()):
            outline.show_in(frame.rect)
        self.draw_hu()
        self.new_labels()

    def scroll(self) -> None:
        """Go where the crosshair is, if that is another slice."""
        if self._index != self._drawn_index:
            self._draw_slice()

    def show_display(self) -> None:
        """Smooth or not, thick or thin, with what lies over it or without."""
        self._image.set_smooth(self._document.display.smooth)
        self._draw_slice()

    def _draw_slice(self) -> None:
        self.draw_hu()
        self.draw_organs()

    def draw_hu(self) -> None:
        """The slice in grey, as bright as the document says."""
        if self._frame is not None and self._hu is not None:
            self._drawn_index = self._index
            self._image.draw(grey(self._frame.turned(self._layer(self._hu)), self._document.window))

    def _layer(self, thin: Slab) -> np.ndarray:
        """The slice as it lies in the canonical array, or what is put together of a thick one."""
        display, axis = self._document.display, self._plane.through
        count = round(display.slab_mm / geometry.spacing(self._document.affine)[axis])
        if count < 2:
            return thin.layer(self._index)
        return projected(self._document.hu, axis, self._index, count, display.slab_kind)

    # The organs

    def new_labels(self) -> None:
        """Another mask."""
        self._labels = None
        self.draw_organs()

    def follow_edit(self, edit: Edit) -> None:
        """A correction was made or taken back."""
        self.follow(edit.box)

    def follow(self, box: Box) -> None:
        """Follow what was drawn inside `box` of the labels, now or when it is scrolled to."""
        self._labels = None
        side = box[self._plane.through]
        if side.start <= self._index < side.stop:
            self.draw_organs()

    def draw_organs(self) -> None:
        """What the mask has on this slice, as overlay or outline, and what it had before the last stroke."""
        if self._frame is None:
            return
        labels = self._document.labels
        if self._labels is None and labels is not None:
            self._labels = LabelSlices(labels, self._frame)
        self._draw_outlines()
        self._draw_overlay()
        self.draw_ghosts()

    def _draw_overlay(self) -> None:
        reference = self._document.reference_labels
        differing = self.disagreement and reference is not None
        shown = self._labels is not None and (not self._document.outlined or differing)
        shown = shown and self._document.display.overlays
        self._overlay.setVisible(shown)
        if not shown or self._labels is None or self._frame is None:
            return
        colours = _colours(self._document) if not self._document.outlined else np.zeros(256, np.uint32)
        picture = here = self._labels.here(self._index)
        if differing and reference is not None:
            other, picture = self._frame.cut(reference, self._index), here.copy()
            for (colour, _), index, where in zip(DISAGREEMENT, _DIFFERING, (here > 0, here == 0), strict=True):
                picture[where & (here != other)] = index
                colours[index] = argb(colour, 0.85)
        self._overlay.draw(np.take(colours, picture))

    def _draw_outlines(self) -> None:
        labels = self._labels if self._document.outlined and self._document.display.overlays else None
        lines = labels.outlines(self._index) if labels is not None else {}
        for label, curve in self._outlines.items():
            look = self._document.look(label)
            curve.setVisible(look.visible and label in lines)
            if curve.isVisible():
                curve.draw(*lines[label], look.colour)

    def draw_ghosts(self) -> None:
        """The outline of what the last stroke has changed, as it was before."""
        edit = self._teaching.preview if self._teaching is not None else None
        lines: dict[int, Lines] = {}
        labels, through = self._document.labels, self._plane.through
        if edit is not None and labels is not None and self._frame is not None:
            side = edit.box[through]
            if side.start <= self._index < side.stop:
                before = geometry.layer(labels, through, self._index).copy()
                place = tuple(span for axis, span in enumerate(edit.box) if axis != through)
                before[place] = geometry.layer(edit.before, through, self._index - side.start)
                lines = self._frame.outlines(self._frame.turned(before))
        for label, ghost in self._ghosts.items():
            ghost.setVisible(edit is not None and label in edit.labels and label in lines)
            if ghost.isVisible():
                ghost.draw(*lines[label], GHOST)


def _colours(document: Document) -> np.ndarray:
    """256 colours as uint32 0xAARRGGBB, one a label."""
    table = np.zeros(256, np.uint32)
    for organ in ORGANS:
        look = document.look(organ.label)
        table[organ.label] = argb(look.colour, look.opacity if look.visible else 0)
    return table
