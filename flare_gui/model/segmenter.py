"""From a CT to its four organs: the one pipeline behind the program, the command line and the trainer's evaluation."""

import numpy as np

from flare_gui import geometry
from flare_gui.model import anatomy, finish
from flare_gui.model.body import body_box
from flare_gui.model.device import choose
from flare_gui.model.infer import infer
from flare_gui.model.preprocess import AIR_HU, intensity
from flare_gui.model.runlog import RunLog
from flare_gui.model.weights import Model
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume


def segment(
    volume: Volume, model: Model, *, device: str = "auto", progress: Progress = ignore, cancel: Cancel = never
) -> Segmentation:
    """Labels of `volume` on its own grid: same shape, same affine.

    `device` is "auto", "cuda", "mps" or "cpu". Progress goes by the stages "prepare", "network" and "finish". `run` of
    the result has device, precision, seconds and peak_memory_mb by stage, model (id and sha256) and notes, a sentence
    each on what had to be done differently than planned; `warnings` doubts about sides and organs not found.

    Raises `DeviceUnusable` when the device asked for does not work, `FlareError` when the scan is all air or memory too
    small even for the smallest tiles, and `Cancelled` within one tile of `cancel.set()`.
    """
    log = RunLog()
    cancel.check()
    progress("prepare", 0.0)
    with log.stage("device"):
        chosen = choose(device, model)
        log.notes.extend(chosen.notes)
    cancel.check()
    progress("prepare", 0.3)
    with log.stage("prepare"):
        upright = geometry.reorient(volume.affine, volume.shape)
        hu, affine = _at_model_spacing(volume, upright, model)
        image = intensity(hu, model.card.window_hu)
    progress("prepare", 1.0)
    with log.stage("network"):
        probabilities, used = infer(image, model, chosen, log.notes, progress, cancel)
    cancel.check()
    with log.stage("finish"):
        organs = anatomy.clean(probabilities, hu, affine)
        labels = finish.upsample(organs, upright.affine, upright.apply(volume.hu).shape, progress, cancel)
        labels = np.ascontiguousarray(upright.undo(labels))
    log.notes.extend(organs.findings.notes)
    run = {
        "device": used.name,
        "precision": used.precision,
        "seconds": log.seconds,
        "peak_memory_mb": log.peak_memory_mb,
        "model": {"id": model.card.id, "sha256": model.card.sha256},
        "notes": log.notes,
    }
    return Segmentation(labels, volume.affine, organs.findings.warnings, run)


def _at_model_spacing(volume: Volume, upright: geometry.Reorientation, model: Model) -> tuple[np.ndarray, np.ndarray]:
    """float32 HU of the body in RAS on a grid of the model's spacing, and the affine of that grid."""
    hu = upright.apply(volume.hu)
    box = body_box(hu, upright.affine, str(volume.source or volume.name))
    body = hu[box]
    body_affine = geometry.crop(upright.affine, np.array([axis.start for axis in box]))
    affine, shape = geometry.coarse_grid(body_affine, body.shape, model.card.spacing_mm)
    return geometry.resample(body, body_affine, affine, shape, fill=AIR_HU), affine
