"""`flare-gui report`: one HTML page about a scan."""

from pathlib import Path

from flare_gui.commands import scan_and_mask
from flare_gui.commands.scan_and_mask import Source
from flare_gui.console import progress_display
from flare_gui.errors import FlareError
from flare_gui.export.context import Context, ExportOptions
from flare_gui.export.report import page
from flare_gui.progress import Cancel


def run(source: Source, out: Path, cancel: Cancel, *, overwrite: bool) -> int:
    """Write the page to `out`; returns the exit code. Raises `FlareError` for what goes wrong."""
    if out.suffix.lower() not in (".html", ".htm"):
        raise FlareError(f"{out}: a report is an HTML page", hint="Choose a name that ends in .html.")
    display = progress_display()
    display.begin(source.scan.name)
    try:
        volume, segmentation = scan_and_mask.load(source, display, cancel)
        context = Context(volume, segmentation, out.parent, ExportOptions(overwrite=overwrite), cancel)
        context.write(out, lambda path: path.write_text(page(context), encoding="utf-8"))
    finally:
        display.end()
    print(out)
    return 0
