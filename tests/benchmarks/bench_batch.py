"""A batch beside the same cases one after another: how much sooner it is done, and how busy it keeps the network.

Both are whole programs, from the start of Python to the last file: what loading torch and the weights takes is in both.
`python -m tests.benchmarks.bench_batch DIR SCAN...` is the reference.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import nibabel
import numpy as np

from flare_gui import io
from flare_gui.batch.run_batch import usual_jobs
from flare_gui.batch.run_case import Options, segment_case
from flare_gui.io import Case
from flare_gui.model.device import choose
from flare_gui.model.weights import load
from tests.benchmarks.harness import Row, faster, in_turns
from tests.benchmarks.scans import CACHE, ROOT, long_scan

CASES, SLICES, ROUNDS = 8, 100, 2


def measure() -> Iterator[Row]:
    """One row."""
    scans, jobs, chosen = [case.path for case in _cases()], usual_jobs(), choose("auto", load())
    how = ["--device", chosen.name, "--precision", chosen.precision]
    batch = ["flare_gui", "segment", *scans, "--jobs", jobs, *how, "-o"]
    one_by_one = ["tests.benchmarks.bench_batch", chosen.name, chosen.precision, *scans]
    shares: dict[str, list[float]] = {"batch": [], "one after another": []}
    with tempfile.TemporaryDirectory() as folder:

        def run(name: str, words: Sequence[object]) -> dict[str, bytes]:
            out = Path(folder) / name
            shutil.rmtree(out, ignore_errors=True)
            start = time.perf_counter()
            command = [sys.executable, "-m", *map(str, words), str(out)]
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            shares[name].append(_network_seconds(out) / (time.perf_counter() - start))
            return {path.name: path.read_bytes() for path in out.glob("*.seg.nii.gz")}

        rounds, made, expected = in_turns(
            lambda: run("batch", batch), lambda: run("one after another", one_by_one), ROUNDS
        )
    same = made == expected and len(made) == CASES
    busy = {name: f"{100 * float(np.median(values[1:])):.0f} %" for name, values in shares.items()}
    yield rounds.row(
        "batch",
        f"{CASES} scans of 512x512x{SLICES}, {jobs} at once; network busy {busy['batch']} of the time",
        f"one after another in one process; network busy {busy['one after another']}",
        faster(1.15),
        (same, "the same masks byte for byte" if same else "the masks differ"),
        details={"network_share": shares, "jobs": jobs, "device": chosen.name, "precision": chosen.precision},
    )


def _one_after_another(device: str, precision: str, scans: Sequence[Path], out: Path) -> None:
    """What somebody would write who has no batch."""
    model, options = load(), Options(device=device, precision=precision)
    out.mkdir()
    for case in io.find_cases(scans):
        segment_case(case, out, model, options, picture=True)


def _network_seconds(out: Path) -> float:
    reports = [json.loads(path.read_text(encoding="utf-8")) for path in out.glob("case*.json")]
    return float(sum(report["seconds"]["network"] for report in reports))


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


if __name__ == "__main__":
    _one_after_another(*sys.argv[1:3], [Path(scan) for scan in sys.argv[3:-1]], Path(sys.argv[-1]))
