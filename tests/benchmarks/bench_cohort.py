"""A table of 2,000 cases, and a large case that comes next in a review, beside the times that were asked."""

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from flare_gui.app.batch.model import COLUMNS
from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.document.document import Document
from flare_gui.app.document.teaching import Teaching
from flare_gui.app.jobs.following import Following
from flare_gui.app.settings import Settings
from flare_gui.app.slices.tools import ToolBox
from flare_gui.app.surfaces.view import View3D
from flare_gui.app.window.views import Views
from tests.benchmarks.harness import Rounds, Row, at_most
from tests.benchmarks.scans import long_scan
from tests.cohort.results import made_up

CASES, ROUNDS = 2000, 5
OPEN_S, SORT_S, NEXT_S = 1.0, 0.2, 0.3


def measure() -> Iterator[Row]:
    """Three rows: the table is there, it is sorted anew, the next case stands on the slices."""
    application = QApplication.instance() or QApplication([])
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        made_up(place / "results", CASES)
        window = BatchWindow(Settings(place / "settings.ini"), Following())
        window.show()
        application.processEvents()
        opened = [_opened(window, place / "results") for _ in range(ROUNDS + 1)][1:]
        rows = window.shown.rowCount()
        yield _row(
            "cohort-open",
            f"a cohort of {CASES} cases from its folder to its painted table",
            OPEN_S,
            opened,
            (rows == CASES, f"{rows} rows"),
        )
        columns = [[_timed(partial(_sort, window, column)) for _ in range(ROUNDS)] for column in range(len(COLUMNS))]
        yield _row(
            "cohort-sort",
            f"its {CASES} rows sorted by a column, until painted (the slowest column)",
            SORT_S,
            max(columns, key=statistics.median),
            (window.shown.rowCount() == CASES, f"{len(COLUMNS)} columns"),
        )
        window.stop(5)
        window.hide()
    yield _next_case()


def _row(key: str, work: str, asked_s: float, seconds: list[float], outputs: tuple[bool, str]) -> Row:
    beside = f"the {asked_s:g} s that were asked"
    return Rounds(seconds, [asked_s] * len(seconds)).row(key, work, beside, at_most(1.0), outputs)


def _opened(window: BatchWindow, folder: Path) -> float:
    """Wall time; the folder is read in a thread, for which the loop waits without turning."""
    there: list[float] = []
    window.desk.opened.connect(lambda: there.append(time.perf_counter()))
    start = time.perf_counter()
    window.desk.open(folder)
    application = QApplication.instance()
    assert application is not None
    while not there:
        time.sleep(0.005)
        application.processEvents()
    window.table.viewport().repaint()
    return time.perf_counter() - start


def _sort(window: BatchWindow, column: int) -> None:
    now = window.table.horizontalHeader().sortIndicatorOrder()
    down = Qt.SortOrder.DescendingOrder
    window.table.sortByColumn(column, Qt.SortOrder.AscendingOrder if now == down else down)
    window.table.viewport().repaint()


def _next_case() -> Row:
    """What is left to do when a case was read ahead: the document shows it, and four views are painted."""
    scan, document = long_scan(), Document()
    views = Views(document, View3D(document), ToolBox(Teaching(document)))
    views.resize(1000, 800)
    views.show()

    def show() -> None:
        document.show(scan.volume, scan.reference)
        views.repaint()

    seconds = [_timed(show) for _ in range(ROUNDS + 1)][1:]
    same = document.volume is scan.volume
    views.close()
    shape = "x".join(map(str, scan.volume.shape))
    return _row(
        "review-next", f"the next case of a review, {shape}, read ahead, until painted", NEXT_S, seconds, (same, "")
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
