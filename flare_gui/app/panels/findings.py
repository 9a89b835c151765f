"""What is to be doubted about the open scan and its mask: a line each, with a button where one click repairs it."""

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout, QWidget

from flare_gui.app.words import tr
from flare_gui.findings import Finding
from flare_gui.next_steps import in_window

# Orange as in Okabe and Ito's palette, seen on light and dark alike; a fatal finding is vermilion.
_DOUBT, _FATAL = "#E69F00", "#D55E00"


class FindingsPanel(QWidget):
    """Unobtrusive: nothing to doubt takes no place. `fix_asked` carries the code of the finding to repair."""

    fix_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self.lines: list[FindingLine] = []
        self._shown: tuple[tuple[Finding, ...], tuple[str, ...]] = ((), ())
        self.hide()

    def show_findings(self, findings: tuple[Finding, ...], warnings: tuple[str, ...]) -> None:
        """Findings of the scan first, then the sentences about its mask."""
        if (findings, warnings) == self._shown:
            return
        self._shown = findings, warnings
        for line in self.lines:
            # Deleted once the event loop comes round; until then it would be drawn behind what takes its place.
            line.hide()
            self._layout.removeWidget(line)
            line.deleteLater()
        about_mask = (Finding("", sentence, 1.0, "") for sentence in warnings)
        self.lines = [FindingLine(finding) for finding in (*findings, *about_mask)]
        for line in self.lines:
            self._layout.addWidget(line)
            if line.fix is not None:
                line.fix.clicked.connect(partial(self.fix_asked.emit, line.finding.code))
        self.setVisible(bool(self.lines))


class FindingLine(QFrame):
    """One finding: sentence, how sure, what to do, and `fix`, a button, where there is a safe repair."""

    def __init__(self, finding: Finding) -> None:
        super().__init__()
        self.finding = finding
        self.setObjectName("finding")
        colour = _FATAL if finding.fatal else _DOUBT
        self.setStyleSheet(f"QFrame#finding {{ border: none; border-left: 3px solid {colour}; }}")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 1, 0, 1)
        layout.setSpacing(2)
        certainty = "" if finding.certainty == "certain" else f" ({finding.certainty})"
        self.sentence = _text(_capital(finding.sentence) + certainty)
        layout.addWidget(self.sentence)
        if finding.todo:
            todo = _text(in_window(finding.todo))
            todo.setForegroundRole(QPalette.ColorRole.PlaceholderText)
            layout.addWidget(todo)
        self.fix = QPushButton(finding.fix) if finding.fix else None
        if self.fix is not None:
            self.fix.setToolTip(tr("Changes the open scan only; the file stays as it is"))
            layout.addWidget(self.fix, 0, Qt.AlignmentFlag.AlignLeft)


def _capital(sentence: str) -> str:
    if sentence.partition(" ")[0].endswith(":"):
        # It begins with the name of a file, which is written as it is.
        return sentence
    return sentence[:1].upper() + sentence[1:]


def _text(sentence: str) -> QLabel:
    # A UID is one word of sixty letters: it may be broken at its dots, or the panel would be that wide.
    label = QLabel(sentence.replace(".", ".\u200b"))
    # Plain: a file name or a DICOM description is never read as HTML.
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label
