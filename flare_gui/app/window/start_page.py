"""What an empty window says: how to begin."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QCommandLinkButton, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from flare_gui.app import theme
from flare_gui.app.words import tr
from flare_gui.assets import asset

NOT_A_DEVICE = tr("For research and teaching. Not a medical device.")
SHOWN_RECENT = 4
FIRST_STEPS = (
    tr("1. Drop a scan on the window, or open one."),
    tr("2. Press Segment: liver, kidneys and spleen appear."),
    tr("3. Correct them with the brush (B), then save or export."),
)


class StartPage(QWidget):
    """Drop a scan, open one, try the demo, or go on with an earlier one."""

    open_file = Signal()
    open_folder = Signal()
    open_demo = Signal()
    open_recent = Signal(object)
    hint_dismissed = Signal()

    def __init__(self) -> None:
        super().__init__()
        picture = QLabel()
        picture.setPixmap(QIcon(str(asset("icons/flare-gui.svg"))).pixmap(96, 96))
        title = QLabel(tr("Drop a CT of the abdomen here"))
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        hint = QLabel(tr("NIfTI, NRRD, MetaImage, a DICOM folder, one of its slices, or a zip"))
        buttons = QHBoxLayout()
        buttons.addStretch()
        for text, icon, signal, tip in (
            (tr("Open scan…"), "open", self.open_file, tr("A file, a zip, or a workspace of an earlier day")),
            (tr("Open DICOM folder…"), "open", self.open_folder, tr("However deep the slices lie in it")),
            (tr("Try the demo scan"), "demo", self.open_demo, tr("A synthetic CT: nobody's patient")),
        ):
            button = QPushButton(theme.icon(icon), text)
            button.setToolTip(tip)
            button.setMinimumHeight(34)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch()
        self._recent = QVBoxLayout()
        self.hint = self._first_steps()
        device = QLabel(NOT_A_DEVICE)
        layout = QVBoxLayout(self)
        layout.addStretch(3)
        for label in (picture, title, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addSpacing(16)
        layout.addWidget(self.hint, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addLayout(self._recent)
        layout.addStretch(3)
        device.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(device)

    def _first_steps(self) -> QFrame:
        """Three lines for who is here for the first time, and a button that takes them away for good."""
        frame, known = QFrame(), QPushButton(tr("I know"))
        frame.setFrameShape(QFrame.Shape.StyledPanel)
        known.setFlat(True)
        known.setToolTip(tr("Do not show these lines again"))
        known.clicked.connect(frame.hide)
        known.clicked.connect(self.hint_dismissed)
        lines = QLabel("\n".join(FIRST_STEPS))
        row = QHBoxLayout(frame)
        row.addWidget(lines)
        row.addWidget(known)
        return frame

    def show_recent(self, paths: Sequence[Path]) -> None:
        """Offer the last few scans again."""
        while (item := self._recent.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.deleteLater()
        for path in paths[:SHOWN_RECENT]:
            button = QCommandLinkButton(path.name, str(path.parent))
            button.setMaximumWidth(520)
            button.clicked.connect(partial(self._reopen, path))
            self._recent.addWidget(button, alignment=Qt.AlignmentFlag.AlignHCenter)

    def _reopen(self, path: Path) -> None:
        self.open_recent.emit(path)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        # A dashed frame is what a place to drop things looks like everywhere.
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        colour = QColor(self.palette().color(QPalette.ColorRole.WindowText))
        colour.setAlphaF(0.3)
        painter.setPen(QPen(colour, 2, Qt.PenStyle.DashLine))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(24, 24, -24, -48), 14, 14)
        painter.end()
