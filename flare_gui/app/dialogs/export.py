"""What to take away: files and films to tick, how they are made, and where they go."""

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from flare_gui.app.dialogs.film import FilmChoice
from flare_gui.app.dialogs.screen import fit, scrolled
from flare_gui.app.jobs.exporting import ExportRequest
from flare_gui.app.words import tr
from flare_gui.export import EVERYTHING, FORMATS, ExportOptions
from flare_gui.render.options import Frame, MeshOptions

_USUAL = ("nifti", "csv")


class ExportDialog(QDialog):
    """`chosen` carries an `ExportRequest`, `preview_asked` a film's settings: its first frame is for `show_preview`.

    It stays open until it is told that it is `done_with`: whoever cannot export now says why in it.
    """

    chosen = Signal(object)
    preview_asked = Signal(object)

    def __init__(
        self, folder: Path, parent: QWidget | None = None, *, everything: bool = False, dicom: bool = False
    ) -> None:
        """`everything` ticks all that names no patient; `dicom` says that the scan has a series to refer to."""
        super().__init__(parent)
        self.setWindowTitle(tr("Export"))
        self.formats = {row.key: QCheckBox(tr(row.name)) for row in FORMATS}
        self.pdf = QCheckBox(tr("Report as PDF, for those who cannot open HTML"))
        self.film = FilmChoice()
        self.film.preview_asked.connect(self.preview_asked)
        self._choose_dicom(dicom)
        self.folder = QLineEdit(str(folder))
        self.overwrite = QCheckBox(tr("Replace files that are there already"))
        self._said = QLabel()
        self._said.setWordWrap(True)
        self._said.setStyleSheet("background: #8a5a00; color: white; border-radius: 6px; padding: 4px 8px")
        self._said.hide()
        tabs = QTabWidget()
        tabs.addTab(scrolled(self._files()), tr("&Files"))
        tabs.addTab(scrolled(self.film), tr("F&ilms"))
        layout = QVBoxLayout(self)
        layout.addWidget(tabs, 1)
        layout.addLayout(self._where())
        layout.addWidget(self.overwrite)
        layout.addWidget(self._said)
        layout.addWidget(self._buttons())
        self.tick(EVERYTHING if everything else _USUAL)
        self.pdf.setChecked(everything)
        self.film.tick(("sweep", "flythrough") if everything else ())
        fit(self, 820, 640)

    # What is chosen

    def formats_wanted(self) -> Sequence[str]:
        """The keys of the ticked formats."""
        return [key for key, box in self.formats.items() if box.isChecked() and box.isEnabled()]

    def tick(self, keys: Sequence[str]) -> None:
        """Tick these formats and no others."""
        for key, box in self.formats.items():
            box.setChecked(key in keys)

    def wanted(self) -> ExportRequest:
        """All of it."""
        frame: Frame = "LPS" if self.lps.isChecked() else "RAS"
        mesh = MeshOptions(self.smoothing.value(), self.reduction.value() / 100, frame)
        options = ExportOptions(
            labels="flare22" if self.flare22.isChecked() else "organs",
            per_organ=self.per_organ.isChecked(),
            overwrite=self.overwrite.isChecked(),
            mesh=mesh,
        )
        films = self.film.wanted()
        formats = tuple(self.formats_wanted())
        return ExportRequest(Path(self.folder.text()), formats, films, self.film.suffix, self.pdf.isChecked(), options)

    def choices(self) -> dict[str, Any]:
        """What is to be remembered for the next scan: not this one's folder, and never that files may be replaced."""
        return {
            "formats": [*self.formats_wanted()],
            "pdf": self.pdf.isChecked(),
            "flare22": self.flare22.isChecked(),
            "per_organ": self.per_organ.isChecked(),
            "lps": self.lps.isChecked(),
            "smoothing": self.smoothing.value(),
            "reduction": self.reduction.value(),
            "film": self.film.choices(),
        }

    def take(self, choices: dict[str, Any]) -> None:
        """Set what `choices` gave; what is missing or odd is left as it is."""
        if isinstance(choices.get("formats"), list):
            self.tick(choices["formats"])
        boxes = {"pdf": self.pdf, "flare22": self.flare22, "per_organ": self.per_organ, "lps": self.lps}
        for key, box in boxes.items():
            if isinstance(choices.get(key), bool):
                box.setChecked(choices[key])
        for key, spin in (("smoothing", self.smoothing), ("reduction", self.reduction)):
            if isinstance(choices.get(key), int):
                spin.setValue(choices[key])
        if isinstance(choices.get("film"), dict):
            self.film.take(choices["film"])

    # What happens

    def say(self, sentence: str) -> None:
        """Say in the dialog why it could not be done."""
        self._said.setText(sentence)
        self._said.show()

    def show_preview(self, frame: np.ndarray) -> None:
        """Show uint8 (height, width, 3)."""
        self.film.show_preview(frame)

    def accept(self) -> None:
        wanted = self.wanted()
        if not (wanted.formats or wanted.films or wanted.pdf):
            self.say(tr("Nothing is ticked: choose at least one file or film."))
        elif not self.folder.text().strip():
            self.say(tr("Choose a folder for the files."))
        else:
            self._said.hide()
            self.chosen.emit(wanted)

    def done_with(self) -> None:
        """Close: the export is on its way."""
        super().accept()

    # What it is made of

    def _choose_dicom(self, dicom: bool) -> None:
        seg = self.formats["dicom-seg"]
        seg.setEnabled(dicom and find_spec("highdicom") is not None)
        if not dicom:
            seg.setToolTip(tr("Needs a scan that was opened from DICOM"))
        elif not seg.isEnabled():
            seg.setToolTip(tr('Needs the package highdicom: pip install "flare-gui[dicom]"'))
        else:
            seg.setToolTip(tr("Carries name, number, birth date and sex of the patient, as archives need them"))

    def _files(self) -> QWidget:
        kinds, how = QGroupBox(tr("What")), QVBoxLayout()
        column = QVBoxLayout(kinds)
        for box in (*self.formats.values(), self.pdf):
            column.addWidget(box)
        column.addStretch()
        self.per_organ = QCheckBox(tr("NIfTI: one file an organ"))
        self.per_organ.setToolTip(tr("Masks of 0 and 1, in place of one mask with a number an organ"))
        self.flare22 = QCheckBox(tr("Numbers of the FLARE22 challenge"))
        self.flare22.setToolTip(tr("The left kidney is 13 there, and 4 here"))
        masks = QGroupBox(tr("Masks"))
        rows = QVBoxLayout(masks)
        for box in (self.per_organ, self.flare22):
            rows.addWidget(box)
        self.smoothing, self.reduction = QSpinBox(), QSpinBox()
        self.smoothing.setRange(0, 200)
        self.smoothing.setValue(MeshOptions().smoothing)
        self.smoothing.setToolTip(tr("Iterations; 0 keeps the steps of the voxels. The volume stays the mask's"))
        self.reduction.setRange(0, 95)
        self.reduction.setSuffix(" %")
        self.reduction.setToolTip(tr("Share of the triangles to leave out, for smaller files"))
        meshes = QGroupBox(tr("Meshes"))
        form = QFormLayout(meshes)
        for words, spin in ((tr("Smoothing"), self.smoothing), (tr("Reduction"), self.reduction)):
            spin.setAccessibleName(words)
            form.addRow(words, spin)
        self.lps = QCheckBox(tr("In LPS, as DICOM has it"))
        self.lps.setToolTip(tr("For programs that expect DICOM's frame; otherwise RAS, as NIfTI has it"))
        form.addRow(self.lps)
        for group in (masks, meshes):
            how.addWidget(group)
        how.addStretch()
        page = QWidget()
        columns = QHBoxLayout(page)
        columns.addWidget(kinds, 1)
        columns.addLayout(how)
        return page

    def _where(self) -> QHBoxLayout:
        self.folder.setAccessibleName(tr("Folder"))
        browse = QPushButton(tr("Choose…"))
        browse.setAutoDefault(False)
        browse.clicked.connect(self._browse)
        row = QHBoxLayout()
        for widget in (QLabel(tr("Folder")), self.folder, browse):
            row.addWidget(widget)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        buttons.addButton(tr("Export"), QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def _browse(self) -> None:
        name = QFileDialog.getExistingDirectory(self, tr("Folder to export to"), self.folder.text())
        if name:
            self.folder.setText(name)
