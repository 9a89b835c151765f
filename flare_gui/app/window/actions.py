"""Everything a user can do, as a table: the menus, the tool bar, the shortcut sheet and the tests read it."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMainWindow, QMenu

from flare_gui.app import theme

Shortcut = str | QKeySequence.StandardKey


@dataclass(frozen=True)
class Command:
    """One thing to do: `key` names it in code, `text` on screen, `tip` says what it is for.

    `enabled` is asked whenever something changed. `checked` makes it a switch and tells its state. `also` is a second
    key, for hands that come from another system.
    """

    key: str
    text: str
    do: Callable[..., Any]
    tip: str = ""
    shortcut: Shortcut | None = None
    icon: str | None = None
    enabled: Callable[[], bool] = lambda: True
    checked: Callable[[], bool] | None = None
    group: str | None = None
    also: str = ""


Entries = Iterable[Command | QMenu | None]


class Actions:
    """The commands of a window as Qt actions."""

    def __init__(self, window: QMainWindow) -> None:
        self._window = window
        self._actions: dict[str, QAction] = {}
        self._commands: dict[str, Command] = {}
        self._groups: dict[str, QActionGroup] = {}

    def menu(self, title: str, entries: Entries) -> QMenu:
        """Add a menu; None draws a line."""
        menu = self._window.menuBar().addMenu(title)
        menu.setToolTipsVisible(True)
        for entry in entries:
            if entry is None:
                menu.addSeparator()
            elif isinstance(entry, QMenu):
                menu.addMenu(entry)
            else:
                menu.addAction(self.add(entry))
        return menu

    def add(self, command: Command) -> QAction:
        """Make the action of a command; its shortcut works everywhere in the window."""
        action = QAction(command.text, self._window)
        if command.icon is not None:
            action.setIcon(theme.icon(command.icon))
        if command.shortcut is not None:
            keys = [QKeySequence(command.shortcut), QKeySequence(command.also)]
            action.setShortcuts([key for key in keys if not key.isEmpty()])
        written = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        tip = command.tip or plain(command.text)
        action.setToolTip(f"{tip} ({written})" if written else tip)
        action.setStatusTip(command.tip)
        if command.checked is None:
            action.triggered.connect(lambda: command.do())
        else:
            action.setCheckable(True)
            action.triggered.connect(command.do)
        if command.group is not None:
            self._group(command.group).addAction(action)
        self._window.addAction(action)
        self._actions[command.key], self._commands[command.key] = action, command
        return action

    def _group(self, name: str) -> QActionGroup:
        return self._groups.setdefault(name, QActionGroup(self._window))

    def __getitem__(self, key: str) -> QAction:
        return self._actions[key]

    def refresh(self) -> None:
        """Enable what can be done now, tick what is on."""
        for key, command in self._commands.items():
            action = self._actions[key]
            action.setEnabled(command.enabled())
            if command.checked is not None:
                action.setChecked(command.checked())

    def shortcuts(self) -> list[tuple[str, str, str]]:
        """(keys, what they do, menu) of every action that has keys, in the order of the menus."""
        rows = []
        for entry in self._window.menuBar().actions():
            menu = entry.menu()
            for action in menu.actions() if isinstance(menu, QMenu) else ():
                keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
                if keys:
                    rows.append((keys, plain(action.text()), plain(entry.text())))
        return rows


def plain(text: str) -> str:
    """A menu's text without its mnemonic and its dots."""
    return text.replace("&", "").rstrip("…")
