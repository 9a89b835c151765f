"""What the program is, with which weights, and which keys do what."""

import platform
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHeaderView, QLabel, QTreeWidget, QTreeWidgetItem, QVBoxLayout

from flare_gui import __version__
from flare_gui.assets import asset
from flare_gui.errors import FlareError
from flare_gui.model.card import ModelCard, card_path

if TYPE_CHECKING:
    from flare_gui.app.window.main_window import MainWindow

NOT_A_DEVICE = (
    "flare-gui is not a medical device. It is made for research and teaching: do not diagnose or treat with it."
)

MOUSE = (
    ("Click, drag", "Move the crosshair, or use the tool"),
    ("Wheel", "Scroll through the slices"),
    ("Ctrl + wheel", "Zoom"),
    ("Shift + wheel", "Size of brush and eraser"),
    ("Right drag", "Window (across) and level (up and down); with the brush, erase"),
    ("Middle drag, Shift + drag", "Pan"),
    ("Double click", "One view alone, and back"),
)


def show_shortcuts(window: "MainWindow") -> QDialog:
    """The sheet of keys and mouse buttons, made from the menus themselves."""
    dialog = _dialog(window, "Keyboard and mouse")
    dialog.resize(560, 640)
    table = QTreeWidget()
    table.setAccessibleName("Keyboard and mouse")
    table.setHeaderLabels(["Keys", "What they do", "Menu"])
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    table.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    rows = [(*row, "on a slice") for row in MOUSE] + window.actions_.shortcuts()
    table.addTopLevelItems([QTreeWidgetItem(list(row)) for row in rows])
    dialog.layout().insertWidget(0, table)  # type: ignore[union-attr]
    dialog.open()
    return dialog


def show_about(window: "MainWindow") -> QDialog:
    """Versions and the model card of the weights in use."""
    dialog = _dialog(window, "About flare-gui")
    text = QLabel(about_text(window))
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setMinimumWidth(520)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    dialog.layout().insertWidget(0, text)  # type: ignore[union-attr]
    dialog.open()
    return dialog


def about_text(window: "MainWindow") -> str:
    """What "About" says."""
    lines = [
        f"flare-gui {__version__}",
        "Liver, right kidney, spleen and left kidney in CT of the abdomen.",
        NOT_A_DEVICE,
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.machine()}",
    ]
    return "\n\n".join([*lines, card_text(window)])


def card_text(window: "MainWindow") -> str:
    """The model card in words."""
    path = window.settings.weights
    try:
        card = ModelCard.read(card_path(path or asset("vnet-3mm.safetensors")))
    except FlareError as error:
        return f"Weights: {error}"
    scores = card.scores.get("mean", {})
    dice = ", ".join(f"{key.replace('_', ' ')} {value['dice']:.2f}" for key, value in scores.items())
    sources = "; ".join(f"{source['name']} ({source['licence']})" for source in card.training_data)
    lines = [f"Weights: {card.id}, {'shipped' if path is None else path.name}, sha256 {card.sha256[:12]}…"]
    lines += [f"Dice on {', '.join(scores and card.scores['cases'])}: {dice}"] if dice else []
    lines += [f"Trained on: {sources}"]
    return "\n".join(lines)


def _dialog(window: "MainWindow", title: str) -> QDialog:
    dialog = QDialog(window)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    layout = QVBoxLayout(dialog)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    return dialog
