"""From the array of a CT to four labels on its grid: time, accuracy, what goes on around the network."""

import hashlib
import statistics
from collections.abc import Iterable, Iterator

import numpy as np

from flare_gui.analysis.compare import dice
from flare_gui.model import weights
from flare_gui.model.device import CPU
from flare_gui.model.preprocess import ABDOMEN
from flare_gui.model.segmenter import segment
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation
from tests.benchmarks.harness import Rounds, Row, at_most, faster, in_turns
from tests.benchmarks.monai_pipeline import monai_vnet, segment_with_monai
from tests.benchmarks.scans import Scan, long_scan

MONAI_SPACING_MM, MONAI_PATCH = 2.0, 96
# The reference takes a minute and longer, ours is short enough to be repeated beside it.
ROUNDS, SHORT_ROUNDS = 2, 5
WORST_LOSS = 0.005


def measure() -> Iterator[Row]:
    """Two rows: the whole run, and the share of all but the network."""
    scan, model = long_scan(), weights.load()
    exact = segment_with_monai(
        scan.volume, CPU.place(model.network), model.card.spacing_mm[0], model.card.patch[0], model.card.window_hu
    )
    reference = monai_vnet()
    segment(scan.volume, model, device="cpu")
    rounds, ours, _ = in_turns(
        lambda: segment(scan.volume, model, device="cpu"),
        lambda: segment_with_monai(scan.volume, reference, MONAI_SPACING_MM, MONAI_PATCH, ABDOMEN),
        ROUNDS,
        warm_up=False,
    )
    yield rounds.row(
        "pipeline",
        f"a {scan.shape} CT from array to four labels on its grid, CPU",
        f"MONAI `sliding_window_inference` (overlap 0.25, Gaussian, tiles of {MONAI_PATCH}) with MONAI's VNet at "
        f"{MONAI_SPACING_MM:g} mm, float32, softmax upsampled, argmax",
        faster(10),
        _accuracy(ours, exact, scan),
        details={"scan": scan.origin, "run": ours.run},
    )
    yield _around((segment(scan.volume, model, device="cpu") for _ in range(SHORT_ROUNDS)), scan)


def _accuracy(ours: Segmentation, exact: np.ndarray, scan: Scan) -> tuple[bool, str]:
    """Dice with the reference mask beside that of our network and weights in float32 in MONAI's pipeline."""
    truth = scan.reference.labels
    scores = [[dice(found == organ.label, truth == organ.label) for organ in ORGANS] for found in (ours.labels, exact)]
    here, there = (statistics.mean(row) for row in scores)
    per_organ = ", ".join(
        f"{organ.name.lower()} {mine:.4f} / {theirs:.4f}" for organ, mine, theirs in zip(ORGANS, *scores, strict=True)
    )
    worst = min(mine - theirs for mine, theirs in zip(*scores, strict=True))
    words = (
        f"Dice with the reference mask, ours / our weights in MONAI's float32 pipeline: mean {here:.4f} / {there:.4f} "
        f"({per_organ}); worst organ {worst:+.4f}"
    )
    return worst >= -WORST_LOSS, words


def _around(runs: Iterable[Segmentation], scan: Scan) -> Row:
    """The share of every stage but the network's own passes. The probe of the device runs once a process.

    No result is kept: each would hold 80 MB that the next one has to ask the system for.
    """
    stages, labels = [], set()
    for run in runs:
        stages.append({name: s for name, s in run.run["seconds"].items() if name != "device"})
        labels.add(hashlib.sha256(np.ascontiguousarray(run.labels.T)).hexdigest())
    whole = [sum(seconds.values()) for seconds in stages]
    around = [total - seconds["network"] for total, seconds in zip(whole, stages, strict=True)]
    same = len(labels) == 1
    return Rounds(around, whole).row(
        "around",
        f"everything around the network in that run ({scan.shape})",
        "the whole run",
        at_most(0.3),
        (same, "every run gives the same labels" if same else "runs differ"),
        details={"stages": stages},
    )
