"""The Scan and Help menus, and what stands on the tool bars. The other menus have modules of their own."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from PySide6.QtWidgets import QToolBar

from flare_gui.app.dialogs.about import show_about, show_shortcuts
from flare_gui.app.slices.all_tools import TOOLS
from flare_gui.app.window.actions import Actions, Command, Entries, plain
from flare_gui.app.window.context import Context
from flare_gui.app.window.earlier import Earlier
from flare_gui.app.window.session import Session
from flare_gui.app.words import tr

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
