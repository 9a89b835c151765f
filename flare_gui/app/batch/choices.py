"""Which folder is segmented into which, how, and who reviews it."""

from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QWidget,
)

from flare_gui.app.words import tr
from flare_gui.batch.run_batch import usual_jobs


class Choices(QWidget):
    """`changed` when something else was chosen, `results_changed` when it was the folder of results."""

    changed = Signal()
    results_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.folder, self.out, self.reviewer = QLineEdit(), QLineEdit(), QLineEdit()
        self.jobs, self.overwrite = QSpinBox(), QCheckBox(tr("Replace results of other settings"))
        self.jobs.setRange(1, 64)
        self.jobs.setValue(usual_jobs())
        self.jobs.setToolTip(tr("While one case is at the network, others are read and written. Each takes memory."))
        self.overwrite.setToolTip(tr("Cases that a person has accepted or corrected are kept all the same"))
        self.reviewer.setToolTip(tr("Who accepts, corrects and flags: written beside each decision"))
        self.reviewer.setMaximumWidth(160)
        self.start, self.stop = QPushButton(tr("Se&gment")), QPushButton(tr("&Cancel"))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        for row, (words, field, title) in enumerate(
            ((tr("Scans"), self.folder, tr("Folder of scans")), (tr("Results"), self.out, tr("Folder for the results")))
        ):
            browse = QPushButton(tr("Choose…"))
            browse.clicked.connect(partial(self._browse, field, title))
            field.setAccessibleName(title)
            field.textChanged.connect(self.changed)
            grid.addWidget(_label(words, field), row, 0)
            grid.addWidget(field, row, 1)
            grid.addWidget(browse, row, 2)
        self.out.textChanged.connect(self.results_changed)
        grid.addLayout(self._more(), 2, 1, 1, 2)

    def _more(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, field in ((tr("Cases at once"), self.jobs), (tr("Reviewer"), self.reviewer)):
            row.addWidget(_label(words, field))
            row.addWidget(field)
            row.addSpacing(12)
        row.addWidget(self.overwrite)
        row.addStretch()
        row.addWidget(self.stop)
        row.addWidget(self.start)
        return row

    @property
    def scans(self) -> Path:
        """The folder of scans."""
        return Path(self.folder.text().strip())

    @property
    def results(self) -> Path:
        """The folder for results."""
        return Path(self.out.text().strip())

    @property
    def complete(self) -> bool:
        """Whether both folders are chosen."""
        return bool(self.folder.text().strip()) and bool(self.out.text().strip())

    @property
    def has_results(self) -> bool:
        """Whether results of a case seem to lie in the folder for them."""
        return bool(self.out.text().strip()) and next(self.results.glob("*.json"), None) is not None

    def lock(self, running: bool) -> None:
        """What was chosen stays while it is worked on."""
        for widget in (self.folder, self.out, self.jobs, self.overwrite):
            widget.setEnabled(not running)

    def kept(self) -> dict[str, Any]:
        """For `recall` the next time."""
        return {"scans": self.folder.text(), "results": self.out.text(), "reviewer": self.reviewer.text()}

    def recall(self, kept: dict[str, Any]) -> None:
        """Choose what `kept` gave."""
        for key, field in (("scans", self.folder), ("results", self.out), ("reviewer", self.reviewer)):
            field.setText(str(kept.get(key, "")))

    def _browse(self, field: QLineEdit, title: str) -> None:
        name = QFileDialog.getExistingDirectory(self, title, field.text())
        if not name:
            return
        field.setText(name)
        if field is self.folder and not self.out.text():
            self.out.setText(f"{name.rstrip('/')}-segmented")


def _label(words: str, field: QWidget) -> QLabel:
    label = QLabel(words)
    label.setBuddy(field)
    return label
