"""What the parts of the window share, so that none of them needs the window itself."""

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtWidgets import QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.document.recovery import Store
from flare_gui.app.jobs.runner import Runner
from flare_gui.app.settings import Settings
from flare_gui.app.slices.tools import ToolBox


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
    """The one document, the tools, the one job at a time, and where questions open: over `parent`."""

    parent: QWidget
    feedback: Feedback
    document: Document
    tools: ToolBox
    runner: Runner
    settings: Settings
    store: Store

    def is_busy(self) -> bool:
        """Whether a job runs that has to end first; the user is told so."""
        # Planning is only a courtesy: whoever wants something does not wait for it.
        if self.runner.busy and self.runner.title in ("Planning", "Comparing"):
            self.runner.drop()
        if self.runner.busy:
            self.feedback.say("Something is running already; cancel it first.")
        return self.runner.busy
