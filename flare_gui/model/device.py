"""Which device runs the network, and in which precision. A device is believed once tiles have gone through it."""

import copy
import time
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from scipy import ndimage
from torch import Tensor, nn
from torch.nn.utils import convert_conv3d_weight_memory_format

from flare_gui.errors import DeviceUnusable
from flare_gui.memory import free_memory
from flare_gui.model.vnet import VNet
from flare_gui.model.weights import Model

ORDER = ("cuda", "mps", "cpu")
"""What "auto" tries, best first."""

# The small tile shows whether the device computes the right thing, the large one how fast; together they take about
# a second on a laptop. Timed on the small one alone, bfloat16 wins where it loses on real tiles.
SMALL_SIDE, LARGE_SIDE = 32, 64

# Half precision must repay what it costs in accuracy.
WORTHWHILE = 1.2

# Mean difference of the probabilities to float32 on the CPU that rounding explains. A device that computes something
# else is off by a tenth and more.
TOLERANCE = {"float32": 0.005, "float16": 0.02, "bfloat16": 0.03}


@dataclass(frozen=True)
class Device:
    """Where and how the network runs; `notes` says why devices before this one were passed over.

    `seconds_per_voxel` is what the probe took for its large tile, 0 before a probe.
    """

    name: str
    precision: str = "float32"
    channels_last: bool = False
    notes: tuple[str, ...] = ()
    seconds_per_voxel: float = field(default=0.0, compare=False)

    @property
    def dtype(self) -> torch.dtype:
        """The type of weights and activations."""
        return {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}[self.precision]

    @property
    def memory_format(self) -> torch.memory_format:
        """How activations lie in memory."""
        return torch.channels_last_3d if self.channels_last else torch.contiguous_format

    def place(self, network: nn.Module) -> nn.Module:
        """A copy of a float32 CPU network for this device: two runs of one model never meet in one module."""
        placed = copy.deepcopy(network).to(device=self.name, dtype=self.dtype)
        return convert_conv3d_weight_memory_format(placed, self.memory_format) if self.channels_last else placed

    def tensor(self, array: np.ndarray) -> Tensor:
        """A float (n, 1, x, y, z) array as the network's input on this device."""
        tensor = torch.from_numpy(np.ascontiguousarray(array, np.float32))
        return tensor.to(self.name, self.dtype).contiguous(memory_format=self.memory_format)

    def wait(self) -> None:
        """Return when the device has done what it was given."""
        if self.name == "cuda":
            torch.cuda.synchronize()
        elif self.name == "mps":
            torch.mps.synchronize()

    def in_float32(self) -> "Device":
        """The same device in full precision."""
        return replace(self, precision="float32", channels_last=False)


CPU = Device("cpu")

# The first of each is the plain one that must work; the others have to be right and faster.
CANDIDATES = {
    "cuda": (Device("cuda"), Device("cuda", "float16", True), Device("cuda", "bfloat16", True)),
    "mps": (Device("mps"), Device("mps", "float16")),
    "cpu": (CPU, Device("cpu", "bfloat16", True)),
}

PRECISIONS = ("float32", "float16", "bfloat16")

_probed: dict[tuple[str, str, str], Device] = {}


def choose(wanted: str, model: Model, precision: str = "auto") -> Device:
    """The device for `model`: the one wanted ("cuda", "mps", "cpu"), or with "auto" the first of these that works.

    `precision` "auto" is the fastest that computes the right thing, by the clock: where two are as fast, it may differ
    from run to run. One of `PRECISIONS` has the same voxels come out every time.

    The answer is kept for the life of the process: a folder of scans is probed for once.
    Raises `DeviceUnusable` when the device wanted is absent or fails its probe.
    """
    if wanted not in (*ORDER, "auto"):
        raise DeviceUnusable(f"there is no device named {wanted}", hint="Choose auto, cuda, mps or cpu.")
    notes: list[str] = []
    for name in (name for name in ORDER if wanted == name or (wanted == "auto" and _present(name))):
        if not _present(name):
            raise DeviceUnusable(f"PyTorch sees no {name} device on this computer", hint="Choose auto or cpu.")
        try:
            return replace(_remembered(name, model, precision), notes=tuple(notes))
        # A PyTorch built without CUDA raises AssertionError.
        except (RuntimeError, AssertionError) as problem:
            reason = f"{name} is present but failed its probe: {_first_line(problem)}"
            if name == "cpu":
                reason = f"{reason} (the probe has {free_memory()})"
            if name in (wanted, "cpu"):
                raise DeviceUnusable(reason, hint="Choose auto or cpu; a newer driver may help.") from problem
            notes.append(reason)
    raise DeviceUnusable(f"no device of {', '.join(ORDER)} can run the network", hint="Install PyTorch again.")


def choose_as_before(wanted: str, model: Model, precision: str, before: tuple[str, str] | None) -> Device:
    """As `choose`, for cases that join others: `before` is the device and precision that those were made with.

    Work that was begun in one precision goes on in it on the same kind of device, though another one may be faster by
    the clock of today or of this machine: else two halves of one folder would differ.
    """
    chosen = choose(wanted, model, precision)
    if precision != "auto" or before is None or before[0] != chosen.name or before[1] == chosen.precision:
        return chosen
    return replace(choose(chosen.name, model, before[1]), notes=chosen.notes)


def probabilities(device: Device, network: nn.Module, tiles: np.ndarray) -> Tensor:
    """Softmax of a placed network on (n, 1, x, y, z) tiles: (n, classes, x, y, z) float32 on the device."""
    with torch.inference_mode():
        return torch.softmax(network(device.tensor(tiles)).float(), dim=1)


def probabilities_and_features(device: Device, network: nn.Module, tiles: np.ndarray) -> Tensor:
    """As `probabilities` of a VNet, with the channels before its last layer after them: (n, classes + c, x, y, z)."""
    assert isinstance(network, VNet)
    with torch.inference_mode():
        features = network.features(device.tensor(tiles))
        return torch.cat([torch.softmax(network.leave(features).float(), dim=1), features.float()], dim=1)


def _present(name: str) -> bool:
    if name == "cuda":
        return torch.cuda.is_available()
    if name == "mps":
        return torch.backends.mps.is_available()
    return True


def _remembered(name: str, model: Model, precision: str) -> Device:
    key = (name, model.card.sha256, precision)
    if key not in _probed:
        _probed[key] = _probe(name, model, precision)
    return _probed[key]


def _probe(name: str, model: Model, precision: str) -> Device:
    """The fastest candidate on device `name` that computes what float32 on the CPU computes.

    With a `precision` other than "auto" the one of that precision. Raises `RuntimeError` when the plain candidate does
    not run there, or computes something else.
    """
    candidates = [one for one in CANDIDATES[name] if precision in ("auto", one.precision)]
    if not candidates:
        raise RuntimeError(f"it is not used in {precision}")
    small, large = probe_tile(SMALL_SIDE, model.multiple), probe_tile(LARGE_SIDE, model.multiple)
    reference = probabilities(CPU, CPU.place(model.network), small)
    best, *faster = candidates
    best_seconds = _seconds(best, model, small, large, reference)
    for candidate in faster:
        if candidate.name == "cpu" and not _cpu_has_bfloat16():
            continue
        try:
            seconds = _seconds(candidate, model, small, large, reference)
        except RuntimeError:
            # float32 has shown that the device works; it just does not know this precision.
            continue
        gain = WORTHWHILE if best.precision == "float32" else 1.0
        if seconds * gain < best_seconds:
            best, best_seconds = candidate, seconds
    return replace(best, seconds_per_voxel=best_seconds / large.size)


def _seconds(candidate: Device, model: Model, small: np.ndarray, large: np.ndarray, reference: Tensor) -> float:
    """Time for the large tile, after the small one came out as in `reference`. Raises `RuntimeError` if it did not."""
    network = candidate.place(model.network)
    # Also the warm-up, which the CPU has had from making the reference.
    if candidate != CPU:
        difference = float((probabilities(candidate, network, small).cpu() - reference).abs().mean())
        # Written so that NaN fails too.
        if not difference <= TOLERANCE[candidate.precision]:
            raise RuntimeError(f"its {candidate.precision} result differs from the CPU's by {difference:.3f}")
    start = time.perf_counter()
    probabilities(candidate, network, large)
    candidate.wait()
    return time.perf_counter() - start


def probe_tile(side: int, multiple: int) -> np.ndarray:
    """(1, 1, side, side, side) of smooth shapes and noise between -1 and 1, the same every time."""
    rng = np.random.default_rng(0)
    side = -(-side // multiple) * multiple
    smooth = ndimage.gaussian_filter(rng.standard_normal((side, side, side)), side / 12)
    noise = rng.normal(0, 0.1, smooth.shape)
    return np.clip(smooth / smooth.std() / 2 + noise, -1, 1).astype(np.float32)[None, None]


def _cpu_has_bfloat16() -> bool:
    """Whether convolutions in bfloat16 have kernels here. Without, float32 is many times faster."""
    if not torch.backends.mkldnn.is_available():
        return False
    ask = getattr(torch.ops.mkldnn, "_is_mkldnn_bf16_supported", None)
    return ask is not None and bool(ask())


def _first_line(problem: BaseException) -> str:
    return (str(problem).strip().splitlines() or [type(problem).__name__])[0]
