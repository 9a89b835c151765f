"""The menu of languages. A choice holds from the next start on: words are made once."""

from functools import partial

from PySide6.QtCore import QLocale
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from flare_gui.app.window.context import Context
from flare_gui.app.words import languages, tr


def language_menu(context: Context) -> QMenu:
    """As the system, or one of those that there are, each by its own name."""
    menu, settings = QMenu(tr("&Language"), context.parent), context.settings
    group = QActionGroup(menu)

    def choose(code: str) -> None:
        settings.language = code
        context.feedback.say(tr("The language changes with the next start"))

    for code, name in [("", tr("As the system")), *((code, _own_name(code)) for code in languages())]:
        action = menu.addAction(name)
        action.setCheckable(True)
        action.setChecked(settings.language == code)
        action.triggered.connect(partial(choose, code))
        group.addAction(action)
    return menu


def _own_name(code: str) -> str:
    name = QLocale(code).nativeLanguageName()
    # Qt says "American English" for English.
    return "English" if code == "en" else name[:1].upper() + name[1:]
