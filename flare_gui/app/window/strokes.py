"""What ties the strokes of Teach to the tools, the network and the panels."""

from PySide6.QtCore import QObject

from flare_gui.app.document.teaching import Teaching
from flare_gui.app.window.arrangement import Arrangement
from flare_gui.app.window.context import Context
from flare_gui.app.window.session import Session


class Strokes(QObject):
    """Lets the network look at the scan in time, shows the list of strokes, and says what each has done."""

    def __init__(self, context: Context, session: Session, teaching: Teaching, arrangement: Arrangement) -> None:
        super().__init__(context.parent)
        self._document, self._tools, self._feedback = context.document, context.tools, context.feedback
        self._session, self._teaching, self._arrangement = session, teaching, arrangement
        teaching.refused.connect(self._feedback.say)
        teaching.taught.connect(self._feedback.say)
        teaching.failed.connect(self._feedback.tell)
        teaching.changing.connect(self._end_painting)
        teaching.features_wanted.connect(session.look_for_teaching)
        teaching.changed.connect(self._show_list)
        self._tools.changed.connect(self._prepare)

    def _show_list(self) -> None:
        self._arrangement.show({"Strokes": bool(self._document.volume and self._teaching.strokes)})

    def _prepare(self) -> None:
        """Whoever takes the tool in the hand need not wait for the network with the first stroke."""
        if self._tools.tool.key == "teach" and self._document.volume is not None and not self._teaching.ready:
            self._session.look_for_teaching()

    def _end_painting(self) -> None:
        """A brush that is down while a stroke's correction comes ends as a step of its own; the next stroke goes on."""
        if self._tools.tool.key != "teach":
            self._tools.finish()
