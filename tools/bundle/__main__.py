"""Build the bundle: `python -m tools.bundle [--out DIR] [--work DIR]`, or `make bundle`. See docs/installing.md."""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

from flare_gui import __version__
from tools.bundle import elf
from tools.bundle.contents import ROOT
from tools.bundle.file_types import menu_entry, mime_package
from tools.bundle.icons import write_icon
from tools.bundle.licences import write_licences

HERE = Path(__file__).parent
SYSTEMS = {"linux": "linux", "win32": "windows", "darwin": "macos"}


def name() -> str:
    """What the bundle and its folder are called: program, version, system, processor."""
    return f"flare-gui-{__version__}-{SYSTEMS[sys.platform]}-{platform.machine().lower().replace('amd64', 'x86_64')}"


def freeze(work: Path) -> Path:
    """PyInstaller's folder with both programs, and the licences in it."""
    work.mkdir(parents=True, exist_ok=True)
    write_icon(ROOT / "assets" / "icons" / "flare-gui.svg", work / "flare-gui.png")
    command = [sys.executable, "-m", "PyInstaller", "--noconfirm", "--log-level", "WARN"]
    command += ["--workpath", str(work), "--distpath", str(work), str(HERE / "flare_gui.spec")]
    subprocess.run(command, check=True, cwd=ROOT)
    folder = work / "flare-gui"
    inside = folder / "_internal"
    if sys.platform == "linux":
        elf.drop_unneeded(inside)
        # Both programs are one, with 60 MB of modules in it, and know by their name which they are.
        (folder / "flare-train").unlink()
        (folder / "flare-train").hardlink_to(folder / "flare-gui")
    came_from = json.loads((work / "files.json").read_text(encoding="utf-8"))
    write_licences(folder / "licences", [Path(source) for place, source in came_from if (inside / place).exists()])
    return folder


def pack_linux(folder: Path, work: Path, out: Path) -> list[Path]:
    """A tar.gz to unpack anywhere, and a Debian package."""
    from tools.bundle import debian

    package = debian.build(folder, folder / "licences", work, out)
    menu = folder / "menu"
    menu.mkdir(exist_ok=True)
    (menu / "flare-gui.desktop").write_text(menu_entry("flare-gui"), encoding="utf-8")
    (menu / "flare-gui.xml").write_text(mime_package(), encoding="utf-8")
    shutil.copy(ROOT / "assets" / "icons" / "flare-gui.svg", menu)
    shutil.copy(HERE / "linux" / "menu-entry", folder)
    archive = out / f"{name()}.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=6) as file:
        file.add(folder, f"flare-gui-{__version__}", filter=_owned_by_nobody)
    return [archive, package]


def _owned_by_nobody(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    entry.uid = entry.gid = 0
    entry.uname = entry.gname = "root"
    return entry


def pack_other(folder: Path, out: Path) -> list[Path]:
    """A zip, of the folder on Windows, of the .app on macOS. Neither was tried."""
    if sys.platform == "darwin":
        target = out / f"{name()}.zip"
        # Python's zip knows no links, of which frameworks consist.
        subprocess.run(["ditto", "-c", "-k", "--keepParent", folder.with_suffix(".app"), target], check=True)
        return [target]
    return [Path(shutil.make_archive(str(out / name()), "zip", folder.parent, folder.name))]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tools.bundle", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "dist")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bundle")
    given = parser.parse_args()
    out, work = given.out.resolve(), given.work.resolve()
    out.mkdir(parents=True, exist_ok=True)

    folder = freeze(work)
    size = sum(path.lstat().st_size for path in folder.rglob("*"))
    print(f"{folder}: {size / 1e6:.0f} MB")
    if sys.platform == "linux":
        files = elf.libraries(folder)
        print("Needs glibc {}.{} or newer, and of the system:".format(*elf.oldest_glibc(files)))
        print("  " + " ".join(sorted(elf.needed_outside(files))))
        made = pack_linux(folder, work, out)
    else:
        made = pack_other(folder, out)
    for path in made:
        print(f"{path}: {path.stat().st_size / 1e6:.0f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
