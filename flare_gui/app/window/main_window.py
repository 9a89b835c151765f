"""The window: puts the parts together and lets nothing be lost."""

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QMainWindow,
    QMessageBox,
    QStackedWidget,
    QToolBar,
)

from flare_gui.app.dialogs.screen import fit
from flare_gui.app.document import view_state
from flare_gui.app.document.autosave import Autosave
from flare_gui.app.document.document import Document
from flare_gui.app.document.measures import Measures
from flare_gui.app.document.recovery import Store
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs.following import Following
from flare_gui.app.jobs.runner import Runner
from flare_gui.app.panels.brush import BrushBar
from flare_gui.app.panels.change import ChangePanel
from flare_gui.app.panels.compare import ComparePanel
from flare_gui.app.panels.organs import OrganPanel
from flare_gui.app.panels.review import ReviewBar
from flare_gui.app.panels.scan import ScanPanel
from flare_gui.app.panels.scrolled import ScrolledPanel
from flare_gui.app.panels.strokes import StrokePanel
from flare_gui.app.panels.window import WindowBar
from flare_gui.app.settings import Settings
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.surfaces.view import View3D
from flare_gui.app.window import menus
from flare_gui.app.window.actions import Actions
from flare_gui.app.window.arrangement import Arrangement
from flare_gui.app.window.comparing import Comparing
from flare_gui.app.window.context import Context
from flare_gui.app.window.earlier import Earlier, named
from flare_gui.app.window.edit_menu import edit_menu
from flare_gui.app.window.exporting import Exporting
from flare_gui.app.window.file_menu import file_menu
from flare_gui.app.window.peek import Peek
from flare_gui.app.window.pointer import Pointer
from flare_gui.app.window.reading import Reading
from flare_gui.app.window.recovery_offer import RecoveryOffer
from flare_gui.app.window.reshaping import Reshaping
from flare_gui.app.window.review import Review
from flare_gui.app.window.review_menu import BAR as REVIEW_BAR
from flare_gui.app.window.review_menu import review_menu
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import Session
from flare_gui.app.window.sharing import Sharing
from flare_gui.app.window.side_by_side import SideBySide
from flare_gui.app.window.start_page import StartPage
from flare_gui.app.window.strokes import Strokes
from flare_gui.app.window.view_menu import view_menu
from flare_gui.app.window.views import Views
from flare_gui.app.window.warming import Warming
from flare_gui.app.words import tr

if TYPE_CHECKING:
    from flare_gui.app.batch.window import BatchWindow


class MainWindow(QMainWindow):
    """One document, its views and one job at a time."""

    def __init__(self, settings: Settings | None = None) -> None:
        super().__init__()
        self.settings = settings or Settings()
        self.document = Document()
        self.teaching = Teaching(self.document)
        self.tools = ToolBox(self.teaching)
        self.runner, self.following = Runner(self), Following(self)
        self.autosave = Autosave(self.document, self.teaching, Store(self.settings.recovery_folder))
        self.batch: BatchWindow | None = None
        self._warming = Warming()
        self.setWindowTitle("flare-gui")
        self.setAcceptDrops(True)
        fit(self, 1360, 900)
        self.start = StartPage()
        self.surfaces = View3D(self.document)
        self.views = Views(self.document, self.surfaces, self.tools)
        self._middle = SideBySide(self.views)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.start)
        self._pages.addWidget(self._middle)
        self.setCentralWidget(self._pages)
        self.measures = Measures(self.document)
        self.scan_panel, self.organs = ScanPanel(self.document), OrganPanel(self.document, self.measures)
        self.comparison, self.change = ComparePanel(self.document), ChangePanel()
        self.strokes = StrokePanel(self.document, self.teaching)
        self._context = context = Context(
            parent=self,
            feedback=self,
            document=self.document,
            tools=self.tools,
            runner=self.runner,
            following=self.following,
            settings=self.settings,
            store=self.autosave.store,
        )
        self.saving, self.exporting = Saving(context, self.views, self.teaching), Exporting(context)
        self.sharing = Sharing(context)
        reading = Reading(context)
        self.session = Session(context, reading, self.saving, self.scan_panel, self.teaching)
        self.comparing = Comparing(context, reading, self.comparison)
        self.earlier = Earlier(context, reading, self._middle, self.measures, self.change)
        self.saving.beside = self.earlier.kept
        self.reshaping = Reshaping(context, self.surfaces.cut_line)
        self.review_bar = ReviewBar()
        self.review = Review(context, self.session, self.saving, self.review_bar)
        self.recovery = RecoveryOffer(context, self.session, self.autosave, self.teaching)
        panels = {
            "Scan": self.scan_panel,
            "Organs": ScrolledPanel(self.organs),
            "Earlier scan": ScrolledPanel(self.change),
            "Strokes": self.strokes,
            "Compare": ScrolledPanel(self.comparison),
        }
        self._main_bar, self._tool_bar = QToolBar(tr("Main")), QToolBar(tr("Tools"))
        self._main_bar.setObjectName("main")
        self._tool_bar.setObjectName("tools")
        self._main_bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.brush_bar = BrushBar(self.tools, self.document)
        self.window_bar = WindowBar(self.document)
        # Beside the others most of the brush's would be hidden behind an arrow.
        bars = ((self._main_bar, self._tool_bar, self.window_bar), (self.brush_bar,))
        self.arrangement = Arrangement(self, panels, bars)
        self.arrangement.add_line(self.review_bar, "review")
        self._strokes = Strokes(context, self.session, self.teaching, self.arrangement)
        self.docks = self.arrangement.docks
        self._pointer = Pointer(self.document)
        self.statusBar().addWidget(self._pointer)
        self.statusBar().addPermanentWidget(self.runner.bar)
        self.actions_ = Actions(self)
        self._add_menus(context)
        self._connect()
        self.installEventFilter(Peek(self.document, self))
        self.arrangement.restore(self.settings)
        self.document.set_display(**view_state.known_display(self.settings.choices("display")))
        self._show_page()
        self.refresh()

    def open(self, paths: list[Path]) -> None:
        """Open a scan or a workspace, and a mask if one is among `paths` or a result of ours lies beside the scan."""
        self.session.open(paths)

    def show_batch(self) -> "BatchWindow":
        """Show the window for a folder of scans, the one that there is if it was shown before."""
        if self.batch is None:
            from flare_gui.app.window.cohort import cohort_window

            self.batch = cohort_window(self._context, self.session, self.saving, self.review)
        self.batch.show()
        self.batch.raise_()
        return self.batch

    def tell(self, sentence: str, details: str = "") -> None:
        """Show one sentence, with details to unfold, without stopping anything."""
        box = QMessageBox(QMessageBox.Icon.Warning, "flare-gui", sentence, parent=self)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setDetailedText(details)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.open()

    def begin(self, paths: list[Path]) -> None:
        """What comes after the first paint: 3D, the scans at `paths`, or what a program that crashed has left."""
        self.surfaces.reserve()
        self._warming.begin(self.surfaces.start)
        why = self.autosave.store.why_not()
        if why is not None or not self.settings.are_kept:
            self.autosave.complained = True
            self.tell(
                tr(
                    "Settings, recent files and a copy of corrections in case of a crash cannot be kept: {folder} "
                    "cannot be written to{why}. Everything else works. Save masks and workspaces elsewhere."
                ).format(folder=self.settings.recovery_folder.parent, why=f" ({why})" if why else "")
            )
        if paths:
            self.open(paths)
        else:
            self.recovery.offer_at_start()

    def say(self, sentence: str) -> None:
        """Show one sentence in the status bar for a while; an empty one takes away what stands there."""
        # Qt would wait for the end of an empty message too.
        self.statusBar().showMessage(sentence, 8000 if sentence else 0)

    def refresh(self) -> None:
        """Show what can be done now, and what is unsaved."""
        self.actions_.refresh()
        self.review_bar.setVisible(self.review.active)
        volume = self.document.volume
        self.setWindowTitle(f"{named(volume)}[*] - flare-gui" if volume else "flare-gui")
        self.setWindowModified(volume is not None and self.document.unsaved)
        self.scan_panel.segment.setEnabled(volume is not None and not self.runner.blocked)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802 - Qt's name
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802 - Qt's name
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        event.acceptProposedAction()
        self.session.drop(paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if not (self._may_stop_what_runs() and self.session.may_lose_corrections()):
            event.ignore()
            return
        self.runner.stop(5)
        self._warming.stop()
        self.review.stop(5)
        if self.batch is not None:
            self.batch.stop(15)
            self.batch.hide()
            self.batch.deleteLater()
        self.following.stop(30)
        self.teaching.drop()
        self.autosave.close()
        self.statusBar().clearMessage()
        self.arrangement.keep(self.settings)
        display = self.document.display
        self.settings.keep_choices("display", {"layout": display.layout, "linked": display.linked})
        self.earlier.close()
        self.measures.stop()
        self.surfaces.close()
        super().closeEvent(event)

    def _may_stop_what_runs(self) -> bool:
        """True when nothing is being written, or the user does not mind that it ends half way."""
        batch = self.batch is not None and self.batch.running
        if not batch and not self.exporting.running and not self.sharing.running:
            return True
        what = tr("A folder is being segmented") if batch else tr("An export is being written")
        kept = tr("What is done stays, and is kept next time.") if batch else tr("Files that are complete stay.")
        buttons = QMessageBox.StandardButton
        answer = QMessageBox.question(
            self,
            "flare-gui",
            tr("{what}. Stop it and quit? {kept}").format(what=what, kept=kept),
            buttons.Yes | buttons.No,
            buttons.No,
        )
        return answer == buttons.Yes

    def _add_menus(self, context: Context) -> None:
        actions, session = self.actions_, self.session
        leaving = self.saving, self.exporting, self.sharing
        actions.menu(tr("&File"), file_menu(context, session, self.comparing, *leaving))
        actions.menu(tr("&Edit"), edit_menu(context, session, self.teaching, self.reshaping))
        actions.menu(tr("&Scan"), menus.scan_menu(context, session, self.earlier, self.show_batch))
        actions.menu(tr("Re&view"), review_menu(self.review, self.show_batch))
        actions.menu(tr("&View"), view_menu(context, self.views, self.arrangement.switches(), self.reset_layout))
        actions.menu(tr("&Help"), menus.help_menu(context, actions))
        menus.fill_bar(self._main_bar, menus.MAIN_BAR, actions, menus.MAIN_BAR)
        menus.fill_bar(self._tool_bar, menus.TOOL_BAR, actions)
        self.review_bar.use([actions[key] for key in REVIEW_BAR])

    def _connect(self) -> None:
        self.start.open_file.connect(self.session.ask_for_scan)
        self.start.open_folder.connect(self.session.ask_for_folder)
        self.start.open_demo.connect(self.session.open_demo)
        self.start.open_recent.connect(lambda path: self.open([path]))
        self.start.show_recent(self.settings.recent)
        self.start.hint.setVisible(not self.settings.knows_first_steps)
        self.start.hint_dismissed.connect(self.settings.learn_first_steps)
        self.document.segmentation_changed.connect(self._learn)
        self.session.recoverable.connect(self.recovery.offer)
        self.session.earlier_dropped.connect(self.earlier.show)
        self.earlier.changed.connect(self._show_change)
        self.earlier.changed.connect(self.refresh)
        self.scan_panel.segment.clicked.connect(self.session.segment)
        self.scan_panel.findings.fix_asked.connect(self.session.fix)
        self.scan_panel.automatic.setChecked(self.settings.automatic)
        self.scan_panel.automatic.toggled.connect(lambda on: setattr(self.settings, "automatic", on))
        self.comparison.overlay_switched.connect(self.views.show_disagreement)
        self.views.pointed.connect(self._pointer.point)
        self.review.changed.connect(self.refresh)
        self.following.failed.connect(self.tell)
        self.runner.busy_changed.connect(self.refresh)
        self.runner.failed.connect(self.tell)
        self.autosave.failed.connect(self.tell)
        self.tools.refused.connect(self.say)
        self.teaching.changed.connect(self.refresh)
        self.tools.changed.connect(lambda: setattr(self.surfaces.cut_line, "on", self.tools.tool.key == "lasso"))
        self.tools.changed.connect(lambda: self.organs.show_chosen(self.tools.label))
        self.organs.chosen.connect(lambda label: setattr(self.tools, "label", label))
        self.surfaces.picked.connect(lambda label: setattr(self.tools, "label", label))
        self.organs.show_chosen(self.tools.label)
        self.runner.cancelled.connect(
            lambda title: self.say(tr("{title}: cancelled, nothing was changed").format(title=title))
        )
        document = self.document
        document.volume_changed.connect(self.tools.put_away)
        document.volume_changed.connect(self._show_page)
        document.reference_changed.connect(self._show_page)
        for signal in (
            document.volume_changed,
            document.segmentation_changed,
            document.edited,
            document.rulers_changed,
            document.looks_changed,
            document.display_changed,
            self.tools.changed,
        ):
            signal.connect(self.refresh)

    def _learn(self) -> None:
        """Who has organs on the screen needs no first steps."""
        if self.document.segmentation is not None:
            self.settings.learn_first_steps()

    def _show_page(self) -> None:
        document, scan = self.document, self.document.volume is not None
        self._pages.setCurrentIndex(1 if scan else 0)
        self.arrangement.show(
            {
                "Scan": scan,
                "Organs": scan,
                "Earlier scan": self.earlier.second is not None,
                "Strokes": scan and bool(self.teaching.strokes),
                "Compare": scan and document.reference is not None,
            }
        )

    def _show_change(self) -> None:
        self.arrangement.show({"Earlier scan": self.earlier.second is not None})
        # It takes its height from all others, and leaves it to all of them.
        self.arrangement.even()

    def reset_layout(self) -> None:
        """Panels, tool bars and views where they were at first."""
        self.arrangement.reset()
        self.document.set_display(layout="equal")
        self._show_page()
