"""The menus of the window: every command with its words, keys and when it can be used."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu, QToolBar

from flare_gui.app.dialogs.about import show_about, show_shortcuts
from flare_gui.app.slices.tools import TOOLS, Tool
from flare_gui.app.window.actions import Command
from flare_gui.organs import ORGANS

if TYPE_CHECKING:
    from flare_gui.app.window.main_window import MainWindow

# Lowest and highest HU drawn; the usual presets of a reading room.
WINDOWS = {
    "Abdomen": (-160.0, 240.0),
    "Liver": (-15.0, 155.0),
    "Soft tissue": (-135.0, 215.0),
    "Lung": (-1350.0, 150.0),
    "Bone": (-450.0, 1050.0),
    "Whole range": (-1024.0, 3071.0),
}
Keys = QKeySequence.StandardKey
TOOL_TEXTS = (
    ("&Navigate", "Click and drag move the crosshair; an organ that is clicked is the one to correct", "N"),
    ("&Brush", "Paint the chosen organ; the right button erases it", "B"),
    ("&Eraser", "Remove the chosen organ; with Shift any organ", "E"),
    ("&Fill", "Fill the hole under the mouse on this slice", "G"),
    ("&Keep this part only", "Click on a part of an organ: its other parts go", "K"),
    ("&Distance", "Drag to measure in mm", "D"),
)


def add_actions(window: "MainWindow") -> None:
    """Fill menus and tool bar."""
    actions = window.actions_
    actions.menu("&File", [*_file(window)])
    actions.menu("&Edit", [*_edit(window)])
    actions.menu("&Scan", [*_scan(window)])
    actions.menu("&View", [*_view(window)])
    actions.menu("&Help", [*_help(window)])
    bar = window.addToolBar("Main")
    bar.setObjectName("main")
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
    _fill(bar, window, "open", "segment", "save_mask", "export_everything")
    tools = window.addToolBar("Tools")
    tools.setObjectName("tools")
    keys = [tool.key for tool in TOOLS]
    _fill(tools, window, *keys, None, "undo", "redo", None, "outline", "crosshair", "reset_views")
    window.addToolBar(window.brush_bar)


def _fill(bar: QToolBar, window: "MainWindow", *keys: str | None) -> None:
    for key in keys:
        if key is None:
            bar.addSeparator()
        else:
            bar.addAction(window.actions_[key])


def _file(window: "MainWindow") -> Iterator[Command | QMenu | None]:
    session, saving, document = window.session, window.saving, window.document
    idle, scan, mask = (
        (lambda: not window.runner.busy),
        (lambda: document.volume is not None),
        (lambda: document.segmentation is not None),
    )
    yield Command("open", "&Open scan…", session.ask_for_scan, "Open a CT or a workspace", Keys.Open, "open", idle)
    yield Command("folder", "Open &folder…", session.ask_for_folder, "Open a DICOM folder", "Ctrl+Shift+O", None, idle)
    yield _recent_menu(window)
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
    save, keep = saving.ask_where_to_save_mask, saving.ask_where_to_save_workspace
    yield Command("save_mask", "&Save mask…", save, "Write the mask as NIfTI", Keys.Save, "save", mask)
    yield Command("save_workspace", "Save &workspace…", keep, "To go on with later", "Ctrl+Shift+S", None, scan)
    yield None
    everything, choose = partial(saving.ask_what_to_export, everything=True), saving.ask_what_to_export
    yield Command("export", "&Export…", choose, "Masks, meshes, numbers, a film", "Ctrl+E", "export", mask)
    yield Command(
        "export_everything", "Export e&verything…", everything, "A folder to hand on", "Ctrl+Shift+E", "export", mask
    )
    yield Command(
        "save_picture", "Save &picture…", saving.ask_for_picture, "A view or all four as PNG", "Ctrl+P", None, scan
    )
    yield None
    yield Command("quit", "&Quit", window.close, "", Keys.Quit)


def _edit(window: "MainWindow") -> Iterator[Command | QMenu | None]:
    document = window.document
    yield Command(
        "undo",
        "&Undo",
        document.undo,
        "Take the last correction back",
        Keys.Undo,
        "undo",
        lambda: document.history.undo_name is not None,
    )
    yield Command(
        "redo",
        "&Redo",
        document.redo,
        "Make the correction again",
        Keys.Redo,
        "redo",
        lambda: document.history.redo_name is not None,
    )
    yield None
    tools, scan = window.tools, (lambda: document.volume is not None)
    for tool, (text, tip, keys) in zip(TOOLS, TOOL_TEXTS, strict=True):
        yield Command(
            tool.key,
            text,
            partial(_choose, window, tool),
            tip,
            keys,
            tool.key,
            scan,
            checked=partial(lambda key: tools.tool.key == key, tool.key),
            group="tools",
        )
    yield None
    yield Command("smaller", "Smaller brush", partial(tools.grow, 1 / 1.25), "", "[")
    yield Command("larger", "Larger brush", partial(tools.grow, 1.25), "", "]")
    for organ in ORGANS:
        text, keys = f"Correct the {organ.name.lower()}", f"Ctrl+{organ.label}"
        yield Command(f"label_{organ.label}", text, partial(setattr, tools, "label", organ.label), "", keys)
    fill, tip = window.session.fill_holes, "Close every cavity of the chosen organ"
    yield Command("fill_holes", "Fill &holes in 3D", fill, tip, None, None, scan)
    yield Command(
        "forget_ruler",
        "Remove the last &distance",
        lambda: setattr(document, "rulers", document.rulers[:-1]),
        "",
        "Del",
        None,
        lambda: bool(document.rulers),
    )


def _scan(window: "MainWindow") -> Iterator[Command | QMenu | None]:
    session, settings, document = window.session, window.settings, window.document
    ready = lambda: document.volume is not None and not window.runner.busy  # noqa: E731 - asked whenever something changes
    yield Command("segment", "&Segment", session.segment, "Find liver, kidneys and spleen", "Ctrl+R", "segment", ready)
    batch = "Every scan below a folder: volumes, failures, a contact sheet"
    yield Command("batch", "Segment a &folder…", window.show_batch, batch, "Ctrl+Shift+R")
    yield Command(
        "cancel", "&Cancel", window.runner.cancel, "Stop what is running", "Esc", None, lambda: window.runner.busy
    )
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


def _view(window: "MainWindow") -> Iterator[Command | QMenu | None]:
    document, views = window.document, window.views
    for number, (name, hu) in enumerate(WINDOWS.items(), 1):
        low, high = hu
        yield Command(
            f"window_{number}",
            f"{name} window",
            partial(_set_window, window, hu),
            f"{low:.0f} to {high:.0f} HU from black to white",
            str(number),
            checked=partial(lambda hu: document.window == hu, hu),
        )
    yield None
    yield Command(
        "outline",
        "&Outlines",
        lambda on: setattr(document, "outlined", on),
        "Organs as outlines instead of filled",
        "O",
        "outline",
        checked=lambda: document.outlined,
    )
    yield Command(
        "crosshair",
        "&Crosshair",
        views.show_crosshair,
        "Lines through the point that all views share",
        "X",
        "crosshair",
        checked=lambda: views.crosshair,
    )
    yield Command("reset_views", "&Fit", views.reset, "Show the whole slices again", "F", "layout")
    for i, name in enumerate(("Axial", "Coronal", "Sagittal", "3D")):
        yield Command(
            f"enlarge_{name.lower()}",
            f"{name} alone",
            partial(views.enlarge_number, i),
            "One view alone, or all four again",
            f"Alt+{i + 1}",
        )
    yield None
    for title, dock in window.docks.items():
        action = dock.toggleViewAction()
        action.setText(f"{title} panel")


def _help(window: "MainWindow") -> Iterator[Command | QMenu | None]:
    yield Command("shortcuts", "&Keyboard and mouse", partial(show_shortcuts, window), "Everything at a glance", "F1")
    yield Command("about", "&About flare-gui", partial(show_about, window), "Versions, model card, what it is not")


def _recent_menu(window: "MainWindow") -> QMenu:
    menu = QMenu("Open &recent", window)
    menu.setToolTipsVisible(True)

    def fill() -> None:
        menu.clear()
        for path in window.settings.recent:
            action = menu.addAction(f"{path.parent.name}/{path.name}" if path.parent.name else path.name)
            action.setToolTip(str(path))
            action.triggered.connect(partial(_open, window, path))
        menu.addSeparator()
        forget = menu.addAction("Forget these")
        forget.setEnabled(bool(window.settings.recent))
        forget.triggered.connect(window.settings.forget_recent)

    menu.aboutToShow.connect(fill)
    return menu


def _open(window: "MainWindow", path: Path, _checked: bool = False) -> None:
    window.open([path])


def _set_window(window: "MainWindow", hu: tuple[float, float], _checked: bool = False) -> None:
    window.document.window = hu
    window.refresh()


def _choose(window: "MainWindow", tool: type[Tool], _checked: bool = False) -> None:
    window.tools.choose(tool())
