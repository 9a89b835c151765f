"""What the program is, with which weights, and which keys do what."""

import platform
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, qVersion
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from flare_gui import __version__
from flare_gui.app.dialogs.screen import fit, scrolled
from flare_gui.app.words import number, tr
from flare_gui.assets import asset
from flare_gui.errors import FlareError
from flare_gui.model.card import ModelCard, card_path

NOT_A_DEVICE = tr(
    "flare-gui is not a medical device. It is made for research and teaching: do not diagnose or treat with it."
)

MOUSE = (
    (tr("Click, drag"), tr("Move the crosshair, or use the tool")),
    (tr("Wheel"), tr("Scroll through the slices")),
    (tr("Ctrl + wheel"), tr("Zoom")),
    (tr("Shift + wheel"), tr("Size of brush and eraser")),
    (tr("Right drag"), tr("Window (across) and level (up and down); with the brush, erase")),
    (tr("Middle drag, Shift + drag"), tr("Pan")),
    (tr("Shift + move"), tr("The crosshair follows the mouse, with any tool")),
    ("H", tr("Hide organs and crosshair until pressed again, or as long as it is held")),
    (tr("Double click"), tr("One view alone, and back")),
)

# Frame, scroll bar and the room around words, in pixels.
_BESIDE_COLUMNS = 90


def show_shortcuts(parent: QWidget, shortcuts: Sequence[tuple[str, str, str]]) -> QDialog:
    """The sheet of mouse buttons and of `shortcuts`: keys, what they do, menu."""
    dialog = _dialog(parent, tr("Keyboard and mouse"))
    table = QTreeWidget()
    table.setAccessibleName(tr("Keyboard and mouse"))
    table.setHeaderLabels([tr("Keys"), tr("What they do"), tr("Menu")])
    table.setRootIsDecorated(False)
    table.setAlternatingRowColors(True)
    rows = [(*row, tr("on a slice")) for row in MOUSE] + list(shortcuts)
    table.addTopLevelItems([QTreeWidgetItem(list(row)) for row in rows])
    dialog.layout().insertWidget(0, table)  # type: ignore[union-attr]
    header, columns = table.header(), range(table.columnCount())
    header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    header.setStretchLastSection(False)
    # All of each line; on a screen that is too narrow for it, in several.
    header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
    table.setWordWrap(True)
    header.sectionResized.connect(table.scheduleDelayedItemsLayout)
    fit(dialog, sum(map(table.sizeHintForColumn, columns)) + _BESIDE_COLUMNS, 640)
    dialog.open()
    return dialog


def show_about(parent: QWidget, weights: Path | None) -> QDialog:
    """Versions and the model card of `weights`; None are the shipped ones."""
    dialog = _dialog(parent, tr("About flare-gui"))
    text = QLabel(about_text(weights))
    text.setTextFormat(Qt.TextFormat.PlainText)
    text.setWordWrap(True)
    text.setMinimumWidth(520)
    text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    dialog.layout().insertWidget(0, scrolled(text))  # type: ignore[union-attr]
    fit(dialog, 600, 560)
    dialog.open()
    return dialog


def about_text(weights: Path | None) -> str:
    """What "About" says."""
    lines = [
        f"flare-gui {__version__}",
        tr("Liver, right kidney, spleen and left kidney in CT of the abdomen."),
        NOT_A_DEVICE,
        f"Python {platform.python_version()}, Qt {qVersion()}, {platform.system()} {platform.machine()}",
    ]
    return "\n\n".join([*lines, card_text(weights)])


def card_text(weights: Path | None) -> str:
    """The model card in words."""
    try:
        card = ModelCard.read(card_path(weights or asset("vnet-3mm.safetensors")))
    except FlareError as error:
        return tr("Weights: {error}").format(error=error)
    scores = card.scores.get("mean", {})
    dice = ", ".join(f"{key.replace('_', ' ')} {number(value['dice'], 2)}" for key, value in scores.items())
    sources = "; ".join(f"{source['name']} ({source['licence']})" for source in card.training_data)
    lines = [
        tr("Weights: {id}, {name}, sha256 {sha256}…").format(
            id=card.id, name=tr("shipped") if weights is None else weights.name, sha256=card.sha256[:12]
        )
    ]
    lines += (
        [tr("Dice on {cases}: {dice}").format(cases=", ".join(scores and card.scores["cases"]), dice=dice)]
        if dice
        else []
    )
    lines += [tr("Trained on: {sources}").format(sources=sources)]
    return "\n".join(lines)


def _dialog(parent: QWidget, title: str) -> QDialog:
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    layout = QVBoxLayout(dialog)
    buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
    buttons.rejected.connect(dialog.reject)
    layout.addWidget(buttons)
    return dialog
