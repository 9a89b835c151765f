"""Share: a page to hand on, what is said before about what is in it, and the job that writes it."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from flare_gui.app.dialogs.files import Kind, ask_where_to_save
from flare_gui.app.window.context import Context
from flare_gui.app.words import tr

if TYPE_CHECKING:
    from flare_gui.app.dialogs.share import ShareDialog

TITLE = tr("Sharing")
# Not the scan's own name, which may be the patient's.
NAME = "result.html"


class Sharing(QObject):
    """The dialog, the file, the job."""

    def __init__(self, context: Context) -> None:
        super().__init__(context.parent)
        self._context = context

    @property
    def running(self) -> bool:
        """Whether a page is being written."""
        return self._context.runner.busy and self._context.runner.title == TITLE

    def ask(self) -> "ShareDialog | None":
        """The dialog that says what leaves the computer."""
        from flare_gui.app.dialogs.share import ShareDialog

        if self._context.frozen() is None:
            return None
        dialog = ShareDialog(self._context.parent)
        dialog.chosen.connect(self._ask_where)
        dialog.open()
        return dialog

    def _ask_where(self, with_ct: bool) -> None:
        kinds = (Kind(tr("HTML page"), (".html", ".htm")),)
        start = Path(self._context.settings.folder) / NAME
        path = ask_where_to_save(self._context.parent, tr("Save the page"), start, kinds)
        if path is not None:
            self.write(path, with_ct=with_ct)

    def write(self, path: Path, *, with_ct: bool) -> None:
        """Write the page beside the window."""
        from flare_gui.export.shared_page import share

        pair = self._context.frozen()
        if pair is None or self._context.is_busy():
            return
        # The file dialog has asked whether a file may be replaced.
        work = partial(share, *pair, path, with_ct=with_ct, overwrite=True)
        self._context.runner.run(TITLE, work, self._written)

    def _written(self, path: Path) -> None:
        sentence = tr("Saved {name}: it opens in any browser").format(name=path.name)
        self._context.show_written(sentence, path.parent)
