"""The bar beside a slice: where it is in the scan, and a way to any other with one drag."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSlider

from flare_gui.app.document.document import Document
from flare_gui.app.slices.plane import Plane
from flare_gui.app.words import tr

# As dark as the slices beside it, whatever the theme.
_LOOK = """
QSlider { background: #000000 }
QSlider::groove:vertical { background: #2b333c; width: 6px; border-radius: 3px; margin: 2px 4px }
QSlider::handle:vertical { background: #8a97a5; height: 24px; margin: 0 -3px; border-radius: 4px }
QSlider::handle:vertical:hover { background: #c9d3dd }
"""
# What an arrow of the keyboard and a click beside the handle go on by.
_STEP, _PAGE = 1, 10


class SliceSlider(QSlider):
    """Upwards is towards the head, the front or the patient's right, as the slice numbers count."""

    def __init__(self, document: Document, plane: Plane) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._document, self._through = document, plane.through
        self.setSingleStep(_STEP)
        self.setPageStep(_PAGE)
        # Keys belong to the slice, which has its own for scrolling.
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("{name} slice number").format(name=tr(plane.name)))
        self.setToolTip(
            tr("Drag to go through the {name} slices; the wheel goes one by one").format(name=tr(plane.name).lower())
        )
        self.setStyleSheet(_LOOK)
        self.hide()
        document.volume_changed.connect(self._new_volume)
        document.cursor_changed.connect(self._follow)
        self.valueChanged.connect(self._go)

    def _new_volume(self) -> None:
        self.blockSignals(True)
        self.setRange(0, self._document.hu.shape[self._through] - 1)
        self.blockSignals(False)
        self._follow()
        self.setVisible(self.maximum() > 0)

    def _follow(self) -> None:
        if self._document.volume is not None:
            self.blockSignals(True)
            self.setValue(self._document.cursor_voxel[self._through])
            self.blockSignals(False)

    def _go(self, index: int) -> None:
        voxel = [float(i) for i in self._document.cursor_voxel]
        voxel[self._through] = index
        self._document.move_to_voxel((voxel[0], voxel[1], voxel[2]))
