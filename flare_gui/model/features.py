"""What the network sees of each voxel, kept small: the channels before its last layer and what it makes of them."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.model.anatomy import KIDNEYS
from flare_gui.model.device import choose, probabilities_and_features
from flare_gui.model.hu import calibration_shift
from flare_gui.model.infer import infer
from flare_gui.model.pipeline import prepare, within_scan
from flare_gui.model.tissue import rule_out
from flare_gui.model.weights import Model
from flare_gui.organs import Organ
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume

# What lies between lung and bone: elsewhere no organ is, so nothing needs to be kept of it.
TISSUE_HU = (-200.0, 450.0)

# Hounsfield units that count as much as one standard deviation of all of the network's channels together.
HU_SCALE = 25.0

# What is held of one scan. Of a longer one, what lies nearest to the organs is kept.
MOST_BYTES = 120 << 20

# Natural logarithms of probabilities; what is surer than this was computed in half precision.
SUREST = 10.0


@dataclass(frozen=True, eq=False)
class NetworkFeatures:
    """`channels` is float16 (n, c): a row for each tissue voxel of the model's grid, comparable in all columns.

    `voxels` are these voxels, int16 (n, 3), in canonical RAS; `rows` is int32 (x, y, z), the way back, -1 for what is
    no tissue. `affine` places the grid. `logs` are the logarithms of the probabilities, float16 (5, n), by label; both
    kidneys have the sum of their two, for it is anatomy that tells them apart. `never`, boolean (n,), is where no organ
    can be, by the HU alone: in fat and in bone.
    """

    affine: np.ndarray
    rows: np.ndarray
    voxels: np.ndarray
    channels: np.ndarray
    logs: np.ndarray
    never: np.ndarray

    def margin(self, organ: Organ) -> np.ndarray:
        """How much surer the network is of `organ` than of its strongest rival: float32 (n,), -10 to 10."""
        kin = {label.label for label in KIDNEYS} if organ in KIDNEYS else {organ.label}
        rivals = [log for label, log in enumerate(self.logs) if label not in kin]
        margin = self.logs[organ.label].astype(np.float32) - np.max(rivals, axis=0)
        return np.clip(margin, -SUREST, SUREST)

    @property
    def bytes(self) -> int:
        """What is held in memory, `MOST_BYTES` at most."""
        return sum(array.nbytes for array in (self.rows, self.voxels, self.channels, self.logs, self.never))


def network_features(
    volume: Volume, model: Model, *, device: str = "auto", progress: Progress = ignore, cancel: Cancel = never
) -> NetworkFeatures:
    """Run the network on `volume` for its features. Progress goes by "network". Raises as `segmenter.segment`."""
    hu, affine, image = prepare(volume, model.card)
    chosen = choose(device, model)
    answer, _ = infer(image, model, chosen, [], progress, cancel, output=probabilities_and_features)
    answer = within_scan(answer, hu)
    tissue = (hu > TISSUE_HU[0]) & (hu < TISSUE_HU[1])
    classes = len(model.card.classes)
    # As for a result: who looks alike may still be fat, and no stroke is to bring that along.
    probabilities, never, _ = rule_out(answer[:classes], hu - np.float32(calibration_shift(hu)))
    tissue = _as_much_as_fits(tissue, probabilities[0] < 0.5, spacing=geometry.spacing(affine), columns=len(answer) + 2)
    rows = np.full(hu.shape, -1, np.int32)
    voxels = np.argwhere(tissue).astype(np.int16)
    rows[tissue] = np.arange(len(voxels))
    logs = np.log(np.maximum(probabilities[:, tissue], np.exp(-SUREST)))
    both = np.logaddexp(*(logs[organ.label] for organ in KIDNEYS))
    for organ in KIDNEYS:
        logs[organ.label] = both
    channels = _channels(answer[classes:], hu, tissue)
    return NetworkFeatures(affine, rows, voxels, channels, logs.astype(np.float16), never[tissue])


def _as_much_as_fits(
    tissue: np.ndarray, organs: np.ndarray, spacing: tuple[float, float, float], columns: int
) -> np.ndarray:
    """The voxels of `tissue`, boolean (x, y, z), of which `columns` half-precision numbers each can be held.

    Those nearest to `organs`; without any, to the middle.
    """
    a_row = columns * np.dtype(np.float16).itemsize + 3 * np.dtype(np.int16).itemsize + np.dtype(bool).itemsize
    most = max(0, MOST_BYTES - tissue.size * np.dtype(np.int32).itemsize) // a_row
    if np.count_nonzero(tissue) <= most:
        return tissue
    if not organs.any():
        organs = np.zeros_like(tissue)
        organs[tuple(n // 2 for n in tissue.shape)] = True
    mm = ndimage.distance_transform_edt(~organs, sampling=spacing).astype(np.float32)
    nearest = np.flatnonzero(tissue)[np.argsort(mm[tissue], kind="stable")[:most]]
    kept = np.zeros(tissue.shape, bool)
    kept.flat[nearest] = True
    return kept


def _channels(features: np.ndarray, hu: np.ndarray, tissue: np.ndarray) -> np.ndarray:
    """The network's channels, all together of one standard deviation, then HU and smoothed HU; float16 (n, c + 2)."""
    channels = np.empty((int(tissue.sum()), len(features) + 2), np.float16)
    for column, channel in enumerate(features):
        values = channel[tissue]
        channels[:, column] = (values - values.mean()) / max(1e-6, float(values.std())) / np.sqrt(len(features))
    clipped = np.clip(hu, *TISSUE_HU)
    channels[:, -2] = clipped[tissue] / HU_SCALE
    channels[:, -1] = ndimage.gaussian_filter(clipped, 1.0)[tissue] / HU_SCALE
    return channels
