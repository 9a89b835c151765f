"""Where to save: a file dialog whose answer always has an ending that says the format."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from flare_gui.app.words import tr


class Kind(NamedTuple):
    """One format: what it is called, and its endings, the usual one first."""

    name: str
    endings: tuple[str, ...]

    @property
    def filter(self) -> str:
        """As Qt's file dialogs want it."""
        return f"{self.name} ({' '.join(f'*{ending}' for ending in self.endings)})"


def ask_where_to_save(parent: QWidget, title: str, start: Path, kinds: Sequence[Kind]) -> Path | None:
    """The path that was chosen, None when nothing was. A name without an ending gets that of the chosen format."""
    name, chosen = QFileDialog.getSaveFileName(parent, title, str(start), ";;".join(kind.filter for kind in kinds))
    if not name:
        return None
    path = Path(name)
    if any(path.name.lower().endswith(ending) for kind in kinds for ending in kind.endings):
        return path
    kind = next((kind for kind in kinds if kind.filter == chosen), kinds[0])
    whole = path.with_name(path.name + kind.endings[0])
    # The file dialog has asked about another name.
    return None if whole.exists() and not _may_replace(parent, whole) else whole


def _may_replace(parent: QWidget, path: Path) -> bool:
    buttons = QMessageBox.StandardButton
    words = tr("{name} is there already. Replace it?").format(name=path.name)
    return QMessageBox.question(parent, "flare-gui", words, buttons.Yes | buttons.No, buttons.No) == buttons.Yes
