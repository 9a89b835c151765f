"""What to take away: formats to tick, a film with a preview of its first frame, a folder."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.jobs.exporting import ExportRequest
from flare_gui.export import EVERYTHING, FORMATS
from flare_gui.render.options import FILM_KINDS, PLANES, FilmSettings

SIZES = ((1280, 720), (1920, 1080), (854, 480), (720, 720), (1080, 1920))
_FILM_NAMES = (
    "Sweep through the slices",
    "Turntable of the surfaces",
    "Fly-through",
    "Slices and surfaces side by side",
)


class ExportDialog(QDialog):
    """`chosen` carries an `ExportRequest`, `preview_asked` a film's settings: its first frame is for `show_preview`."""

    chosen = Signal(object)
    preview_asked = Signal(object)

    def __init__(
        self, folder: Path, parent: QWidget | None = None, *, everything: bool = False, dicom: bool = False
    ) -> None:
        """`everything` ticks all that names no patient; `dicom` says that the scan has a series to refer to."""
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.formats = {row.key: QCheckBox(row.name) for row in FORMATS}
        for key, box in self.formats.items():
            box.setChecked(key in EVERYTHING if everything else key in ("nifti", "csv"))
        seg = self.formats["dicom-seg"]
        seg.setEnabled(dicom and find_spec("highdicom") is not None)
        if not dicom:
            seg.setToolTip("Needs a scan that was opened from DICOM")
        elif not seg.isEnabled():
            seg.setToolTip('Needs the package highdicom: pip install "flare-gui[dicom]"')
        else:
            seg.setToolTip("Carries name, number, birth date and sex of the patient, as archives need them")
        files = QGroupBox("Files")
        column = QVBoxLayout(files)
        for box in self.formats.values():
            column.addWidget(box)
        columns = QHBoxLayout()
        columns.addWidget(files)
        columns.addWidget(self._film_box(everything))
        self.folder = QLineEdit(str(folder))
        self.folder.setAccessibleName("Folder")
        browse = QPushButton("Choose…")
        browse.clicked.connect(self._browse)
        where = QHBoxLayout()
        for widget in (QLabel("Folder"), self.folder, browse):
            where.addWidget(widget)
        self.overwrite = QCheckBox("Replace files that are there already")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton("Export", QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.addLayout(columns)
        layout.addLayout(where)
        layout.addWidget(self.overwrite)
        layout.addWidget(buttons)

    def _film_box(self, everything: bool) -> QGroupBox:
        self.film = QGroupBox("Film (MP4)")
        self.film.setCheckable(True)
        self.film.setChecked(everything)
        self.kind, self.plane, self.size_box = QComboBox(), QComboBox(), QComboBox()
        for name, kind in zip(_FILM_NAMES, FILM_KINDS, strict=True):
            self.kind.addItem(name, kind)
        self.kind.setCurrentIndex(FILM_KINDS.index("flythrough"))
        for plane in PLANES:
            self.plane.addItem(plane.capitalize(), plane)
        for width, height in SIZES:
            self.size_box.addItem(f"{width} × {height}", (width, height))
        self.seconds, self.fps = QDoubleSpinBox(), QDoubleSpinBox()
        for spin, value, most, suffix in ((self.seconds, 10, 600, " s"), (self.fps, 24, 120, " a second")):
            spin.setDecimals(0)
            spin.setRange(1, most)
            spin.setValue(value)
            spin.setSuffix(suffix)
        self.captions = QCheckBox("Names, volumes and scale bar")
        self.captions.setChecked(True)
        self.preview = QLabel("A preview of the first frame appears here.")
        self.preview.setFixedSize(320, 180)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setStyleSheet("background: #10161d; color: #b8c4d0")
        show = QPushButton("Preview")
        show.clicked.connect(lambda: self.preview_asked.emit(self.film_settings()))
        form = QFormLayout(self.film)
        for words, widget in (
            ("Kind", self.kind),
            ("Slices", self.plane),
            ("Size", self.size_box),
            ("Length", self.seconds),
            ("Frames", self.fps),
        ):
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        form.addRow(self.captions)
        form.addRow(self.preview)
        form.addRow(show)
        return self.film

    def film_settings(self) -> FilmSettings:
        """The film as it is set now."""
        return FilmSettings(
            kind=self.kind.currentData(),
            plane=self.plane.currentData(),
            size=tuple(self.size_box.currentData()),
            seconds=self.seconds.value(),
            fps=round(self.fps.value()),
            captions=self.captions.isChecked(),
        )

    def show_preview(self, frame: np.ndarray) -> None:
        """Show uint8 (height, width, 3)."""
        pixels = np.ascontiguousarray(frame)
        height, width, _ = pixels.shape
        picture = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        pixmap = QPixmap.fromImage(picture).scaled(
            self.preview.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.preview.setPixmap(pixmap)

    def formats_wanted(self) -> Sequence[str]:
        """The keys of the ticked formats."""
        return [key for key, box in self.formats.items() if box.isChecked()]

    def accept(self) -> None:
        film = self.film_settings() if self.film.isChecked() else None
        request = ExportRequest(
            tuple(self.formats_wanted()), film, Path(self.folder.text()), self.overwrite.isChecked()
        )
        if request.formats or request.film:
            super().accept()
            self.chosen.emit(request)

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Folder to export to", self.folder.text())
        if name:
            self.folder.setText(name)
