"""How the network is run: fastest first, then with less and less memory."""

import math
from dataclasses import dataclass, replace

import torch

from flare_gui.geometry import Shape
from flare_gui.model.device import Device, choose
from flare_gui.model.weights import Model

# Tiles that go through a GPU together. A CPU is as fast with one, and stops sooner.
BATCH = {"cuda": 4, "mps": 1, "cpu": 1}

# An axis that is no longer than this many training patches is covered by one tile.
LONGEST_PER_PATCH = 1.5


@dataclass(frozen=True)
class Attempt:
    """One way to run the network. `side` and `longest` are those of `tiles.plan`; `stitch` names a device."""

    device: Device
    batch: int
    stitch: str
    side: Shape
    longest: Shape


def first_attempt(device: Device, model: Model) -> Attempt:
    """The fastest way, for a computer with memory enough."""
    longest = _scaled(model.card.patch, LONGEST_PER_PATCH, model.multiple)
    return Attempt(device, BATCH[device.name], device.name, model.card.patch, longest)


def step_down(attempt: Attempt, model: Model) -> tuple[Attempt, str] | None:
    """The next way that needs less memory, and what it does; None when there is none left."""
    if attempt.batch > 1:
        batch = attempt.batch // 2
        return replace(attempt, batch=batch), f"ran {batch} tile{'s' * (batch > 1)} at a time"
    if attempt.stitch != "cpu":
        return replace(attempt, stitch="cpu"), "stitched the tiles on the CPU"
    if attempt.longest != attempt.side:
        return replace(attempt, longest=attempt.side), f"cut tiles of {times(attempt.side)} voxels"
    smaller = _scaled(attempt.side, 0.75, model.multiple)
    if smaller != attempt.side:
        return replace(attempt, side=smaller, longest=smaller), f"cut tiles of {times(smaller)} voxels"
    if attempt.device.name != "cpu":
        side = model.card.patch
        return Attempt(choose("cpu", model), 1, "cpu", side, side), "went on with the CPU"
    return None


def is_out_of_memory(problem: BaseException) -> bool:
    """Whether `problem` is some device's way to say that memory ran out."""
    if isinstance(problem, MemoryError | torch.OutOfMemoryError):
        return True
    # MPS and the CPU's allocators of Linux and Windows raise a bare RuntimeError.
    text = str(problem).lower()
    return any(words in text for words in ("out of memory", "not enough memory", "can't allocate memory"))


def _scaled(side: Shape, factor: float, multiple: int) -> Shape:
    """Sides times `factor`, down to multiples of `multiple`; two of them at least, unless the side was shorter."""
    x, y, z = (max(math.floor(n * factor / multiple) * multiple, min(n, 2 * multiple)) for n in side)
    return x, y, z


def times(shape: Shape) -> str:
    """Such as "80x80x80"."""
    return "x".join(str(n) for n in shape)
