"""The grid a synthetic patient is drawn on: where each voxel lies in him, and what has been painted into it."""

from collections.abc import Callable, Iterable
from functools import cached_property

import numpy as np
from scipy import ndimage

from flare_gui.phantom.field import Axes, Noise, Points, curve, mix
from flare_gui.phantom.patient import AXIS_Y
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.trunk import Trunk

Field = np.ndarray


class Space:
    """Patient coordinates of a grid of scanner axes (mm), and its tissue map.

    The patient lies a little askew (`turn`, a rotation) and is bent a little (`bends`, pairs of noise and amplitude in
    mm for x, y and z): no two people are symmetric or equal, and this makes it so everywhere at once.
    """

    def __init__(
        self, axes: Axes, trunk: Trunk, turn: np.ndarray | None = None, bends: tuple[tuple[Noise, float], ...] = ()
    ) -> None:
        x, y, z = (np.asarray(axis, np.float32) for axis in axes)
        self.axes: Axes = (x, y, z)
        self.trunk = trunk
        self._turn = np.eye(3) if turn is None else turn
        self._bends = bends
        self.shape = tuple(len(axis) for axis in axes)
        grid = np.meshgrid(*self.axes, indexing="ij", sparse=True)
        self.x, self.y, self.z = (mix(row, grid) for row in self._turn)
        places: tuple[Field, Field, Field] = (self.x, self.y, self.z)
        for place, (noise, amplitude) in zip(places, bends, strict=False):
            place += np.float32(amplitude) * noise.on(self.axes)
        self.tissues = np.zeros(self.shape, np.uint8)

    @cached_property
    def _cell(self) -> np.ndarray:
        return self.trunk.cell(self.x, self.y, self.z)

    @cached_property
    def radius(self) -> Field:
        """Distance from the trunk's axis."""
        return np.hypot(self.x, self.y - np.float32(AXIS_Y))

    @cached_property
    def depth(self) -> Field:
        """Distance outwards from the inner surface of the trunk's wall: negative inside the cavity."""
        return self.radius - self.unrolled(self.trunk.cavity)

    @cached_property
    def ceiling(self) -> Field:
        """Distance above the diaphragm, measured upright: negative in the abdomen."""
        return self.z - self.trunk.diaphragm(self.x, self.y, self.radius, self._cell)

    def unrolled(self, table: np.ndarray) -> Field:
        """A table of the trunk's wall (angle, height) looked up at every voxel."""
        return table.ravel()[self._cell]

    def patch(self, low: Iterable[float], high: Iterable[float], margin_mm: float = 8.0) -> "Patch":
        """The part of the grid that holds the box from `low` to `high` of the patient frame."""
        box = np.array([low, high], float)
        corners = np.array([[box[i, 0], box[j, 1], box[k, 2]] for i in (0, 1) for j in (0, 1) for k in (0, 1)])
        found = self._locate(corners)
        return Patch(self, self._slices(found.min(0) - margin_mm, found.max(0) + margin_mm))

    def tube(self, points: Points, radii: np.ndarray, step_mm: float | None = None) -> tuple["Patch", Field]:
        """A tube of changing radius along a smooth curve through `points`: its patch and its field."""
        radii = np.broadcast_to(np.asarray(radii, float), (len(points),))
        return self.beads(*curve(points, radii, step_mm or max(1.5, 0.3 * float(radii.min()))))

    def tubes(self, lines: list[tuple[np.ndarray, np.ndarray]], step_mm: float) -> tuple["Patch", Field]:
        """The union of several tubes, (points, radii) each: one patch and one field for all of them."""
        pieces = [curve(points, radii, step_mm) for points, radii in lines]
        return self.beads(np.concatenate([p for p, _ in pieces]), np.concatenate([r for _, r in pieces]))

    def beads(self, places: np.ndarray, sizes: np.ndarray) -> tuple["Patch", Field]:
        """The union of balls: their patch and field. Beyond the balls' own boxes the field is a large number."""
        found = self._locate(places)
        reach = sizes[:, None] + 4.0
        whole = self._slices((found - reach).min(0), (found + reach).max(0))
        patch = Patch(self, whole)
        field = np.full(patch.x.shape, 1e3, np.float32)
        start = np.array([s.start for s in whole])
        for place, size, at in zip(places, sizes, found, strict=True):
            part = tuple(
                slice(max(0, s.start - o), max(0, s.stop - o))
                for s, o in zip(self._slices(at - size - 4, at + size + 4), start, strict=True)
            )
            distance = np.sqrt(
                (patch.x[part] - np.float32(place[0])) ** 2
                + (patch.y[part] - np.float32(place[1])) ** 2
                + (patch.z[part] - np.float32(place[2])) ** 2
            )
            np.minimum(field[part], distance - np.float32(size), out=field[part])
        return patch, field

    def keep_largest(self, tissue: Tissue, otherwise: Tissue) -> None:
        """Leave the largest connected piece of `tissue`; crumbs that other organs cut off become `otherwise`."""
        found = ndimage.find_objects((self.tissues == tissue).view(np.uint8))
        if not found:
            return
        part = self.tissues[found[0]]
        pieces, count = ndimage.label(part == tissue)
        if count > 1:
            sizes = np.bincount(pieces.ravel())
            sizes[0] = 0
            part[(pieces > 0) & (pieces != sizes.argmax())] = otherwise

    def _locate(self, points: np.ndarray) -> np.ndarray:
        """Scanner mm of patient points. One step against the bend is enough: it changes little over its own length."""
        found = np.asarray(points, float) @ self._turn
        if not self._bends:
            return found
        bend = np.stack([amplitude * noise.at(found) for noise, amplitude in self._bends], axis=1)
        return (points - bend) @ self._turn

    def _slices(self, low: np.ndarray, high: np.ndarray) -> tuple[slice, slice, slice]:
        x, y, z = (
            slice(int(np.searchsorted(axis, a)), int(np.searchsorted(axis, b, side="right")))
            for axis, a, b in zip(self.axes, low, high, strict=True)
        )
        return x, y, z


class Patch:
    """A box of a `Space`: views of its coordinates and tissues, so that an organ costs its own box and no more."""

    def __init__(self, space: Space, slices: tuple[slice, slice, slice]) -> None:
        self.space = space
        self.slices = slices
        self.x, self.y, self.z = (whole[slices] for whole in (space.x, space.y, space.z))
        self.tissues = space.tissues[slices]

    @property
    def depth(self) -> Field:
        return self.space.depth[self.slices]

    @property
    def ceiling(self) -> Field:
        return self.space.ceiling[self.slices]

    def noise(self, noise: Noise) -> Field:
        x, y, z = (axis[s] for axis, s in zip(self.space.axes, self.slices, strict=True))
        return noise.on((x, y, z))

    def ellipsoid(
        self, centre: Iterable[float], radii: Iterable[float], rows: np.ndarray | None = None, power: float = 2.0
    ) -> Field:
        """An ellipsoid whose axes are the `rows` of a rotation; `power` above 2 makes it boxier."""
        axes = np.eye(3) if rows is None else rows
        offset = [place - np.float32(c) for place, c in zip((self.x, self.y, self.z), centre, strict=True)]
        local = [mix(row, offset) for row in axes]
        radii = list(radii)
        if power == 2.0:
            reach = np.sqrt(sum((u / np.float32(r)) ** 2 for u, r in zip(local, radii, strict=True)))
        else:
            a, b, c = (np.abs(u / np.float32(r)) ** np.float32(power) for u, r in zip(local, radii, strict=True))
            reach = (a + b + c) ** np.float32(1 / power)
        return (reach - 1) * np.float32(min(radii))

    def paint(self, inside: np.ndarray, tissue: Tissue, over: tuple[Tissue, ...] | None = (Tissue.FAT,)) -> None:
        """Set `tissue` where `inside` (boolean), but only where one of `over` is now; None paints over everything."""
        if over is not None:
            allowed = np.zeros(256, bool)
            allowed[list(over)] = True
            inside = inside & allowed[self.tissues]
        self.tissues[inside] = tissue


Painter = Callable[[Space], None]
