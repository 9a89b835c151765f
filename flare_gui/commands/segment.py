"""`flare-gui segment`: many cases, one model, two files a case."""

import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from flare_gui import batch, io
from flare_gui.batch import CaseResult, Options
from flare_gui.console import Bar, Lines, progress_display
from flare_gui.errors import Cancelled, DeviceUnusable, FlareError
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel

if TYPE_CHECKING:
    from flare_gui.model.weights import Model

DONE, NOTHING_DONE, PARTLY_DONE, INTERRUPTED = 0, 2, 3, 130


@dataclass
class _Tally:
    """What has come out so far, and where the user sees it."""

    display: Bar | Lines
    results: list[CaseResult] = field(default_factory=list)
    failures: int = 0

    def succeeded(self, result: CaseResult) -> None:
        """Show the case's warnings."""
        self.display.end()
        self.results.append(result)
        # A kept result was reported on when it was made.
        for kind in () if result.kept else ("warnings", "notes"):
            for sentence in result.report[kind]:
                print(f"flare-gui: {result.name}: {kind[:-1]}: {sentence}", file=sys.stderr, flush=True)

    def failed(self, error: FlareError) -> None:
        """Say at once what is wrong, in one line."""
        self.display.end()
        self.failures += 1
        print(f"flare-gui: {error}", file=sys.stderr, flush=True)

    @property
    def exit_code(self) -> int:
        if not self.failures:
            return DONE
        return PARTLY_DONE if self.results else NOTHING_DONE


def run(inputs: list[Path], out: Path, weights: Path | None, options: Options, cancel: Cancel) -> int:
    """Segment every case in `inputs` into `out`; returns the exit code.

    Weights that cannot be loaded and an `out` that cannot be written to raise `FlareError`. What is wrong with one case
    is printed, and the others go on.
    """
    tally = _Tally(progress_display())
    batch.check_folder(out)
    cases = _find(inputs, tally)
    if not cases:
        return tally.exit_code
    # Heavy: torch is loaded here, once it is clear that there is something to do.
    from flare_gui.model.weights import load

    model = load(weights)
    code = INTERRUPTED
    try:
        _work(cases, out, model, options, tally, cancel)
        code = tally.exit_code
    except Cancelled:
        tally.display.end()
        print("flare-gui: interrupted", file=sys.stderr)
    _print_summary(tally.results)
    return code


def _find(inputs: list[Path], tally: _Tally) -> list[io.Case]:
    """The cases in `inputs`. An input that holds none is a failure of its own and does not stop the others."""
    try:
        return io.find_cases(inputs)
    except FlareError as error:
        if len(inputs) == 1:
            tally.failed(error)
            return []
    usable = []
    for path in inputs:
        try:
            io.find_cases([path])
        except FlareError as error:
            tally.failed(error)
        else:
            usable.append(path)
    # Together once more: names are told apart among all cases.
    return io.find_cases(usable) if usable else []


def _work(cases: list[io.Case], out: Path, model: "Model", options: Options, tally: _Tally, cancel: Cancel) -> None:
    """First what earlier runs left, so that files in the way are known before hours of work; then the network."""
    ahead = []
    for case in cases:
        tally.display.begin(case.name)
        try:
            earlier = batch.earlier_result(case, out, model, options, progress=tally.display, cancel=cancel)
        except FlareError as error:
            tally.failed(error)
            continue
        if earlier is None:
            ahead.append(case)
        else:
            tally.succeeded(earlier)
    if not ahead or not _device_works(options, model, tally):
        return
    for number, case in enumerate(ahead, 1):
        tally.display.begin(f"{case.name} ({number} of {len(ahead)})")
        try:
            tally.succeeded(batch.segment_case(case, out, model, options, progress=tally.display, cancel=cancel))
        except FlareError as error:
            tally.failed(error)


def _device_works(options: Options, model: "Model", tally: _Tally) -> bool:
    """Probe the device once, instead of reading every scan to find that none can be segmented."""
    from flare_gui.model.device import choose

    try:
        choose(options.device, model)
    except DeviceUnusable as error:
        tally.failed(error)
        return False
    return True


def _print_summary(results: list[CaseResult]) -> None:
    """A line of volumes and a line of files per case."""
    for result in results:
        version = result.report["software"]["version"]
        kept = f" (kept: flare-gui {version} made it from the same scan, model and options)" if result.kept else ""
        print(f"{result.name}{kept}: {', '.join(_volumes(result))}")
        print(f"  {result.mask}")
        print(f"  {result.report_path}")


def _volumes(result: CaseResult) -> list[str]:
    texts = []
    for organ in ORGANS:
        measured = result.report["organs"][organ.key]
        if not measured["voxels"]:
            texts.append(f"{organ.name.lower()} not found")
            continue
        cut = " (cut by the scan's border)" if measured["touches_border"] else ""
        texts.append(f"{organ.name.lower()} {measured['volume_ml']:.1f} ml{cut}")
    return texts
