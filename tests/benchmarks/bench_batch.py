"""A batch beside the same cases one after another: how much sooner it is done, and how busy it keeps the network."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np

from flare_gui import io
from flare_gui.batch.case import CaseResult, Options, segment_case
from flare_gui.batch.children import Trouble
from flare_gui.batch.run import run_batch, usual_jobs
from flare_gui.io import Case
from flare_gui.model.device import choose
from flare_gui.model.weights import load
from flare_gui.progress import Cancel
from tests.benchmarks.harness import Row, faster, in_turns
from tests.benchmarks.scans import CACHE, long_scan

CASES, SLICES, ROUNDS = 6, 100, 2


class _Quiet:
    """A watcher to whom no case may fail."""

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        pass

    def succeeded(self, case: Case, result: CaseResult) -> None:
        pass

    def failed(self, case: Case, trouble: Trouble) -> None:
        raise RuntimeError(trouble.message)


def measure() -> Iterator[Row]:
    """One row. For the reference the model is loaded before the clock starts; the batch starts processes in time."""
    cases, model = _cases(), load()
    chosen = choose("auto", model)
    options = Options(device=chosen.name, precision=chosen.precision, overwrite=True)
    jobs = usual_jobs()
    shares: dict[str, list[float]] = {"batch": [], "one after another": []}
    with tempfile.TemporaryDirectory() as folder:
        ours, theirs = Path(folder) / "batch", Path(folder) / "one-by-one"

        def batch() -> dict[str, bytes]:
            shutil.rmtree(ours, ignore_errors=True)
            start = time.perf_counter()
            network = run_batch(cases, ours, None, options, _Quiet(), Cancel(), jobs=jobs)
            shares["batch"].append(network / (time.perf_counter() - start))
            return _masks(ours)

        def one_after_another() -> dict[str, bytes]:
            shutil.rmtree(theirs, ignore_errors=True)
            start = time.perf_counter()
            results = [segment_case(case, theirs, model, options, picture=True) for case in cases]
            network = sum(result.report["seconds"]["network"] for result in results)
            shares["one after another"].append(network / (time.perf_counter() - start))
            return _masks(theirs)

        rounds, made, expected = in_turns(batch, one_after_another, ROUNDS)
    same = made == expected and len(made) == CASES
    busy = {name: f"{100 * float(np.median(values)):.0f} %" for name, values in shares.items()}
    yield rounds.row(
        "batch",
        f"{CASES} scans of 512x512x{SLICES}, {jobs} at once; network busy {busy['batch']} of the time",
        f"one after another in one process; network busy {busy['one after another']}",
        faster(1.15),
        (same, "the same masks byte for byte" if same else "the masks differ"),
        details={"network_share": shares, "jobs": jobs, "device": chosen.name, "precision": chosen.precision},
    )


def _cases() -> list[Case]:
    """The long scan, thinner, each time with other noise, as `.nii.gz`."""
    scan = long_scan(SLICES)
    folder = CACHE / f"batch-{SLICES}"
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(CASES):
        path = folder / f"case{number}.nii.gz"
        if not path.exists():
            noise = np.random.default_rng(number).normal(0, 5, scan.volume.shape).astype(np.int16)
            part = path.with_name(f"part-{path.name}")
            nibabel.save(nibabel.Nifti1Image(scan.volume.hu + noise, scan.volume.affine), part)
            part.replace(path)
    return io.find_cases(sorted(folder.glob("case*.nii.gz")))


def _masks(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.glob("*.seg.nii.gz")}
