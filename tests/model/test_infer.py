"""Tiles that cover everything and add up, and less and less memory."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from flare_gui import memory
from flare_gui.errors import FlareError
from flare_gui.model import ladder
from flare_gui.model.device import Device
from flare_gui.model.infer import infer
from flare_gui.model.ladder import first_attempt, is_out_of_memory, step_down
from flare_gui.model.segmenter import segment
from flare_gui.model.tiles import importance, plan
from flare_gui.model.weights import Model
from flare_gui.progress import ignore, never

CPU = Device("cpu")


class Limited(nn.Module):
    """A network on a computer whose memory ends at `voxels` voxels a call."""

    def __init__(self, inner: nn.Module, voxels: int, problem: Exception) -> None:
        super().__init__()
        self.inner, self.voxels, self.problem = inner, voxels, problem

    def forward(self, image: Tensor) -> Tensor:
        if image.numel() > self.voxels:
            raise self.problem
        return self.inner(image)


@pytest.mark.parametrize("shape", [(1, 1, 1), (16, 80, 81), (120, 83, 133), (300, 90, 40)])
def test_tiles_cover_every_voxel_inside_the_padded_grid(shape: tuple[int, int, int]) -> None:
    tiling = plan(shape, (80, 80, 80), (112, 112, 112), 16)
    padded = [b + n + a for b, n, a in zip(tiling.before, shape, tiling.after, strict=True)]
    covered = np.zeros(padded, int)
    for start in tiling.starts:
        box = tuple(slice(a, a + n) for a, n in zip(start, tiling.tile, strict=True))
        assert covered[box].shape == tiling.tile
        covered[box] += 1
    assert covered.min() >= 1
    assert all(n % 16 == 0 for n in tiling.tile)
    assert tiling.voxels == covered.sum()


def test_a_grid_that_fits_is_one_pass_and_others_overlap_by_half_of_what_was_trained_on() -> None:
    assert len(plan((112, 90, 100), (80, 80, 80), (112, 112, 112), 16).starts) == 1
    starts = sorted({x for x, _, _ in plan((200, 20, 20), (80, 80, 80), (80, 80, 80), 16).starts})
    assert starts == [0, 40, 80, 120]


@pytest.mark.parametrize("size", [177, 200, 300, 301, 512])
def test_long_scans_take_few_long_tiles(size: int) -> None:
    tiling = plan((size, 20, 20), (80, 80, 80), (176, 176, 176), 16)
    starts = sorted({x for x, _, _ in tiling.starts})
    assert tiling.tile[0] <= 176
    assert max(np.diff(starts)) <= tiling.tile[0] - 40
    # Overlaps and rounding together: no more than half on top.
    assert len(starts) * tiling.tile[0] <= 1.5 * size


def test_the_middle_of_a_tile_counts_most_and_no_voxel_nothing() -> None:
    weights = importance((32, 16, 48))
    assert weights.shape == (32, 16, 48) and weights.min() > 0
    assert np.unravel_index(weights.argmax(), weights.shape) == (15, 7, 23)
    assert np.allclose(weights, weights[::-1, ::-1, ::-1])


def test_stitched_tiles_are_what_one_pass_gives(model: Model) -> None:
    image = np.random.default_rng(0).uniform(-1, 1, (90, 50, 40)).astype(np.float32)
    whole, _ = infer(image, model, CPU, [], ignore, never)
    tiny = Model(model.network, replace(model.card, patch=(32, 32, 32)), model.path)
    tiled, _ = infer(image, tiny, CPU, [], ignore, never)
    assert whole.shape == tiled.shape == (5, 90, 50, 40)
    assert np.allclose(whole, tiled, atol=1e-5)


@pytest.mark.parametrize(
    "problem",
    [torch.OutOfMemoryError("CUDA out of memory"), MemoryError(), RuntimeError("can't allocate memory: 12 bytes")],
)
def test_less_memory_gives_the_same_organs_in_smaller_tiles(
    model: Model, abdomen: Callable, grid: Callable, problem: Exception
) -> None:
    volume, labels = abdomen(grid())
    limited = Model(Limited(model.network, 64**3, problem), replace(model.card, sha256="limited"), model.path)
    found = segment(volume, limited, device="cpu")
    assert np.array_equal(found.labels, labels)
    assert found.run["notes"] == ["cpu ran out of memory: cut tiles of 64x64x64 voxels"]


def test_too_little_memory_for_any_tile_is_one_sentence(model: Model) -> None:
    limited = Model(Limited(model.network, 32**3 - 1, MemoryError()), model.card, model.path)
    notes: list[str] = []
    image = np.zeros((90, 50, 40), np.float32)
    with pytest.raises(FlareError, match="too little memory to segment this scan, even with tiles of 32x32x32"):
        infer(image, limited, CPU, notes, ignore, never)
    assert [note.rsplit(" ", 2)[-2] for note in notes] == ["64x64x64", "48x48x48", "32x32x32"]


def test_a_gpu_steps_down_to_the_cpu_one_rung_at_a_time(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    monkeypatch.setattr(torch.cuda, "mem_get_info", lambda: (80 * 2**30, 80 * 2**30))
    attempt, rungs = first_attempt(Device("cuda", "float16", True), model, (300, 300, 300)), []
    while (step := step_down(attempt, model)) is not None:
        attempt, what = step
        rungs.append(what)
    assert rungs == [
        "ran 2 tiles at a time",
        "ran 1 tile at a time",
        "stitched the tiles on the CPU",
        "cut tiles of 64x64x64 voxels",
        "cut tiles of 48x48x48 voxels",
        "cut tiles of 32x32x32 voxels",
        "went on with the CPU",
        "cut tiles of 48x48x48 voxels",
        "cut tiles of 32x32x32 voxels",
    ]
    assert attempt.device.name == attempt.stitch == "cpu"


def test_a_computer_with_little_free_memory_gets_tiles_at_once(monkeypatch: pytest.MonkeyPatch, model: Model) -> None:
    shape = (120, 90, 110)
    for free_mb, tiles in ((None, 1), (4000, 1), (100, 3 * 2 * 3)):
        monkeypatch.setattr(ladder, "available_mb", lambda mb=free_mb: mb)
        attempt = first_attempt(CPU, model, shape)
        assert len(plan(shape, attempt.side, attempt.longest, model.multiple).starts) == tiles


def test_memory_is_measured(model: Model) -> None:
    before = memory.peak_memory_mb()
    big = np.ones(60 * 2**20 // 8)
    after = memory.peak_memory_mb()
    assert before is not None and after is not None and 10 < before <= after and big.size
    free = memory.available_mb()
    assert free is None or free > 10


def test_half_precision_that_overflows_is_run_again_in_full(model: Model) -> None:
    class Overflowing(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            logits = model.network(image.float())
            return logits * torch.inf if image.dtype == torch.bfloat16 else logits

    notes: list[str] = []
    image = np.zeros((20, 20, 20), np.float32)
    found, used = infer(
        image, Model(Overflowing(), model.card, model.path), Device("cpu", "bfloat16"), notes, ignore, never
    )
    assert np.isfinite(found).all() and used.precision == "float32"
    assert notes == ["bfloat16 overflowed: went on in float32"]


def test_a_network_without_numbers_is_an_error_that_names_the_weights(model: Model) -> None:
    class Empty(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            return torch.full((1, 5, *image.shape[2:]), torch.nan)

    with pytest.raises(FlareError, match=r"stand-in\.safetensors.*no numbers"):
        infer(np.zeros((20, 20, 20), np.float32), Model(Empty(), model.card, model.path), CPU, [], ignore, never)


def test_other_errors_of_the_network_are_not_taken_for_memory(model: Model) -> None:
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
    broken = Model(Limited(model.network, 1, RuntimeError("shapes do not match")), model.card, model.path)
    with pytest.raises(RuntimeError, match="shapes do not match"):
        infer(np.zeros((20, 20, 20), np.float32), broken, CPU, [], ignore, never)
