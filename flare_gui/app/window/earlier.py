"""An earlier scan of the same patient beside the open one: opened, looked at together, measured, closed."""

from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QFileDialog

from flare_gui.app.document.document import Document
from flare_gui.app.document.link import Link
from flare_gui.app.document.measures import Measures
from flare_gui.app.document.opening import MaskQuestion, MaskRead, Opened
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs import segmenting
from flare_gui.app.panels.change import ChangePanel
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.surfaces.view import View3D
from flare_gui.app.window.context import Context
from flare_gui.app.window.reading import Reading
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import MASKS, SCANS
from flare_gui.app.window.side_by_side import SideBySide
from flare_gui.app.window.views import Views
from flare_gui.app.words import tr
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True, eq=False)
class Second:
    """All that there is of the earlier scan: a document of its own, its views, and what ties it to the open one."""

    document: Document
    views: Views
    measures: Measures
    link: Link
    saving: Saving


class Earlier(QObject):
    """One earlier scan at most. The open scan's document knows nothing of it; it closes when another scan is opened.

    `changed` when it is opened or closed.
    """

    changed = Signal()

    def __init__(
        self, context: Context, reading: Reading, middle: SideBySide, measures: Measures, panel: ChangePanel
    ) -> None:
        super().__init__(context.parent)
        self._context, self._reading, self._middle, self._panel = context, reading, middle, panel
        self._measures = measures
        self._beside: Volume | None = None
        self.second: Second | None = None
        panel.segment_asked.connect(self.segment)
        panel.mask_asked.connect(self.ask_for_mask)
        panel.save_asked.connect(self.save_mask)
        panel.match_asked.connect(self._match_here)
        panel.link_switched.connect(self._switch_link)
        panel.close_asked.connect(self.close)
        context.document.volume_changed.connect(self._other_scan)

    # Open and close

    def ask_for_scan(self) -> None:
        """The file dialog for it."""
        folder = self._context.settings.folder
        name, _ = QFileDialog.getOpenFileName(self._context.parent, tr("Open an earlier scan"), folder, SCANS)
        self.open([Path(name)] if name else [])

    def ask_for_folder(self) -> None:
        """The dialog for its DICOM folder."""
        folder = self._context.settings.folder
        name = QFileDialog.getExistingDirectory(self._context.parent, tr("Open an earlier scan's folder"), folder)
        self.open([Path(name)] if name else [])

    def open(self, paths: list[Path]) -> None:
        """Read what lies at `paths` and show it beside the open scan."""
        if paths and self._context.document.volume is not None:
            self._reading.scan(paths, self._take)

    def show(self, opened: Opened) -> None:
        """Show a scan that has been read, with its mask if it has one."""
        first = self._context.document
        if first.volume is None:
            return
        self.close()
        document = Document()
        surfaces = View3D(document)
        views = Views(document, surfaces, ToolBox())
        measures = Measures(document)
        document.show(opened.volume, opened.segmentation, opened.mask_file)
        saving = Saving(replace(self._context, document=document), views, Teaching(document))
        saving.beside = lambda: None if first.volume is None else (first.volume, None)
        second = Second(document, views, measures, Link(first, document), saving)
        self.second, self._beside = second, first.volume
        self._middle.show_second(
            views,
            second.link,
            (
                tr("Now: {volume}").format(volume=named(first.volume)),
                tr("Earlier: {volume}").format(volume=named(opened.volume)),
            ),
        )
        self._panel.begin(named(opened.volume), self._measures, measures)
        surfaces.start()
        self.changed.emit()
        self._middle.show_alike()
        if opened.question is not None:
            self._reading.ask_about_values(opened.question, opened.volume, self._take_mask, self._still(second))
        if second.link.apart:
            self._context.feedback.tell(
                tr(
                    "The two scans have no place in common: their tables stood elsewhere. They are shown middle "
                    "on middle. Untick “Same place and zoom”, find one landmark in both, then press “This is "
                    "the same place”."
                )
            )

    def close(self) -> None:
        """Show the open scan alone again."""
        second = self.second
        if second is None:
            return
        self.second = self._beside = None
        self._panel.end()
        second.measures.stop()
        second.link.end()
        second.views.surfaces.close()
        self._middle.hide_second()
        self.changed.emit()

    def kept(self) -> tuple[Volume, Segmentation | None] | None:
        """What a workspace keeps of it: the scan and its mask; None while there is none."""
        volume = self.second.document.volume if self.second is not None else None
        return None if self.second is None or volume is None else (volume, self.second.document.segmentation)

    def _take(self, result: Opened | MaskRead | MaskQuestion) -> None:
        if isinstance(result, Opened):
            self.show(result)

    def _other_scan(self) -> None:
        volume = self._context.document.volume
        # A repaired scan is the same one.
        if self._beside is not None and volume is not None and volume.source != self._beside.source:
            self.close()

    # Its mask

    def segment(self) -> None:
        """Find the organs in it, in a thread."""
        second, volume = self.second, self.second.document.volume if self.second is not None else None
        if second is None or volume is None or self._context.is_busy():
            return
        self._context.runner.run(
            tr("Segmenting the earlier scan"),
            partial(segmenting.segment, volume, self._context.settings.weights),
            partial(self._segmented, second),
            whole=segmenting.whole_segmentation,
        )

    def _segmented(self, second: Second, segmentation: Segmentation) -> None:
        if second is self.second:
            second.document.set_segmentation(segmentation)

    def ask_for_mask(self) -> None:
        """The file dialog for a mask of it."""
        second, volume = self.second, self.second.document.volume if self.second is not None else None
        folder = str(volume.source.parent) if volume is not None and volume.source is not None else ""
        name, _ = QFileDialog.getOpenFileName(self._context.parent, tr("Open the earlier scan's mask"), folder, MASKS)
        if name and second is not None and volume is not None:
            self._reading.mask(volume, Path(name), self._take_mask, self._still(second))

    def _take_mask(self, read: MaskRead) -> None:
        if self.second is not None:
            self.second.document.set_segmentation(read.segmentation, read.file)

    def save_mask(self) -> None:
        """Ask where to write its mask."""
        if self.second is not None and self.second.document.segmentation is not None:
            self.second.saving.ask_where_to_save_mask()

    # Together

    def _still(self, second: Second) -> "partial[bool]":
        return partial(self._is_open, second)

    def _is_open(self, second: Second) -> bool:
        return second is self.second

    def _match_here(self) -> None:
        if self.second is not None:
            self.second.link.match_here()
            self._panel.linked.setChecked(True)
            self._middle.show_alike()

    def _switch_link(self, on: bool) -> None:
        if self.second is not None:
            self.second.link.set_on(on)
            self._middle.show_alike()


def named(volume: Volume) -> str:
    """Folder and scan: names of scans alone are alike from one patient, or one day, to the next."""
    source = volume.source
    return volume.name if source is None else f"{source.parent.name}/{source.name}"
