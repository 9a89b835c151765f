"""One image of a DICOM file: where it lies, how its pixels are stored, and what tells its acquisition from others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Stored(NamedTuple):
    """How whole numbers lie in the file (inflated, where it is deflated) from byte `offset` on, frame after frame.

    Of each word the `bits` up to bit number `high` are in use. `packed` is the transfer syntax that the frames are
    compressed by, each an item of its own behind `offset`; empty where they lie there as they are.
    """

    offset: int
    kind: np.dtype
    bits: int
    high: int
    deflated: bool = False
    packed: str = ""


class Passed(NamedTuple):
    """A file that is no slice, and why, in a few words. `broken`: it should have been one. `series` where it is known.

    `todo` is a full sentence with the next step.
    """

    path: Path
    reason: str
    broken: bool = False
    todo: str = ""
    series: str = ""


@dataclass(frozen=True, eq=False)
class Slice:
    """A single-frame file, or the frame number `frame` (from 0) of a file of `frames`.

    `position` is the first pixel's centre, `along` and `down` the row's and column's directions, all in DICOM's LPS mm;
    `spacing_mm` is between neighbours along a row and down a column. `slope` and `intercept` are None where the file
    has lost them. `padding` are the words, as stored, that mean "no pixel here". `stored` is None for pixels that are
    compressed. `samples` is 1, or 3 for colours. `traits` are what acquisitions differ in, by DICOM's keyword.
    """

    path: Path
    size: int
    frame: int
    frames: int
    series: str
    instance: str
    description: str
    modality: str
    localizer: bool
    number: int
    columns: int
    rows: int
    position: np.ndarray
    along: np.ndarray
    down: np.ndarray
    spacing_mm: tuple[float, float]
    slope: float | None
    intercept: float | None
    unit: str
    padding: tuple[int, int] | None
    samples: int
    stored: Stored
    traits: Mapping[str, str]

    @property
    def normal(self) -> np.ndarray:
        """Unit vector that slices are stacked along."""
        return np.cross(self.along, self.down)

    @property
    def rescale(self) -> tuple[float, float] | None:
        """Slope and intercept; None unless both are there."""
        return None if self.slope is None or self.intercept is None else (self.slope, self.intercept)
