"""The middle of the window: three slices and the surfaces, all alike, one large, or one of them alone."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.slices.view import AXIAL, CORONAL, SAGITTAL, SliceView
from flare_gui.app.surfaces.view import View3D
from flare_gui.app.window.places import places

# Smaller, a slice is of no use; so wide and high the middle is at least.
_LEAST = 240


class Views(QWidget):
    """`pointed` carries the canonical voxel under the mouse, or None.

    `arranged` when another view is alone, or none; `fitted` when all is shown again.
    """

    pointed = Signal(object)
    arranged = Signal()
    fitted = Signal()

    def __init__(self, document: Document, surfaces: View3D, tools: ToolBox) -> None:
        super().__init__()
        self._document = document
        self.slices = [SliceView(document, plane, tools) for plane in (AXIAL, CORONAL, SAGITTAL)]
        self.surfaces = surfaces
        self._all: list[QWidget] = [*self.slices, surfaces]
        self._alone: QWidget | None = None
        self._shown = document.display
        document.display_changed.connect(self._follow)
        self.setMinimumSize(_LEAST, _LEAST)
        for view in self._all:
            view.setParent(self)
            # Their places are given: what a view would like to be must not make its neighbours smaller.
            view.setMinimumSize(1, 1)
        for view in self.slices:
            view.pointed.connect(self.pointed)
            view.enlarged.connect(partial(self.enlarge, view))
            view.zoomed.connect(partial(self._zoom_alike, view))

    @property
    def enlarged(self) -> QWidget | None:
        """The view that is shown alone."""
        return self._alone

    def enlarge(self, view: QWidget | None) -> None:
        """Show one view alone, in the whole middle; the same one again, or None, shows all four."""
        self._alone = None if view is self._alone else view
        self._place()
        self.arranged.emit()

    def enlarge_number(self, number: int) -> None:
        """As `enlarge`, for the view in the order axial, coronal, sagittal, 3D."""
        self.enlarge(self._all[number])

    def arrange_like(self, other: "Views") -> None:
        """Have the same view alone as another four, or none."""
        self._alone = None if other.enlarged is None else self._all[other._all.index(other.enlarged)]
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._place()

    def show_disagreement(self, on: bool) -> None:
        """Colour where mask and reference differ."""
        for view in self.slices:
            view.show_disagreement(on)

    def reset(self) -> None:
        """Show the whole slices again, and all organs in 3D."""
        for view in self.slices:
            view.reset_view()
        self.surfaces.fit()
        self.fitted.emit()

    def _follow(self) -> None:
        before, self._shown = self._shown, self._document.display
        if self._shown.layout != before.layout:
            self._alone = None
            self._place()
            self.arranged.emit()
        if self._shown.linked and not before.linked:
            self._zoom_alike(self.slices[0])

    def _zoom_alike(self, view: SliceView) -> None:
        for other in self.slices if self._shown.linked else ():
            if other is not view:
                other.sight.set_mm_per_pixel(view.sight.mm_per_pixel)

    def _place(self) -> None:
        alone = None if self._alone is None else self._all.index(self._alone)
        found = places(self.width(), self.height(), self._shown.layout, alone=alone)
        for view, place in zip(self._all, found, strict=True):
            view.setVisible(not place.isEmpty())
            if not place.isEmpty():
                view.setGeometry(place)
