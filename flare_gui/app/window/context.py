"""What the parts of the window share, so that none of them needs the window itself."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol

from PySide6.QtWidgets import QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.document.recovery import Store
from flare_gui.app.jobs.following import Following
from flare_gui.app.jobs.job import explained
from flare_gui.app.jobs.runner import Runner
from flare_gui.app.settings import Settings
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.words import tr
from flare_gui.volume import Segmentation, Volume


class Feedback(Protocol):
    """How a part reaches the user. The window does all three."""

    def say(self, sentence: str) -> None:
        """Show one sentence in the status bar for a while."""

    def tell(self, sentence: str, details: str = "") -> None:
        """Show one sentence, with details to unfold, without stopping anything."""

    def refresh(self) -> None:
        """Show what can be done now, and what is unsaved."""


@dataclass(frozen=True)
class Context:
    """The one document, the tools, the one job at a time and what follows it; questions open over `parent`."""

    parent: QWidget
    feedback: Feedback
    document: Document
    tools: ToolBox
    runner: Runner
    following: Following
    settings: Settings
    store: Store

    def is_busy(self) -> bool:
        """Whether a job runs that has to end first; the user is told so."""
        if not self.runner.make_way():
            self.feedback.say(
                tr("{title} goes on: wait for its end, or cancel it first").format(title=self.runner.title)
            )
        return self.runner.busy

    def frozen(self) -> tuple[Volume, Segmentation] | None:
        """Scan and mask as they are now: the user may go on correcting while they are written."""
        volume, segmentation = self.document.volume, self.document.segmentation
        if volume is None or segmentation is None:
            return None
        return volume, replace(segmentation, labels=segmentation.labels.copy())

    def show_written(self, sentence: str, folder: Path, *, after_job: bool = True) -> None:
        """Say what was written, with a button for its folder where there is room for one: `Runner.show_written`."""
        if not self.runner.show_written(sentence, folder, after_job=after_job):
            self.feedback.say(sentence)

    def attempt(self, refusal: str, do: Callable[[], object]) -> bool:
        """Whether `do` went well. Whatever it raises is said, after `refusal`: nothing is lost without a word."""
        try:
            do()
        except Exception as error:  # noqa: BLE001 - as in a job: a bug is shown, never swallowed
            sentence, details = explained(error)
            self.feedback.tell(f"{refusal}: {sentence}", details)
            return False
        return True
