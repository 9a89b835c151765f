"""The files below a folder: which are slices, which are none, and which should have been some."""

import os
import re
from collections import OrderedDict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flare_gui.io.dicom_header import COPY_AGAIN, EMPTY, NO_DICOM, ZEROS, is_index, look
from flare_gui.io.dicom_slice import Passed, Slice
from flare_gui.progress import Cancel, Progress, ignore, never

NOT_DOWNLOADED = "not downloaded yet"
_DOWNLOAD = "Let the cloud or the browser download the whole folder first, then open it again."
# Names that iCloud, browsers, ownCloud, odrive and copy programs give to what is not there, or not whole yet.
_PLACEHOLDER = re.compile(
    r"^\..+\.icloud$|.\.(crdownload|part|partial|filepart|download|opdownload|owncloud|nextcloud|cloudf?|aria2|tmp)$",
    re.I,
)
_SLICE_SUFFIXES = {".dcm", ".dicom", ".dic", ".ima", ".dc3"}
# Folders that systems keep for themselves.
_NOT_ENTERED = {"__MACOSX", "@eaDir", "#recycle", "$RECYCLE.BIN", "System Volume Information"}
# Headers that are kept because a window asks three times: what is there, which series, and then for the scan.
_MOST_KEPT = 20_000
# How far up the folder of a study may lie, and how many folders beside are looked into on the way.
_MOST_LEVELS, _MOST_NEIGHBOURS, _PEEKED, _DEEPEST_PEEK = 4, 256, 3, 2


@dataclass(frozen=True)
class Found:
    """What a set of files holds: slices, and files that are none with the reason."""

    slices: list[Slice]
    passed: list[Passed]


def is_placeholder(path: Path) -> bool:
    """Whether a name is what a cloud, a browser or a copy program gives to a file that is not there, or not whole."""
    return _PLACEHOLDER.search(path.name) is not None


def files_below(folder: Path) -> list[Path]:
    """Every file in a folder and below, in the order of their names; a link that leads back up is not followed."""
    found: list[Path] = []
    _walk(folder, found, set())
    return found


def _walk(folder: Path, found: list[Path], seen: set[str]) -> None:
    real = os.path.realpath(folder)
    if real in seen:
        return
    seen.add(real)
    below: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.is_dir():
                    if not entry.name.startswith(".") and entry.name not in _NOT_ENTERED:
                        below.append(folder / entry.name)
                elif entry.is_file():
                    found.append(folder / entry.name)
    except OSError:
        return  # not ours to look into: what can be read goes on
    for one in below:
        _walk(one, found, seen)


def read(files: Iterable[Path], *, progress: Progress = ignore, cancel: Cancel = never) -> Found:
    """The slices in `files`, and what is to be said of the others."""
    paths = list(files)
    slices: list[Slice] = []
    passed: list[Passed] = []
    for done, path in enumerate(paths, 1):
        cancel.check()
        seen = _look(path)
        if isinstance(seen, Passed):
            passed.append(seen)
        else:
            slices.extend(seen)
        progress("headers", done / len(paths))
    return Found(slices, _judged(passed, [one.path for one in slices]))


_kept: OrderedDict[tuple[Path, int, int], tuple[Slice, ...] | Passed] = OrderedDict()


def _look(path: Path) -> tuple[Slice, ...] | Passed:
    """`look`, remembered as long as the file stays as it is."""
    try:
        status = path.stat()
    except OSError:
        return look(path)
    key = (path, status.st_mtime_ns, status.st_size)
    seen = _kept.get(key)
    if seen is None:
        seen = _kept[key] = look(path)
        if len(_kept) > _MOST_KEPT:
            _kept.popitem(last=False)
    return seen


def forget() -> None:
    """Drop the headers that are kept: to measure how long reading takes."""
    _kept.clear()


def _judged(passed: list[Passed], used: list[Path]) -> list[Passed]:
    """Files that are no DICOM may have been meant as slices, as names and neighbours tell."""
    shapes = {_shape(path) for path in used}
    suffixes = {path.suffix.lower() for path in used} - {""} | _SLICE_SUFFIXES

    def judge(one: Passed) -> Passed:
        if is_placeholder(one.path):
            return Passed(one.path, NOT_DOWNLOADED, True, _DOWNLOAD)
        if one.broken or one.reason not in (NO_DICOM, EMPTY, ZEROS):
            return one
        meant = one.path.suffix.lower() in suffixes or _shape(one.path) in shapes
        if not meant or one.path.name.startswith("."):
            return one
        return Passed(one.path, one.reason, True, COPY_AGAIN)

    return [judge(one) for one in passed]


def _shape(path: Path) -> tuple[Path, str]:
    """A name without its numbers: IM0001 and IM0002 are of one kind."""
    return path.parent, re.sub(r"\d+", "#", path.name)


def common_folder(files: Sequence[Path]) -> Path:
    """The deepest folder that all `files` lie below."""
    return Path(os.path.commonpath([file.parent for file in files]))


def study_folder(one: Slice) -> Path:
    """The folder of the study that a slice belongs to: the topmost whose folders all hold files of it, as far as seen.

    A CD spreads a series over folders whose names mean nothing. Only the first files of each are looked at, and nothing
    above a medium's root or a user's own folder.
    """
    folder = found = one.path.parent.resolve()
    for _ in range(_MOST_LEVELS):
        parent = folder.parent
        if os.path.ismount(folder) or is_index(folder / "DICOMDIR") or Path.home() in (folder, parent):
            break
        neighbours = list(_neighbours(parent, folder))
        if _any_of_study(parent, one, depth=0) or any(_any_of_study(folder, one) for folder in neighbours):
            found = parent
        elif neighbours:
            break
        folder = parent
    return found


def goes_on_beside(folder: Path, series: str) -> list[str]:
    """The names of folders beside `folder` whose first files are of the same series; a look at some of them."""
    place = folder.resolve()
    if os.path.ismount(place) or Path.home() in (place, place.parent):
        return []
    return [
        one.name
        for one in _neighbours(place.parent, place)
        if any(not isinstance(s, Passed) and s[0].series == series for s in map(_look, _first_files(one, _PEEKED, 0)))
    ]


def _neighbours(parent: Path, folder: Path) -> Iterator[Path]:
    try:
        with os.scandir(parent) as entries:
            # A link may lead to the folder itself.
            real = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
    except OSError:
        return
    for name in sorted(real)[:_MOST_NEIGHBOURS]:
        if name != folder.name and name not in _NOT_ENTERED and not name.startswith("."):
            yield parent / name


def _any_of_study(folder: Path, one: Slice, depth: int = _DEEPEST_PEEK) -> bool:
    for path in _first_files(folder, _PEEKED, depth):
        seen = _look(path)
        if isinstance(seen, Passed):
            continue
        study = seen[0].traits.get("StudyInstanceUID")
        if seen[0].series == one.series or (study and study == one.traits.get("StudyInstanceUID")):
            return True
    return False


def _first_files(folder: Path, count: int, depth: int) -> list[Path]:
    """Some files in a folder, or else in the first folders below."""
    try:
        with os.scandir(folder) as entries:
            ordered = sorted(entries, key=lambda one: one.name)
    except OSError:
        return []
    files = [folder / one.name for one in ordered if one.is_file() and not one.name.startswith(".")][:count]
    if depth and not files:
        below = [one for one in ordered if one.is_dir() and one.name not in _NOT_ENTERED][:_PEEKED]
        for one in below:
            files += _first_files(folder / one.name, count - len(files), depth - 1)
    return files[:count]
