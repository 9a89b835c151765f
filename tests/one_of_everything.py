"""What the program can do, once, on something small, without the modules that the bundle leaves out.

`python -m tests.one_of_everything FOLDER` prints the modules that were imported by a name made at run time.
"""

import importlib
import json
import sys
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any

from tools.bundle import contents

NOT_IN_THE_BUNDLE = ("flare_gui.cluster",)


class Without:
    """Another finder of modules, that does not find those which the bundle leaves out."""

    def __init__(self, finder: Any) -> None:
        self._finder = finder

    def find_spec(self, name: str, *place: Any) -> ModuleSpec | None:
        found: ModuleSpec | None = None if contents.is_unused_module(name) else self._finder.find_spec(name, *place)
        return found

    def __getattr__(self, name: str) -> Any:
        return getattr(self._finder, name)


def record_names() -> set[str]:
    """The set to which every `import_module` from now on adds a name."""
    names: set[str] = set()
    real = importlib.import_module

    def import_module(name: str, package: str | None = None) -> ModuleType:
        module = real(name, package)
        names.add(module.__name__)
        return module

    importlib.import_module = import_module
    return names


def work(folder: Path) -> None:
    """Segment, export, film, share, doctor, from NIfTI and DICOM. Raises `AssertionError` where a command fails."""
    from flare_gui import io
    from flare_gui.cli import main
    from flare_gui.export.table import FORMATS
    from flare_gui.volume import Segmentation
    from tests import bodies, tiny
    from tests.io import slices

    def run(*words: str | Path) -> None:
        assert main([str(word) for word in words]) == 0, words

    weights = tiny.save_tiny(folder, "tiny", seed=1)
    tiny.write_scan(folder / "scans" / "one.nii.gz")
    run("segment", folder / "scans", "-o", folder / "masks", "--weights", weights, "--jobs", "1", "--device", "cpu")
    volume, labels = bodies.body()
    slices.write(folder / "dicom", volume.hu, heights=[5.0 * k for k in range(volume.shape[2])])
    scan = io.read_scan(folder / "dicom")
    mask = folder / "body.seg.nii.gz"
    io.write_segmentation(Segmentation(labels, scan.affine), mask)
    everything = [f"--{row.key}" for row in FORMATS]
    run("export", folder / "dicom", "--mask", mask, *everything, "-o", folder / "out", "--picture-size", "160x120")
    for kind, ending in (("turntable", "mp4"), ("flythrough", "gif")):
        film = ["--kind", kind, "--seconds", "0.4", "--fps", "5", "--size", "96x64", "-o", folder / f"film.{ending}"]
        run("video", folder / "dicom", "--mask", mask, *film)
    run("share", folder / "dicom", "--mask", mask, "-o", folder / "page.html")
    run("doctor", folder / "dicom")


def main() -> int:
    sys.meta_path[:] = [Without(finder) for finder in sys.meta_path]
    names = record_names()
    for name in contents.our_modules():
        if name not in NOT_IN_THE_BUNDLE and not name.endswith("__main__"):
            importlib.import_module(name)
    work(Path(sys.argv[1]))
    print(json.dumps(sorted(names)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
