"""The window: what is open, what can be done with it, what is going on."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import (
    QDockWidget,
    QFileDialog,
    QGridLayout,
    QLabel,
    QMainWindow,
    QMessageBox,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QWidget,
)

from flare_gui import __version__, geometry
from flare_gui.app import work
from flare_gui.app.document import Document
from flare_gui.app.jobs import Job
from flare_gui.app.organ_panel import OrganPanel
from flare_gui.app.slice_view import AXIAL, CORONAL, SAGITTAL, SliceView
from flare_gui.app.start_page import StartPage
from flare_gui.errors import FlareError
from flare_gui.volume import Segmentation, Volume

# Lowest and highest HU drawn; the usual presets of a reading room.
WINDOWS = {
    "Abdomen": (-160, 240),
    "Liver": (-15, 155),
    "Soft tissue": (-135, 215),
    "Lung": (-1350, 150),
    "Bone": (-450, 1050),
    "Whole range": (-1024, 3071),
}
_SCANS = "Scans (*.nii *.nii.gz *.nrrd *.nhdr *.mha *.mhd *.zip *.dcm);;All files (*)"
_MASKS = "Masks (*.nii *.nii.gz *.nrrd *.mha)"


class MainWindow(QMainWindow):
    """One document, its views and one job at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.document = Document()
        self.job: Job | None = None
        self.setWindowTitle("flare-gui")
        self.setAcceptDrops(True)
        self.resize(1280, 860)
        self._start = StartPage()
        self._start.open_file.connect(self._ask_for_file)
        self._start.open_folder.connect(self._ask_for_folder)
        self._start.open_demo.connect(self.open_demo)
        self._views = [SliceView(self.document, plane) for plane in (AXIAL, CORONAL, SAGITTAL)]
        self._pages = QStackedWidget()
        self._pages.addWidget(self._start)
        self._pages.addWidget(self._grid())
        self.setCentralWidget(self._pages)
        self._organs = QDockWidget("Organs")
        self._organs.setObjectName("organs")
        self._organs.setWidget(OrganPanel(self.document))
        self.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, self._organs)
        self._organs.hide()
        self._make_status_bar()
        self._actions: dict[str, QAction] = {}
        self._make_menus()
        self.document.volume_changed.connect(self._volume_opened)
        self.document.segmentation_changed.connect(self._enable)
        self._enable()

    def open(self, paths: list[Path]) -> None:
        """Open a scan, and a mask if one is among `paths` or a result of ours lies beside it."""
        if paths:
            self._run("Reading", partial(work.read, paths), self._opened)

    def open_demo(self) -> None:
        """Make the synthetic demo CT and open it."""
        self._run("Demo scan", work.demo, self._opened)

    def segment(self) -> None:
        """Find the organs in the open scan, in a thread."""
        if self.document.volume is not None:
            self._run("Segmenting", partial(work.segment, self.document.volume), self.document.set_segmentation)

    def save_mask(self, path: Path) -> None:
        """Write the labels as NIfTI."""
        segmentation = self.document.segmentation
        if segmentation is None:
            return
        try:
            work.save(segmentation, path)
        except (FlareError, OSError) as error:
            self.tell(f"The mask could not be written: {error}")
        else:
            self.statusBar().showMessage(f"Saved {path.name}", 8000)

    def tell(self, sentence: str, details: str = "") -> None:
        """Show one sentence, with details to unfold, without stopping anything."""
        box = QMessageBox(QMessageBox.Icon.Warning, "flare-gui", sentence, parent=self)
        box.setDetailedText(details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.open(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self.job is not None:
            self.job.cancel()
            self.job.wait(5)
        super().closeEvent(event)

    def _grid(self) -> QWidget:
        page = QWidget()
        layout = QGridLayout(page)
        layout.setContentsMargins(2, 2, 2, 2)
        layout.setSpacing(2)
        for view, place in zip(self._views, ((0, 0), (0, 1), (1, 0)), strict=True):
            layout.addWidget(view, *place)
            view.pointed.connect(self._point)
            view.enlarged.connect(partial(self._enlarge, view))
        self._notes = QLabel()
        self._notes.setWordWrap(True)
        self._notes.setMargin(16)
        self._notes.setAlignment(Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._notes, 1, 1)
        for i in (0, 1):
            layout.setRowStretch(i, 1)
            layout.setColumnStretch(i, 1)
        return page

    def _make_status_bar(self) -> None:
        self._pointer, self._stage = QLabel(), QLabel()
        self._bar = QProgressBar()
        self._bar.setRange(0, 100)
        self._bar.setMaximumWidth(220)
        self._stop = QPushButton("Cancel")
        self._stop.clicked.connect(self._cancel)
        self.statusBar().addWidget(self._pointer)
        for widget in (self._stage, self._bar, self._stop):
            self.statusBar().addPermanentWidget(widget)
            widget.hide()

    def _make_menus(self) -> None:
        file = self.menuBar().addMenu("&File")
        self._add(file, "&Open scan…", self._ask_for_file, QKeySequence.StandardKey.Open)
        self._add(file, "Open &folder…", self._ask_for_folder, "Ctrl+Shift+O")
        self._add(file, "Open the &demo scan", self.open_demo)
        file.addSeparator()
        self._add(file, "Open &mask…", self._ask_for_mask)
        self._add(file, "&Save mask…", self._ask_where_to_save, QKeySequence.StandardKey.Save)
        file.addSeparator()
        self._add(file, "&Quit", self.close, QKeySequence.StandardKey.Quit)
        scan = self.menuBar().addMenu("&Scan")
        self._add(scan, "&Segment", self.segment, "Ctrl+R")
        view = self.menuBar().addMenu("&View")
        for number, (name, window) in enumerate(WINDOWS.items(), 1):
            self._add(view, name, partial(setattr, self.document, "window", window), str(number))
        help_menu = self.menuBar().addMenu("&Help")
        self._add(help_menu, "&About flare-gui", self._about)
        bar = self.addToolBar("Tools")
        bar.setObjectName("tools")
        bar.setMovable(False)
        for name in ("&Open scan…", "Open &folder…", "&Segment", "&Save mask…"):
            bar.addAction(self._actions[name])

    def _add(self, menu: Any, name: str, slot: Callable[[], Any], shortcut: Any = None) -> None:
        action = QAction(name, self)
        action.triggered.connect(lambda: slot())
        if shortcut is not None:
            action.setShortcut(shortcut)
        menu.addAction(action)
        self._actions[name] = action

    def _enable(self) -> None:
        idle, scan = self.job is None, self.document.volume is not None
        self._actions["&Segment"].setEnabled(idle and scan)
        self._actions["Open &mask…"].setEnabled(idle and scan)
        self._actions["&Save mask…"].setEnabled(self.document.segmentation is not None)
        for name in ("&Open scan…", "Open &folder…", "Open the &demo scan"):
            self._actions[name].setEnabled(idle)

    def _run(self, title: str, task: Callable[..., Any], use: Callable[[Any], None]) -> None:
        if self.job is not None:
            self.statusBar().showMessage("Something is running already; cancel it first.", 5000)
            return
        self.job = Job(task, self)
        self.job.progressed.connect(lambda stage, part: self._progress(f"{title}: {stage}", part))
        self.job.done.connect(lambda result: self._ended(partial(use, result)))
        self.job.failed.connect(lambda sentence, details: self._ended(partial(self.tell, sentence, details)))
        self.job.cancelled.connect(lambda: self._ended(partial(self.statusBar().showMessage, "Cancelled", 5000)))
        self._progress(title, 0.0)
        for widget in (self._stage, self._bar, self._stop):
            widget.show()
        self._stop.setEnabled(True)
        self._enable()
        self.job.start()

    def _ended(self, then: Callable[[], None]) -> None:
        if self.job is not None:
            self.job.deleteLater()
        self.job = None
        for widget in (self._stage, self._bar, self._stop):
            widget.hide()
        self._enable()
        then()

    def _progress(self, stage: str, part: float) -> None:
        self._stage.setText(stage)
        self._bar.setValue(round(100 * part))

    def _cancel(self) -> None:
        if self.job is not None:
            self._stop.setEnabled(False)
            self.job.cancel()

    def _opened(self, result: tuple[Volume, Segmentation | None]) -> None:
        self.document.show(*result)

    def _volume_opened(self) -> None:
        volume = self.document.volume
        assert volume is not None
        self._pages.setCurrentIndex(1)
        self._organs.show()
        self.setWindowTitle(f"{volume.name} - flare-gui")
        shape, spacing = " x ".join(map(str, volume.shape)), " x ".join(f"{mm:.2f}" for mm in volume.spacing)
        lines = [f"<b>{volume.name}</b>", f"{shape} voxels, {spacing} mm, {volume.orientation}", *volume.warnings]
        self._notes.setText("<p>" + "</p><p>".join(lines) + "</p>")
        self._enable()

    def _point(self, voxel: tuple[int, int, int] | None) -> None:
        if voxel is None:
            self._pointer.clear()
            return
        x, y, z = geometry.apply(self.document.affine, np.array([voxel]))[0]
        self._pointer.setText(f"R {x:.1f}  A {y:.1f}  S {z:.1f} mm   {self.document.hu[voxel]} HU")

    def _enlarge(self, view: SliceView) -> None:
        alone = all(other is view or other.isHidden() for other in self._views)
        for other in [*self._views, self._notes]:
            other.setVisible(alone or other is view)

    def _ask_for_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a scan", "", _SCANS)
        self.open([Path(name)] if name else [])

    def _ask_for_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Open a DICOM folder")
        self.open([Path(name)] if name else [])

    def _ask_for_mask(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Open a mask", "", _MASKS)
        if name and self.document.volume is not None:
            self._run("Reading", partial(work.read_mask, self.document.volume, Path(name)), self._mask_opened)

    def _mask_opened(self, segmentation: Segmentation) -> None:
        self.document.set_segmentation(segmentation)

    def _ask_where_to_save(self) -> None:
        volume = self.document.volume
        if volume is not None:
            name, _ = QFileDialog.getSaveFileName(self, "Save the mask", f"{volume.name}.seg.nii.gz", _MASKS)
            if name:
                self.save_mask(Path(name))

    def _about(self) -> None:
        QMessageBox.about(
            self,
            "About flare-gui",
            f"<p><b>flare-gui {__version__}</b></p><p>Liver, kidneys and spleen in abdominal CT.</p>"
            "<p>Not a medical device: for research and teaching only.</p>",
        )
