"""The File menu: what comes in, what goes out, and what was open lately."""

from functools import partial
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from flare_gui.app.window.actions import Command, Entries
from flare_gui.app.window.comparing import Comparing
from flare_gui.app.window.context import Context
from flare_gui.app.window.exporting import Exporting
from flare_gui.app.window.recent import told_apart
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import Session
from flare_gui.app.window.sharing import Sharing
from flare_gui.app.words import tr

Keys = QKeySequence.StandardKey


def file_menu(
    context: Context, session: Session, comparing: Comparing, saving: Saving, exporting: Exporting, sharing: Sharing
) -> Entries:
    """What comes in and what goes out."""
    document = context.document
    idle, scan, mask = (
        (lambda: not context.runner.blocked),
        (lambda: document.volume is not None),
        (lambda: document.segmentation is not None),
    )
    yield Command(
        "open",
        tr("&Open scan…"),
        session.ask_for_scan,
        tr("A CT or a workspace; any view takes them dropped, too"),
        Keys.Open,
        "open",
        idle,
    )
    yield Command(
        "folder",
        tr("Open &folder…"),
        session.ask_for_folder,
        tr("A DICOM folder, or one with many scans to choose from"),
        "Ctrl+Shift+O",
        None,
        idle,
    )
    yield _recent_menu(context, session)
    yield Command(
        "demo", tr("Open the &demo scan"), session.open_demo, tr("A synthetic CT to try things on"), None, "demo", idle
    )
    yield None
    open_mask, reference = session.ask_for_mask, comparing.ask_for_mask
    yield Command(
        "mask", tr("Open &mask…"), open_mask, tr("Use a mask of this or another program"), "Ctrl+M", None, scan
    )
    yield Command(
        "compare",
        tr("&Compare with…"),
        reference,
        tr("Open a second mask: Dice, NSD, differences"),
        "Ctrl+K",
        None,
        mask,
    )
    yield None
    save_as, keep = saving.ask_where_to_save_mask, saving.ask_where_to_save_workspace
    yield Command(
        "save_mask",
        tr("&Save mask"),
        saving.save,
        tr("Into the file that the mask has; one is asked for the first time"),
        Keys.Save,
        "save",
        mask,
    )
    yield Command(
        "save_mask_as", tr("Save mask &as…"), save_as, tr("Choose a file and a format"), "Ctrl+Alt+S", None, mask
    )
    yield Command(
        "save_workspace",
        tr("Save &workspace…"),
        keep,
        tr("One file to go on with later: mask, strokes, measurements and view"),
        "Ctrl+Shift+S",
        None,
        scan,
    )
    yield None
    everything, choose = partial(exporting.ask, everything=True), exporting.ask
    yield Command("export", tr("&Export…"), choose, tr("Masks, meshes, numbers, a film"), "Ctrl+E", "export", mask)
    yield Command(
        "export_everything",
        tr("Export e&verything…"),
        everything,
        tr("All that there is in one folder, to hand on"),
        "Ctrl+Shift+E",
        "export",
        mask,
    )
    tip = tr("One page that opens in any browser")
    yield Command("share", tr("S&hare…"), sharing.ask, tip, "Ctrl+Shift+H", None, mask)
    yield Command(
        "save_picture",
        tr("Save &picture…"),
        saving.ask_for_picture,
        tr("A view or all four as PNG, as large as a poster needs it"),
        "Ctrl+P",
        None,
        scan,
    )
    yield None
    yield Command(
        "quit", tr("&Quit"), context.parent.close, tr("Asks first when a correction is in no file"), Keys.Quit
    )


def _recent_menu(context: Context, session: Session) -> QMenu:
    settings = context.settings
    menu = QMenu(tr("Open &recent"), context.parent)
    menu.setToolTipsVisible(True)

    def fill() -> None:
        menu.clear()
        for path, name in zip(settings.recent, told_apart(settings.recent), strict=True):
            action = menu.addAction(name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(partial(_open, session, path))
        menu.addSeparator()
        forget = menu.addAction(tr("Forget these"))
        forget.setEnabled(bool(settings.recent))
        forget.triggered.connect(settings.forget_recent)

    menu.aboutToShow.connect(fill)
    return menu


def _open(session: Session, path: Path, _checked: bool = False) -> None:
    session.open([path])
