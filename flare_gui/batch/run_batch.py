"""A batch from its cases to what became of them."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from flare_gui.batch import review
from flare_gui.batch.folder import make_folder
from flare_gui.batch.run_case import Options, earlier_report, persons_result, segment_case
from flare_gui.batch.supervisor import Observer, Supervisor
from flare_gui.batch.worker import Backend, Failure
from flare_gui.errors import FlareError
from flare_gui.file_tally import listed
from flare_gui.io import Case
from flare_gui.memory import available_mb
from flare_gui.model.card import card_of
from flare_gui.progress import Cancel

# One case that is read, one at the network, one that is written.
MOST_USEFUL_JOBS = 3
# What a large scan takes on its way, and what the network takes beside.
CASE_MB, NETWORK_MB = 2000, 2500


def usual_jobs() -> int:
    """How many cases are worked on at once unless someone says: three, or as many as there is memory for."""
    free = available_mb()
    return MOST_USEFUL_JOBS if free is None else max(1, min(MOST_USEFUL_JOBS, int((free - NETWORK_MB) // CASE_MB)))


def run_batch(
    cases: Sequence[Case],
    out: Path,
    weights: Path | None,
    options: Options,
    observer: Observer,
    cancel: Cancel,
    *,
    jobs: int | None = None,
) -> float:
    """Segment `cases` into `out`, `jobs` at a time, and tell `observer` what becomes of each, exactly once.

    Returns the seconds that the network was at work; 0 for a single case.

    What earlier runs have done is kept, and files in the way are known before the network runs. A single case is done
    in this process, more in one of their own: then no case takes another one along, whatever it does to its process.
    Raises `FlareError` when nothing can be done at all (weights, device), `Cancelled`.
    """
    sorted_out = sort_out(cases, out, weights, options, observer)
    ahead = [*sorted_out.perhaps_done, *sorted_out.to_do]
    if not ahead:
        return 0.0
    make_folder(out)
    if len(cases) == 1:
        _in_this_process(ahead[0], out, weights, options, observer, cancel)
        return 0.0
    supervisor = Supervisor(out, weights, card_of(weights), options, jobs or usual_jobs(), observer, sorted_out.before)
    supervisor.run(ahead, cancel, network_at_once=bool(sorted_out.to_do))
    return supervisor.network_seconds


class SortedOut(NamedTuple):
    """`perhaps_done` have a result, if it is of the same scan; `before` is how most of those were made."""

    perhaps_done: list[Case]
    to_do: list[Case]
    before: Backend | None


def sort_out(cases: Sequence[Case], out: Path, weights: Path | None, options: Options, observer: Observer) -> SortedOut:
    """What is done, as far as can be told without reading a scan, and what is not; what is in the way has failed.

    What a person has accepted or corrected has succeeded. Raises `FlareError` when what people said cannot be read, or
    for a name in `options.redo` that no case has.
    """
    card, said = card_of(weights), review.read(out)
    strangers = sorted(options.redo - {case.name for case in cases})
    if strangers:
        raise FlareError(f"there is no case {listed(strangers)} to do again", hint="Give the names of the results.")
    perhaps_done, to_do = [], []
    before: Counter[Backend] = Counter()
    for case in cases:
        status = said[case.name].status if case.name in said else review.NEW
        persons = persons_result(case, out, status, options)
        if persons is not None:
            observer.succeeded(case, persons)
            before[_backend(persons.report)] += 1
            continue
        try:
            report = earlier_report(case, out, card, options)
        except FlareError as error:
            observer.failed(case, Failure(error.message, error.hint))
            continue
        if report is None:
            to_do.append(case)
        else:
            perhaps_done.append(case)
            before[_backend(report)] += 1
    return SortedOut(perhaps_done, to_do, next((made for made, _ in before.most_common(1)), None))


def _backend(report: dict[str, Any]) -> Backend:
    return Backend(str(report.get("device")), str(report.get("precision")))


def _in_this_process(
    case: Case, out: Path, weights: Path | None, options: Options, observer: Observer, cancel: Cancel
) -> None:
    from flare_gui.model.device import choose
    from flare_gui.model.weights import load

    model = load(weights)
    # Before the scan is read, which may take long.
    choose(options.device, model, options.precision)
    try:
        result = segment_case(
            case,
            out,
            model,
            options,
            picture=True,
            progress=lambda stage, fraction: observer.progressed(case, stage, fraction),
            cancel=cancel,
        )
    except FlareError as error:
        observer.failed(case, Failure(error.message, error.hint))
    else:
        observer.succeeded(case, result)
