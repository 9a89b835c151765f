"""Which slices make one regular stack, and which of the stacks below a folder is the CT to take."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from flare_gui.io.dicom_parts import Part, parts_of
from flare_gui.io.dicom_slice import Slice

# Shorter stacks show where the contrast is, or one vertebra; no organ fits in.
SHORTEST_SCAN_MM = 40.0
# Directions and pixel sizes whose last digits differ are the same; of directions the mean is taken.
SAME_DIRECTION = np.radians(0.3)
SAME_SPACING = 0.002
# The types of images that are calculated through a thickness, and hold no slice's HU.
_PROJECTIONS = ("MIP", "MINIP", "MAX_IP", "MIN_IP", "AVERAGE", "PROJECTION IMAGE", "VOLUME_RENDER", "CURVED_MPR")


@dataclass(frozen=True, eq=False)
class Stack:
    """Slices of one acquisition, orientation and size, sorted along their normal.

    `part` counts the stacks of a series from 1 and is 0 where it is the only one; `label` says what tells it from them.
    """

    slices: tuple[Slice, ...]
    part: int = 0
    label: str = ""

    @property
    def first(self) -> Slice:
        return self.slices[0]

    @property
    def series(self) -> str:
        """The series' UID."""
        return self.first.series

    @property
    def key(self) -> str:
        """What chooses this stack: the series' UID, with `#2` for its second part."""
        return f"{self.series}#{self.part}" if self.part else self.series

    @property
    def is_ct(self) -> bool:
        return self.first.modality == "CT" and not self.first.localizer

    @property
    def is_projection(self) -> bool:
        """Whether its images are calculated through a thickness, as a MIP is."""
        kind = self.first.traits.get("ImageType", "").upper().split("\\")
        return any(word in kind for word in _PROJECTIONS)

    @cached_property
    def axes(self) -> np.ndarray:
        """Columns: unit vectors along rows, down columns and along the normal, in LPS; the mean of the slices'."""
        along, down = (_mean([getattr(one, name) for one in self.slices]) for name in ("along", "down"))
        return np.stack([along, down, np.cross(along, down)], axis=1)

    @cached_property
    def places(self) -> np.ndarray:
        """(slice, 3): where each slice's first pixel lies along those axes, in mm."""
        return np.array([one.position for one in self.slices]) @ self.axes

    @property
    def spacing_mm(self) -> tuple[float, float]:
        """Between neighbours along a row and down a column."""
        along, down = np.median([one.spacing_mm for one in self.slices], axis=0)
        return float(along), float(down)

    @property
    def plane(self) -> str:
        """The patient's plane that the slices are closest to."""
        return ("sagittal", "coronal", "axial")[int(np.abs(self.axes[:, 2]).argmax())]

    @property
    def step_mm(self) -> float:
        """The usual distance between two slices, 0 for a single one."""
        heights = np.unique(np.round(self.places[:, 2], 3))
        return float(np.median(np.diff(heights))) if len(heights) > 1 else 0.0

    def __str__(self) -> str:
        """For messages and reports, which may leave the house: a description is free text, and may name the patient."""
        what = "localizer" if self.first.localizer else f"{self.plane} {self.first.modality}"
        label = f", {self.label}" if self.label else ""
        return f"{what}{label}, {len(self.slices)} slice{'s' if len(self.slices) > 1 else ''} ({self.key})"


def without_copies(slices: Iterable[Slice]) -> tuple[list[Slice], list[Slice]]:
    """Slices, and those that are there twice: the same instance at the same place in the same acquisition.

    Of copies the largest file is kept, as others may have been cut off.
    """
    kept: dict[tuple[object, ...], Slice] = {}
    copies = []
    for one in sorted(slices, key=lambda s: (-s.size, len(s.path.name), s.path, s.frame)):
        identity = one.instance or one.path
        key = (identity, one.frame, one.series, one.number, *one.position, *sorted(one.traits.items()))
        if key in kept:
            copies.append(one)
        else:
            kept[key] = one
    return list(kept.values()), copies


def group(slices: Iterable[Slice]) -> list[Stack]:
    """The stacks in slices without copies; the largest first, those of a series in the order of its acquisitions."""
    series: dict[tuple[str, str, bool, int, int], list[Slice]] = defaultdict(list)
    for one in slices:
        series[(one.series, one.modality, one.localizer, one.columns, one.rows)].append(one)
    found: dict[str, list[Part]] = defaultdict(list)
    # By size, so that neither names nor folders decide which part is which.
    for key, members in sorted(series.items(), key=lambda item: (-len(item[1]), item[0])):
        for alike in _alike(members):
            found[key[0]] += parts_of(alike)
    stacks = []
    for parts in found.values():
        several = len(parts) > 1
        stacks += [Stack(part.slices, k if several else 0, part.label) for k, part in enumerate(parts, 1)]
    return sorted(stacks, key=lambda s: (-len(s.slices), s.series, s.part))


def propose(stacks: list[Stack]) -> Stack | None:
    """The largest axial CT, or the largest CT where none is axial; a MIP only where there is nothing else."""
    usable = [s for s in stacks if s.is_ct and len(s.slices) > 1]
    return min(usable, key=lambda s: (s.plane != "axial", s.is_projection), default=None)


def is_body_scan(stack: Stack) -> bool:
    """Whether a stack is a CT through some part of a body: no localizer, no watching of a bolus in one place."""
    return stack.is_ct and abs(stack.places[-1, 2] - stack.places[0, 2]) >= SHORTEST_SCAN_MM


def _alike(slices: list[Slice]) -> list[Part]:
    """Slices of one direction and pixel size, the largest group first, each sorted along its normal."""
    # In an order that neither names nor folders decide.
    waiting = sorted(slices, key=lambda s: (*s.position, s.number, s.instance))
    groups = []
    while waiting:
        first = waiting[0]
        directions = np.array([(*one.along, *one.down) for one in waiting]) - (*first.along, *first.down)
        spacings = np.array([one.spacing_mm for one in waiting]) / first.spacing_mm - 1
        same = (np.abs(directions).max(axis=1) < SAME_DIRECTION) & (np.abs(spacings).max(axis=1) < SAME_SPACING)
        groups.append([one for one, fits in zip(waiting, same, strict=True) if fits])
        waiting = [one for one, fits in zip(waiting, same, strict=True) if not fits]
    return [_sorted(members) for members in sorted(groups, key=len, reverse=True)]


def _sorted(members: list[Slice]) -> Part:
    along, down = (_mean([getattr(one, name) for one in members]) for name in ("along", "down"))
    heights = np.array([one.position for one in members]) @ np.cross(along, down)
    order = sorted(range(len(members)), key=lambda k: (heights[k], members[k].number, members[k].instance))
    return Part(tuple(members[k] for k in order), heights[order])


def _mean(vectors: list[np.ndarray]) -> np.ndarray:
    """The mean direction; exactly the first where all are the same."""
    stacked = np.array(vectors)
    if (stacked == stacked[0]).all():
        return vectors[0]
    mean = stacked.mean(axis=0)
    unit: np.ndarray = mean / np.linalg.norm(mean)
    return unit
