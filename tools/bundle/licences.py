"""The licence texts of everything in the bundle, collected into a folder of it by who owns which file."""

import shutil
import subprocess
import sys
import sysconfig
from collections import defaultdict
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, distributions
from pathlib import Path

from tools.bundle.contents import ROOT
from tools.licences import canonical, licence

TEXTS = Path(__file__).parent / "texts"
NAMED = ("licen", "copying", "notice")
_LGPL = ("LGPL-3.0.txt", "GPL-3.0.txt")
GIVEN = {"pyside6-essentials": _LGPL, "shiboken6": _LGPL, "imageio-ffmpeg": ("GPL-3.0.txt",)}
"""Texts of ours for packages that bring none, or not that of the program inside."""

HEAD = """Licences of what is in this folder

flare-gui is under Apache-2.0 (flare-gui/LICENSE), its weights are for research only (flare-gui/LICENSE-weights), the
viewer in the pages that it shares has licences of its own (flare-gui/LICENSES.txt). Every part below has a folder here
with its texts.

The program was put together with PyInstaller. Its start-up code is under the GPL with an exception for programs that
are put together with it.

Qt and PySide6 are under the LGPL-3.0. They lie as files of their own in _internal/PySide6 and can be replaced.

The program ffmpeg in _internal/imageio_ffmpeg/binaries is under the GPL-3.0. It is a program of its own that flare-gui
starts to write films; nothing is linked with it. Its source, by the version that is in its file's name: ffmpeg.org, and
the project imageio-ffmpeg, which hands it on.

"""


def write_licences(folder: Path, files: Iterable[Path]) -> None:
    """Write into `folder` the texts for `files`, those that were put into the bundle, and a list of them.

    Raises `LookupError` for a file whose owner or whose owner's text is not known: nothing is handed on without one.
    """
    texts, rows = _texts(files)
    for owner, found in sorted(texts.items()):
        place = folder / owner
        place.mkdir(parents=True, exist_ok=True)
        for text in found:
            # Some packages bring a hundred texts of one name, in folders.
            name = text.name if text.parent.name.endswith((".dist-info", "licenses")) else "-".join(text.parts[-3:])
            shutil.copy(text, place / name)
    (folder / "README.txt").write_text(HEAD + "".join(f"{row}\n" for row in sorted(rows)), encoding="utf-8")


def _texts(files: Iterable[Path]) -> tuple[dict[str, set[Path]], set[str]]:
    """By owner the texts, and a line about each owner."""
    owners = {file: package for package in distributions() for file in _files(package)}
    texts: dict[str, set[Path]] = defaultdict(set)
    texts["flare-gui"] = {ROOT / "LICENSE", *(ROOT / "assets").rglob("LICENSE*")}
    rows: set[str] = set()
    packages, others = set(), set()
    for file in {file.resolve() for file in files}:
        if file in owners:
            packages.add(owners[file])
        elif not file.is_relative_to(ROOT):
            others.add(file)
    for package in packages:
        name = canonical(package.name)
        texts[name] = _of_package(name, package)
        rows.add(f"{name} {package.version}: {licence(name, package)}")
    for name, text in _of_python_and_system(others):
        texts[name].add(text)
        rows.add(f"{name}: see its text")
    without = sorted(name for name, found in texts.items() if not found)
    if without:
        raise LookupError(f"no licence text of {', '.join(without)}: put it into {TEXTS} and name it in GIVEN")
    return texts, rows


def _files(package: Distribution) -> list[Path]:
    # Resolved once: some packages have ten thousand files.
    home = Path(str(package.locate_file(""))).resolve()
    return [home / file for file in package.files or ()]


def _of_package(name: str, package: Distribution) -> set[Path]:
    own = {
        Path(str(package.locate_file(file)))
        for file in package.files or ()
        if ".dist-info" in file.parts[0] and any(word in file.name.lower() for word in NAMED)
    }
    return own | {TEXTS / given for given in GIVEN.get(name, ())}


def _of_python_and_system(files: set[Path]) -> Iterator[tuple[str, Path]]:
    """Owner and text of Python's own files and of libraries that were taken from Debian's system."""
    home = Path(sys.base_prefix).resolve()
    library = Path(sysconfig.get_path("stdlib")).resolve()
    text = (home if sys.platform == "win32" else library) / "LICENSE.txt"
    others = {file for file in files if not file.is_relative_to(library)}
    if others != files:
        yield "python", text
    for file, package in _debian_packages(others).items():
        others.remove(file)
        yield package, Path("/usr/share/doc") / package / "copyright"
    strangers = sorted(str(file) for file in others if not file.is_relative_to(home))
    if strangers:
        raise LookupError(f"whose files these are, and under which licence, is not known: {', '.join(strangers)}")


def _debian_packages(files: set[Path]) -> dict[Path, str]:
    """The packages of those `files` that Debian knows."""
    if shutil.which("dpkg-query") is None or not files:
        return {}
    # Debian's list may know a file by the path before /lib and /usr/lib became one.
    asked = {path: file for file in files for path in (str(file), str(file).removeprefix("/usr"))}
    told = subprocess.run(["dpkg-query", "-S", *asked], capture_output=True, text=True, check=False).stdout
    found = (line.rpartition(": ") for line in told.splitlines())
    return {asked[path]: owners.split(":")[0].split(",")[0] for owners, _, path in found if path in asked}
