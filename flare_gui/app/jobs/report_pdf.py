"""The report as PDF, for those who cannot open HTML: Qt prints the very page."""

from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QGuiApplication, QPageSize, QPdfWriter, QTextDocument

from flare_gui.app.jobs import film_process
from flare_gui.app.words import tr
from flare_gui.errors import FlareError
from flare_gui.export.context import DEFAULT, Context
from flare_gui.export.report import page
from flare_gui.files import reason, replacing
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume


def write_pdf(volume: Volume, segmentation: Segmentation, path: Path, *, progress: Progress, cancel: Cancel) -> None:
    """Write `path` in one move, on A4. Raises `FlareError` when that fails, `Cancelled`."""
    progress(tr("Report as PDF"), 0.0)
    # The pictures are drawn there anyway, and Qt lays text out in the main thread of a process only.
    film_process.run(_draw_and_print, volume, segmentation, path, progress=progress, cancel=cancel)
    progress(tr("Report as PDF"), 1.0)


def _draw_and_print(
    volume: Volume, segmentation: Segmentation, path: Path, *, progress: Progress, cancel: Cancel
) -> None:
    html = page(Context(volume, segmentation, path.parent, DEFAULT, cancel))
    # Fonts need one.
    application = QGuiApplication.instance() or QGuiApplication(["flare-gui"])
    progress(tr("Report as PDF"), 0.9)
    try:
        with replacing(path) as beside:
            print_page(html, beside)
            cancel.check()
    except OSError as problem:
        raise FlareError(
            tr("{path}: cannot be written ({problem})").format(path=path, problem=reason(problem)),
            hint=tr("Choose another folder."),
        ) from problem
    finally:
        del application


def print_page(html: str, path: Path) -> None:
    """Lay the report's page out on A4 sheets with their numbers. Raises `OSError`."""
    document = QTextDocument()
    # The style sheet's rules for paper, not those for screens.
    document.setMetaInformation(QTextDocument.MetaInformation.CssMedia, "print")
    document.setHtml(html)
    writer = QPdfWriter(str(path))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    # Printing a document leaves its own margins.
    writer.setPageMargins(QMarginsF())
    document.print_(writer)
    del writer
    if not path.exists() or not path.read_bytes().startswith(b"%PDF"):
        raise OSError(tr("the disk is full, or the folder cannot be written to"))
