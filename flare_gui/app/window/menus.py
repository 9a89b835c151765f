"""The menus of the window but for View: every command with its words, keys and when it can be used."""

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar

from flare_gui.app.dialogs.about import show_about, show_shortcuts
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.slices.all_tools import TOOLS
from flare_gui.app.slices.tools import Tool, ToolBox
from flare_gui.app.window.actions import Actions, Command, Entries, plain
from flare_gui.app.window.context import Context
from flare_gui.app.window.earlier import Earlier
from flare_gui.app.window.exporting import Exporting
from flare_gui.app.window.recent import told_apart
from flare_gui.app.window.reshaping import Reshaping
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import Session
from flare_gui.app.window.sharing import Sharing
from flare_gui.organs import ORGANS

Keys = QKeySequence.StandardKey
TOOL_TEXTS = (
    ("&Navigate", "Click anywhere: all views go there", "N"),
    ("&Teach", "Draw a short line where the organ is: the whole organ follows, on all slices", "T"),
    ("&Brush", "Paint the chosen organ; the right button erases it", "B"),
    ("&Eraser", "Remove the chosen organ; hold Shift for any other", "E"),
    ("&Fill", "Fill the hole under the mouse on this slice", "G"),
    ("&Lasso", "Draw around what does not belong to the organ, on a slice or in 3D: it goes, all through", "U"),
    ("&Keep this part only", "Click on a part of an organ: its other parts go", "K"),
    ("&Distance", "Drag to measure in mm", "D"),
    ("&Angle", "Drag along one side to the corner, then click on the other side", "A"),
    ("HU in a &circle", "Drag from the middle: mean and SD of the HU within", "C"),
)


# Changes of the whole chosen organ, which `Reshaping.do` makes.
RESHAPES = (
    ("fill_holes", "Fill &holes in 3D", "Close every cavity of the chosen organ"),
    (
        "between_slices",
        "Fill between drawn &slices",
        "Draw the organ on a few slices of one plane: the others follow",
    ),
    ("copy_next", "Copy the n&ext slice", "The organ here as on the next slice of the plane that was touched last"),
    ("copy_previous", "Copy the pre&vious slice", "The organ here as on the slice before, on the plane touched last"),
    ("smooth", "S&mooth the organ", "Take fine thorns and notches off its surface; can be repeated"),
    ("islands", "Remove &islands", "The largest part of the chosen organ stays alone"),
    ("grow", "&Grow by 1 mm", "The chosen organ larger by 1 mm to all sides"),
    ("shrink", "Shrin&k by 1 mm", "The chosen organ smaller by 1 mm from all sides"),
)

# The keys of commands on the tool bars; None draws a line.
MAIN_BAR = ("open", "segment", "save_mask", "export_everything")
TOOL_BAR = (*(tool.key for tool in TOOLS), None, "undo", "redo", None, "outline", "crosshair", "reset_views")


def fill_bar(bar: QToolBar, keys: Sequence[str | None], actions: Actions) -> None:
    """Put the actions of the commands `keys` into a tool bar, with one word each where the bar has words."""
    for key in keys:
        if key is None:
            bar.addSeparator()
            continue
        action = actions[key]
        action.setIconText(plain(action.text()).split()[0])
        bar.addAction(action)


def file_menu(context: Context, session: Session, saving: Saving, exporting: Exporting, sharing: Sharing) -> Entries:
    """What comes in and what goes out."""
    document = context.document
    idle, scan, mask = (
        (lambda: not context.runner.blocked),
        (lambda: document.volume is not None),
        (lambda: document.segmentation is not None),
    )
    yield Command(
        "open",
        "&Open scan…",
        session.ask_for_scan,
        "A CT or a workspace; any view takes them dropped, too",
        Keys.Open,
        "open",
        idle,
    )
    yield Command(
        "folder",
        "Open &folder…",
        session.ask_for_folder,
        "A DICOM folder, or one with many scans to choose from",
        "Ctrl+Shift+O",
        None,
        idle,
    )
    yield _recent_menu(context, session)
    yield Command(
        "demo", "Open the &demo scan", session.open_demo, "A synthetic CT to try things on", None, "demo", idle
    )
    yield None
    open_mask, reference = session.ask_for_mask, session.ask_for_reference
    yield Command("mask", "Open &mask…", open_mask, "Use a mask of this or another program", "Ctrl+M", None, scan)
    yield Command(
        "compare", "&Compare with…", reference, "Open a second mask: Dice, NSD, differences", "Ctrl+K", None, mask
    )
    yield None
    save_as, keep = saving.ask_where_to_save_mask, saving.ask_where_to_save_workspace
    yield Command(
        "save_mask",
        "&Save mask",
        saving.save,
        "Into the file that the mask has; one is asked for the first time",
        Keys.Save,
        "save",
        mask,
    )
    yield Command("save_mask_as", "Save mask &as…", save_as, "Choose a file and a format", "Ctrl+Alt+S", None, mask)
    yield Command(
        "save_workspace",
        "Save &workspace…",
        keep,
        "One file to go on with later: mask, strokes, measurements and view",
        "Ctrl+Shift+S",
        None,
        scan,
    )
    yield None
    everything, choose = partial(exporting.ask, everything=True), exporting.ask
    yield Command("export", "&Export…", choose, "Masks, meshes, numbers, a film", "Ctrl+E", "export", mask)
    yield Command(
        "export_everything",
        "Export e&verything…",
        everything,
        "All that there is in one folder, to hand on",
        "Ctrl+Shift+E",
        "export",
        mask,
    )
    yield Command("share", "S&hare…", sharing.ask, "One page that opens in any browser", "Ctrl+Shift+H", None, mask)
    yield Command(
        "save_picture",
        "Save &picture…",
        saving.ask_for_picture,
        "A view or all four as PNG, as large as a poster needs it",
        "Ctrl+P",
        None,
        scan,
    )
    yield None
    yield Command("quit", "&Quit", context.parent.close, "Asks first when a correction is in no file", Keys.Quit)


def edit_menu(context: Context, session: Session, teaching: Teaching, reshaping: Reshaping) -> Entries:
    """Corrections: back and forth, the tools, what they work on."""
    document = context.document
    yield Command(
        "undo",
        "&Undo",
        session.undo,
        "Take the last correction back, and then the one before: 50 at least",
        Keys.Undo,
        "undo",
        lambda: document.history.undo_name is not None or teaching.busy,
    )
    yield Command(
        "redo",
        "&Redo",
        session.redo,
        "Make the correction again that was taken back",
        Keys.Redo,
        "redo",
        lambda: document.history.redo_name is not None,
    )
    yield None
    tools, scan = context.tools, (lambda: document.volume is not None)
    for tool, (text, tip, keys) in zip(TOOLS, TOOL_TEXTS, strict=True):
        yield Command(
            tool.key,
            text,
            partial(_choose, tools, tool),
            tip,
            keys,
            tool.key,
            scan,
            checked=partial(lambda key: tools.tool.key == key, tool.key),
            group="tools",
        )
    preview = lambda: teaching.preview is not None  # noqa: E731 - asked whenever something changes
    idle_preview = lambda: (preview() or teaching.busy) and not context.runner.busy  # noqa: E731
    yield Command(
        "keep_stroke",
        "Keep the stroke",
        teaching.keep,
        "Leave the correction as it is; the next stroke does so, too",
        "Return",
        None,
        preview,
    )
    yield Command(
        "discard_stroke",
        "Take the stroke back",
        teaching.discard,
        "The mask as it was before the last stroke",
        "Esc",
        None,
        idle_preview,
    )
    yield None
    yield Command("smaller", "Smaller brush", partial(tools.grow, 1 / 1.25), "As Shift and the wheel towards you", "[")
    yield Command("larger", "Larger brush", partial(tools.grow, 1.25), "As Shift and the wheel away from you", "]")
    for organ in ORGANS:
        text, keys = f"Correct the {organ.name.lower()}", f"Ctrl+{organ.label}"
        tip = f"Brush, eraser and strokes work on the {organ.name.lower()}; a click on it does so, too"
        yield Command(f"label_{organ.label}", text, partial(setattr, tools, "label", organ.label), tip, keys)
    for key, text, tip in RESHAPES:
        yield Command(key, text, partial(reshaping.do, key), tip, None, None, scan)
    yield Command(
        "forget_ruler",
        "Remove the last &measurement",
        lambda: setattr(document, "rulers", document.rulers[:-1]),
        "The distance, angle or circle that was drawn last",
        "Del",
        None,
        lambda: bool(document.rulers),
    )


def scan_menu(context: Context, session: Session, earlier: Earlier, show_batch: Callable[[], object]) -> Entries:
    """Segmenting, and with which weights; a second scan."""
    settings, document, runner = context.settings, context.document, context.runner
    ready = lambda: document.volume is not None and not runner.blocked  # noqa: E731 - asked whenever something changes
    yield Command(
        "segment",
        "&Segment",
        session.segment,
        "Find liver, kidneys and spleen, while you go on looking",
        "Ctrl+R",
        "segment",
        ready,
    )
    batch = "Every scan below a folder: volumes, failures, a contact sheet"
    yield Command("batch", "Segment a &folder…", show_batch, batch, "Ctrl+Shift+R")
    yield Command("cancel", "&Cancel", runner.cancel, "Stop what is running", "Esc", None, lambda: runner.busy)
    yield None
    yield Command(
        "earlier",
        "Open an &earlier scan beside…",
        earlier.ask_for_scan,
        "Both at the same place, with the change of each organ's volume",
        "Ctrl+B",
        None,
        ready,
    )
    folder = "The same, from a DICOM folder"
    yield Command(
        "earlier_folder", "Open an ea&rlier folder beside…", earlier.ask_for_folder, folder, None, None, ready
    )
    there = lambda: earlier.second is not None  # noqa: E731
    yield Command("close_earlier", "Close the earlier scan", earlier.close, "Show one scan alone", None, None, there)
    yield None
    shipped = lambda: settings.weights is None  # noqa: E731
    yield Command(
        "shipped_weights",
        "Use the shipped &weights",
        lambda *_: session.use_weights(None),
        "The network that comes with the program",
        checked=shipped,
        group="weights",
    )
    yield Command(
        "other_weights",
        "Use &other weights…",
        lambda *_: session.ask_for_weights(),
        "A .safetensors file written by flare-train, with its card",
        checked=lambda: not shipped(),
        group="weights",
    )


def help_menu(context: Context, actions: Actions) -> Entries:
    """Keys, versions."""
    parent, settings = context.parent, context.settings
    keys = lambda: show_shortcuts(parent, actions.shortcuts())  # noqa: E731 - asked when all menus are there
    yield Command("shortcuts", "&Keyboard and mouse", keys, "What every key and button of the mouse does", "F1")
    about = lambda: show_about(parent, settings.weights)  # noqa: E731
    yield Command("about", "&About flare-gui", about, "Versions, model card, what it is not")


def _recent_menu(context: Context, session: Session) -> QMenu:
    settings = context.settings
    menu = QMenu("Open &recent", context.parent)
    menu.setToolTipsVisible(True)

    def fill() -> None:
        menu.clear()
        for path, name in zip(settings.recent, told_apart(settings.recent), strict=True):
            action = menu.addAction(name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(partial(_open, session, path))
        menu.addSeparator()
        forget = menu.addAction("Forget these")
        forget.setEnabled(bool(settings.recent))
        forget.triggered.connect(settings.forget_recent)

    menu.aboutToShow.connect(fill)
    return menu


def _open(session: Session, path: Path, _checked: bool = False) -> None:
    session.open([path])


def _choose(tools: ToolBox, tool: type[Tool], _checked: bool = False) -> None:
    tools.choose(tool())
