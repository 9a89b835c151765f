"""What the formula is fed with: the stages of real scans on this machine, in core-seconds and bytes.

Core-seconds (the processor time of all threads) and not seconds: it is cores that a batch shares out, and other work on
the machine changes them less.
"""

import os
import pickle
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

# Threads that spin while they wait would count as work. Before torch is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
os.environ.setdefault("GOMP_SPINCOUNT", "0")

from flare_gui import io
from flare_gui.analysis import doctor
from flare_gui.analysis.measure import measure
from flare_gui.batch.run_batch import run_batch
from flare_gui.batch.run_case import CaseResult, Options
from flare_gui.batch.summary import CONTACT_SHEET, VOLUMES, write_summary
from flare_gui.batch.thumbnail import thumbnail
from flare_gui.batch.worker import Failure
from flare_gui.io import Case
from flare_gui.model.device import choose
from flare_gui.model.pipeline import Prediction, PredictionRequest, segment_with
from flare_gui.model.runlog import RunLog
from flare_gui.model.segmenter import predictor_on
from flare_gui.model.weights import Model, load
from flare_gui.progress import ignore, never
from flare_gui.volume import scan_sha256
from tests.benchmarks.harness import machine

_TREE_FILES = 3000
# How many cases at once the memory is measured with, beside one.
_AT_ONCE = 3


def measured(scans: Sequence[Path], *, repeats: int) -> dict[str, Any]:
    """Everything that `tools.scale.cost` wants to know, JSON-ready: the best of `repeats` rounds for each stage."""
    model = load(None)
    choose("cpu", model)  # the probe happens once a process, not once a case
    cases = io.find_cases(scans)
    rounds = [[_stages(case, model) for case in cases] for _ in range(repeats)]
    least = [{stage: min(one[i][stage] for one in rounds) for stage in rounds[0][i]} for i in range(len(cases))]
    with tempfile.TemporaryDirectory() as folder:
        batch = _batch(cases, Path(folder), jobs=1)
        outputs = _outputs(batch, Path(folder))
    with tempfile.TemporaryDirectory() as folder:
        several = _batch(_repeated(cases, _AT_ONCE), Path(folder), jobs=_AT_ONCE)
    return {
        "machine": machine(),
        "repeats": repeats,
        "precision": choose("cpu", model).precision,
        "scans": [
            {
                "scan": _origin(case.path),
                "shape": result.report["input"]["shape"],
                "files": len(_files(case.path)),
                "core_seconds": {stage: round(seconds, 4) for stage, seconds in core_s.items()},
                "bytes": {
                    "scan": sum(path.stat().st_size for path in _files(case.path)),
                    "mask": outputs["sizes"][result.name][0],
                    "report": outputs["sizes"][result.name][1],
                },
            }
            for case, core_s, result in zip(cases, least, batch.in_order(cases), strict=True)
        ],
        "per_case": outputs["per_case"],
        "memory": _memory(batch.peak_mb, several.peak_mb),
        "search": {"files": _TREE_FILES, "seconds_per_file": _search_seconds()},
        "dispatch": _dispatch(),
    }


def real(scans: Sequence[Path], *, jobs: int, rounds: int) -> dict[str, Any]:
    """A real batch of every scan `rounds` times: when each case was done, and how many cores it had on average.

    A machine that does other things too gives it fewer cores than it has.
    """
    cases = io.find_cases(scans)
    again = _repeated(cases, rounds)
    load, used = os.getloadavg()[0], _core_seconds_of_children()
    with tempfile.TemporaryDirectory() as folder:
        batch = _batch(again, Path(folder), jobs=jobs)
    seconds = time.perf_counter() - batch.started
    return {
        "jobs": jobs,
        "cores": round((_core_seconds_of_children() - used) / seconds, 3),
        "load_before": round(load, 1),
        "done_at": [round(second, 2) for second in batch.done_at],
    }


def _repeated(cases: Sequence[Case], rounds: int) -> list[Case]:
    """Each case so many times, under a name of its own each time."""
    return [Case(case.path, f"{case.name}-{i}", case.series) for i in range(rounds) for case in cases]


def _memory(one_mb: float, several_mb: float) -> dict[str, float]:
    """What the process of a batch takes for each case at once, and beside: from its peaks with one and `_AT_ONCE`."""
    case_mb = (several_mb - one_mb) / (_AT_ONCE - 1)
    return {"case_mb": round(case_mb, 1), "network_mb": round(one_mb - case_mb, 1)}


def _core_seconds_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


@dataclass
class _Watched:
    """A real batch, watched: when each case was done (seconds since the start), and how."""

    started: float = field(default_factory=time.perf_counter)
    done_at: list[float] = field(default_factory=list)
    results: dict[Case, CaseResult] = field(default_factory=dict)

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        """Nobody looks."""

    def succeeded(self, case: Case, result: CaseResult) -> None:
        """Note the time."""
        self.done_at.append(time.perf_counter() - self.started)
        self.results[case] = result

    def failed(self, case: Case, failure: Failure) -> None:
        """What cannot be segmented cannot be measured."""
        raise SystemExit(f"{case.path}: {failure.message}")

    @property
    def peak_mb(self) -> float:
        """The most memory that the process of the batch has held."""
        return max(max(result.report["peak_memory_mb"].values()) for result in self.results.values())

    def in_order(self, cases: Sequence[Case]) -> list[CaseResult]:
        """The results of `cases`."""
        return [self.results[case] for case in cases]


def _batch(cases: Sequence[Case], out: Path, *, jobs: int) -> _Watched:
    """Segment `cases` as `flare-gui segment --jobs` does."""
    observer = _Watched()
    run_batch(cases, out, None, Options(device="cpu"), observer, never, jobs=jobs)
    return observer


def _stages(case: Case, model: Model) -> dict[str, float]:
    """Core-seconds by stage of one scan in this process."""
    core_s: dict[str, float] = {}
    volume = _timed(core_s, "read", lambda: doctor.examined(io.read_scan(case.path)))
    marks = [time.process_time()]

    def predictor(request: PredictionRequest) -> Prediction:
        marks.append(time.process_time())
        prediction = predictor_on(choose("cpu", model), model)(request)
        marks.append(time.process_time())
        return prediction

    segmentation = segment_with(predictor, volume, model.card, RunLog(), ignore, never)
    marks.append(time.process_time())
    for stage, start, end in zip(("prepare", "network", "finish"), marks, marks[1:], strict=False):
        core_s[stage] = end - start
    with tempfile.TemporaryDirectory() as folder:

        def write() -> None:
            measure(volume, segmentation)
            scan_sha256(volume)
            io.write_segmentation(segmentation, Path(folder) / "m.seg.nii.gz")
            thumbnail(volume, segmentation)

        _timed(core_s, "write", write)
    return core_s


def _timed(core_s: dict[str, float], stage: str, work: Callable[[], Any]) -> Any:
    start = time.process_time()
    result = work()
    core_s[stage] = core_s.get(stage, 0.0) + time.process_time() - start
    return result


def _outputs(batch: _Watched, out: Path) -> dict[str, Any]:
    """How large what a batch leaves is, on disk and in memory."""
    results = list(batch.results.values())
    nothing = {path.name: path.stat().st_size for path in write_summary(out, [], [])}
    everything = {path.name: path.stat().st_size for path in write_summary(out, results, [])}
    each = {name: (size - nothing[name]) / len(results) for name, size in everything.items()}
    return {
        "sizes": {r.name: (r.mask.stat().st_size, r.report_path.stat().st_size) for r in results},
        "per_case": {
            "kept_bytes": round(sum(len(pickle.dumps(result)) for result in results) / len(results)),
            "sheet_bytes": round(each[CONTACT_SHEET]),
            "row_bytes": round(each[VOLUMES]),
        },
    }


def _search_seconds() -> float:
    """Seconds that finding a case takes for each file of a tree: a thousand small files in each folder."""
    with tempfile.TemporaryDirectory() as folder:
        for i in range(_TREE_FILES):
            path = Path(folder) / f"{i // 1000:03d}" / f"{i:06d}.nii.gz"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(b"")
        start = time.process_time()
        found = io.find_cases([Path(folder)])
        seconds = time.process_time() - start
    assert len(found) == _TREE_FILES
    return seconds / _TREE_FILES


def _dispatch(tasks: int = 2000) -> dict[str, Any]:
    """Seconds of a Dask scheduler for a task that does nothing: what it takes to hand out a case."""
    from distributed import Client, LocalCluster

    with (
        LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        client.gather(client.map(_nothing, range(50), pure=False))
        start = time.process_time()
        client.gather(client.map(_nothing, range(tasks), pure=False))
        # The scheduler lives in this process; the workers do not.
        return {"tasks": tasks, "seconds_per_task": (time.process_time() - start) / tasks}


def _nothing(number: int) -> int:
    return number


def _files(path: Path) -> list[Path]:
    return [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]


def _origin(path: Path) -> str:
    """Folder and file without what lies above: "ct/ircad17" for .../ct/ircad17/ct.nii.gz."""
    place = path.parent if path.is_file() else path
    return f"{place.parent.name}/{place.name}"
