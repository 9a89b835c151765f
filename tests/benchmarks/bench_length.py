"""What a run costs as scans grow longer: the same thickness of slices, more and more of the body."""

import time
from collections.abc import Iterator

import numpy as np

from flare_gui.model import weights
from flare_gui.model.segmenter import segment
from flare_gui.volume import Volume
from tests.benchmarks.harness import Rounds, Row, at_most
from tests.benchmarks.scans import Scan, long_scan

LENGTHS = (100, 300, 900)
ROUNDS = 3


def measure() -> Iterator[Row]:
    """One row: the longest scan, beside the shortest one times their ratio of slices."""
    scan, model = long_scan(), weights.load()
    volumes = {slices: _of_length(scan, slices) for slices in LENGTHS}
    segment(volumes[LENGTHS[0]], model, device="cpu")
    seconds: dict[int, list[float]] = {slices: [] for slices in LENGTHS}
    tidy = True
    for number in range(ROUNDS):
        for slices in LENGTHS[:: -1 if number % 2 else 1]:
            start = time.perf_counter()
            found = segment(volumes[slices], model, device="cpu")
            seconds[slices].append(time.perf_counter() - start)
            tidy = tidy and found.labels.shape == volumes[slices].shape and bool(found.labels.any())
    longest, shortest = LENGTHS[-1], LENGTHS[0]
    words = ", ".join(f"{slices} slices {np.median(times):.2f} s" for slices, times in seconds.items())
    yield Rounds(seconds[longest], [s * longest / shortest for s in seconds[shortest]]).row(
        "length",
        f"a scan of {longest} slices",
        f"{longest // shortest} times a scan of {shortest} slices as thick (linear growth)",
        at_most(1),
        (tidy, f"labels on each grid; {words}"),
        details={"seconds": {str(slices): times for slices, times in seconds.items()}},
    )


def _of_length(scan: Scan, slices: int) -> Volume:
    """So many slices, 1 mm thick: the scan, and beyond its ends its mirror image, again and again."""
    count = scan.volume.shape[2]
    there = np.abs((np.arange(slices) + count - 1) % (2 * count - 2) - (count - 1))
    affine = scan.volume.affine.copy()
    affine[:3, 2] /= np.linalg.norm(affine[:3, 2])
    return Volume(np.asfortranarray(scan.volume.hu[:, :, there]), affine, name="ct")
