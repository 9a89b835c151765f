"""Asks whether corrections that a crashed program left are to come back, and brings them."""

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMessageBox

from flare_gui import workspace
from flare_gui.app.document import view_state
from flare_gui.app.document.autosave import Autosave
from flare_gui.app.document.recovery import Kept
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.window.context import Context
from flare_gui.app.window.session import Session
from flare_gui.app.words import moment, tr
from flare_gui.errors import FlareError
from flare_gui.workspace import Workspace


class RecoveryOffer:
    """Nothing is thrown away unless the user says so: "Not now" asks again when the scan is opened the next time."""

    def __init__(self, context: Context, session: Session, autosave: Autosave, teaching: Teaching) -> None:
        self._context, self._session, self._autosave, self._teaching = context, session, autosave, teaching
        # What the user has said yes to before its scan was open.
        self._wanted: Path | None = None

    def offer_at_start(self) -> None:
        """Ask about the latest corrections that were left, of whichever scan that still lies in its place."""
        for kept in self._context.store.left():
            try:
                found = workspace.read(kept.path)
            except FlareError:
                # Broken, or its scan was moved: it is offered when that is opened.
                continue
            name = found.scan.name if found.scan is not None else tr("the demo scan")
            self._ask(kept, name, tr("Open and restore"), partial(self._open, kept, found))
            return

    def offer(self, kept: Kept) -> None:
        """Ask about corrections of the scan that is open, unless the user was asked at the start."""
        volume = self._context.document.volume
        if volume is None:
            return
        if self._wanted == kept.path:
            self._restore(kept)
        else:
            self._ask(kept, volume.name, tr("Restore"), partial(self._restore, kept))
        self._wanted = None

    def _ask(self, kept: Kept, name: str, yes: str, restore: partial[None]) -> None:
        box = QMessageBox(QMessageBox.Icon.Question, "flare-gui", "", parent=self._context.parent)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(
            tr("flare-gui ended before corrections of {name} were saved. The last ones were kept {written}.").format(
                name=name, written=moment(kept.written)
            )
        )
        roles = QMessageBox.ButtonRole
        box.addButton(yes, roles.AcceptRole).clicked.connect(restore)
        box.addButton(tr("Discard"), roles.DestructiveRole).clicked.connect(partial(self._discard, kept))
        box.addButton(tr("Not now"), roles.RejectRole).clicked.connect(self._session.estimate)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def _open(self, kept: Kept, found: Workspace, _checked: bool = False) -> None:
        self._wanted = kept.path
        if found.scan is None:
            self._session.open_demo()
        else:
            self._session.open([found.scan], found.series)

    def _discard(self, kept: Kept, _checked: bool = False) -> None:
        kept.path.unlink(missing_ok=True)
        self._session.estimate()

    def _restore(self, kept: Kept, _checked: bool = False) -> None:
        self._session.restore(kept, partial(self.restored, kept))

    def restored(self, kept: Kept, found: Workspace) -> None:
        """Show what was kept."""
        document = self._context.document
        document.set_segmentation(found.segmentation)
        view_state.restore(document, found.view)
        self._teaching.restore(found)
        document.mark_unsaved()
        self._autosave.adopt(kept)
        self._context.feedback.refresh()
        self._context.feedback.say(tr("The corrections are back. Save them to keep them."))
        self._session.estimate()
