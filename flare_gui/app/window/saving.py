"""What leaves the window at once: masks, workspaces, pictures. Exports have a module of their own."""

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtWidgets import QApplication

from flare_gui import workspace
from flare_gui.app.dialogs.files import Kind, ask_where_to_save
from flare_gui.app.dialogs.picture import PictureDialog
from flare_gui.app.document import view_state
from flare_gui.app.document.document import MaskFile
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.window.context import Context
from flare_gui.app.window.picture import picture
from flare_gui.app.window.views import Views
from flare_gui.app.words import tr
from flare_gui.files import never_over, replacing
from flare_gui.organs import ORGANS
from flare_gui.render.options import PictureStyle
from flare_gui.volume import Segmentation, Volume

MASKS = (
    Kind(tr("NIfTI mask"), (".seg.nii.gz", ".nii.gz", ".nii")),
    Kind(tr("Segmentation for 3D Slicer"), (".seg.nrrd", ".nrrd")),
    Kind(tr("MetaImage mask"), (".seg.mha", ".mha")),
)
WORKSPACES = (Kind(tr("Workspace"), (workspace.SUFFIX,)),)
PICTURES = (Kind(tr("PNG picture"), (".png",)),)


class Saving(QObject):
    """The dialogs and the writing behind save and picture. `workspace_file` is where the work was last kept.

    `beside` gives the earlier scan beside the open one and its mask, which a workspace keeps too.
    `case_saved` carries the `CaseFiles` of a case of a batch whose mask was corrected and saved.
    """

    case_saved = Signal(object)

    def __init__(self, context: Context, views: Views, teaching: Teaching) -> None:
        super().__init__(context.parent)
        self._context, self._views, self._teaching = context, views, teaching
        self._parent, self._feedback = context.parent, context.feedback
        self._document, self._settings = context.document, context.settings
        self.workspace_file: Path | None = None
        self.beside: Callable[[], tuple[Volume, Segmentation | None] | None] = lambda: None

    def save(self) -> bool:
        """Write the mask into its own file, or ask for one; whether it was saved."""
        file = self._document.mask_file
        return self.save_mask(file.path) if file is not None and file.ours else self.ask_where_to_save_mask()

    def save_mask(self, path: Path) -> bool:
        """Write the labels in the format that the name ends in; whether it went well."""
        volume, segmentation = self._document.volume, self._document.segmentation
        if volume is None or segmentation is None:
            return False
        beside = self.beside()
        other = None if beside is None else beside[0].source
        if not self._written(path, partial(_write_mask, volume, segmentation, path, other)):
            return False
        self._document.mark_saved(MaskFile(path, ours=True))
        self._feedback.refresh()
        self._follow(path, volume, segmentation)
        return True

    def _follow(self, path: Path, volume: Volume, segmentation: Segmentation) -> None:
        """Numbers, picture and tables of a case of a batch follow its mask."""
        from flare_gui.batch.corrections import case_of

        files = case_of(path)
        if files is not None:
            self._context.following.correction(files, volume, replace(segmentation, labels=segmentation.labels.copy()))
            self.case_saved.emit(files)

    def ask_where_to_save_mask(self) -> bool:
        """The file dialog for the mask; whether it was saved."""
        volume, file = self._document.volume, self._document.mask_file
        if volume is None:
            return False
        folder = file.path.parent if file is not None else Path(self._settings.folder)
        start = file.path if file is not None and file.ours else folder / f"{volume.name}.seg.nii.gz"
        path = ask_where_to_save(self._parent, tr("Save the mask"), start, MASKS)
        return path is not None and self.save_mask(path)

    def save_workspace(self, path: Path) -> bool:
        """Write scan's place, mask and view into one file, and those of an earlier scan; whether it went well."""
        document = self._document
        if document.volume is None:
            return False
        labels, before = document.labels, self._teaching.labels_before()
        write = partial(
            workspace.write,
            path,
            document.volume,
            document.segmentation,
            view_state.describe(document),
            strokes=self._teaching.strokes,
            before_strokes=None if before is None or labels is None else document.as_stored(before(labels)),
            earlier=self.beside(),
        )
        if not self._written(path, write):
            return False
        self.workspace_file = path
        self._settings.add_recent(path)
        document.mark_saved()
        self._feedback.refresh()
        return True

    def ask_where_to_save_workspace(self) -> bool:
        """The file dialog for the workspace, which proposes its own file; whether it was saved."""
        volume = self._document.volume
        if volume is None:
            return False
        start = self.workspace_file or Path(self._settings.folder) / f"{volume.name}{workspace.SUFFIX}"
        path = ask_where_to_save(self._parent, tr("Save the workspace"), start, WORKSPACES)
        return path is not None and self.save_workspace(path)

    def ask_for_picture(self) -> PictureDialog | None:
        """The dialog for a picture of a view, or of all four."""
        if self._document.volume is None:
            return None
        dialog = PictureDialog(self._parent)
        dialog.chosen.connect(self._ask_where_to_save_picture)
        dialog.open()
        return dialog

    def _ask_where_to_save_picture(self, number: int | None, size: QSize, style: PictureStyle) -> None:
        assert self._document.volume is not None
        start = Path(self._settings.folder) / f"{self._document.volume.name}.png"
        path = ask_where_to_save(self._parent, tr("Save the picture"), start, PICTURES)
        if path is not None:
            self.save_picture(path, number, size, style)

    def save_picture(
        self,
        path: Path,
        number: int | None,
        size: QSize,
        style: PictureStyle = PictureStyle(),  # noqa: B008 - frozen
    ) -> bool:
        """Write what view `number` shows, or all four for None, as PNG of `size`; whether it went well."""

        def write() -> None:
            image = picture(self._views, number, size, style.background, self._legend() if style.legend else [])
            with replacing(path) as beside:
                if not image.save(str(beside)):
                    raise OSError(tr("the disk is full, or the folder cannot be written to"))

        QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
        try:
            return self._written(path, write)
        finally:
            QApplication.restoreOverrideCursor()

    def _legend(self) -> list[tuple[str, str]]:
        """Colour and words of each organ that is shown."""
        segmentation, document = self._document.segmentation, self._document
        if segmentation is None or document.volume is None:
            return []
        from flare_gui.render.slides import legend_rows

        looks = {organ.colour: document.look(organ.label) for organ in ORGANS}
        rows = legend_rows(document.volume, segmentation)
        return [(looks[colour].colour, words) for colour, words in rows if looks[colour].visible]

    def _written(self, path: Path, write: Callable[[], object]) -> bool:
        if not self._context.attempt(tr("{name} could not be written").format(name=path.name), write):
            return False
        self._context.show_written(tr("Saved {name}").format(name=path.name), path.parent, after_job=False)
        return True


def _write_mask(volume: Volume, segmentation: Segmentation, path: Path, other_scan: Path | None) -> None:
    # What is needed is loaded when it is needed.
    from flare_gui.batch.corrections import case_of, save_correction
    from flare_gui.export.masks import save

    never_over(path, other_scan)
    files = case_of(path)
    if files is not None:
        save_correction(files, volume, segmentation)
        return

    save(volume, segmentation, path)
