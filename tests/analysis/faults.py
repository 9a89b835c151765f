"""Real scans made wrong on purpose, each in one way that users meet; what the doctor has to find in them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.volume import Volume

Fault = Callable[[Volume], Volume]


def _hu(change: Callable[[np.ndarray], np.ndarray]) -> Fault:
    """Values alone are wrong: `change` gets float32 HU."""

    def make(volume: Volume) -> Volume:
        values = np.clip(np.rint(change(volume.hu.astype(np.float32))), -1024, 32767)
        return replace(volume, hu=np.asfortranarray(values.astype(np.int16)))

    return make


def _affine(*scale: float) -> Fault:
    """The header alone is wrong: millimetres are scaled along the patient's axes."""
    return lambda volume: replace(volume, affine=np.diag([*scale, 1.0]) @ volume.affine)


def _mr(hu: np.ndarray) -> np.ndarray:
    """A T1 image of the same patient: bright fat, dark bone and gas, a coil's shading, Rician noise."""
    steps = [-1024, -600, -200, -100, -30, 40, 120, 250, 700, 2000]
    signal = np.interp(hu, steps, [5, 20, 300, 900, 600, 380, 420, 380, 150, 60]).astype(np.float32)
    x, y, z = np.meshgrid(*(np.linspace(-1, 1, n) for n in hu.shape), indexing="ij", sparse=True)
    rng = np.random.default_rng(0)
    real, imaginary = (rng.normal(0, 20, hu.shape).astype(np.float32) for _ in range(2))
    shade = np.exp(-0.5 * ((x - 0.2) ** 2 + y**2 + 0.5 * z**2)).astype(np.float32)
    return np.hypot(signal * shade + real, imaginary)


def _pet(hu: np.ndarray) -> np.ndarray:
    """Uptake in Bq/ml of the same patient: blurred, a hot bladder and kidney, hardly anything elsewhere."""
    uptake = np.where(hu > -200, 900.0, 60.0).astype(np.float32)
    n = np.array(hu.shape)
    for place, heat in (((0.5, 0.5, 0.1), 30000.0), ((0.35, 0.6, 0.5), 14000.0), ((0.5, 0.4, 0.9), 6000.0)):
        centre, size = (np.array(place) * n).astype(int), np.maximum(2, n // 14)
        uptake[tuple(slice(c - s, c + s) for c, s in zip(centre, size, strict=True))] += heat
    blurred = ndimage.uniform_filter(uptake, np.maximum(2, n // 20))
    return np.random.default_rng(0).gamma(4.0, blurred / 4.0).astype(np.float32)


def _cone_beam(hu: np.ndarray) -> np.ndarray:
    return hu + np.random.default_rng(0).normal(0, 180, hu.shape).astype(np.float32)


def _flipped(axis: int) -> Fault:
    """Voxels turned round along a patient's axis under a header that knows nothing of it."""

    def make(volume: Volume) -> Volume:
        upright = geometry.reorient(volume.affine, volume.shape)
        return replace(volume, hu=np.asfortranarray(upright.undo(np.flip(upright.apply(volume.hu), axis))))

    return make


def _slices(choose: Callable[[int], list[int]]) -> Fault:
    """Slices left out or repeated along the third axis."""
    return lambda volume: replace(volume, hu=np.asfortranarray(volume.hu[:, :, choose(volume.shape[2])]))


def _cut_off(volume: Volume) -> Volume:
    hu = volume.hu.copy(order="F")
    hu[:, :, : volume.shape[2] // 4] = 0
    return replace(volume, hu=hu)


def _missing_spacing(volume: Volume) -> Volume:
    return replace(volume, affine=np.diag([-1.0, -1.0, 1.0, 1.0]))


VALUES: dict[str, tuple[str, Fault]] = {
    "1024 too high": ("hu-offset", _hu(lambda hu: hu + 1024)),
    "1000 too high": ("hu-offset", _hu(lambda hu: hu + 1000)),
    "intercept applied twice": ("hu-offset-twice", _hu(lambda hu: hu - 1024)),
    "doubled": ("hu-scaled", _hu(lambda hu: 2 * (hu + 1024))),
    "halved": ("hu-scaled", _hu(lambda hu: hu / 2)),
    "8 bits": ("hu-8-bit", _hu(lambda hu: np.clip((hu + 1024) / 12, 0, 255))),
    "8 bits of a window": ("hu-8-bit", _hu(lambda hu: np.clip((hu + 160) * 255 / 400, 0, 255))),
    "a window burnt in": ("hu-clipped", _hu(lambda hu: np.clip(hu, -160, 240))),
    "0 to 1": ("not-ct", _hu(lambda hu: np.clip((hu + 1024) / 2048, 0, 1))),
    "a mask": ("not-ct", _hu(lambda hu: np.where(hu > 0, 4, 0))),
    "MR": ("not-ct", _hu(_mr)),
    "PET": ("not-ct", _hu(_pet)),
    "cone beam": ("cone-beam", _hu(_cone_beam)),
    "air": ("empty", _hu(lambda hu: -1000 + np.random.default_rng(0).normal(0, 15, hu.shape))),
    "zeros": ("empty", _hu(np.zeros_like)),
}
HEADERS: dict[str, tuple[str, Fault]] = {
    "metres": ("spacing", _affine(0.001, 0.001, 0.001)),
    "centimetres": ("spacing", _affine(0.1, 0.1, 0.1)),
    "twice as large": ("spacing", _affine(2.0, 2.0, 1.0)),
    "flattened": ("spacing", _affine(1.0, 0.4, 1.0)),
    "missing": ("spacing", _missing_spacing),
    "head and feet": ("head-feet", _flipped(2)),
    "front and back": ("front-back", _flipped(1)),
}
STACKS: dict[str, tuple[str, Fault]] = {
    "slices missing": ("missing-slices", _slices(lambda n: [k for k in range(n) if not n // 2 <= k < n // 2 + 4])),
    "a slice twice": ("duplicate-slices", _slices(lambda n: sorted([*range(n), n // 3]))),
    "cut off": ("empty-slices", _cut_off),
    "a slab": ("thin-slab", _slices(lambda n: list(range(n // 2, n // 2 + 6)))),
}
