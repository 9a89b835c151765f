"""What the bundle's libraries ask of the system they run on."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path


def libraries(folder: Path) -> list[Path]:
    """Every ELF file below `folder`."""
    return [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink() and _is_elf(path)]


def needed_outside(files: list[Path]) -> set[str]:
    """The libraries, such as "libGL.so.1", that `files` are linked with and that are none of them."""
    told = _readelf("-d", files)
    inside = {file.name for file in files} | set(re.findall(r"\(SONAME\).*\[(.*)\]", told))
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", told)) - inside


def drop_unneeded(folder: Path) -> None:
    """Delete the libraries directly in `folder` that none of the others is linked with.

    PyInstaller puts the system's libraries there that anything needed, also what we have left out since.
    """
    while True:
        files = libraries(folder)
        needed = set(re.findall(r"\(NEEDED\).*\[(.*)\]", _readelf("-d", files)))
        # Modules of Python and links to libraries in the folder of their package lie there, too.
        unneeded = [file for file in files if file.parent == folder and ".so" in file.name and file.name not in needed]
        unneeded = [file for file in unneeded if file.name.startswith("lib") and ".cpython-" not in file.name]
        unneeded = [file for file in unneeded if not file.name.startswith("libpython")]
        if not unneeded:
            return
        for file in unneeded:
            file.unlink()


def oldest_glibc(files: list[Path]) -> tuple[int, int]:
    """The oldest glibc that has every symbol that `files` ask for, such as (2, 35)."""
    found = re.findall(r"Name: GLIBC_(\d+)\.(\d+)", _readelf("-V", files))
    return max((int(major), int(minor)) for major, minor in found)


def _is_elf(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def _readelf(option: str, files: list[Path]) -> str:
    return "".join(
        subprocess.run(["readelf", option, *some], capture_output=True, text=True, check=False).stdout
        for some in _chunks(files)
    )


def _chunks(files: list[Path], size: int = 200) -> Iterator[list[Path]]:
    for start in range(0, len(files), size):
        yield files[start : start + size]
