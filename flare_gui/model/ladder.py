"""How the network is run: fastest first, then with less and less memory."""

import math
from dataclasses import dataclass, replace

import torch

from flare_gui.errors import FlareError
from flare_gui.geometry import Shape
from flare_gui.memory import available_mb
from flare_gui.model.device import Device, choose
from flare_gui.model.tiles import plan
from flare_gui.model.weights import Model

# Tiles that go through a GPU together. A CPU is as fast with one, and stops sooner.
BATCH = {"cuda": 4, "mps": 1, "cpu": 1}

# An axis that is no longer than this many training patches is covered by one tile. At 3 mm and 80 voxels that is 53 cm,
# a scanner's whole field of view: a usual abdomen is one pass, of 2.7 to 4 times fewer voxels than overlapping tiles of
# one patch. With the first weights, Dice on the two labelled scans fell by at most 0.013 for an organ and rose by up to
# 0.05 for others, so it is time that decides.
LONGEST_PER_PATCH = 2.2

# Smaller tiles than this part of a training patch show the network too little of the patient: then it is better to
# refuse than to begin.
SMALLEST_PER_PATCH = 2

# What one voxel of a tile takes while it goes through a VNet of width 16: measured, 680 to 730 and 360 to 380.
BYTES_PER_VOXEL = {"float32": 750, "float16": 400, "bfloat16": 400}


@dataclass(frozen=True)
class Attempt:
    """One way to run the network. `side` and `longest` are those of `tiles.plan`; `stitch` names a device."""

    device: Device
    batch: int
    stitch: str
    side: Shape
    longest: Shape


def first_attempt(device: Device, model: Model, shape: Shape) -> Attempt:
    """The fastest way to run a grid of `shape` that fits into half of the memory that is free now, or into all of it.

    Raises `FlareError` with what is needed and what is there when even the smallest tiles do not fit on the CPU.
    Waiting for the allocator to refuse would not do: Linux grants memory that it does not have, and ends the program.
    """
    longest = _scaled(model.card.patch, LONGEST_PER_PATCH, model.multiple)
    attempt = Attempt(device, BATCH[device.name], device.name, model.card.patch, longest)
    tiling = plan(shape, attempt.side, attempt.longest, model.multiple)
    attempt = replace(attempt, batch=min(attempt.batch, len(tiling.starts)))
    free_mb = _free_mb(device)
    if free_mb is None or tile_mb(attempt, tiling.tile, model) <= free_mb / 2:
        return attempt
    attempt = replace(attempt, batch=1, longest=attempt.side)
    while _needed_mb(attempt, shape, model) > free_mb:
        smaller = _scaled(attempt.side, 0.75, model.multiple)
        if smaller == attempt.side or min(smaller) * SMALLEST_PER_PATCH < min(model.card.patch):
            break
        attempt = replace(attempt, side=smaller, longest=smaller)
    needed_mb = _needed_mb(attempt, shape, model)
    # A GPU that has too little hands over to the CPU later.
    if device.name == "cpu" and needed_mb > free_mb:
        raise FlareError(
            f"segmenting this scan needs about {needed_mb:.0f} MB of memory, and {free_mb:.0f} MB are free",
            hint="Close other programs, raise the limit, or crop the scan to the abdomen.",
        )
    return attempt


def _needed_mb(attempt: Attempt, shape: Shape, model: Model) -> float:
    """What a run takes in all: a batch of tiles in the network, and the answer for the whole grid beside it."""
    tile = plan(shape, attempt.side, attempt.longest, model.multiple).tile
    # Five probabilities and their sum of weights in float32, and once more while tiles are added.
    return tile_mb(attempt, tile, model) + math.prod(shape) * 4 * 7 / 2**20


def tile_mb(attempt: Attempt, tile: Shape, model: Model) -> float:
    """About how many MB a batch of tiles takes while it goes through the network."""
    per_voxel = BYTES_PER_VOXEL[attempt.device.precision] * float(model.card.architecture["width"]) / 16
    return attempt.batch * math.prod(tile) * per_voxel / 2**20


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


def _free_mb(device: Device) -> float | None:
    if device.name == "cuda":
        return torch.cuda.mem_get_info()[0] / 2**20
    return available_mb()


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
