"""`flare-gui share`: a page that shows a result in any browser."""

from pathlib import Path

from flare_gui.commands import scan_and_mask
from flare_gui.commands.scan_and_mask import Source
from flare_gui.console import progress_display
from flare_gui.errors import FlareError, OutputExists
from flare_gui.progress import Cancel


def run(source: Source, out: Path, cancel: Cancel, *, with_ct: bool, overwrite: bool) -> int:
    """Write the page to `out`; returns the exit code. Raises `FlareError` for what goes wrong."""
    from flare_gui.export.shared_page import SUFFIXES, share

    if out.suffix.lower() not in SUFFIXES:
        raise FlareError(f"{out}: a shared result is an HTML page", hint="Choose a name that ends in .html.")
    # Before minutes of work, not after.
    if out.exists() and not overwrite:
        raise OutputExists(
            f"{out}: there is a file already", hint="Replace it with --overwrite, or choose another name."
        )
    display = progress_display()
    display.begin(source.scan.name)
    try:
        volume, segmentation = scan_and_mask.load(source, display, cancel)
        share(volume, segmentation, out, with_ct=with_ct, overwrite=overwrite, progress=display, cancel=cancel)
    finally:
        display.end()
    print(out)
    return 0
