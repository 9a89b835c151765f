"""The menus of the window but for View: every command with its words, keys and when it can be used."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType

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
from flare_gui.app.words import in_sentence, tr
from flare_gui.organs import ORGANS

Keys = QKeySequence.StandardKey
TOOL_TEXTS = (
    (tr("&Navigate"), tr("Click anywhere: all views go there"), "N"),
    (tr("&Teach"), tr("Draw a line where the organ is, with the right button where it is not: all of it follows"), "T"),
    (tr("&Brush"), tr("Paint the chosen organ; the right button erases it"), "B"),
    (tr("&Eraser"), tr("Remove the chosen organ; hold Shift for any other"), "E"),
    (tr("&Fill"), tr("Fill the hole under the mouse on this slice"), "G"),
    (tr("&Lasso"), tr("Draw around what does not belong to the organ, on a slice or in 3D: it goes, all through"), "U"),
    (tr("&Keep this part only"), tr("Click on a part of an organ: its other parts go"), "K"),
    (tr("&Distance"), tr("Drag to measure in mm"), "D"),
    (tr("&Angle"), tr("Drag along one side to the corner, then click on the other side"), "A"),
    (tr("HU in a &circle"), tr("Drag from the middle: mean and SD of the HU within"), "C"),
)


# Changes of the whole chosen organ, which `Reshaping.do` makes.
RESHAPES = (
    ("fill_holes", tr("Fill &holes in 3D"), tr("Close every cavity of the chosen organ")),
    (
        "between_slices",
        tr("Fill between drawn &slices"),
        tr("Draw the organ on a few slices of one plane: the others follow"),
    ),
    (
        "copy_next",
        tr("Copy the n&ext slice"),
        tr("The organ here as on the next slice of the plane that was touched last"),
    ),
    (
        "copy_previous",
        tr("Copy the pre&vious slice"),
        tr("The organ here as on the slice before, on the plane touched last"),
    ),
    ("smooth", tr("S&mooth the organ"), tr("Take fine thorns and notches off its surface; can be repeated")),
    ("islands", tr("Remove &islands"), tr("The largest part of the chosen organ stays alone")),
    ("grow", tr("&Grow by 1 mm"), tr("The chosen organ larger by 1 mm to all sides")),
    ("shrink", tr("Shrin&k by 1 mm"), tr("The chosen organ smaller by 1 mm from all sides")),
)

# The keys of commands on the tool bars; None draws a line. One word each where the bar has words.
MAIN_BAR = {
    "open": tr("Open"),
    "segment": tr("Segment"),
    "save_mask": tr("Save"),
    "export_everything": tr("Export"),
}
TOOL_BAR = (*(tool.key for tool in TOOLS), None, "undo", "redo", None, "outline", "crosshair", "reset_views")


def fill_bar(
    bar: QToolBar, keys: Iterable[str | None], actions: Actions, words: Mapping[str, str] = MappingProxyType({})
) -> None:
    """Put the actions of the commands `keys` into a tool bar, with their `words` where it has some."""
    for key in keys:
        if key is None:
            bar.addSeparator()
            continue
        action = actions[key]
        action.setIconText(words.get(key, plain(action.text())))
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
    open_mask, reference = session.ask_for_mask, session.ask_for_reference
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


def edit_menu(context: Context, session: Session, teaching: Teaching, reshaping: Reshaping) -> Entries:
    """Corrections: back and forth, the tools, what they work on."""
    document = context.document
    yield Command(
        "undo",
        tr("&Undo"),
        session.undo,
        tr("Take the last correction back, and then the one before: 50 at least"),
        Keys.Undo,
        "undo",
        lambda: document.history.undo_name is not None or teaching.busy,
    )
    yield Command(
        "redo",
        tr("&Redo"),
        session.redo,
        tr("Make the correction again that was taken back"),
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
        tr("Keep the stroke"),
        teaching.keep,
        tr("Leave the correction as it is; the next stroke does so, too"),
        "Return",
        None,
        preview,
    )
    yield Command(
        "discard_stroke",
        tr("Take the stroke back"),
        teaching.discard,
        tr("The mask as it was before the last stroke"),
        "Esc",
        None,
        idle_preview,
    )
    yield None
    yield Command(
        "smaller", tr("Smaller brush"), partial(tools.grow, 1 / 1.25), tr("As Shift and the wheel towards you"), "["
    )
    yield Command(
        "larger", tr("Larger brush"), partial(tools.grow, 1.25), tr("As Shift and the wheel away from you"), "]"
    )
    for organ in ORGANS:
        text, keys = tr("Correct the {name}").format(name=in_sentence(organ)), f"Ctrl+{organ.label}"
        tip = tr("Brush, eraser and strokes work on the {name}; a click on it does so, too").format(
            name=in_sentence(organ)
        )
        yield Command(f"label_{organ.label}", text, partial(setattr, tools, "label", organ.label), tip, keys)
    for key, text, tip in RESHAPES:
        yield Command(key, text, partial(reshaping.do, key), tip, None, None, scan)
    yield Command(
        "forget_ruler",
        tr("Remove the last &measurement"),
        lambda: setattr(document, "rulers", document.rulers[:-1]),
        tr("The distance, angle or circle that was drawn last"),
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
        tr("&Segment"),
        session.segment,
        tr("Find liver, kidneys and spleen, while you go on looking"),
        "Ctrl+R",
        "segment",
        ready,
    )
    batch = tr("Every scan below a folder: volumes, failures, a contact sheet")
    yield Command("batch", tr("Segment a &folder…"), show_batch, batch, "Ctrl+Shift+R")
    yield Command("cancel", tr("&Cancel"), runner.cancel, tr("Stop what is running"), "Esc", None, lambda: runner.busy)
    yield None
    yield Command(
        "earlier",
        tr("Open an &earlier scan beside…"),
        earlier.ask_for_scan,
        tr("Both at the same place, with the change of each organ's volume"),
        "Ctrl+B",
        None,
        ready,
    )
    folder = tr("The same, from a DICOM folder")
    yield Command(
        "earlier_folder", tr("Open an ea&rlier folder beside…"), earlier.ask_for_folder, folder, None, None, ready
    )
    there = lambda: earlier.second is not None  # noqa: E731
    yield Command(
        "close_earlier", tr("Close the earlier scan"), earlier.close, tr("Show one scan alone"), None, None, there
    )
    yield None
    shipped = lambda: settings.weights is None  # noqa: E731
    yield Command(
        "shipped_weights",
        tr("Use the shipped &weights"),
        lambda *_: session.use_weights(None),
        tr("The network that comes with the program"),
        checked=shipped,
        group="weights",
    )
    yield Command(
        "other_weights",
        tr("Use &other weights…"),
        lambda *_: session.ask_for_weights(),
        tr("A .safetensors file written by flare-train, with its card"),
        checked=lambda: not shipped(),
        group="weights",
    )


def help_menu(context: Context, actions: Actions) -> Entries:
    """Keys, versions."""
    parent, settings = context.parent, context.settings
    keys = lambda: show_shortcuts(parent, actions.shortcuts())  # noqa: E731 - asked when all menus are there
    yield Command("shortcuts", tr("&Keyboard and mouse"), keys, tr("What every key and button of the mouse does"), "F1")
    about = lambda: show_about(parent, settings.weights)  # noqa: E731
    yield Command("about", tr("&About flare-gui"), about, tr("Versions, model card, what it is not"))


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


def _choose(tools: ToolBox, tool: type[Tool], _checked: bool = False) -> None:
    tools.choose(tool())


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
