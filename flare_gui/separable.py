"""Resampling between grids whose axes are parallel: one small matrix of weights an axis, applied in the cache.

Arrays here are (slow, middle, fast): in the order in which they lie in memory, whatever their axes mean. Every product
of matrices is kept small. That leaves out the zeros of the weights, which are most of them, and it keeps BLAS from
waking its threads: on a busy computer these cost 20 times more than they gain.
"""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple, TypeVar

import numpy as np

# Rows of weights that are applied together. Measured at 16 to 128: the fewer, the fewer zeros are multiplied.
BLOCK = 16
# Voxels that are worked on at once. Measured at 2^16 to 2^21.
SLAB = 1 << 19
# Multiplications in one product: above about twice as many, OpenBLAS wakes its threads.
PRODUCT = 500_000

WORKERS = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

_Task = TypeVar("_Task")
_Result = TypeVar("_Result")


class _Band(NamedTuple):
    """`weights` make the voxels `to` out of the voxels `of`."""

    to: slice
    of: slice
    weights: np.ndarray


class Axis:
    """How `size` voxels become `to_size`: voxel i of the new grid lies at `step * i + offset` on the old one.

    The antialiased linear filter of Pillow and torch: plain linear interpolation when enlarging, a mean when shrinking.
    New voxels beyond the old grid get no weights: they are 0.
    """

    def __init__(self, size: int, to_size: int, step: float, offset: float) -> None:
        self.size, self.to_size = size, to_size
        self.weights = _weights(size, to_size, step, offset)
        self._bands = [
            band
            for start in range(0, to_size, BLOCK)
            if (band := _band(self.weights, start, start + BLOCK)) is not None
        ]

    def fast(self, array: np.ndarray, wanted: slice = slice(None)) -> np.ndarray:
        """(n, m, size) becomes (n, m, to_size), float32. Outside of `wanted` it may be 0."""
        rows = array.reshape(-1, self.size)
        result = np.zeros((len(rows), self.to_size), np.float32)
        for band in self._needed(wanted):
            height = max(1, PRODUCT // band.weights.size)
            for start in range(0, len(rows), height):
                part = slice(start, start + height)
                np.matmul(rows[part, band.of], band.weights.T, out=result[part, band.to])
        return result.reshape(*array.shape[:2], self.to_size)

    def middle(self, array: np.ndarray, wanted: slice = slice(None)) -> np.ndarray:
        """(n, size, m) becomes (n, to_size, m), float32. Outside of `wanted` it may be 0."""
        result = np.zeros((len(array), self.to_size, array.shape[2]), np.float32)
        for band in self._needed(wanted):
            np.matmul(band.weights, array[:, band.of], out=result[:, band.to])
        return result

    def slow(self, array: np.ndarray, of: slice, to: slice) -> np.ndarray:
        """What the old voxels `of`, (of, n, m), add to the new voxels `to`: (to, n, m)."""
        weights, columns = self.weights[to, of], array.reshape(len(array), -1)
        result = np.empty((len(weights), columns.shape[1]), np.float32)
        width = max(1, PRODUCT // weights.size)
        for start in range(0, columns.shape[1], width):
            part = slice(start, start + width)
            np.matmul(weights, columns[:, part], out=result[:, part])
        return result.reshape(-1, *array.shape[1:])

    def reached_from(self, of: slice) -> slice:
        """The new voxels that get anything from the old voxels `of`."""
        return span(self.weights[:, of], 0)

    def needed_for(self, to: slice) -> slice:
        """The old voxels that the new voxels `to` are made of."""
        return span(self.weights[to], 1)

    def _needed(self, wanted: slice) -> Iterable[_Band]:
        start, stop, _ = wanted.indices(self.to_size)
        return (band for band in self._bands if band.to.start < stop and start < band.to.stop)


def axes(shape: tuple[int, ...], to_shape: tuple[int, ...], step: np.ndarray, offset: np.ndarray) -> list[Axis]:
    """The three of a resampling, by axis."""
    return [Axis(*one) for one in zip(shape, to_shape, step.tolist(), offset.tolist(), strict=True)]


def memory_order(array: np.ndarray) -> list[int]:
    """The axes of `array` from slow to fast: `array.transpose(memory_order(array))` is (slow, middle, fast)."""
    return sorted(range(array.ndim), key=lambda axis: -abs(array.strides[axis]))


def in_memory_order(*arrays: np.ndarray) -> list[np.ndarray]:
    """Views of arrays of one shape, axes from the slowest to the fastest in the memory of the first.

    What goes through them in the order of their indices goes through memory, which is up to ten times faster.
    """
    order = memory_order(arrays[0])
    return [array.transpose(order) for array in arrays]


def forwards(array: np.ndarray) -> tuple[slice, ...]:
    """The index that turns those axes of `array` round, and back, that run backwards in memory.

    numpy goes through them up to eight times more slowly.
    """
    return tuple(slice(None, None, -1) if stride < 0 else slice(None) for stride in array.strides)


def copied(array: np.ndarray) -> np.ndarray:
    """A copy that lies in memory as `array` does."""
    turned = forwards(array)
    return array[turned].copy(order="K")[turned]


def resample(
    array: np.ndarray, to_shape: tuple[int, ...], step: np.ndarray, offset: np.ndarray, fill: float
) -> np.ndarray:
    """`array` (x, y, z) of numbers on a grid of `to_shape`, as float32; `step` and `offset` as in `Axis`, by axis.

    `fill` is what lies outside. No float copy of the whole array ever exists. The result lies in memory as `array`.
    """
    order = memory_order(array)
    by_axis = axes(array.shape, to_shape, step, offset)
    slow, middle, fast = (by_axis[i] for i in order)
    source = array.transpose(order)
    slab = max(1, SLAB // (source.shape[1] * source.shape[2]))

    def part(first: int, last: int) -> np.ndarray:
        total = np.zeros([to_shape[i] for i in order], np.float32)
        for start in range(first, last, slab):
            of = slice(start, min(start + slab, last))
            to = slow.reached_from(of)
            if to.start < to.stop:
                total[to] += slow.slow(middle.middle(fast.fast(source[of].astype(np.float32))), of, to)
        return total

    # Each worker has a result of its own: too dear where the result is the larger array.
    workers = WORKERS if np.prod(to_shape) * 4 <= array.nbytes else 1
    ends = np.linspace(0, len(source), workers + 1).astype(int).tolist()
    first, *more = in_threads(lambda ends: part(*ends), zip(ends, ends[1:], strict=False))
    for other in more:
        first += other
    # The weights of what lies outside are missing from the sum.
    inside = slow.weights.sum(1)[:, None, None] * middle.weights.sum(1)[None, :, None] * fast.weights.sum(1)
    first += np.float32(fill) * (1 - inside)
    return first.transpose(np.argsort(order))


def in_threads(work: Callable[[_Task], _Result], tasks: Iterable[_Task]) -> list[_Result]:
    """`work` on each of `tasks`, on all cores: numpy works without Python's lock."""
    with ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, tasks))


def _band(weights: np.ndarray, start: int, stop: int) -> _Band | None:
    rows = weights[start:stop]
    of = span(rows, 1)
    return _Band(slice(start, start + len(rows)), of, np.ascontiguousarray(rows[:, of])) if of.start < of.stop else None


def span(used: np.ndarray, axis: int) -> slice:
    """From the first to the last index along `axis` at which anything is True; empty when nothing is."""
    where = np.flatnonzero(np.any(used, axis=tuple(i for i in range(used.ndim) if i != axis)))
    return slice(int(where[0]), int(where[-1]) + 1) if where.size else slice(0, 0)


def _weights(size: int, to_size: int, step: float, offset: float) -> np.ndarray:
    """(to_size, size) float32 weights of a triangle as wide as the larger of both voxels; rows outside are 0."""
    width = max(1.0, step)
    centre = np.arange(to_size) * step + offset
    distance = np.abs(np.arange(size)[None, :] - centre[:, None]) / width
    weights = np.clip(1.0 - distance, 0.0, None)
    total = weights.sum(axis=1, keepdims=True)
    inside = (centre > -0.5 - 1e-6) & (centre < size - 0.5 + 1e-6)
    # Inside, the half voxel at the border repeats the border; outside, the weights vanish and `fill` remains.
    weights = np.where(inside[:, None] & (total > 0), weights / np.where(total > 0, total, 1.0), 0.0)
    return weights.astype(np.float32)
