"""`make catalogue`: bring the catalogues of the window's words up to date with the code.

What is new in flare_gui/app comes into assets/translations/*.ts without a translation, what is gone goes out of them.
Qt Linguist, or any editor, fills them. `--check` changes nothing and says what is missing.
"""

import ast
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import PySide6

from flare_gui.batch.review import STATUSES
from flare_gui.export import FORMATS
from flare_gui.organs import ORGANS
from flare_gui.render.options import BACKGROUNDS, PLANES, RENDERING_NAMES, WINDOWS

ROOT = Path(__file__).resolve().parents[1]
APP = ROOT / "flare_gui" / "app"
TRANSLATIONS = ROOT / "assets" / "translations"


def main() -> int:
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__, file=sys.stderr)
        return 2
    wrong = []
    for catalogue in sorted(TRANSLATIONS.glob("*.ts")):
        if not sys.argv[1:]:
            update(catalogue)
        wrong += [f"{catalogue.name}: {sentence}" for sentence in problems(catalogue)]
    for sentence in wrong:
        print(sentence, file=sys.stderr)
    return int(bool(wrong))


def update(catalogue: Path) -> None:
    """Let Qt's lupdate read the code, and the words that the window takes from elsewhere."""
    languages = ["-source-language", "en", "-target-language", catalogue.stem]
    with tempfile.TemporaryDirectory() as folder:
        elsewhere = Path(folder) / "elsewhere.py"
        elsewhere.write_text("".join(f"tr({text!r})\n" for text in sorted(set(words_from_elsewhere()))), "utf-8")
        sources = [str(path) for path in (*sorted(APP.rglob("*.py")), elsewhere)]
        options = ["-no-obsolete", "-locations", "none", "-sort-messages", "-silent"]
        if not catalogue.stat().st_size:
            # A new language; lupdate wants a catalogue or no file.
            catalogue.unlink()
        subprocess.run([lupdate(), *options, *languages, *sources, "-ts", str(catalogue)], check=True)


def lupdate() -> str:
    """The program that comes with PySide6."""
    folder = Path(PySide6.__path__[0])
    found = shutil.which("lupdate", path=str(folder)) or shutil.which("pyside6-lupdate")
    assert found is not None, f"no lupdate in {folder}"
    return found


def problems(catalogue: Path) -> Iterator[str]:
    """What a catalogue lacks or has wrong: sentences."""
    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / catalogue.name
        shutil.copy(catalogue, fresh)
        update(fresh)
        there, wanted = messages(catalogue), messages(fresh)
    for text in wanted.keys() - there.keys():
        yield f"not in the catalogue, run make catalogue: {text}"
    for text in there.keys() - wanted.keys():
        yield f"no longer in the code, run make catalogue: {text}"
    for text, translation in there.items():
        if not translation:
            yield f"not translated: {text}"
        elif marks(text) != marks(translation):
            yield f"other placeholders or line breaks in the translation: {text}"


def messages(catalogue: Path) -> dict[str, str]:
    """Translation by source; empty where there is none."""
    found = ElementTree.parse(catalogue).iter("message")
    return {message.findtext("source", ""): message.findtext("translation", "") for message in found}


def marks(text: str) -> list[str]:
    """What a translation has to keep: placeholders, tags, line breaks, file filters, and whether it has a key."""
    return sorted(re.findall(r"\{\w*\}|<[^>]+>|\n|;;|\([^)]*\*[^)]*\)|%\w", text)) + ["&"] * (text.count("&") > 0)


def words_from_elsewhere() -> Iterator[str]:
    """What the window shows of tables that know no window, and the stages of work, which go to `progress`."""
    for organ in ORGANS:
        yield from (organ.name, organ.name.lower())
    yield from (row.name for row in FORMATS)
    yield from (*STATUSES, "failed", "waiting")
    yield from (
        *WINDOWS,
        *BACKGROUNDS,
        *RENDERING_NAMES.values(),
        "Transparent",
        *(plane.capitalize() for plane in PLANES),
    )
    for path in (ROOT / "flare_gui").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "progress" and node.args:
                stage = node.args[0]
                if isinstance(stage, ast.Constant) and isinstance(stage.value, str):
                    yield stage.value


if __name__ == "__main__":
    sys.exit(main())
