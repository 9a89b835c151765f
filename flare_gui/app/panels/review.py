"""The bar of a review: which case is looked at, what is odd about it, and what can be said of it."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLabel, QLineEdit, QSizePolicy, QToolBar

from flare_gui.app.words import tr

# So much of a long list of doubts is shown; all of it is in the tip.
_MOST_LETTERS = 60
_LEAST_WORDS = 150


class ReviewBar(QToolBar):
    """`flagged` carries the note that was typed; it may be empty."""

    flagged = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Review"))
        self._before = ""
        self.where, self.words, self.note = QLabel(), QLabel(), NoteEdit()
        self.where.setAccessibleName(tr("Case"))
        self.words.setAccessibleName(tr("What is odd"))
        for label in (self.where, self.words):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setContentsMargins(6, 0, 6, 0)
        # As much as there is room for, whatever the words: the buttons stay in their places.
        self.words.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.words.setMinimumWidth(_LEAST_WORDS)
        self.where.setMinimumWidth(_LEAST_WORDS)
        self.note.setPlaceholderText(tr("Why? Enter flags the case"))
        self.note.setToolTip(
            tr("What is to be said of this case; Enter flags it with these words, Esc leaves it as it was")
        )
        self.note.setAccessibleName(tr("Note"))
        self.note.setFixedWidth(220)
        self.note.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.addWidget(self.where)
        self.addWidget(self.words)
        self.addWidget(self.note)
        self.note.returnPressed.connect(self._flag)
        self.note.left.connect(self._leave_note)

    def use(self, actions: list[QAction]) -> None:
        """Put buttons of these into the bar, each with one word and its key."""
        for action in actions:
            keys = action.shortcut().toString()
            word = action.text().replace("&", "").split()[0].rstrip("…")
            action.setIconText(f"{word} ({keys})" if keys else word)
            self.addAction(action)

    def show_case(self, where: str, words: str, note: str = "") -> None:
        """Such as "3 of 12: ct7 (new)", what is odd or why it cannot be shown, and what was noted before."""
        self._before = note
        self._leave_note()
        self.where.setText(where)
        self.words.setText(words if len(words) <= _MOST_LETTERS else f"{words[:_MOST_LETTERS]}…")
        self.words.setToolTip(words)

    def ask_for_note(self) -> None:
        """Let the user type a note, beginning with the one there is."""
        self.note.setFocus()
        self.note.selectAll()

    def _leave_note(self) -> None:
        """The keys go back to the slices."""
        self.note.setText(self._before)
        self.note.clearFocus()

    def _flag(self) -> None:
        note = self.note.text().strip()
        self.note.clearFocus()
        self.flagged.emit(note)


class NoteEdit(QLineEdit):
    """`left` when Esc is pressed."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)
