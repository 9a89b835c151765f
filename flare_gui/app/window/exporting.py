"""Exports: the dialog, the job, and what is said when it is done, refused or cancelled."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from flare_gui.app.jobs import exporting
from flare_gui.app.jobs.exporting import ExportRequest, Listing
from flare_gui.app.window.context import Context
from flare_gui.app.words import tr
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Volume

if TYPE_CHECKING:
    from flare_gui.app.dialogs.export import ExportDialog

# So many names of files are said; the folder shows the others.
MOST_NAMES = 6
TITLE = tr("Exporting")


class Exporting(QObject):
    """Nothing that was chosen is lost: a dialog closes when its export has begun, and comes back when it is refused."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context = context
        self._parent, self._feedback, self._frozen = context.parent, context.feedback, context.frozen
        self._document, self._runner, self._settings = context.document, context.runner, context.settings

    @property
    def running(self) -> bool:
        """Whether files are being written."""
        return self._runner.busy and self._runner.title == TITLE

    def ask(self, *, everything: bool = False) -> "ExportDialog | None":
        """The dialog, with what was chosen last time, or with all ticked for `everything`."""
        from flare_gui.app.dialogs.export import ExportDialog

        volume = self._document.volume
        if volume is None or self._document.segmentation is None:
            return None
        chosen = self._settings.choices("export")
        folder = proposed_folder(volume, chosen.get("into"))
        dialog = ExportDialog(folder, self._parent, everything=everything, dicom=volume.series_uid is not None)
        if not everything:
            dialog.take(chosen)
        dialog.preview_asked.connect(partial(self._preview, dialog))
        dialog.chosen.connect(partial(self._begin, dialog, folder))
        dialog.rejected.connect(partial(self._forget, dialog))
        dialog.open()
        return dialog

    def _begin(self, dialog: "ExportDialog", proposed: Path, request: ExportRequest) -> None:
        pair = self._frozen()
        if pair is None:
            dialog.say(tr("There is no mask to export any more."))
            return
        if not self._runner.make_way():
            dialog.say(
                tr("{title} goes on: wait for its end, or cancel it in the window's lower right corner.").format(
                    title=self._runner.title
                )
            )
            return
        into = self._settings.choices("export").get("into")
        if request.folder != proposed:
            into = str(request.folder.absolute().parent)
        self._settings.keep_choices("export", dialog.choices() | ({"into": into} if into else {}))
        before = exporting.listing(request.folder)
        self._runner.run(
            TITLE,
            partial(exporting.export, *pair, request),
            partial(self._exported, dialog, before),
            failed=partial(self._refused, dialog),
            after_cancel=partial(self._cancelled, dialog, before, request.folder),
        )
        # Kept, hidden, until it is known whether it has to come back.
        dialog.done_with()

    def _refused(self, dialog: "ExportDialog", sentence: str, details: str) -> None:
        if details:
            self._feedback.tell(sentence, details)
        dialog.say(sentence)
        dialog.open()

    def _forget(self, dialog: "ExportDialog") -> None:
        """Nobody waits for a preview any more."""
        self._runner.make_way()
        dialog.deleteLater()

    def _exported(self, dialog: "ExportDialog", before: Listing, done: exporting.Exported) -> None:
        dialog.deleteLater()
        written = exporting.written_since(before, done.folder)
        sentence = tr("Exported {written} to {folder}").format(written=_files(len(written)), folder=done.folder)
        self._context.show_written(sentence, done.folder)
        if done.notes:
            self._feedback.tell(f"{sentence}. {'. '.join(done.notes)}.")

    def _cancelled(self, dialog: "ExportDialog", before: Listing, folder: Path) -> None:
        dialog.deleteLater()
        written = exporting.written_since(before, folder)
        if not written:
            self._feedback.say(tr("{title}: cancelled, nothing was written").format(title=TITLE))
            return
        names = [path.name for path in written[:MOST_NAMES]] + ["…"] * (len(written) > MOST_NAMES)
        self._feedback.tell(
            tr("{title} was cancelled. {written} were complete in {folder}: {names}").format(
                title=TITLE, written=_files(len(written)), folder=folder, names=", ".join(names)
            )
        )

    def _preview(self, dialog: "ExportDialog", film: FilmSettings) -> None:
        pair = self._frozen()
        if pair is None or not self._runner.make_way():
            dialog.say(tr("{title} goes on: a preview has to wait for its end.").format(title=self._runner.title))
            return
        self._runner.run(tr("Preview"), partial(exporting.preview, *pair, film), dialog.show_preview, courtesy=True)


def proposed_folder(volume: Volume, into: object) -> Path:
    """A folder of the scan's name: in the one chosen last, else beside the scan, never among the files of a series."""
    source = volume.source
    beside = source.parent if source is not None else Path.home()
    if source is not None and volume.series_uid is not None and source.suffix.lower() != ".zip" and source.is_file():
        beside = beside.parent
    if isinstance(into, str) and Path(into).is_dir():
        beside = Path(into)
    return beside / f"{volume.name}-export"


def _files(count: int) -> str:
    return tr("1 file") if count == 1 else tr("{count} files").format(count=count)
