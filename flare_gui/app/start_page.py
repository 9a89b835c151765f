"""What an empty window says: how to begin."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget


class StartPage(QWidget):
    """Drop a scan, open one, or try the demo."""

    open_file = Signal()
    open_folder = Signal()
    open_demo = Signal()

    def __init__(self) -> None:
        super().__init__()
        title = QLabel("Drop a CT of the abdomen here")
        font = title.font()
        font.setPointSizeF(font.pointSizeF() * 1.8)
        title.setFont(font)
        hint = QLabel("NIfTI, NRRD, MetaImage, a DICOM folder, one of its slices, or a zip")
        buttons = QHBoxLayout()
        buttons.addStretch()
        for text, signal in (
            ("Open scan…", self.open_file),
            ("Open DICOM folder…", self.open_folder),
            ("Try the demo scan", self.open_demo),
        ):
            button = QPushButton(text)
            button.clicked.connect(signal)
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.addStretch()
        for label in (title, hint):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(label)
        layout.addSpacing(16)
        layout.addLayout(buttons)
        layout.addStretch()
