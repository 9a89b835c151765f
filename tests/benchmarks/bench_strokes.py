"""How many strokes put an organ right, and how long the user waits for one."""

import time
from collections.abc import Iterator

import numpy as np

from flare_gui import geometry
from flare_gui.model.correction import Correction
from flare_gui.model.features import network_features
from flare_gui.model.weights import load
from flare_gui.organs import ORGANS
from flare_gui.strokes import Stroke
from tests.benchmarks.harness import Rounds, Row, at_most, faster
from tests.benchmarks.scans import long_scan
from tests.benchmarks.strokes.cases import own_folders
from tests.benchmarks.strokes.study import MOST_STROKES, study

ROUNDS = 5
# A result with this Dice is what the user works for; the goal is ten times fewer strokes than with the brush.
TARGET = "0.95"

# 512x512x300 voxels, of which the features may hold so much.
MOST_MB = 120


def measure() -> Iterator[Row]:
    """Two rows: strokes of every organ that begins below the target, and seconds of a stroke."""
    yield _seconds()
    if folders := own_folders():
        yield _effort(*study(folders, ["damaged"]))


def _effort(counts: dict, curves: dict) -> Row:
    organs = [organ for case in counts.values() for organ in case.values() if organ["teach"][TARGET] != 0]
    needed = {
        method: [MOST_STROKES + 1 if organ[method][TARGET] is None else organ[method][TARGET] for organ in organs]
        for method in ("teach", "brush", "grow")
    }
    rounds = Rounds([float(np.mean(needed["teach"]))], [float(np.mean(needed["brush"]))])
    few = float(np.mean(np.array(needed["teach"]) <= 5))
    return rounds.row(
        "strokes",
        f"strokes of a simulated user until an organ's Dice is {TARGET}, mean of {len(organs)} damaged organs",
        f"the ball brush, as thick as the error ({MOST_STROKES + 1} where {MOST_STROKES} did not suffice)",
        faster(10),
        (few == 1, f"{100 * few:.0f} % of the organs need five strokes at most"),
        unit="strokes",
        details={"needed": needed, "dice": curves},
    )


def _seconds() -> Row:
    """A stroke on a long scan, beside the network's own pass over it."""
    scan, model = long_scan(), load()
    upright = geometry.reorient(scan.volume.affine, scan.volume.shape)
    labels = upright.apply(scan.reference.labels)
    start = time.perf_counter()
    features = network_features(scan.volume, model)
    mine, network = [], []
    for number in range(ROUNDS + 1):
        correction = Correction(features, upright.affine)
        stroke = _at_the_border(labels, upright.affine, number)
        start = time.perf_counter()
        change = correction.add(stroke, labels)
        mine.append(time.perf_counter() - start)
        start = time.perf_counter()
        network_features(scan.volume, model)
        network.append(time.perf_counter() - start)
    held = features.bytes / 2**20
    return Rounds(mine[1:], network[1:]).row(
        "stroke",
        f"from a stroke to the labels that it changes ({scan.shape}), the first one in its organ",
        "the network's own pass over the scan",
        at_most(0.4),
        (change is not None and held <= MOST_MB, f"{held:.0f} MB of features are held"),
    )


def _at_the_border(labels: np.ndarray, affine: np.ndarray, number: int) -> Stroke:
    """A stroke of 2 cm that takes away from an organ, along its right border in its middle slice."""
    organ = ORGANS[number % len(ORGANS)]
    where = np.argwhere(labels == organ.label)
    middle = where[where[:, 2] == int(np.median(where[:, 2]))]
    rows = np.unique(middle[:, 1])[len(np.unique(middle[:, 1])) // 2 :][:20]
    points = np.array([middle[middle[:, 1] == row][-1] for row in rows])
    return Stroke(0, geometry.apply(affine, points))
