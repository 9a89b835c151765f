"""What happens between a user's wish and the document: opening, segmenting, comparing, correcting."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox

from flare_gui.app.document import opening, view_state
from flare_gui.app.document.opening import MaskQuestion, MaskRead, Opened
from flare_gui.app.document.recovery import Kept
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs import segmenting
from flare_gui.app.panels.scan import ScanPanel
from flare_gui.app.window.context import Context
from flare_gui.app.window.reading import Reading
from flare_gui.app.window.saving import Saving
from flare_gui.app.words import number, tr
from flare_gui.next_steps import in_window
from flare_gui.volume import Segmentation, Volume
from flare_gui.workspace import Workspace

SCANS = tr(
    "Scans and workspaces (*.nii *.nii.gz *.hdr *.img *.nrrd *.nhdr *.mha *.mhd *.zip *.dcm *.flare);;All files (*)"
)
MASKS = tr("Masks (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.dcm);;All files (*)")
WEIGHTS = tr("Weights (*.safetensors)")

PLANNING = tr("Planning")


class Session(QObject):
    """The verbs behind menus, drops and buttons.

    `recoverable` carries corrections of the scan just opened that a crashed program left, a `Kept`; `earlier_dropped`
    an `Opened` that is to be shown beside the open scan; `segmented` says that a result of ours is there.
    """

    recoverable = Signal(object)
    earlier_dropped = Signal(object)
    segmented = Signal()

    def __init__(
        self,
        context: Context,
        reading: Reading,
        saving: Saving,
        scan_panel: ScanPanel,
        teaching: Teaching,
    ) -> None:
        super().__init__(context.parent)
        self._context, self._saving, self._teaching = context, saving, teaching
        self._reading = reading
        self._parent, self._feedback = context.parent, context.feedback
        self._scan_panel = scan_panel
        self._document, self._runner, self._settings = context.document, context.runner, context.settings
        self._runner.gave_way.connect(self._remember)
        self._planless = False
        self._runner.busy_changed.connect(lambda: QTimer.singleShot(0, self, self._make_up))

    # Open

    def open(self, paths: list[Path], series: str | None = None) -> None:
        """Open what lies at `paths`, after a question when corrections would be lost."""
        if paths and not self._context.is_busy() and self.may_lose_corrections():
            self._read(paths, partial(self._opened, paths), series)

    def drop(self, paths: list[Path]) -> None:
        """As `open`; a scan that is dropped on another one may also be an earlier one of the same patient."""
        volume = self._document.volume
        if volume is None or (paths and paths[0] == volume.source):
            self.open(paths)
        elif paths and not self._context.is_busy():
            self._read(paths, partial(self._dropped, paths))

    def _read(self, paths: list[Path], use: Callable[[Any], None], series: str | None = None) -> None:
        self._reading.scan(paths, use, series=series, onto=self._document.volume)

    def open_case(self, scan: Path, mask: Path | None, series: str | None) -> None:
        """Open a case of a batch with what was found in it."""
        self.open([scan] if mask is None else [scan, mask], series)

    def show_case(self, opened: Opened) -> None:
        """Show a case of a review that was read already; nothing is asked but about corrections that a crash left."""
        self._document.show(opened.volume, opened.segmentation, opened.mask_file)
        self._saving.workspace_file = None
        self._scan_panel.show_no_cost("")
        self._feedback.refresh()
        if opened.kept is not None:
            self.recoverable.emit(opened.kept)

    def open_demo(self) -> None:
        """Make the synthetic demo CT and open it."""
        if not self._context.is_busy() and self.may_lose_corrections():
            demo = partial(opening.demo, store=self._context.store)
            self._runner.run(tr("Demo scan"), demo, partial(self._opened, []))

    def restore(self, kept: Kept, use: Callable[[Workspace], None]) -> None:
        """Read corrections of the open scan that a crashed program left, and give them to `use`."""
        volume = self._document.volume
        if volume is not None and not self._context.is_busy():
            self._runner.run(tr("Restoring"), partial(opening.restore, volume, kept), use)

    def open_mask(self, path: Path) -> None:
        """Show a mask of this or another program as the segmentation."""
        volume = self._document.volume
        if volume is not None and not self._context.is_busy() and self.may_lose_corrections():
            self._reading.mask(volume, path, self._mask_read, partial(self._is_open, volume))

    def _mask_read(self, read: MaskRead) -> None:
        self._context.tools.finish()
        self._document.set_segmentation(read.segmentation, read.file)

    def _is_open(self, volume: Volume) -> bool:
        return volume is self._document.volume

    def ask_for_scan(self) -> None:
        """The file dialog for a scan."""
        name, _ = QFileDialog.getOpenFileName(self._parent, tr("Open a scan"), self._settings.folder, SCANS)
        self.open([Path(name)] if name else [])

    def ask_for_folder(self) -> None:
        """The dialog for a DICOM folder, or a folder of scans."""
        name = QFileDialog.getExistingDirectory(self._parent, tr("Open a folder"), self._settings.folder)
        self.open([Path(name)] if name else [])

    def ask_for_mask(self) -> None:
        """The file dialog for a mask."""
        name, _ = QFileDialog.getOpenFileName(self._parent, tr("Open a mask"), self._settings.folder, MASKS)
        if name:
            self.open_mask(Path(name))

    def fix(self, code: str) -> None:
        """Repair the open scan as its finding `code` offers; the file stays as it is, and so does the mask."""
        from flare_gui.analysis import doctor

        volume, segmentation = self._document.volume, self._document.segmentation
        if volume is None or self._context.is_busy() or not self.may_lose_corrections():
            return

        def repair() -> None:
            self._document.show(doctor.fixed(volume, code), segmentation, self._document.mask_file)

        if self._context.attempt(tr("The scan could not be repaired"), repair):
            self._feedback.say(tr("Repaired here; the file was not changed"))
            self.estimate()

    def _dropped(self, paths: list[Path], result: Opened | MaskRead | MaskQuestion) -> None:
        if isinstance(result, Opened) and result.workspace is None:
            box = QMessageBox(
                QMessageBox.Icon.Question,
                "flare-gui",
                tr("What is {name}?").format(name=paths[0].name),
                parent=self._parent,
            )
            box.setTextFormat(Qt.TextFormat.PlainText)
            box.setInformativeText(tr("An earlier scan of the same patient can be shown beside the one that is open."))
            beside = box.addButton(tr("Show it beside"), QMessageBox.ButtonRole.ActionRole)
            instead = box.addButton(tr("Open it instead"), QMessageBox.ButtonRole.AcceptRole)
            box.addButton(QMessageBox.StandardButton.Cancel)
            box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            beside.clicked.connect(lambda: self.earlier_dropped.emit(result))
            instead.clicked.connect(lambda: self._open_instead(paths, result))
            box.open()
        else:
            self._open_instead(paths, result)

    def _open_instead(self, paths: list[Path], result: Opened | MaskRead | MaskQuestion) -> None:
        if self.may_lose_corrections():
            self._opened(paths, result)

    def _opened(self, paths: list[Path], result: Opened | MaskRead | MaskQuestion) -> None:
        if isinstance(result, Opened):
            self._show(paths, result)
        elif isinstance(result, MaskRead):
            self._mask_read(result)
        else:
            self._ask_about_values(result)

    def _ask_about_values(self, question: MaskQuestion) -> None:
        volume = self._document.volume
        assert volume is not None, "a mask is read for an open scan"
        self._reading.ask_about_values(question, volume, self._mask_read, partial(self._is_open, volume))

    def _show(self, paths: list[Path], opened: Opened) -> None:
        self._document.show(opened.volume, opened.segmentation, opened.mask_file)
        self._saving.workspace_file = None
        if opened.workspace is not None:
            self._saving.workspace_file = paths[0]
            view_state.restore(self._document, opened.workspace.view)
            self._teaching.restore(opened.workspace)
        if paths:
            self._settings.add_recent(paths[0])
        self._feedback.refresh()
        if opened.earlier is not None:
            self.earlier_dropped.emit(opened.earlier)
        elif opened.earlier_gone:
            self._feedback.tell(
                tr("The earlier scan beside it cannot be shown: {reason}").format(reason=in_window(opened.earlier_gone))
            )
        if opened.question is not None:
            self._ask_about_values(opened.question)
        if opened.kept is not None:
            self.recoverable.emit(opened.kept)
        elif self._settings.automatic and opened.segmentation is None and opened.question is None:
            self.segment()
        else:
            self.estimate()

    # Segment

    def estimate(self) -> None:
        """Say what a run would cost."""
        volume, panel = self._document.volume, self._scan_panel
        panel.show_weights(self._settings.weights)
        if volume is not None and not self._runner.busy:
            panel.show_no_cost(tr("Looking at what a run will take…"))
            self._runner.run(
                PLANNING,
                partial(segmenting.estimate, volume, self._settings.weights),
                self._estimated,
                courtesy=True,
            )

    def _estimated(self, cost: Any) -> None:
        self.cost = cost
        self._scan_panel.show_cost(cost.device, cost.seconds, cost.memory_mb)

    def segment(self) -> None:
        """Find the organs in the open scan, in a thread. What there is already can be brought back by undoing."""
        volume = self._document.volume
        if volume is None or self._context.is_busy():
            return
        self._runner.run(
            tr("Segmenting"),
            partial(segmenting.segment, volume, self._settings.weights),
            self._segmented,
            whole=segmenting.whole_segmentation,
        )

    def _segmented(self, segmentation: Segmentation) -> None:
        # A stroke that is on its way becomes a step of its own, below this one.
        self._context.tools.finish()
        self._document.replace_mask("segment", segmentation)
        seconds = sum(segmentation.run["seconds"].values())
        self._feedback.say(
            tr("Segmented in {seconds} s on {device}").format(
                seconds=number(seconds, 1), device=segmentation.run["device"]
            )
        )
        self.segmented.emit()

    def use_weights(self, path: Path | None) -> None:
        """Segment with other weights from now on; None are those of the program."""
        self._settings.weights = path
        self._feedback.refresh()
        self.estimate()

    def ask_for_weights(self) -> None:
        """The file dialog for weights."""
        name, _ = QFileDialog.getOpenFileName(
            self._parent, tr("Weights to segment with"), self._settings.folder, WEIGHTS
        )
        if name:
            self.use_weights(Path(name))

    # Correct

    def undo(self) -> None:
        """Take the last correction back; one that is being drawn is ended first, a stroke on its way is given up."""
        self._context.tools.finish()
        if not self._teaching.drop():
            self._document.undo()
        self._unsay()

    def redo(self) -> None:
        """Make the correction again that was last undone."""
        self._context.tools.finish()
        self._document.redo()
        self._unsay()

    def _unsay(self) -> None:
        """What was said of a correction is not true any more."""
        self._context.feedback.say("")

    def _remember(self, title: str) -> None:
        self._planless = self._planless or title == PLANNING

    def _make_up(self) -> None:
        """Plan again when that gave way to a job that has ended now."""
        if self._planless and not self._runner.busy:
            self._planless = False
            self.estimate()

    # Ask

    def may_lose_corrections(self) -> bool:
        """True when nothing is unsaved, or the user has saved or does not want to."""
        if not self._document.unsaved:
            return True
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self._parent,
            "flare-gui",
            tr("The mask has changes that no file has. Save them?"),
            buttons.Save | buttons.Discard | buttons.Cancel,
            buttons.Save,
        )
        if answer == buttons.Save:
            return self._saving.save()
        return answer == buttons.Discard
