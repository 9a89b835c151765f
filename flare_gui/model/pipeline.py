"""From a CT to labels: preprocessing, the network's prediction, postprocessing. Knows no torch.

So that the network may run elsewhere: in this process, in another one, or on a machine of a cluster.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np

from flare_gui import geometry, separable
from flare_gui.model import anatomy, beside, cysts, laterality, plausible, postprocess, tissue
from flare_gui.model.anatomy import Organs
from flare_gui.model.body import body_box
from flare_gui.model.card import ModelCard
from flare_gui.model.confidence import Confidence, confidence
from flare_gui.model.hu import FAT_HU, calibration_shift
from flare_gui.model.preprocess import AIR_HU, intensity
from flare_gui.model.runlog import RunLog
from flare_gui.organs import LEFT_KIDNEY, ORGANS, RIGHT_KIDNEY
from flare_gui.progress import Cancel, Progress, ignore
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True, eq=False)
class Prediction:
    """Softmax probabilities, float32 (classes, x, y, z), and the device and precision that computed them."""

    probabilities: np.ndarray
    device: str
    precision: str


class PredictionRequest(NamedTuple):
    """What a predictor is asked: `image` is float32 (x, y, z), its input; it reports into `log` and `progress`."""

    image: np.ndarray
    log: RunLog
    progress: Progress
    cancel: Cancel


Predictor = Callable[[PredictionRequest], Prediction]
"""Computes the probabilities of a network input, and logs the stage "network"."""

# A scan with fewer slices than this part of a training patch, 14 cm, is continued at both ends by that part, 2.4 cm.
# Measured on slabs of two scans: at 4 cm the liver's Dice rose from 0.4 to 0.97, at 6 to 9 cm by up to 0.28. Longer
# scans gain nothing and lose up to 0.006 for the spleen.
_SHORT_PER_PATCH = 0.6
_CONTINUED_PER_PATCH = 0.1


def segment_with(
    predictor: Predictor, volume: Volume, card: ModelCard, log: RunLog, progress: Progress, cancel: Cancel
) -> Segmentation:
    """Labels of `volume` on its own grid, by a `predictor` with the weights of `card`: see `segmenter.segment`."""
    cancel.check()
    with log.stage("prepare"):
        upright = geometry.reorient(volume.affine, volume.shape)
        hu, affine, image = prepare(volume, card)
    progress("prepare", 1.0)
    prediction = predictor(PredictionRequest(image, log, progress, cancel))
    cancel.check()
    with log.stage("finish"):
        organs, trust = anatomy_of(within_scan(prediction.probabilities, hu), hu, affine, card)
    if {laterality.MIRRORED, laterality.CONTRADICTION}.intersection(organs.findings.warnings):
        # Networks see few patients whose liver lies on the left. Looked at in a mirror, this one is like the others.
        log.notes.append("liver and spleen lie on unusual sides: the network saw the scan in a mirror too")
        other = predictor(PredictionRequest(np.ascontiguousarray(image[::-1]), log, ignore, cancel))
        cancel.check()
        probabilities = mirrored(within_scan(other.probabilities, hu))
        organs, trust = _better((organs, trust), anatomy_of(probabilities, hu, affine, card))
    with log.stage("finish"):
        labels = _blank(volume.hu)
        postprocess.upsample(organs, upright.affine, upright.apply(labels), progress, cancel)
    log.notes.extend(organs.findings.notes)
    run = {
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "device": prediction.device,
        "precision": prediction.precision,
        "seconds": log.seconds,
        "peak_memory_mb": log.peak_memory_mb,
        "model": {"id": card.id, "sha256": card.sha256},
        "notes": log.notes,
        "agreement": trust.agreement,
        "confidence": trust.expected,
    }
    return Segmentation(labels, volume.affine, (*organs.findings.warnings, *organs.missing(), *trust.warnings), run)


def anatomy_of(
    probabilities: np.ndarray, hu: np.ndarray, affine: np.ndarray, card: ModelCard
) -> tuple[Organs, Confidence]:
    """What softmax `probabilities` (classes, x, y, z) say of `hu`, both in RAS at the model's resolution.

    Fat, air and bone are no organ; each organ is one piece, on its side, and has HU and a size that it can have. HU are
    those that the scan would have if its fat had them as usual.
    """
    shift = calibration_shift(hu)
    judged = hu - np.float32(shift) if shift else hu
    ruled = tissue.rule_out(probabilities, judged)
    organs = anatomy.clean(ruled.probabilities, hu, affine, ruled.never)
    organs = plausible.without_impossible(organs, hu, ruled.claims, shift)
    freed = beside.without_masses(organs, hu)
    seen = tissue.without(ruled.probabilities, freed.labels != organs.labels)
    organs = freed
    organs = plausible.twins(cysts.with_cysts(organs, judged), hu)
    if shift:
        organs = organs.noting(
            f"organs were judged by HU {-shift:+.0f}, for this scan's fat has {shift + FAT_HU:.0f} HU"
        )
    return plausible.without_unsure(organs, confidence(seen, organs, card))


def mirrored(probabilities: np.ndarray) -> np.ndarray:
    """Probabilities (classes, x, y, z) of a mirrored scan as those of the scan itself."""
    classes = [0, *(_MIRROR.get(organ, organ).label for organ in ORGANS)]
    return probabilities[classes, ::-1]


_MIRROR = {RIGHT_KIDNEY: LEFT_KIDNEY, LEFT_KIDNEY: RIGHT_KIDNEY}


def _better(one: tuple[Organs, Confidence], other: tuple[Organs, Confidence]) -> tuple[Organs, Confidence]:
    """Of two results for a scan the one that agrees more with itself, over all organs."""
    return max(one, other, key=lambda result: sum(result[1].agreement.values()))


class Prepared(NamedTuple):
    """The body in canonical RAS on a grid of the model's spacing: float32 (x, y, z) `hu`, and that grid's `affine`.

    `image` is the network's input, which goes on beyond the ends of a short scan.
    """

    hu: np.ndarray
    affine: np.ndarray
    image: np.ndarray


def prepare(volume: Volume, card: ModelCard) -> Prepared:
    """What the network sees of `volume`. Raises `FlareError` when all of it is air."""
    hu, affine = _at_model_spacing(volume, geometry.reorient(volume.affine, volume.shape), card)
    beyond = slices_beyond(hu.shape[2], card.patch[2])
    image = np.pad(intensity(hu, card.window_hu), ((0, 0), (0, 0), (beyond, beyond)), mode="edge")
    return Prepared(hu, affine, image)


def within_scan(answer: np.ndarray, hu: np.ndarray) -> np.ndarray:
    """What a network said (channels, x, y, z) of a `Prepared.image`, without the slices beyond the ends of `hu`."""
    beyond = (answer.shape[3] - hu.shape[2]) // 2
    return answer[..., beyond : beyond + hu.shape[2]]


def _blank(hu: np.ndarray) -> np.ndarray:
    """uint8 zeros of the shape of `hu`, and in memory as it is: what cuts slices of one cuts slices of the other.

    `zeros_like` writes each zero, which for 80 MB took up to 0.16 s; these come from the system when they are touched.
    """
    order = separable.memory_order(hu)
    return np.zeros([hu.shape[axis] for axis in order], np.uint8).transpose(np.argsort(order))


def slices_beyond(slices: int, patch: int) -> int:
    """How often the first and the last of `slices` at the model's spacing are repeated beyond the scan's ends.

    `patch` is the height of a training patch in slices. A patient goes on where a short scan ends. To a network, a slab
    with air above and below is no abdomen.
    """
    return round(_CONTINUED_PER_PATCH * patch) if slices < _SHORT_PER_PATCH * patch else 0


def _at_model_spacing(
    volume: Volume, upright: geometry.Reorientation, card: ModelCard
) -> tuple[np.ndarray, np.ndarray]:
    """float32 HU of the body in RAS on a grid of the model's spacing, and the affine of that grid."""
    hu = upright.apply(volume.hu)
    box = body_box(hu, upright.affine, str(volume.source or volume.name))
    body = hu[box]
    body_affine = geometry.crop(upright.affine, np.array([axis.start for axis in box]))
    affine, shape = geometry.coarse_grid(body_affine, body.shape, card.spacing_mm)
    return geometry.resample(body, body_affine, affine, shape, fill=AIR_HU), affine
