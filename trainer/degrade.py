"""Scans made worse on purpose, to see what the network's confidence is worth when they come from the wild."""

from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui.model.preprocess import AIR_HU
from flare_gui.organs import ORGANS, Organ
from trainer import disease
from trainer.cache import TrainingCase

Arrays = tuple[np.ndarray, np.ndarray]


class Degraded(NamedTuple):
    """`hu` (int16) and `labels` of a case after `what` was done to it."""

    what: str
    hu: np.ndarray
    labels: np.ndarray


UNHARMED = "as it is"
PLAUSIBLE = (UNHARMED, "noise of 40 HU", "slices of 10 mm", "30 HU too low", "half again the contrast")
"""What scanners do every day: other doses, slices, calibrations and voltages."""


def degraded(case: TrainingCase, seed: int, only: Collection[str] | None = None) -> Iterator[Degraded]:
    """The real `case` as it is, and with each of the faults below, or with `only` those.

    Nothing is random but for `seed`.
    """
    assert case.hu is not None, "a phantom has no scan to make worse"
    if only is None or UNHARMED in only:
        yield Degraded(UNHARMED, case.hu, case.labels)
    for number, (what, change) in enumerate(_faults(case.spacing_mm).items()):
        if only is not None and what not in only:
            continue
        rng = np.random.default_rng((seed, number))
        hu, labels = change(case.hu.astype(np.float32), case.labels.copy(), rng)
        yield Degraded(what, np.clip(np.rint(hu), AIR_HU, 3071).astype(np.int16), labels)


def _faults(spacing_mm: tuple[float, float, float]) -> dict[str, Callable[..., Arrays]]:
    """By name, functions of (float32 HU, labels, rng)."""

    def noise(sd: float) -> Callable[..., Arrays]:
        return lambda hu, labels, rng: (hu + rng.normal(0, sd, hu.shape).astype(np.float32), labels)

    def blur(mm: float) -> Callable[..., Arrays]:
        return lambda hu, labels, rng: (ndimage.gaussian_filter(hu, mm / np.asarray(spacing_mm)), labels)

    def scaled(gain: float, shift: float) -> Callable[..., Arrays]:
        return lambda hu, labels, rng: (np.where(hu > -900, hu * gain + shift, hu), labels)

    return {
        "noise of 40 HU": noise(40),
        "noise of 90 HU": noise(90),
        "noise of 180 HU": noise(180),
        "noise of 350 HU": noise(350),
        "blurred by 3 mm": blur(3),
        "blurred by 7 mm": blur(7),
        "slices of 10 mm": lambda hu, labels, rng: (_thick(hu, round(10 / spacing_mm[2])), labels),
        "slices of 20 mm": lambda hu, labels, rng: (_thick(hu, round(20 / spacing_mm[2])), labels),
        "30 HU too low": scaled(1, -30),
        "60 HU too low": scaled(1, -60),
        "120 HU too low": scaled(1, -120),
        "150 HU too high": scaled(1, 150),
        "half the contrast": scaled(0.5, 0),
        "half again the contrast": scaled(1.5, 0),
        "twice the contrast": scaled(2, 0),
        "upper half only": lambda hu, labels, rng: (hu[..., hu.shape[2] // 2 :], labels[..., hu.shape[2] // 2 :]),
        "lower half only": lambda hu, labels, rng: (hu[..., : hu.shape[2] // 2], labels[..., : hu.shape[2] // 2]),
        "narrow field of view": _narrow,
        "upside down": lambda hu, labels, rng: (hu[..., ::-1], labels[..., ::-1]),
        "face down": lambda hu, labels, rng: (hu[:, ::-1], labels[:, ::-1]),
        "streaks": _streaks,
        "ascites": _ascites,
        "a mass": lambda hu, labels, rng: _mass(hu, labels, rng, spacing_mm[0]),
        "another phase": lambda hu, labels, rng: (disease.enhance(hu, labels, rng), labels),
        **{f"no {organ.name.lower()}": _without(organ, spacing_mm[0]) for organ in disease.REMOVABLE},
        **{f"a mass beside the {organ.name.lower()}": _mass_beside(organ, spacing_mm[0]) for organ in ORGANS},
    }


def _thick(hu: np.ndarray, slices: int) -> np.ndarray:
    mean = ndimage.uniform_filter1d(hu, slices, axis=2, mode="nearest")
    nearest = np.minimum(np.arange(hu.shape[2]) // slices * slices + slices // 2, hu.shape[2] - 1)
    return mean[:, :, nearest]


def _narrow(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
    x, y = (np.linspace(-1, 1, size)[shape] for size, shape in zip(hu.shape, ((..., None), (None, ...)), strict=False))
    outside = x**2 + y**2 > 0.3
    hu[outside], labels[outside] = AIR_HU, 0
    return hu, labels


def _streaks(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
    """Rays from a piece of metal, alternating bright and dark, as strong near it as contrast agent."""
    cx, cy, _ = np.array(hu.shape) * rng.uniform(0.35, 0.65, 3)
    x, y = np.meshgrid(np.arange(hu.shape[0]) - cx, np.arange(hu.shape[1]) - cy, indexing="ij")
    rays = np.sin(23 * np.arctan2(y, x)) * 400 / (1 + np.hypot(x, y) / 15)
    return hu + rays[..., None].astype(np.float32), labels


def _ascites(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
    disease.pour(hu, labels, 2.5, rng)
    return hu, labels


def _without(organ: Organ, spacing_mm: float) -> Callable[..., Arrays]:
    def change(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
        noise = hu - ndimage.uniform_filter(hu, 3)
        emptied = disease.take_out(hu, labels, spacing_mm, rng, [organ])
        if emptied is not None:
            soft = ndimage.gaussian_filter(hu, 0.5)
            hu = np.where(emptied, soft + np.roll(noise, 7, axis=1), hu)
        return hu, labels

    return change


def _mass(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator, spacing_mm: float) -> Arrays:
    return _grown(hu, labels, rng, spacing_mm, (labels == 0) & (hu > -20) & (hu < 90), disease.MASS_MM)


def _mass_beside(organ: Organ, spacing_mm: float) -> Callable[..., Arrays]:
    """3 to 12 cm across, right beside the organ."""

    def change(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> Arrays:
        room, _ = disease.bed(labels, (hu > -140) & (hu < 110), spacing_mm, rng, [organ])
        deep = disease.depth(hu < disease.AIR_HU, hu > disease.BONE_HU, spacing_mm)
        return _grown(hu, labels, rng, spacing_mm, room, (15.0, 60.0), deep)

    return change


def _grown(
    hu: np.ndarray,
    labels: np.ndarray,
    rng: np.random.Generator,
    spacing_mm: float,
    room: np.ndarray,
    radii_mm: tuple[float, float],
    depth_mm: np.ndarray | None = None,
) -> Arrays:
    where = np.indices(hu.shape, np.float32)
    where, mass = disease.displace(where, room, spacing_mm, rng, radii_mm, depth_mm=depth_mm)
    if mass is None:
        return hu, labels
    hu = ndimage.map_coordinates(hu, where, np.float32, order=1, mode="nearest")
    labels = ndimage.map_coordinates(labels, where, order=0, mode="nearest")
    disease.fill(hu, mass, spacing_mm, rng)
    labels[mass.inside] = 0
    return hu, labels
