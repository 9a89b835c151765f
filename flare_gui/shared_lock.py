"""A lock for folders that several computers share: a file that only one program can have made.

`flock` is of no use there: it ends at the computer on many network drives. Creating a file exclusively is one step on
NFS, SMB and every local disk.
"""

import os
import platform
import secrets
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flare_gui.errors import FlareError

# A holder writes one small file. Whoever takes longer is gone, or asleep and finds out with `still_ours`.
STALE_AFTER_S = 15.0
# Between making a lock and writing who holds it, or between finding one stale and removing it, lie milliseconds:
# whoever takes longer was killed there. Less than the patience of those who wait.
NAMELESS_AFTER_S = 3.0
_LOOK_AGAIN_S = 0.02


class Locked(FlareError):
    """Another program holds the lock."""


@contextmanager
def held(path: Path, patience_s: float = 5.0) -> Iterator[Callable[[], None]]:
    """Hold the lock file `path` while the block runs; it gets a function to call before anything is made final.

    That raises `Locked` when somebody has taken the lock away, because this program was asleep for too long. A lock
    whose program is gone is taken over: at once when it ran on this computer, after `NAMELESS_AFTER_S` when it was
    killed before it wrote its name, else after `STALE_AFTER_S`. Raises `Locked` after `patience_s`, `OSError` when the
    folder cannot be written to.
    """
    owner = f"{platform.node()} {os.getpid()} {secrets.token_hex(8)}"
    latest = time.monotonic() + patience_s
    while not _made(path, owner):
        if not _broken(path) and time.monotonic() > latest:
            raise Locked(
                f"{path}: another program is writing there",
                hint=f"Try again; if it lasts for more than {STALE_AFTER_S:.0f} s, look whether the drive answers.",
            )
        time.sleep(_LOOK_AGAIN_S)

    def still_ours() -> None:
        if _owner(path) != owner:
            raise Locked(f"{path}: another program has taken over", hint="Try again.")

    try:
        yield still_ours
    finally:
        if _owner(path) == owner:
            path.unlink(missing_ok=True)


def _made(path: Path, owner: str) -> bool:
    """Whether the file was made by this call."""
    try:
        descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
    except FileExistsError:
        return False
    except PermissionError:
        # Windows says so of a file that is being removed.
        if sys.platform == "win32" and path.parent.is_dir():
            return False
        raise
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(owner)
    return True


def _owner(path: Path) -> str | None:
    """What its holder wrote; empty when it was killed before, None when nobody holds it."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _broken(path: Path) -> bool:
    """Whether the lock of a program that is gone was removed.

    Under a second lock: of two that both find the first one stale, the slower would remove the faster one's new lock.
    """
    owner = _owner(path)
    if owner is None or not _is_stale(path, owner):
        return False
    breaker = path.with_name(f"{path.name}.stale")
    if not _made(breaker, ""):
        if _age_s(breaker) > NAMELESS_AFTER_S:
            breaker.unlink(missing_ok=True)
        return False
    try:
        if _owner(path) == owner:
            path.unlink(missing_ok=True)
        return True
    finally:
        breaker.unlink(missing_ok=True)


def _is_stale(path: Path, owner: str) -> bool:
    host, number, *_ = [*owner.split(), "", ""]
    if host == platform.node() and number.isdigit() and not _lives(int(number)):
        return True
    return _age_s(path) > (STALE_AFTER_S if owner else NAMELESS_AFTER_S)


def _lives(number: int) -> bool:
    """Whether a process of this computer runs; Windows ends the ones that are asked so, and is not asked."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(number, 0)
    except ProcessLookupError:
        return False
    except OSError:
        # Somebody else's.
        return True
    return True


def _age_s(path: Path) -> float:
    """Seconds since a file was written, by the clock of the drive: those of two computers differ. 0 when it is gone."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.now")
    try:
        beside.touch()
        return beside.stat().st_mtime - path.stat().st_mtime
    except OSError:
        return 0.0
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
