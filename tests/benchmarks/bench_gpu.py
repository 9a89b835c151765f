"""A CUDA device beside the processor of the same machine, and what FLARE22 counted of one run on it.

FLARE22 wrote down the memory in use on the whole card (total less free, in MiB) every 0.1 s while a case ran in a
process of its own, from its start to its end. It published the running time, the peak, and the area under the curve of
memory and time, which is the sum of the samples times 0.1 s:
https://github.com/JunMa11/FLARE/tree/main/FLARE22/Evaluation (`Efficiency.py`, `load_json.py`). Nothing is subtracted
there. Two things are otherwise here, so that figures of different cards mean the same: what the card had in use before
the run does not count (a driver of today keeps some hundred MB of a large card for itself), and the peak is the highest
sample, where FLARE22 passed over what no more than 2 % of the samples show.
"""

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import nibabel
import numpy as np
import torch

from flare_gui.analysis.compare import dice
from flare_gui.model import weights
from flare_gui.model.segmenter import segment
from flare_gui.organs import ORGANS
from tests.benchmarks.harness import NotHere, Rounds, Row, at_most, faster, in_turns
from tests.benchmarks.scans import ROOT, Scan, long_scan, nifti_file

ROUNDS = 3
# The first process fills the disk's cache and does not count.
WARM_UPS, PROCESSES = 1, 2
SAMPLED_EVERY_S = 0.1
MOST_MB = 2048
# Devices round differently: a voxel of the border may fall to the other side.
SAME_DICE = 0.995

# nibabel reads and writes, so that the part runs where the program's readers cannot be installed.
_RUN = """
import sys
import nibabel
import numpy as np
from flare_gui.model import weights
from flare_gui.model.segmenter import segment
from flare_gui.volume import Volume

source, mask, device = sys.argv[1:]
image = nibabel.load(source)
found = segment(Volume(np.asarray(image.dataobj), image.affine, name="ct"), weights.load(), device=device)
nibabel.save(nibabel.Nifti1Image(found.labels, image.affine), mask)
"""


class Spent(NamedTuple):
    """What a process took: seconds, and MB of GPU memory above those in use before, `SAMPLED_EVERY_S` apart."""

    seconds: float
    samples_mb: list[float]

    @property
    def peak_mb(self) -> float:
        """The highest sample."""
        return max(self.samples_mb)

    @property
    def area_mb_s(self) -> float:
        """Under the curve of memory and time, as FLARE22 adds it up."""
        return sum(self.samples_mb) * SAMPLED_EVERY_S


def measure() -> Iterator[Row]:
    """Two rows. Raises `NotHere` without a CUDA device."""
    if not torch.cuda.is_available():
        raise NotHere("PyTorch sees no CUDA device on this computer")
    scan = long_scan()
    yield from rows(scan, nifti_file(scan), "cuda", _used_mb)


def rows(scan: Scan, source: Path, device: str, used_mb: Callable[[], float]) -> Iterator[Row]:
    """The run from array to labels beside the CPU's, and what a run from `source`, the scan's file, takes.

    `used_mb` is the memory in use on the whole card, contexts of all processes with it.
    """
    model = weights.load()
    # First, while this process has nothing but its context on the card.
    runs, written = _processes(source, device, used_mb)
    rounds, ours, reference = in_turns(
        lambda: segment(scan.volume, model, device=device), lambda: segment(scan.volume, model, device="cpu"), ROUNDS
    )
    name = torch.cuda.get_device_name() if device == "cuda" else device
    both = [found.run for found in (ours, reference)]
    network = " / ".join(f"{run['seconds']['network']:.3f} s in {run['precision']}" for run in both)
    same, words = _same(ours.labels, reference.labels)
    yield rounds.row(
        "gpu",
        f"a {scan.shape} CT from array to four labels on its grid, {name}",
        f"the same on the CPU of that machine; the network alone {network}",
        # All but the network is the processor's on both sides: a card is worth having when it is no slower in all.
        faster(1),
        (same, words),
        details={"scan": scan.origin, "runs": both},
    )
    seconds, area = (
        statistics.median(column) for column in zip(*((r.seconds, r.area_mb_s) for r in runs), strict=True)
    )
    yield Rounds([run.peak_mb for run in runs], [MOST_MB] * len(runs)).row(
        "gpu_memory",
        f"peak GPU memory of a process from the `.nii.gz` of that CT to its written mask, {name}: {seconds:.1f} s, "
        f"area under memory and time {area:.0f} MB s, sampled every {SAMPLED_EVERY_S:g} s as in FLARE22",
        f"{MOST_MB} MB (an entry of FLARE22: 1995 MB, 18.6 s, 23197 MB s on its authors' card, arXiv 2207.11512)",
        at_most(1),
        _same(written, reference.labels),
        unit="MB",
        details={"runs": [run._asdict() | {"area_mb_s": run.area_mb_s} for run in runs]},
    )


def watched(command: list[str], used_mb: Callable[[], float]) -> Spent:
    """Run `command` and sample the card until it ends. Raises `CalledProcessError` when it fails."""
    before, samples = used_mb(), []
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=ROOT) as process:
        while process.poll() is None:
            samples.append(used_mb() - before)
            with suppress(subprocess.TimeoutExpired):
                process.wait(start + len(samples) * SAMPLED_EVERY_S - time.perf_counter())
    seconds = time.perf_counter() - start
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Spent(seconds, samples)


def _processes(source: Path, device: str, used_mb: Callable[[], float]) -> tuple[list[Spent], np.ndarray]:
    """What each process that counts took, and the labels of the last."""
    with TemporaryDirectory() as folder:
        mask = Path(folder) / "mask.nii.gz"
        command = [sys.executable, "-c", _RUN, str(source), str(mask), device]
        runs = [watched(command, used_mb) for _ in range(WARM_UPS + PROCESSES)][WARM_UPS:]
        return runs, np.asarray(nibabel.load(mask).dataobj)


def _same(ours: np.ndarray, reference: np.ndarray) -> tuple[bool, str]:
    """Whether each organ is there and is the same but for rounding."""
    scores = {organ.name.lower(): dice(ours == organ.label, reference == organ.label) for organ in ORGANS}
    words = ", ".join(f"{name} {score:.4f}" for name, score in scores.items())
    there = all((reference == organ.label).any() for organ in ORGANS)
    return there and min(scores.values()) >= SAME_DICE, f"Dice with the CPU's mask: {words}"


def _used_mb() -> float:
    """Of the whole card, in MiB: also what other processes hold there, which PyTorch's own counts do not know."""
    free, total = torch.cuda.mem_get_info()
    return (total - free) / 2**20
