"""The Debian package: the bundle's folder under /usr/lib, its commands, menu entry, icon and file types."""

import gzip
import os
import shutil
import subprocess
from pathlib import Path

from flare_gui import __version__
from tools.bundle import elf
from tools.bundle.contents import ROOT
from tools.bundle.file_types import menu_entry, mime_package

PROGRAMS = ("flare-gui", "flare-train")
MAINTAINER = "The flare-gui developers <maintainers@flare-gui.invalid>"
DESCRIPTION = """\
Description: abdominal CT segmentation with a window and a command line
 Finds liver, kidneys and spleen in CT scans (NIfTI, NRRD, MetaImage, DICOM),
 shows them in slices and 3D, measures them, and writes masks, meshes, tables
 and films. Works offline. Everything that it needs is inside, Python too.
 .
 It is not a medical device: for research and teaching only.
"""
# A bundle is what lintian warns of: libraries of its own, built by others, that find each other by a relative path.
OVERRIDDEN = (
    "custom-library-search-path",
    "embedded-library",
    "hardening-no-pie",
    "library-not-linked-against-libc",
    "shared-library-is-executable",
    "shared-library-lacks-prerequisites",
    "statically-linked-binary",
    "unstripped-binary-or-object",
)


def build(folder: Path, licences: Path, work: Path, out: Path) -> Path:
    """Make `out/flare-gui_VERSION_amd64.deb` of the bundle in `folder`; `work` is for what lies in between."""
    root = work / "deb"
    shutil.rmtree(root, ignore_errors=True)
    home = root / "usr" / "lib" / "flare-gui"
    # Hard links: the bundle is more than a gigabyte.
    shutil.copytree(folder, home, copy_function=os.link, symlinks=True)
    for program in PROGRAMS:
        _link(root / "usr" / "bin" / program, f"../lib/flare-gui/{program}")
    share = root / "usr" / "share"
    _write(share / "applications" / "flare-gui.desktop", menu_entry("flare-gui"))
    _write(share / "mime" / "packages" / "flare-gui.xml", mime_package())
    icon = (ROOT / "assets" / "icons" / "flare-gui.svg").read_text(encoding="utf-8")
    _write(share / "icons" / "hicolor" / "scalable" / "apps" / "flare-gui.svg", icon)
    _write(share / "lintian" / "overrides" / "flare-gui", "".join(f"flare-gui: {tag}\n" for tag in OVERRIDDEN))
    _papers(share / "doc" / "flare-gui", licences)
    _write(root / "DEBIAN" / "control", _control(home))
    package = out / f"flare-gui_{__version__}_amd64.deb"
    pack = ["dpkg-deb", "--root-owner-group", "--threads-max=2", "-Zxz", "-z1", "--build", root, package]
    subprocess.run(pack, check=True)
    shutil.rmtree(root)
    return package


def _papers(doc: Path, licences: Path) -> None:
    """What Debian wants of every package, and the texts of all that is inside."""
    copyright_ = (licences / "README.txt").read_text(encoding="utf-8")
    apache = "Apache-2.0: /usr/share/common-licenses/Apache-2.0\n"
    _write(doc / "copyright", f"{copyright_}\nThe texts lie in /usr/lib/flare-gui/licences.\n{apache}")
    head = f"flare-gui ({__version__}) unstable; urgency=low"
    entry = f"{head}\n\n  * See CHANGELOG.md.gz.\n\n -- {MAINTAINER}  {_date()}\n"
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    for name, text in (("changelog", entry), ("CHANGELOG.md", changes)):
        (doc / f"{name}.gz").write_bytes(gzip.compress(text.encode(), mtime=0))


def _date() -> str:
    """Of the commit, so that one state of the repository gives one package."""
    told = subprocess.run(["git", "-C", ROOT, "log", "-1", "--format=%cD"], capture_output=True, text=True, check=True)
    return told.stdout.strip()


def _control(home: Path) -> str:
    files = elf.libraries(home)
    size = sum(path.lstat().st_size for path in home.rglob("*")) // 1024
    glibc = "libc6 (>= {}.{})".format(*elf.oldest_glibc(files))
    others = {found for name in elf.needed_outside(files) if (found := _package_of(name)) not in (None, "libc6")}
    # Qt goes through X11 where these are missing.
    wayland = {name for name in others if name.startswith("libwayland")}
    return (
        f"Package: flare-gui\nVersion: {__version__}\nArchitecture: amd64\nMaintainer: {MAINTAINER}\n"
        f"Installed-Size: {size}\nDepends: {', '.join([glibc, *sorted(others - wayland)])}\n"
        f"Recommends: {', '.join(sorted(wayland | {'libgl1-mesa-dri'}))}\nSection: science\nPriority: optional\n"
        f"{DESCRIPTION}"
    )


def _package_of(library: str) -> str | None:
    told = subprocess.run(["dpkg-query", "-S", f"*/{library}"], capture_output=True, text=True, check=False)
    return told.stdout.split(":")[0] if told.returncode == 0 else None


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def _link(path: Path, target: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(target)
