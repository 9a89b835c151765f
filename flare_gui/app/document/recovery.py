"""Corrections that no file has yet, where a crash cannot reach them: a workspace a scan, in the user's state folder."""

import os
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flare_gui.files import try_lock
from flare_gui.volume import Volume, scan_sha256
from flare_gui.workspace import SUFFIX

# What nobody came back for is forgotten: it says which scans were worked on.
KEPT_DAYS = 30

# Enough of a fingerprint for a name; the workspace has it whole.
_LONG = 32


@dataclass(frozen=True)
class Kept:
    """Corrections that a program which is gone had not saved: a workspace's `path`, and when it was written (epoch)."""

    path: Path
    written: float


class Store:
    """The folder of kept corrections, which running programs share. A file `TOKEN.lock` says that its program lives."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._token = secrets.token_hex(8)
        self._lock: int | None = None

    def place(self, sha256: str) -> Path:
        """Where this program keeps corrections of the scan with that fingerprint. Raises `OSError` when it cannot."""
        if self._lock is None:
            # For this user's eyes only.
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(self._lock_of(self._token), os.O_RDWR | os.O_CREAT, 0o600)
            try_lock(self._lock)
        return self.folder / f"{sha256[:_LONG]}.{self._token}{SUFFIX}"

    def forget(self) -> None:
        """Remove what this program has kept."""
        with suppress(OSError):
            for path in self.folder.glob(f"*.{self._token}{SUFFIX}"):
                path.unlink(missing_ok=True)

    def close(self) -> None:
        """`forget`, and say that this program is gone."""
        self.forget()
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None
            self._lock_of(self._token).unlink(missing_ok=True)

    def left(self) -> list[Kept]:
        """What programs that are gone have left, the latest first; what is older than `KEPT_DAYS` is removed."""
        found = []
        with suppress(OSError):
            for path in list(self._orphans()):
                kept = Kept(path, path.stat().st_mtime)
                if time.time() - kept.written > KEPT_DAYS * 86400:
                    path.unlink(missing_ok=True)
                else:
                    found.append(kept)
        return sorted(found, key=lambda kept: -kept.written)

    def of(self, volume: Volume) -> Kept | None:
        """The latest that was left of this very scan, wherever it lies now."""
        left = self.left()
        # The fingerprint of a large scan takes a while, and mostly there is nothing to compare it with.
        name = scan_sha256(volume)[:_LONG] if left else ""
        return next((kept for kept in left if kept.path.name.startswith(name)), None)

    def adopt(self, kept: Kept) -> None:
        """Take over what another program left: from now on it is this one's, to be forgotten when it is saved."""
        with suppress(OSError):
            kept.path.replace(self.place(kept.path.name.split(".")[0]))

    def why_not(self) -> str | None:
        """Why nothing can be kept here, None when all is well."""
        try:
            self.place("")
        except OSError as problem:
            return problem.strerror or str(problem)
        return None

    def _orphans(self) -> Iterator[Path]:
        for path in self.folder.glob(f"*{SUFFIX}"):
            token = path.name.split(".")[-2]
            if token != self._token and not self._lives(token):
                yield path

    def _lives(self, token: str) -> bool:
        """Whether the program with that token still runs."""
        lock = self._lock_of(token)
        try:
            descriptor = os.open(lock, os.O_RDWR)
        except FileNotFoundError:
            return False
        except OSError:
            return True
        free = try_lock(descriptor)
        os.close(descriptor)
        if not free:
            return True
        try:
            # Windows has no such locks, but there a file that is open cannot be removed.
            lock.unlink(missing_ok=True)
        except OSError:
            return True
        return False

    def _lock_of(self, token: str) -> Path:
        return self.folder / f"{token}.lock"
