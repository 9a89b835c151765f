"""The middle of the window: three slices and the surfaces, two by two, or one of them alone."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.slices.view import AXIAL, CORONAL, SAGITTAL, SliceView
from flare_gui.app.surfaces.view import View3D

_PLACES = ((0, 0), (0, 1), (1, 0), (1, 1))


class Views(QWidget):
    """`pointed` carries the canonical voxel under the mouse, or None."""

    pointed = Signal(object)

    def __init__(self, document: Document, surfaces: View3D, tools: ToolBox) -> None:
        super().__init__()
        self.crosshair = True
        self.slices = [SliceView(document, plane, tools) for plane in (AXIAL, CORONAL, SAGITTAL)]
        self.surfaces = surfaces
        self._all: list[QWidget] = [*self.slices, surfaces]
        layout = QGridLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(3)
        for view, place in zip(self._all, _PLACES, strict=True):
            layout.addWidget(view, *place)
        for i in (0, 1):
            layout.setRowStretch(i, 1)
            layout.setColumnStretch(i, 1)
        for view in self.slices:
            view.pointed.connect(self.pointed)
            view.enlarged.connect(partial(self.enlarge, view))

    @property
    def enlarged(self) -> QWidget | None:
        """The view that is shown alone."""
        shown = [view for view in self._all if not view.isHidden()]
        return shown[0] if len(shown) == 1 else None

    def enlarge(self, view: QWidget | None) -> None:
        """Show one view alone; the same one again, or None, shows all four."""
        alone = None if view is self.enlarged else view
        for other in self._all:
            other.setVisible(alone is None or other is alone)

    def enlarge_number(self, number: int) -> None:
        """As `enlarge`, for the view in the order axial, coronal, sagittal, 3D."""
        self.enlarge(self._all[number])

    def show_crosshair(self, on: bool) -> None:
        """Draw the lines through the shared point on all slices, or not."""
        self.crosshair = on
        for view in self.slices:
            view.show_crosshair(on)

    def show_disagreement(self, on: bool) -> None:
        """Colour where mask and reference differ."""
        for view in self.slices:
            view.show_disagreement(on)

    def reset(self) -> None:
        """Show the whole slices again."""
        for view in self.slices:
            view.reset_view()
