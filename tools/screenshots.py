"""`make screenshots`: the pictures in docs of the window and of pages, made by the program itself.

`make screenshots ARGS=dicom-dark` makes one only. Real scans come from `../shared/data`; where those are missing, the
window shows the demo scan, and pages are left as they are. Seconds are left out: they are the machine's own.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtGui import QColor, QPalette
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from flare_gui.app import theme
from flare_gui.app.dialogs.series import ChoiceDialog
from flare_gui.app.settings import Settings
from flare_gui.app.window.main_window import MainWindow
from flare_gui.batch.review import ACCEPTED, FLAGGED
from flare_gui.organs import RIGHT_KIDNEY
from tests.cohort.twelve import make_twelve

ROOT = Path(__file__).parents[1]
DATA = ROOT.parent / "shared" / "data"
WINDOW_SIZE = (1400, 900)
SHEET_SIZE = (1120, 870)
DARK, FAINT = QColor("#22262b"), QColor("#7d858e")
LONGEST_WAIT_S = 600.0


def main() -> int:
    """0 when every picture was made, 1 when one could not be."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots", description=__doc__)
    parser.add_argument("pictures", nargs="*", metavar="PICTURE", help=f"which: {', '.join(PICTURES)}; all by default")
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="where to (default: docs)")
    given = parser.parse_args()
    unknown = [name for name in given.pictures if name not in PICTURES]
    if unknown:
        parser.error(f"there is no picture {unknown[0]}; choose from {', '.join(PICTURES)}")
    problems = [PICTURES[name](given.out / f"{name}.png") for name in given.pictures or PICTURES]
    for problem in filter(None, problems):
        print(problem, file=sys.stderr)
    return 1 if any(problems) else 0


def overview(path: Path) -> str:
    """A CT with its organs in a light window."""
    return _window(path, DATA / "ct" / "ts_example" / "ct.nii.gz", dark=False)


def dicom_dark(path: Path) -> str:
    """A CT from a DICOM folder in a dark window."""
    return _window(path, DATA / "dicom" / "two_series", dark=True)


def contact_sheet(path: Path) -> str:
    """What a folder of scans leaves to look at, as a browser shows it."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None or not DATA.is_dir():
        return f"{path.name} is left as it is: it needs {DATA} and Chromium."
    with tempfile.TemporaryDirectory() as folder:
        segment = [sys.executable, "-m", "flare_gui", "segment", str(DATA / "ct"), str(DATA / "dicom"), "-o", folder]
        subprocess.run(segment, cwd=ROOT, check=True)
        size = f"--window-size={SHEET_SIZE[0]},{SHEET_SIZE[1]}"
        page = (Path(folder) / "contact-sheet.html").as_uri()
        profile = f"--user-data-dir={folder}/browser"
        flags = ["--headless", "--no-sandbox", "--hide-scrollbars", size, profile, f"--screenshot={path}", page]
        subprocess.run([browser, *flags], check=True, capture_output=True, timeout=120)
    return ""


def shared(path: Path) -> str:
    """The page of `flare-gui share`, as a browser shows it."""
    from tests.browser import browser, program

    if program() is None or not DATA.is_dir():
        return f"{path.name} is left as it is: it needs {DATA} and Chromium."
    with tempfile.TemporaryDirectory() as folder:
        page, case = Path(folder) / "page.html", DATA / "ct" / "ts_example"
        words = ["share", case / "ct.nii.gz", "--mask", case / "label.nii.gz", "-o", page]
        subprocess.run([sys.executable, "-m", "flare_gui", *words], cwd=ROOT, check=True)
        with browser(Path(folder) / "browser") as tab:
            tab.size(*WINDOW_SIZE)
            tab.open(page, "window.shared?.ready > 0")
            tab.picture(path)
    return ""


def cohort(path: Path) -> str:
    """The table of a cohort, half of it reviewed, what is odd in front; `review.png` beside it is the case after."""
    scans = [DATA / "ct" / name / "ct.nii.gz" for name in ("tcga_ov_09_2043", "ircad17", "ts_example")]
    if not DATA.is_dir():
        return f"{path.name} is left as it is: it needs {DATA}."
    application = _application()
    application.setPalette(application.style().standardPalette())
    with tempfile.TemporaryDirectory() as folder:
        place, out = Path(folder), Path(folder) / "results"
        make_twelve(scans, DATA / "ct" / "ts_example" / "label.nii.gz", place / "scans")
        segment = [sys.executable, "-m", "flare_gui", "segment", str(place / "scans"), "-o", str(out)]
        subprocess.run(segment, cwd=ROOT, check=False)
        window = MainWindow(Settings(place / "settings.ini"))
        window.setGeometry(0, 0, *WINDOW_SIZE)
        window.show()
        QTest.qWaitForWindowExposed(window)
        window.surfaces.start()
        batch = window.show_batch()
        batch.resize(*SHEET_SIZE)
        batch.choices.out.setText(str(out))
        _wait(lambda: len(batch.desk.cases) == 12)
        for name, status in (("a-coarse", ACCEPTED), ("b-mirrored", FLAGGED), ("c-noisy", ACCEPTED)):
            batch.desk.decide(name, status, "header mirrored?" if status == FLAGGED else "")
        # What folders are called here is of no use to a reader.
        batch.choices.folder.setText("scans")
        batch.choices.out.setText("results")
        batch.choices.reviewer.setText("Ann")
        batch.table.go_to("a-no-kidney")
        _rest()
        saved = batch.grab().save(str(path))
        batch.begin_review()
        _wait(lambda: window.review.can_judge and not window.surfaces.busy)
        window.centralWidget().setFocus()
        _rest()
        saved = window.screen().grabWindow(window.winId()).save(str(path.with_name("review.png"))) and saved
        window.document.mark_saved()
        window.close()
        window.deleteLater()
    return "" if saved else f"{path} could not be written."


PICTURES: dict[str, Callable[[Path], str]] = {
    "overview": overview,
    "dicom-dark": dicom_dark,
    "contact-sheet": contact_sheet,
    "cohort": cohort,
    "shared": shared,
}


def _window(path: Path, scan: Path, *, dark: bool) -> str:
    """The window with `scan` segmented, its crosshair in the right kidney and the surfaces from the front."""
    application = _application()
    application.setPalette(_dark() if dark else application.style().standardPalette())
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Settings(Path(folder) / "settings.ini"))
        window.setGeometry(0, 0, *WINDOW_SIZE)
        window.show()
        QTest.qWaitForWindowExposed(window)
        window.surfaces.start()
        if scan.exists():
            window.open([scan])
        else:
            window.session.open_demo()
        document, runner = window.document, window.runner
        _wait(lambda: document.volume is not None and not runner.busy)
        window.session.segment()
        _wait(lambda: document.segmentation is not None and not runner.busy)
        _wait(lambda: not window.surfaces.busy)
        document.go_to_organ(RIGHT_KIDNEY.label)
        window.centralWidget().setFocus()
        window.scan_panel.show_no_cost("Looking at what a run will take…")
        window.statusBar().clearMessage()
        _rest()
        picture = window.screen().grabWindow(window.winId())
        document.mark_saved()
        window.close()
        window.deleteLater()
    return "" if picture.save(str(path)) else f"{path} could not be written."


def _application() -> QApplication:
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    theme.apply(application)
    return application


def _dark() -> QPalette:
    """The colours of a dark desktop: the virtual screen has no desktop to follow."""
    palette = QPalette(DARK)
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, FAINT)
    return palette


def _wait(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONGEST_WAIT_S
    while not condition():
        if time.monotonic() > end:
            raise SystemExit(f"nothing happened for {LONGEST_WAIT_S:.0f} s")
        dialog = QApplication.activeModalWidget()
        # Several series: the one that the program proposes.
        if isinstance(dialog, ChoiceDialog):
            dialog.accept()
        QTest.qWait(20)


def _rest() -> None:
    """Until all that was asked for is painted; the mouse is where it shows nothing."""
    QTest.mouseMove(QApplication.activeWindow() or QApplication.topLevelWidgets()[0], QPoint(2, 2))
    QTest.qWait(1500)


if __name__ == "__main__":
    sys.exit(main())
