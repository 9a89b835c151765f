"""`flare-gui export`: masks, meshes and numbers of one scan."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from flare_gui.commands import scan_and_mask
from flare_gui.commands.scan_and_mask import Source
from flare_gui.console import progress_display, warn
from flare_gui.export import ExportOptions, export
from flare_gui.progress import Cancel


def run(source: Source, out: Path, wanted: Sequence[str], options: ExportOptions, cancel: Cancel) -> int:
    """Write the formats in `wanted` into `out`; returns the exit code. Raises `FlareError` for what goes wrong."""
    display = progress_display()
    display.begin(source.scan.name)
    try:
        volume, segmentation = scan_and_mask.load(source, display, cancel)
        say = partial(warn, display)
        files = export(volume, segmentation, out, wanted, options, progress=display, cancel=cancel, say=say)
    finally:
        display.end()
    for file in files:
        print(file)
    return 0
