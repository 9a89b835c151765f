"""A picture of what the window shows, at another size than the screen's."""

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QComboBox, QDialog, QDialogButtonBox, QFormLayout, QSpinBox, QWidget

from flare_gui.app.slices.view import SliceView

if TYPE_CHECKING:
    from flare_gui.app.window.views import Views

ALL = "All four views"
# Text and lines are as large as on a view of about so many pixels of height.
_LINES = 700
_GAP = 6


class PictureDialog(QDialog):
    """`chosen` carries which view, an index of `Views` or None for all four, and the size in pixels."""

    chosen = Signal(object, QSize)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Save a picture")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.view = QComboBox()
        self.view.addItem(ALL, None)
        for number, name in enumerate(("Axial", "Coronal", "Sagittal", "3D")):
            self.view.addItem(name, number)
        self.width_box, self.height_box = QSpinBox(), QSpinBox()
        for box, value in ((self.width_box, 1920), (self.height_box, 1440)):
            box.setRange(64, 8192)
            box.setValue(value)
            box.setSuffix(" pixels")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Save | QDialogButtonBox.StandardButton.Cancel)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        form = QFormLayout(self)
        for words, widget in (("Picture", self.view), ("Width", self.width_box), ("Height", self.height_box)):
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        form.addRow(buttons)

    def accept(self) -> None:
        super().accept()
        self.chosen.emit(self.view.currentData(), QSize(self.width_box.value(), self.height_box.value()))


def picture(views: "Views", number: int | None, size: QSize) -> QImage:
    """What view `number` shows, or all four, drawn anew at `size`: no screen pixel is enlarged."""
    if number is not None:
        return _view(views, number, size)
    gap = max(2, round(_GAP * size.height() / (2 * _LINES)))
    whole = QImage(size, QImage.Format.Format_RGB32)
    whole.fill(QColor("#2b333c"))
    part = QSize((size.width() - gap) // 2, (size.height() - gap) // 2)
    painter = QPainter(whole)
    for i in range(4):
        corner = QRect(i % 2 * (part.width() + gap), i // 2 * (part.height() + gap), part.width(), part.height())
        painter.drawImage(corner, _view(views, i, part))
    painter.end()
    return whole


def _view(views: "Views", number: int, size: QSize) -> QImage:
    if number < len(views.slices):
        return _slice(views.slices[number], size)
    pixels = np.ascontiguousarray(views.surfaces.picture((size.width(), size.height())))
    return QImage(pixels.data, size.width(), size.height(), 3 * size.width(), QImage.Format.Format_RGB888).copy()


def _slice(shown: SliceView, size: QSize) -> QImage:
    """A second view of the same slice, as large as it has to be, that no screen ever shows."""
    ratio = size.height() / _LINES
    twin = shown.twin()
    try:
        twin.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
        twin.resize(round(size.width() / ratio), round(size.height() / ratio))
        twin.show()
        twin.look_like(shown)
        image = QImage(size, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        image.fill(QColor("black"))
        twin.render(image)
        image.setDevicePixelRatio(1.0)
        return image
    finally:
        twin.close()
        twin.deleteLater()
