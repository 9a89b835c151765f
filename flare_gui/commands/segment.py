"""`flare-gui segment`: many cases, one model, two files a case."""

import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from flare_gui import io
from flare_gui.batch.folder import check_folder
from flare_gui.batch.run_batch import run_batch
from flare_gui.batch.run_case import CaseResult, Options
from flare_gui.batch.summary import FailedCase, check_no_other, write_summary
from flare_gui.batch.worker import Failure
from flare_gui.console import Bar, Lines, progress_display
from flare_gui.errors import Cancelled, FlareError
from flare_gui.file_tally import listed
from flare_gui.io import Case
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel

DONE, NOTHING_DONE, PARTLY_DONE, INTERRUPTED = 0, 2, 3, 130


@dataclass
class _Tally:
    """What has come out so far, and where the user sees it: the `Observer` of a batch on a terminal or in a log."""

    display: Bar | Lines
    numbers: dict[Case, str] = field(default_factory=dict)
    results: list[CaseResult] = field(default_factory=list)
    failures: list[FailedCase] = field(default_factory=list)

    def number(self, cases: list[Case]) -> None:
        """Show which of how many a case is."""
        self.numbers = {case: f"{case.name} ({i} of {len(cases)})" for i, case in enumerate(cases, 1)}

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        """Draw it."""
        self.display.begin(self.numbers[case])
        self.display(stage, fraction)

    def succeeded(self, case: Case, result: CaseResult) -> None:
        """Show the case's warnings."""
        self.display.end()
        self.results.append(result)
        # A kept result was reported on when it was made.
        for kind in () if result.kept else ("warnings", "notes"):
            for sentence in result.report[kind]:
                print(f"flare-gui: {result.name}: {kind[:-1]}: {sentence}", file=sys.stderr, flush=True)

    def failed(self, case: Case, failure: Failure) -> None:
        """Say at once what is wrong, in one line."""
        self.display.end()
        self.failures.append(FailedCase(case, failure))
        print(f"flare-gui: {FlareError(failure.message, hint=failure.hint)}", file=sys.stderr, flush=True)

    @property
    def exit_code(self) -> int:
        if not self.failures:
            return DONE
        return PARTLY_DONE if self.results else NOTHING_DONE


def run(
    inputs: list[Path],
    out: Path,
    weights: Path | None,
    options: Options,
    cancel: Cancel,
    *,
    jobs: int | None = None,
    dask: str | None = None,
) -> int:
    """Segment every case in `inputs` into `out`, `jobs` at once or on a `dask` cluster; returns the exit code.

    An `out` that cannot be written to raises `FlareError`. What is wrong with one case is printed, the others go on.
    """
    tally = _Tally(progress_display())
    if dask is not None:
        # The workers are elsewhere, with working folders of their own.
        inputs, out = [path.absolute() for path in inputs], out.absolute()
        weights = weights and weights.absolute()
    check_folder(out)
    check_no_other(out, overwrite=options.overwrite)
    cases = _find(inputs, options, tally)
    if not cases:
        return tally.exit_code
    tally.number(cases)
    many = len(inputs) > 1 or [case.path for case in cases] != inputs
    code = INTERRUPTED
    try:
        if dask is None:
            run_batch(cases, out, weights, options, tally, cancel, jobs=jobs)
        else:
            _cluster()(cases, out, weights, options, tally, cancel, dask)
        code = tally.exit_code
    except FlareError as error:
        tally.display.end()
        print(f"flare-gui: {error}", file=sys.stderr)
        code = PARTLY_DONE if tally.results else NOTHING_DONE
    except Cancelled:
        tally.display.end()
        print("flare-gui: interrupted", file=sys.stderr)
    _print_summary(tally.results)
    if many and (tally.results or tally.failures):
        for path in write_summary(out, tally.results, tally.failures):
            print(path)
    return code


def _cluster() -> Callable[..., None]:
    """`run_on_cluster`, which needs packages that few have."""
    try:
        from flare_gui.cluster import run_on_cluster
    except ImportError as problem:
        raise FlareError(
            f"a cluster needs packages that are not installed ({problem})",
            hint='Install them with: python -m pip install "flare-gui[cluster]".',
        ) from problem
    return run_on_cluster


def _find(inputs: list[Path], options: Options, tally: _Tally) -> list[io.Case]:
    """The cases in `inputs`. An input that holds none is a failure of its own and does not stop the others."""
    every_series = options.series is None
    usable = []
    for path in inputs:
        try:
            io.find_cases([path])
        except FlareError as error:
            tally.failed(Case(path, path.name), Failure(error.message, error.hint))
        else:
            usable.append(path)
    masks: list[Path] = []
    # Together once more: names are told apart among all cases.
    cases = io.find_cases(usable, every_series=every_series, passed_over=masks) if usable else []
    if masks:
        names = listed(sorted({path.name for path in masks}))
        print(f"flare-gui: masks are passed over: {len(masks)} files ({names})", file=sys.stderr, flush=True)
    return cases


def _print_summary(results: list[CaseResult]) -> None:
    """A line of volumes and a line of files per case."""
    decided = [result.name for result in results if result.decided]
    if decided:
        them, are = ("it", "case is") if len(decided) == 1 else ("them", "cases are")
        print(
            f"{len(decided)} {are} kept as a person accepted or corrected {them}: {listed(decided)}. "
            "--redo NAME segments one anew."
        )
    for result in results:
        version = result.report["software"]["version"]
        by_whom = " (kept as a person left it)"
        kept = f" (kept: flare-gui {version} made it from the same scan, model and options)" if result.kept else ""
        print(f"{result.name}{by_whom if result.decided else kept}: {', '.join(_volumes(result))}")
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
