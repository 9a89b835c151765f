"""From a CT to its four organs: the one pipeline behind the program, the command line and the trainer's evaluation."""

from flare_gui.model.device import Device, choose
from flare_gui.model.infer import infer
from flare_gui.model.pipeline import Prediction, PredictionRequest, Predictor, segment_with
from flare_gui.model.runlog import RunLog
from flare_gui.model.weights import Model
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume


def segment(
    volume: Volume,
    model: Model,
    *,
    device: str = "auto",
    precision: str = "auto",
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Segmentation:
    """Labels of `volume` on its own grid: same shape, same affine.

    `device` is "auto", "cuda", "mps" or "cpu", `precision` "auto", "float32", "float16" or "bfloat16". Progress goes by
    the stages "prepare", "network" and "finish". `run` of the result has device, precision, seconds and peak_memory_mb
    by stage, model (id and sha256) and notes, a sentence each on what had to be done differently than planned;
    `warnings` doubts about sides and organs not found.

    Raises `DeviceUnusable` when the device asked for does not work, `FlareError` when the scan is all air or memory too
    small even for the smallest tiles, and `Cancelled` within one tile of `cancel.set()`.
    """
    log = RunLog()
    cancel.check()
    progress("prepare", 0.0)
    with log.stage("device"):
        chosen = choose(device, model, precision)
        log.notes.extend(chosen.notes)
    progress("prepare", 0.3)
    return segment_with(predictor_on(chosen, model), volume, model.card, log, progress, cancel)


def predictor_on(device: Device, model: Model) -> Predictor:
    """The network of `model` on a device of this process."""

    def run(request: PredictionRequest) -> Prediction:
        with request.log.stage("network"):
            probabilities, used = infer(
                request.image, model, device, request.log.notes, request.progress, request.cancel
            )
        return Prediction(probabilities, used.name, used.precision)

    return run
