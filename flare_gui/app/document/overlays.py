"""What is drawn over the scan besides its voxels: how an organ looks, a distance that was measured."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OrganLook:
    """How an organ is drawn: `colour` as "#rrggbb", `opacity` from 0 to 1."""

    colour: str
    visible: bool = True
    opacity: float = 0.45


@dataclass(frozen=True, eq=False)
class Ruler:
    """A distance between two points, RAS+ mm, drawn on slices across the canonical axis `plane`."""

    start: np.ndarray
    end: np.ndarray
    plane: int = 2

    @property
    def mm(self) -> float:
        return float(np.linalg.norm(np.asarray(self.end) - np.asarray(self.start)))
