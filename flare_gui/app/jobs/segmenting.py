"""What it takes to segment the open scan, and doing it: plain functions without Qt. torch is loaded when they run."""

from pathlib import Path
from typing import TYPE_CHECKING

from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume

if TYPE_CHECKING:
    from flare_gui.model.estimate import Cost
    from flare_gui.model.features import NetworkFeatures


def estimate(volume: Volume, weights: Path | None, *, progress: Progress, cancel: Cancel) -> "Cost":
    """What `segment` would take on this computer."""
    from flare_gui.model import estimate as model_estimate
    from flare_gui.model import weights as model_weights

    return model_estimate.estimate(volume, model_weights.load(weights))


def segment(volume: Volume, weights: Path | None, *, progress: Progress, cancel: Cancel) -> Segmentation:
    """The organs of `volume`: the function that the command line calls."""
    progress("starting", 0.0)
    from flare_gui.analysis import doctor

    doctor.refuse(volume)
    # torch takes a second: who is refused does not wait for it.
    from flare_gui.model import segmenter
    from flare_gui.model import weights as model_weights

    return segmenter.segment(volume, model_weights.load(weights), progress=progress, cancel=cancel)


def features(volume: Volume, weights: Path | None, *, progress: Progress, cancel: Cancel) -> "NetworkFeatures":
    """What the network sees of each voxel of `volume`, for strokes."""
    from flare_gui.model import features as model_features
    from flare_gui.model import weights as model_weights

    return model_features.network_features(volume, model_weights.load(weights), progress=progress, cancel=cancel)


# How the fractions of the stages of `segment` add up to that of the whole.
_STAGES = {"starting": (0.0, 0.02), "prepare": (0.02, 0.1), "network": (0.1, 0.92), "finish": (0.92, 1.0)}


def whole_segmentation(stage: str, fraction: float) -> float:
    """The fraction of the whole run from that of one of its stages."""
    start, end = _STAGES.get(stage, (0.0, 1.0))
    return start + (end - start) * fraction
