"""A zip with one scan in it, unpacked for as long as it is read."""

import hashlib
import re
import shutil
import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from flare_gui.errors import UnreadableScan
from flare_gui.io.limits import ARCHIVE_GRACE_BYTES, MOST_ARCHIVE_RATIO, MOST_FILES, MOST_UNPACKED_BYTES
from flare_gui.progress import Cancel, Progress, ignore, never


@contextmanager
def unpacked(path: Path, *, progress: Progress = ignore, cancel: Cancel = never) -> Iterator[list[Path]]:
    """The files of a zip in a temporary folder that goes away at the end; never outside it, whatever their names say.

    Raises `UnreadableScan` for a damaged, encrypted or absurdly large archive, and when there is no room to unpack it.
    """
    with tempfile.TemporaryDirectory(prefix="flare-gui-") as folder:
        yield _unpack(path, Path(folder), progress, cancel)


def _unpack(path: Path, folder: Path, progress: Progress, cancel: Cancel) -> list[Path]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir() and "__MACOSX" not in m.filename]
            _check(path, members, folder)
            files: list[Path] = []
            for member in members:
                cancel.check()
                files.append(_extract(archive, member, folder))
                progress("unpacking", len(files) / len(members))
            return files
    # NotImplementedError: a compression that Python does not know. Struct, value and index errors: a broken directory.
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, IndexError) as error:
        raise UnreadableScan(
            path, f"is not a complete zip file ({error})", hint="Copy it again.", code="truncated"
        ) from None
    except RuntimeError as error:
        if "password" not in str(error):
            raise
        raise UnreadableScan(path, "is encrypted", hint="Unpack it with its password first.") from None


def _check(path: Path, members: list[zipfile.ZipInfo], folder: Path) -> None:
    """Weigh what the archive says before a byte is unpacked; zipfile writes no more of a member than it said."""
    total, packed = sum(m.file_size for m in members), path.stat().st_size
    bomb = total > ARCHIVE_GRACE_BYTES and total > MOST_ARCHIVE_RATIO * packed
    if bomb or total > MOST_UNPACKED_BYTES or len(members) > MOST_FILES:
        raise UnreadableScan(
            path,
            f"would unpack to {len(members):,} files of {total / 1e9:.1f} GB, which is no scan",
            hint="If that is true, unpack it and open the scan's folder.",
            code="too-large",
        )
    free = shutil.disk_usage(folder).free
    if total > free:
        raise UnreadableScan(
            path,
            f"needs {total / 1e9:.1f} GB in {folder.parent} to unpack, where {free / 1e9:.1f} GB are free",
            hint="Make room there, or unpack it elsewhere and open the scan's folder.",
        )


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path:
    """One member as a plain file, whatever it says it is, under a plain name; neighbours stay neighbours."""
    place = PurePosixPath(member.filename.replace("\\", "/"))
    beside = folder / hashlib.sha256(str(place.parent).encode("utf-8", "replace")).hexdigest()[:16]
    beside.mkdir(exist_ok=True)
    name = re.sub(r"[^\w.\- ]", "_", place.name)[-100:]
    file = beside / (name if name.strip(".") else "file")
    if file.exists():
        file = beside / f"{len(list(beside.iterdir()))}_{file.name}"
    with archive.open(member) as source, file.open("wb") as target:
        shutil.copyfileobj(source, target, 1 << 20)
    return file
