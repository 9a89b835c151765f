"""What every format gets, and the one way its files reach the disk."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import reason, replacing
from flare_gui.organs import LabelScheme
from flare_gui.progress import Cancel
from flare_gui.render.options import SMOOTH, MeshOptions
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True)
class ExportOptions:
    """`labels` are the numbers in masks; `per_organ` writes masks one file an organ; `overwrite` replaces files.

    `picture_size` is (width, height) of pictures in pixels.
    """

    labels: LabelScheme = "organs"
    per_organ: bool = False
    overwrite: bool = False
    mesh: MeshOptions = SMOOTH
    picture_size: tuple[int, int] = (1600, 1200)


DEFAULT = ExportOptions()


def say_nothing(_sentence: str) -> None:
    """For callers who do not listen."""


@dataclass(frozen=True, eq=False)
class Context:
    """One export: the case, where it goes, how, a way to stop, and `say` for sentences on what could not be kept."""

    volume: Volume
    segmentation: Segmentation
    folder: Path
    options: ExportOptions
    cancel: Cancel
    say: Callable[[str], None] = say_nothing

    def path(self, suffix: str) -> Path:
        """`<case><suffix>` in the folder."""
        return self.folder / f"{self.volume.name}{suffix}"

    def write(self, path: Path, save: Callable[[Path], object]) -> Path:
        """Let `save` write beside `path`, then rename. Raises `OutputExists`, `FlareError` or `Cancelled`.

        Whatever happens, an old file stays whole until the new one is.
        """
        self.cancel.check()
        if path.exists() and not self.options.overwrite:
            raise OutputExists(
                f"{path}: there is a file already", hint="Allow to replace it, or choose another folder."
            )
        try:
            with replacing(path, overwrite=self.options.overwrite) as beside:
                save(beside)
                self.cancel.check()
        # ITK raises RuntimeError.
        except (OSError, RuntimeError) as problem:
            raise FlareError(
                f"{path}: cannot be written ({reason(problem)})",
                hint="Choose another folder, or make room.",
            ) from problem
        return path
