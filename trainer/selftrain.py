"""Labels for scans that nobody labelled: the network's own, kept only where it agrees with itself.

A scan is segmented as it is, a little larger, a little smaller and shifted by a part of a voxel of the network. Right
and left are not flipped: a liver on the left is no anatomy that the network should agree on.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.analysis.compare import dice
from flare_gui.errors import FlareError
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import Model
from flare_gui.organs import LIVER, ORGANS, SPLEEN, Organ
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume

_SCALES = (0.92, 1.0, 1.08)
_SHIFT_SHARE = 0.37  # of a voxel of the network
LEAST_AGREEMENT = 0.85
"""The Dice with which every view has to agree with the vote on every organ, or the scan is not used."""

# How far an organ's voxels may lie from its most frequent HU: fluid and gut that were taken along lie further off. The
# kidneys hold cortex, medulla and urine side by side.
_SPREAD_HU = {LIVER: 45.0, SPLEEN: 45.0}
_HISTOGRAM_HU = np.arange(-50, 350, 6)


class SelfLabelled(NamedTuple):
    """A scan with its vote, and the lowest Dice of a view with that vote by organ key."""

    segmentation: Segmentation
    agreement: dict[str, float]


def label(
    volume: Volume,
    model: Model,
    *,
    device: str = "auto",
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> SelfLabelled:
    """The labels that most views of `volume` give, without what has not the organ's HU.

    Raises `FlareError` when a view disagrees by more than `LEAST_AGREEMENT` on an organ, with all figures.
    """
    votes = []
    for view in _views(volume, model):
        votes.append(view.back(segment(view.volume, model, device=device, cancel=cancel).labels))
        progress("self-training", len(votes) / (len(_SCALES) + 1))
    voted = np.zeros(volume.shape, np.uint8)
    for organ in ORGANS:
        count = np.sum([vote == organ.label for vote in votes], axis=0)
        voted[2 * count > len(votes)] = organ.label
    agreement = {organ.key: min(dice(vote == organ.label, voted == organ.label) for vote in votes) for organ in ORGANS}
    if min(agreement.values()) < LEAST_AGREEMENT:
        figures = ", ".join(f"{key} {value:.2f}" for key, value in agreement.items())
        raise FlareError(
            f"{volume.name}: scaled and shifted, the network does not agree with itself ({figures})",
            hint="Leave this scan out, or label it with better weights.",
        )
    for organ, spread in _SPREAD_HU.items():
        _keep_typical(voted, volume, organ, spread)
    return SelfLabelled(Segmentation(voted, volume.affine), agreement)


class _View(NamedTuple):
    volume: Volume
    border: int

    def back(self, labels: np.ndarray) -> np.ndarray:
        inner = slice(self.border, -self.border) if self.border else slice(None)
        return labels[inner, inner, inner]


def _views(volume: Volume, model: Model) -> Iterator[_View]:
    for scale in _SCALES:
        # Millimetres are stretched, not voxels: nothing is interpolated that the network's own grid would not.
        affine = volume.affine @ np.diag([scale, scale, scale, 1.0])
        yield _View(Volume(volume.hu, affine, volume.name, volume.source), 0)
    # The network's grid begins with the scan: a border of air moves it.
    border = max(1, round(_SHIFT_SHARE * max(model.card.spacing_mm) / min(volume.spacing)))
    padded = np.pad(volume.hu, border, mode="edge")
    affine = geometry.crop(volume.affine, np.full(3, -border))
    yield _View(Volume(padded, affine, volume.name, volume.source), border)


def _keep_typical(labels: np.ndarray, volume: Volume, organ: Organ, spread: float) -> None:
    """Take out, in place, parts of an organ whose HU are not those of the organ; its soft edge stays."""
    mask = labels == organ.label
    if not mask.any():
        return
    sigma = 2.0 / np.asarray(volume.spacing)
    smooth = ndimage.gaussian_filter(volume.hu.astype(np.float32), sigma, truncate=2)
    counts, edges = np.histogram(smooth[mask], _HISTOGRAM_HU)
    typical = float(edges[int(counts.argmax())] + edges[1] - edges[0]) if counts.any() else float(smooth[mask].mean())
    core = ndimage.binary_opening(mask & (np.abs(smooth - typical) < spread))
    pieces, count = ndimage.label(core)
    if count == 0:
        return
    sizes = np.bincount(pieces.ravel())
    sizes[0] = 0
    core = pieces == int(sizes.argmax())
    # One voxel of the edge came off with the rest: at half the way to fat it is still the organ's.
    edge = ndimage.binary_dilation(core) & mask & (volume.hu > typical - 1.4 * spread)
    kept = ndimage.binary_closing(np.pad(core | edge, 2), iterations=2)[2:-2, 2:-2, 2:-2]
    labels[mask] = 0
    labels[kept & (labels == 0)] = organ.label
