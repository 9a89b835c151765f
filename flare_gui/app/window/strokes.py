"""What ties the strokes of Teach to the tools, the network and the panels."""

from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer

from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs import segmenting
from flare_gui.app.window.arrangement import Arrangement
from flare_gui.app.window.context import Context
from flare_gui.app.window.session import Session
from flare_gui.app.words import tr
from flare_gui.volume import Volume

LOOKING = tr("Looking at the scan")
# After a result, so long for its numbers and surfaces, which are waited for.
LATER_MS = 1500


class Strokes(QObject):
    """Lets the network look at the scan in time, shows the list of strokes, and says what each has done."""

    def __init__(self, context: Context, session: Session, teaching: Teaching, arrangement: Arrangement) -> None:
        super().__init__(context.parent)
        self._context, self._teaching, self._arrangement = context, teaching, arrangement
        self._document, self._tools, self._feedback = context.document, context.tools, context.feedback
        self._runner = context.runner
        # Looking gave way to another job.
        self._interrupted = False
        teaching.refused.connect(self._feedback.say)
        teaching.taught.connect(self._feedback.say)
        teaching.failed.connect(self._feedback.tell)
        teaching.changing.connect(self._end_painting)
        teaching.features_wanted.connect(self.look)
        teaching.changed.connect(self._show_list)
        session.segmented.connect(lambda: QTimer.singleShot(LATER_MS, self, self._look_ahead))
        self._tools.changed.connect(self._prepare)
        self._runner.gave_way.connect(self._remember)
        self._runner.busy_changed.connect(lambda: QTimer.singleShot(0, self, self._make_up))
        self._document.volume_changed.connect(lambda: setattr(self, "_interrupted", False))

    # The network

    def look(self) -> None:
        """Run the network on the open scan for its features, in a thread: strokes need them."""
        volume, looking = self._document.volume, self._runner.busy and self._runner.title == LOOKING
        if volume is None or looking or self._context.is_busy():
            return
        self._feedback.say(tr("The network looks at the scan once; strokes can be drawn meanwhile"))
        self._runner.run(LOOKING, self._find(volume), partial(self._use, volume))

    def _look_ahead(self) -> None:
        """As `look`, as a courtesy: who takes a result of ours in hand need not wait for the network."""
        volume = self._document.volume
        if volume is not None and not self._teaching.ready:
            # Who wants to draw strokes hears of what is in the way then.
            ignored = lambda *_: None  # noqa: E731
            self._runner.run(LOOKING, self._find(volume), partial(self._use, volume), failed=ignored, courtesy=True)

    def _find(self, volume: Volume) -> "partial[Any]":
        return partial(segmenting.features, volume, self._context.settings.weights)

    def _use(self, volume: Volume, features: Any) -> None:
        if self._document.volume is volume:
            self._teaching.use_features(features)

    def _remember(self, title: str) -> None:
        self._interrupted = self._interrupted or title == LOOKING

    def _make_up(self) -> None:
        """Look again when that gave way to a job that has ended now."""
        if self._interrupted and not self._runner.busy:
            self._interrupted = False
            if self._teaching.busy:
                self.look()
            else:
                self._look_ahead()

    # Tools and panels

    def _show_list(self) -> None:
        self._arrangement.show({"Strokes": bool(self._document.volume and self._teaching.strokes)})

    def _prepare(self) -> None:
        """Whoever takes the tool in the hand need not wait for the network with the first stroke."""
        if self._tools.tool.key == "teach" and self._document.volume is not None and not self._teaching.ready:
            self.look()

    def _end_painting(self) -> None:
        """A brush that is down while a stroke's correction comes ends as a step of its own; the next stroke goes on."""
        if self._tools.tool.key != "teach":
            self._tools.finish()
