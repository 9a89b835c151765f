"""Films to take away: which kinds, how large, how long, with a preview of the first frame."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.words import tr
from flare_gui.render.options import BACKGROUNDS, FILM_KINDS, PLANES, FilmSettings

SIZES = ((1280, 720), (1920, 1080), (854, 480), (720, 720), (1080, 1920))
_NAMES = (
    tr("Sweep through the slices"),
    tr("Turntable of the surfaces"),
    tr("Fly-through"),
    tr("Slices and surfaces side by side"),
)
_SUFFIXES = (("MP4", ".mp4"), ("GIF", ".gif"))


class FilmChoice(QWidget):
    """Any number of kinds, all with the same settings. `preview_asked` carries the settings of the first one."""

    preview_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.kinds = {kind: QCheckBox(name) for kind, name in zip(FILM_KINDS, _NAMES, strict=True)}
        self.format, self.plane, self.size_box, self.background = (QComboBox() for _ in range(4))
        for name, suffix in _SUFFIXES:
            self.format.addItem(name, suffix)
        for plane in PLANES:
            self.plane.addItem(tr(plane.capitalize()), plane)
        for width, height in SIZES:
            self.size_box.addItem(f"{width} × {height}", (width, height))
        for name, colour in BACKGROUNDS.items():
            self.background.addItem(tr(name), colour)
        self.seconds, self.fps = QDoubleSpinBox(), QDoubleSpinBox()
        for spin, value, most, suffix in ((self.seconds, 10, 600, " s"), (self.fps, 24, 120, tr(" a second"))):
            spin.setDecimals(0)
            spin.setRange(1, most)
            spin.setValue(value)
            spin.setSuffix(suffix)
        self.whole = QCheckBox(tr("Slices of the whole scan"))
        self.whole.setToolTip(tr("Otherwise those near the organs"))
        self.captions = QCheckBox(tr("Names, volumes and scale bar"))
        self.captions.setChecked(True)
        self.preview = QLabel(tr("A preview of the first frame appears here."))
        self.preview.setFixedSize(320, 180)
        self.preview.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.preview.setStyleSheet("background: #10161d; color: #b8c4d0")
        self._show = QPushButton(tr("Preview"))
        self._show.setAutoDefault(False)
        self._show.clicked.connect(self._ask_for_preview)
        columns = QHBoxLayout(self)
        columns.addLayout(self._kinds())
        columns.addLayout(self._form(), 1)

    @property
    def suffix(self) -> str:
        """Of the files."""
        return str(self.format.currentData())

    def tick(self, kinds: Sequence[str]) -> None:
        """Tick these kinds and no others."""
        for kind, box in self.kinds.items():
            box.setChecked(kind in kinds)

    def wanted(self) -> tuple[FilmSettings, ...]:
        """A film of each kind that is ticked."""
        return tuple(replace(self.settings(), kind=kind) for kind, box in self.kinds.items() if box.isChecked())

    def settings(self) -> FilmSettings:
        """What all have in common, as the first kind that is ticked."""
        ticked = [kind for kind, box in self.kinds.items() if box.isChecked()]
        return FilmSettings(
            kind=ticked[0] if ticked else "flythrough",
            plane=self.plane.currentData(),
            size=tuple(self.size_box.currentData()),
            seconds=self.seconds.value(),
            fps=round(self.fps.value()),
            captions=self.captions.isChecked(),
            background=self.background.currentData(),
            whole_scan=self.whole.isChecked(),
        )

    def choices(self) -> dict[str, Any]:
        """To be remembered."""
        return {
            "kinds": [kind for kind, box in self.kinds.items() if box.isChecked()],
            "seconds": self.seconds.value(),
            "fps": self.fps.value(),
            "whole": self.whole.isChecked(),
            "captions": self.captions.isChecked(),
            **{key: box.currentText() for key, box in self._boxes().items()},
        }

    def take(self, choices: dict[str, Any]) -> None:
        """Set what `choices` gave; what is missing or odd is left as it is."""
        if isinstance(choices.get("kinds"), list):
            self.tick(choices["kinds"])
        for key, spin in (("seconds", self.seconds), ("fps", self.fps)):
            if isinstance(choices.get(key), float | int):
                spin.setValue(choices[key])
        for key, box in (("whole", self.whole), ("captions", self.captions)):
            if isinstance(choices.get(key), bool):
                box.setChecked(choices[key])
        for key, combo in self._boxes().items():
            combo.setCurrentText(str(choices.get(key, combo.currentText())))

    def show_preview(self, frame: np.ndarray) -> None:
        """Show uint8 (height, width, 3)."""
        pixels = np.ascontiguousarray(frame)
        height, width, _ = pixels.shape
        picture = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()
        pixmap = QPixmap.fromImage(picture).scaled(
            self.preview.size(), Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        self.preview.setPixmap(pixmap)

    def _ask_for_preview(self) -> None:
        self.preview.setText(tr("Drawing the first frame…"))
        self.preview_asked.emit(self.settings())

    def _boxes(self) -> dict[str, QComboBox]:
        return {"format": self.format, "plane": self.plane, "size": self.size_box, "background": self.background}

    def _kinds(self) -> QVBoxLayout:
        column = QVBoxLayout()
        for box in self.kinds.values():
            column.addWidget(box)
        column.addSpacing(8)
        column.addWidget(self.preview)
        column.addWidget(self._show)
        column.addStretch()
        return column

    def _form(self) -> QFormLayout:
        form = QFormLayout()
        for words, widget in (
            (tr("Format"), self.format),
            (tr("Slices"), self.plane),
            (tr("Size"), self.size_box),
            (tr("Length"), self.seconds),
            (tr("Frames"), self.fps),
            (tr("Background"), self.background),
        ):
            form.addRow(words, widget)
            widget.setAccessibleName(words)
        form.addRow(self.whole)
        form.addRow(self.captions)
        return form
