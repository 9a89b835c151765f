"""What the window says, in the user's language: English in the code, other languages in assets/translations.

A catalogue is in Qt's own format, which Qt Linguist edits and `make catalogue` keeps up to date. It is read here, not
by Qt, so that words at the top of a module are translated too: they are made before there is an application. Messages
of the core (`FlareError`, findings) stay English; so do files, command line and reports.
"""

import locale
import os
from collections.abc import Iterator
from functools import cache
from xml.etree import ElementTree

from PySide6.QtCore import QDateTime, QLibraryInfo, QLocale, QTranslator
from PySide6.QtWidgets import QApplication

from flare_gui.app.settings import Settings
from flare_gui.assets import asset, folder
from flare_gui.organs import Organ

ENGLISH = "en"
ENVIRONMENT = "FLARE_GUI_LANGUAGE"
_FOLDER = "translations"


def tr(text: str) -> str:
    """`text` in the user's language, or as it is where there is no translation."""
    return _catalogue().get(text, text)


def in_sentence(organ: Organ) -> str:
    """An organ inside a sentence."""
    return tr(organ.name.lower())


def number(value: float, decimals: int = 0) -> str:
    """For the screen, with the decimal sign of the user's country. Never for files."""
    here = QLocale()
    here.setNumberOptions(QLocale.NumberOption.OmitGroupSeparator)
    return here.toString(float(value), "f", decimals)


def moment(seconds: float, *, year: bool = False) -> str:
    """A time, given as seconds since 1970, for the screen."""
    return QLocale().toString(QDateTime.fromSecsSinceEpoch(int(seconds)), f"d MMMM{' yyyy' if year else ''}, HH:mm")


def languages() -> list[str]:
    """The codes of the languages that there are, English first."""
    return [ENGLISH, *sorted(path.stem for path in (folder() / _FOLDER).glob("*.ts"))]


@cache
def language() -> str:
    """The code of the language of this run: the environment's, the settings', or the first of the system's."""
    there = languages()
    return next((code for code in _wanted() if code in there), ENGLISH)


def install(application: QApplication) -> None:
    """Let Qt's own words, such as those on the buttons of questions, be in this language too, and numbers as in it."""
    if language() != QLocale.system().name()[:2]:
        QLocale.setDefault(QLocale(language()))
    translator = QTranslator(application)
    if translator.load(f"qtbase_{language()}", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath)):
        application.installTranslator(translator)
    # Qt takes over the system's locale for all of the process, and C libraries would write commas into files.
    locale.setlocale(locale.LC_NUMERIC, "C")


def _wanted() -> Iterator[str]:
    yield os.environ.get(ENVIRONMENT, "")
    yield Settings().language
    yield from (name.split("-")[0] for name in QLocale.system().uiLanguages())


@cache
def _catalogue() -> dict[str, str]:
    if language() == ENGLISH:
        return {}
    messages = ElementTree.parse(asset(f"{_FOLDER}/{language()}.ts")).iter("message")
    pairs = ((message.findtext("source", ""), message.findtext("translation", "")) for message in messages)
    return {source: text for source, text in pairs if text}
