"""A zip with one scan in it, unpacked for as long as it is read."""

import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flare_gui.errors import UnreadableScan
from flare_gui.progress import Cancel, Progress, ignore, never

# A scan of 2,000 slices of 512x512 is 1 GB; beyond this an archive is a mistake or an attack.
MAX_UNPACKED_BYTES = 16 * 1024**3


@contextmanager
def unpacked(path: Path, *, progress: Progress = ignore, cancel: Cancel = never) -> Iterator[list[Path]]:
    """The files of a zip in a temporary folder that goes away at the end; never outside it, whatever their names say.

    Raises `UnreadableScan` for a damaged, encrypted or absurdly large archive.
    """
    with tempfile.TemporaryDirectory(prefix="flare-gui-") as folder:
        try:
            yield _extract(path, Path(folder), progress, cancel)
        except (zipfile.BadZipFile, EOFError) as error:
            raise UnreadableScan(path, f"is not a complete zip file ({error})", hint="Copy it again.") from None
        except RuntimeError as error:
            if "password" not in str(error):
                raise
            raise UnreadableScan(path, "is encrypted", hint="Unpack it with its password first.") from None


def _extract(path: Path, folder: Path, progress: Progress, cancel: Cancel) -> list[Path]:
    with zipfile.ZipFile(path) as archive:
        members = [m for m in archive.infolist() if not m.is_dir() and "__MACOSX" not in m.filename]
        if sum(m.file_size for m in members) > MAX_UNPACKED_BYTES:
            raise UnreadableScan(path, "holds more than 16 GB", hint="Unpack it and open the scan's folder.")
        files = []
        for done, member in enumerate(members, 1):
            cancel.check()
            files.append(Path(archive.extract(member, folder)))  # zipfile strips drives, roots and ".."
            progress("unpacking", done / len(members))
    return files
