"""Writing without ever leaving half a file behind, and saying what is wrong when it cannot be done."""

import errno
import hashlib
import os
import re
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path

from flare_gui.errors import Cancelled, FlareError

if sys.platform == "win32":

    def try_lock(descriptor: int) -> bool:
        """Whether an open file is ours alone for as long as it is open, or the system cannot tell."""
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Whether an open file is ours alone for as long as it is open, or the system cannot tell.

        The system lets go of it when the program ends, however it ends.
        """
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            # A network drive without locks.
            return True
        return True


# What is written now, or what a killed program left. It keeps the suffixes: writers choose the format by them.
_PART = re.compile(r"\.part-\d+\.")

# Names are at most 255 bytes nearly everywhere; a longer one is cut in front, where the format does not show.
_LONGEST_NAME = 240

# Below, a failed write is put down to the disk.
_NO_ROOM_MB = 0.2

# Without locks (Windows) a part that nobody has touched for so long belongs to nobody.
_ABANDONED_AFTER_S = 24 * 3600


def never_over(path: Path, *scans: Path | None) -> None:
    """Raises `FlareError` when `path` is a file that one of `scans` was read from: a mask would take its place."""
    for scan in scans:
        if scan is not None and path.exists() and scan.exists() and path.samefile(scan):
            raise FlareError(
                f"{path.name} is the scan itself: a mask would take its place", hint="Choose another name."
            )


@contextmanager
def replacing(path: Path, *, overwrite: bool = True) -> Iterator[Path]:
    """A path beside `path` to write to; when the block ends it takes `path`'s place in one move.

    If the block raises, or the program is killed, the old file stays as it was. What a killed program left of an
    earlier attempt is written over. Two programs may write the same file at once: the last one's is there in the end,
    whole. Without `overwrite` a file that has come to be there meanwhile raises `FileExistsError`. However a writer
    puts it, a full disk raises `OSError` whose `strerror` says how much is needed and how much is there.
    """
    if is_part(path):
        # The caller is inside such a block already, whose end moves the file.
        yield path
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    beside, descriptor = _claim(path)
    try:
        yield beside
        _to_disk(beside)
        _move(beside, path, overwrite)
    except BaseException as problem:
        full = _full_disk(beside, problem)
        _discard(beside, descriptor)
        if full is None:
            raise
        raise full from problem
    finally:
        if descriptor is not None:
            os.close(descriptor)


def is_part(path: Path) -> bool:
    """Whether a file is one that is being written, or was when its program was killed: never a scan or a result."""
    return _PART.match(path.name) is not None


def clear_leftovers(folder: Path) -> None:
    """Remove what killed programs left in `folder`; what another program writes now stays."""
    with suppress(OSError):
        for path in [Path(entry) for entry in os.scandir(folder) if _PART.match(entry.name)]:
            descriptor = _own(path)
            if descriptor is not None:
                path.unlink(missing_ok=True)
                os.close(descriptor)


def reason(problem: Exception) -> str:
    """Why something could not be written, in the words of the system or of the library that failed."""
    strerror = getattr(problem, "strerror", None)
    return strerror or (str(problem).strip().splitlines() or [type(problem).__name__])[-1]


def _claim(path: Path) -> tuple[Path, int | None]:
    """An empty file beside `path` that no other program writes to, and what keeps it ours while it is open."""
    for number in count():
        beside = _part(path, number)
        descriptor = _own(beside, create=True)
        if descriptor is None:
            continue
        os.ftruncate(descriptor, 0)
        if sys.platform == "win32":
            # There an open file cannot be renamed.
            os.close(descriptor)
            return beside, None
        return beside, descriptor
    raise AssertionError("count() is endless")


def _own(part: Path, *, create: bool = False) -> int | None:
    """An open descriptor of a part that nobody else writes to; None when somebody does."""
    if sys.platform == "win32" and part.exists() and time.time() - part.stat().st_mtime < _ABANDONED_AFTER_S:
        return None
    # In a folder that others write to, a link by this name must not lead to a file of ours.
    flags = os.O_RDWR | getattr(os, "O_NOFOLLOW", 0) | (os.O_CREAT if create else 0)
    try:
        descriptor = os.open(part, flags, 0o666)
    except OSError as problem:
        if problem.errno in (errno.ELOOP, errno.EISDIR):
            return None
        raise
    # Between the two calls its last owner may have renamed or removed it: then this is another file, or none.
    if try_lock(descriptor) and _same(part, descriptor):
        return descriptor
    os.close(descriptor)
    return None


def _same(path: Path, descriptor: int) -> bool:
    try:
        there = path.lstat()
        return os.path.samestat(there, os.fstat(descriptor)) and there.st_nlink == 1
    except OSError:
        return False


def _part(path: Path, number: int) -> Path:
    name = path.name
    if len(os.fsencode(name)) > _LONGEST_NAME:
        # A digest keeps two long names apart that end alike.
        name = f"{hashlib.sha256(name.encode()).hexdigest()[:8]}{name[-40:]}"
    return path.with_name(f".part-{number}.{name}")


def _to_disk(path: Path) -> None:
    """After a power cut a file system may have kept the new name and not yet what is in the file."""
    descriptor = os.open(path, os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _move(beside: Path, path: Path, overwrite: bool) -> None:
    if not overwrite:
        try:
            # Unlike a move, a link never takes the place of a file.
            os.link(beside, path)
            beside.unlink()
            return
        except FileExistsError:
            raise FileExistsError(errno.EEXIST, "another program has written it meanwhile", str(path)) from None
        except OSError:
            # A file system without links, as on memory sticks.
            if path.exists():
                raise FileExistsError(errno.EEXIST, "another program has written it meanwhile", str(path)) from None
    beside.replace(path)


def _discard(beside: Path, descriptor: int | None) -> None:
    """Remove what was written, but not what another program has begun under the same name since ours went away."""
    if descriptor is None or _same(beside, descriptor):
        beside.unlink(missing_ok=True)
    elif beside.exists():
        clear_leftovers(beside.parent)


def _full_disk(beside: Path, problem: BaseException) -> OSError | None:
    """What `problem` comes down to when there is no room left. Writers in C++ and ffmpeg do not say so themselves."""
    if not isinstance(problem, Exception) or isinstance(problem, Cancelled):
        return None
    try:
        free_mb = shutil.disk_usage(beside.parent).free / 1e6
        written_mb = beside.stat().st_size / 1e6 if beside.exists() else 0.0
    except OSError:
        return None
    full = isinstance(problem, OSError) and problem.errno in (errno.ENOSPC, errno.EDQUOT)
    if not full and free_mb > _NO_ROOM_MB:
        return None
    # A library may have removed its half file already.
    needed = f"more than {written_mb:.1f} MB are needed, " if written_mb >= 0.1 else ""
    numbers = f"the disk is full: {needed}{written_mb + free_mb:.1f} MB are free"
    return OSError(errno.ENOSPC, numbers, str(beside))
