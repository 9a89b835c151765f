"""`flare-gui video`: a film of one scan."""

from pathlib import Path

from flare_gui.commands import scan_and_mask
from flare_gui.commands.scan_and_mask import Source
from flare_gui.console import progress_display
from flare_gui.errors import OutputExists
from flare_gui.progress import Cancel
from flare_gui.render.options import FilmSettings


def run(source: Source, out: Path, settings: FilmSettings, cancel: Cancel, *, overwrite: bool) -> int:
    """Write the film to `out`; returns the exit code. Raises `FlareError` for what goes wrong."""
    if out.exists() and not overwrite:
        raise OutputExists(
            f"{out}: there is a file already", hint="Replace it with --overwrite, or choose another name."
        )
    from flare_gui.render.film import write_film

    display = progress_display()
    display.begin(source.scan.name)
    try:
        volume, segmentation = scan_and_mask.load(source, display, cancel)
        write_film(volume, segmentation, out, settings, progress=display, cancel=cancel)
    finally:
        display.end()
    print(out)
    return 0
