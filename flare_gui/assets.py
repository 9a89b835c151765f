"""Where the files that travel with the program are: weights, their model cards and licence, the icon."""

from pathlib import Path

from flare_gui.errors import FlareError

_PACKAGE = Path(__file__).resolve().parent


def folder() -> Path:
    """The assets' folder: inside the package when installed from a wheel, beside it in a source tree.

    The inner one comes first: in a source tree it never exists, and beside an installed package a folder `assets` would
    be another program's.
    """
    installed = _PACKAGE / "_assets"
    return installed if installed.is_dir() else _PACKAGE.parent / "assets"


def asset(name: str) -> Path:
    """The path of the asset `name`, such as "LICENSE-weights".

    Raises `FlareError` when it is not there: the installation is incomplete.
    """
    path = folder() / name
    if not path.exists():
        raise FlareError(
            f"{path}: this part of flare-gui is missing",
            hint="Install flare-gui again; in a copy of its repository, `git status` shows what was removed.",
        )
    return path
