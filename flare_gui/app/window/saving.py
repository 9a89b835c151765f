"""What leaves the window: masks, workspaces, exports, pictures."""

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QSize, Qt
from PySide6.QtWidgets import QApplication, QFileDialog

from flare_gui import workspace
from flare_gui.app.dialogs.picture import PictureDialog
from flare_gui.app.document import view_state
from flare_gui.app.jobs import exporting
from flare_gui.app.jobs.exporting import ExportRequest
from flare_gui.app.window.context import Context
from flare_gui.app.window.picture import picture
from flare_gui.app.window.views import Views
from flare_gui.errors import FlareError
from flare_gui.files import replacing
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume

if TYPE_CHECKING:
    from flare_gui.app.dialogs.export import ExportDialog

PICTURE = "PNG picture (*.png)"
MASK = "NIfTI mask (*.nii.gz)"
WORKSPACES = f"Workspaces (*{workspace.SUFFIX})"


class Saving(QObject):
    """The dialogs and the writing behind save, export and picture. `workspace_file` is where the work was last kept."""

    def __init__(self, context: Context, views: Views) -> None:
        super().__init__(context.parent)
        self._context, self._views = context, views
        self._parent, self._feedback = context.parent, context.feedback
        self._document, self._runner, self._settings = context.document, context.runner, context.settings
        self.workspace_file: Path | None = None

    def save_mask(self, path: Path) -> bool:
        """Write the labels as NIfTI; whether it went well."""
        volume, segmentation = self._document.volume, self._document.segmentation
        if volume is None or segmentation is None:
            return False
        return self._saved(path, partial(exporting.save_mask, volume, segmentation, path))

    def ask_where_to_save_mask(self) -> bool:
        """The file dialog for the mask; whether it was saved."""
        volume = self._document.volume
        if volume is None:
            return False
        start = str(Path(self._settings.folder) / f"{volume.name}.seg.nii.gz")
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save the mask", start, MASK)
        return bool(name) and self.save_mask(Path(name))

    def save_workspace(self, path: Path) -> bool:
        """Write scan's place, mask and view into one file; whether it went well."""
        document = self._document
        if document.volume is None:
            return False
        view = view_state.describe(document)
        done = self._saved(path, partial(workspace.write, path, document.volume, document.segmentation, view))
        if done:
            self.workspace_file = path
            self._settings.add_recent(path)
        return done

    def ask_where_to_save_workspace(self) -> bool:
        """Save into the workspace's own file, or ask for one."""
        volume = self._document.volume
        if volume is None:
            return False
        start = self.workspace_file or Path(self._settings.folder) / f"{volume.name}{workspace.SUFFIX}"
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save the workspace", str(start), WORKSPACES)
        if not name:
            return False
        path = Path(name)
        return self.save_workspace(
            path if path.suffix == workspace.SUFFIX else path.with_name(path.name + workspace.SUFFIX)
        )

    def ask_what_to_export(self, *, everything: bool = False) -> "ExportDialog | None":
        """The dialog of exports, with all ticked for `everything`."""
        from flare_gui.app.dialogs.export import ExportDialog

        volume = self._document.volume
        if volume is None or self._document.segmentation is None:
            return None
        source = volume.source
        folder = (source.parent if source is not None else Path.home()) / f"{volume.name}-export"
        dialog = ExportDialog(folder, self._parent, everything=everything, dicom=volume.series_uid is not None)
        dialog.preview_asked.connect(partial(self._preview, dialog))
        dialog.chosen.connect(self.export)
        dialog.open()
        return dialog

    def export(self, request: ExportRequest) -> None:
        """Write what was ticked, in a thread."""
        pair = self._frozen()
        if pair is not None and not self._context.is_busy():
            self._runner.run("Exporting", partial(exporting.export, *pair, request), self._exported)

    def _preview(self, dialog: "ExportDialog", film: FilmSettings) -> None:
        pair = self._frozen()
        if pair is not None and not self._context.is_busy():
            self._runner.run("Preview", partial(exporting.preview, *pair, film), dialog.show_preview)

    def ask_for_picture(self) -> PictureDialog | None:
        """The dialog for a picture of a view, or of all four."""
        if self._document.volume is None:
            return None
        dialog = PictureDialog(self._parent)
        dialog.chosen.connect(self._ask_where_to_save_picture)
        dialog.open()
        return dialog

    def _ask_where_to_save_picture(self, number: int | None, size: QSize) -> None:
        assert self._document.volume is not None
        start = str(Path(self._settings.folder) / f"{self._document.volume.name}.png")
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save the picture", start, PICTURE)
        if name:
            path = Path(name)
            self.save_picture(path if path.suffix else path.with_suffix(".png"), number, size)

    def save_picture(self, path: Path, number: int | None, size: QSize) -> bool:
        """Write what view `number` shows, or all four for None, as PNG of `size`; whether it went well."""
        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            image = picture(self._views, number, size)
            with replacing(path) as beside:
                if not image.save(str(beside)):
                    raise OSError("the disk is full, or the folder cannot be written to")
        except OSError as problem:
            self._feedback.tell(f"{path.name} could not be written: {problem}.")
            return False
        finally:
            QApplication.restoreOverrideCursor()
        self._feedback.say(f"Saved {path.name}")
        return True

    def _frozen(self) -> tuple[Volume, Segmentation] | None:
        """Scan and mask as they are now: the user may go on correcting while they are written."""
        volume, segmentation = self._document.volume, self._document.segmentation
        if volume is None or segmentation is None:
            return None
        return volume, replace(segmentation, labels=segmentation.labels.copy())

    def _exported(self, folder: Path) -> None:
        self._feedback.say(f"Exported to {folder}")

    def _saved(self, path: Path, write: Any) -> bool:
        try:
            write()
        except (FlareError, OSError) as error:
            self._feedback.tell(f"{path.name} could not be written: {error}")
            return False
        self._document.mark_saved()
        self._feedback.refresh()
        self._feedback.say(f"Saved {path.name}")
        return True
