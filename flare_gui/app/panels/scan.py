"""The open scan: what it is, what to doubt about it, and the button that finds the organs."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from flare_gui.app import theme
from flare_gui.app.document.document import Document
from flare_gui.app.jobs.runner import duration
from flare_gui.app.panels.findings import FindingsPanel
from flare_gui.app.words import number, tr


class ScanPanel(QWidget):
    """Name, size and warnings of the scan; cost of a run before it starts."""

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._about = _text()
        self.findings = FindingsPanel()
        self._cost = _text()
        self._weights = _text()
        self.segment = QPushButton(theme.icon("segment"), tr("Segment the organs"))
        self.segment.setDefault(True)
        self.segment.setMinimumHeight(34)
        self.segment.setToolTip(tr("Runs beside the window: scroll, measure and correct meanwhile"))
        self.automatic = QCheckBox(tr("Segment every scan when it opens"))
        self.automatic.setToolTip(tr("Scans that have a mask beside them are shown with that"))
        layout = QVBoxLayout(self)
        for widget in (self._about, self.findings, self.segment, self._cost, self._weights, self.automatic):
            layout.addWidget(widget)
        document.volume_changed.connect(self._show)
        document.segmentation_changed.connect(self._show_doubts)
        document.edited.connect(self._show_doubts)

    def show_cost(self, device: str, seconds: float, memory_mb: float) -> None:
        """What a run will take."""
        where = tr("the CPU") if device == "cpu" else tr("the GPU ({device})").format(device=device)
        self._cost.setText(
            tr("About {time} on {where}, {memory} GB of memory").format(
                time=duration(seconds), where=where, memory=number(memory_mb / 1024, 1)
            )
        )

    def show_no_cost(self, sentence: str) -> None:
        """Why it cannot be told, or that it is being worked out."""
        self._cost.setText(sentence)

    def show_weights(self, path: Path | None) -> None:
        """Which weights a run will use."""
        self._weights.setText(
            tr("Weights: shipped with the program") if path is None else tr("Weights: {name}").format(name=path.name)
        )
        self._weights.setToolTip("" if path is None else str(path))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._keep_lines()

    def event(self, event: QEvent) -> bool:
        # A label that says something else asks for a new layout.
        if event.type() == QEvent.Type.LayoutRequest:
            self._keep_lines()
        return super().event(event)

    def _keep_lines(self) -> None:
        """As high as its text, and no higher: what is left belongs to the organs below.

        Labels that wrap let themselves be squeezed, and lose lines without a sign; the panel does not let them.
        """
        layout = self.layout()
        assert layout is not None
        self.setFixedHeight(max(0, layout.heightForWidth(self.width())))

    def _show(self) -> None:
        volume = self._document.volume
        assert volume is not None
        size, spacing = " × ".join(map(str, volume.shape)), " × ".join(number(mm, 2) for mm in volume.spacing)
        self._about.setText(
            tr("{name}\n{size} voxels\n{spacing} mm, {orientation}").format(
                name=volume.name, size=size, spacing=spacing, orientation=volume.orientation
            )
        )
        self._about.setToolTip(str(volume.source) if volume.source else tr("made by flare-gui"))
        self._show_doubts()

    def _show_doubts(self) -> None:
        volume, segmentation = self._document.volume, self._document.segmentation
        self.findings.show_findings(
            volume.findings if volume else (), segmentation.warnings if segmentation is not None else ()
        )


def _text() -> QLabel:
    # Plain: a file name or a DICOM description is never read as HTML.
    label = QLabel()
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
