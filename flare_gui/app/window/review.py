"""Walking through the cases of a cohort: look, say what it is worth, go on. The next case is there already."""

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from flare_gui.app.document.ahead import Read, ReadAhead
from flare_gui.app.document.opening import CaseOpened, open_case
from flare_gui.app.panels.review import ReviewBar
from flare_gui.app.window.context import Context
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import Session
from flare_gui.app.words import tr
from flare_gui.batch import review
from flare_gui.errors import FlareError

if TYPE_CHECKING:
    from flare_gui.app.batch.desk import CohortDesk
    from flare_gui.cohort.cases import CohortCase

NO_PLACE = "nobody noted where its scan lies: segment the folder of scans again, what is done is kept"


class Review(QObject):
    """Nothing is said of a case that is not on the screen. `changed` when another one is, `ended` at the end."""

    changed = Signal()
    ended = Signal()

    def __init__(self, context: Context, session: Session, saving: Saving, bar: ReviewBar) -> None:
        super().__init__(context.parent)
        self._context, self._session, self._saving, self._bar = context, session, saving, bar
        self._feedback, self._document = context.feedback, context.document
        self._desk: CohortDesk | None = None
        self._names: Sequence[str] = ()
        self._at = 0
        # The case that the document shows, empty while it is awaited.
        self._shown = ""
        self._ahead = ReadAhead(self)
        self._ahead.arrived.connect(self._arrived)
        bar.flagged.connect(self._flag)

    @property
    def active(self) -> bool:
        """Whether cases are being reviewed."""
        return self._desk is not None

    @property
    def name(self) -> str:
        """The case that it is about, shown or awaited; empty when there is no review."""
        return self._names[self._at] if self.active else ""

    @property
    def can_judge(self) -> bool:
        """Whether the case is on the screen, with its own scan."""
        return self.active and bool(self._shown)

    def start(self, desk: "CohortDesk", names: Sequence[str], first: int) -> None:
        """Walk through the cases `names` of the cohort on the desk, from number `first` on."""
        if self._context.is_busy() or not self._session.may_lose_corrections():
            return
        self._leave_desk()
        self._desk, self._names, self._at = desk, tuple(names), first
        desk.changed.connect(self._say_again)
        desk.failed.connect(self._say)
        desk.leaving.connect(self.end)
        self._go(first)

    def end(self) -> None:
        """Stop walking; the case stays open."""
        if self._desk is None:
            return
        self._leave_desk()
        self._shown = ""
        self._ahead.want([])
        self.changed.emit()
        self.ended.emit()

    def stop(self, seconds: float) -> None:
        """The program ends."""
        self._ahead.stop(seconds)

    def next(self) -> None:
        """Go on to the next case, or end after the last one."""
        self._step(1)

    def previous(self) -> None:
        """Go back to the case before."""
        self._step(-1)

    def accept(self) -> None:
        """Say that the mask is right as it lies on the disk, and go on."""
        if not self.can_judge:
            return
        self._context.tools.finish()
        if self._document.unsaved:
            self._feedback.say(tr("The mask has corrections: R saves them as the case's own, Ctrl+Z takes them back"))
        elif self._decide(review.ACCEPTED, self._case.said.note):
            self.next()

    def correct(self) -> None:
        """Save the corrections as the case's own mask, and go on."""
        if not self.can_judge or self._desk is None:
            return
        self._context.tools.finish()
        files = self._desk.files(self.name)
        if self._document.unsaved:
            if not self._saving.save_mask(files.mask):
                return
        elif not self._case.by_hand:
            self._feedback.say(tr("Nothing was corrected: Y accepts the mask as it is"))
            return
        if self._decide(review.CORRECTED, self._case.said.note):
            self.next()

    def ask_for_note(self) -> None:
        """Flag the case, with a note that is typed first."""
        if self.active:
            self._context.tools.finish()
            self._bar.ask_for_note()

    # What happens then

    def _leave_desk(self) -> None:
        if self._desk is not None:
            self._desk.changed.disconnect(self._say_again)
            self._desk.failed.disconnect(self._say)
            self._desk.leaving.disconnect(self.end)
            self._desk = None

    @property
    def _case(self) -> "CohortCase":
        assert self._desk is not None
        return self._desk[self.name]

    def _flag(self, note: str) -> None:
        # Also a case whose scan cannot be opened can be flagged: it is one to come back to.
        if self.active and self._decide(review.FLAGGED, note):
            self.next()

    def _decide(self, status: str, note: str) -> bool:
        assert self._desk is not None
        return self._desk.decide(self.name, status, note)

    def _step(self, by: int) -> None:
        if not self.active or self._context.is_busy():
            return
        self._context.tools.finish()
        if not self._session.may_lose_corrections():
            return
        if self._at + by < 0:
            self._feedback.say(tr("This is the first case"))
        elif self._at + by >= len(self._names):
            self._feedback.say(tr("All {count} cases were looked at").format(count=len(self._names)))
            self.end()
        else:
            self._go(self._at + by)

    def _go(self, number: int) -> None:
        self._at, self._shown = number, ""
        name = self.name
        there = self._ahead.take(name)
        if there is not None:
            self._show(there)
        else:
            self._say("reading…")
        # The case itself if it is not there yet, then where the user is likely to go.
        near = [number] * (there is None) + [number + 1, number - 1]
        self._ahead.want([(self._names[i], self._reader(self._names[i])) for i in near if 0 <= i < len(self._names)])
        self.changed.emit()

    def _arrived(self, name: str) -> None:
        if self.active and name == self.name and not self._shown:
            there = self._ahead.take(name)
            assert there is not None
            self._show(there)
            self.changed.emit()

    def _show(self, there: CaseOpened | str) -> None:
        if isinstance(there, str):
            self._say(tr("cannot be shown: {there}").format(there=there))
            return
        self._shown = self.name
        self._session.show_case(there.opened)
        if there.place is not None:
            self._document.cursor_mm = there.place
        self._say_again(self.name)

    def _say_again(self, name: str) -> None:
        if name == self.name and self._shown:
            self._say("; ".join(self._case.odd))

    def _say(self, words: str) -> None:
        case = self._case
        where = tr("{number} of {count}: {name} ({status})").format(
            number=self._at + 1, count=len(self._names), name=case.name, status=tr(case.status)
        )
        self._bar.show_case(where, words, case.said.note)

    def _reader(self, name: str) -> Read:
        assert self._desk is not None
        case, files = self._desk[name], self._desk.files(name)
        if case.scan is None:
            return _nowhere
        return partial(open_case, files, case.scan, case.odd, self._context.store)


def _nowhere(**_: object) -> CaseOpened:
    raise FlareError(NO_PLACE)
