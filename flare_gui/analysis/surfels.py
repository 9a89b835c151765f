"""The surface of a voxel mask as small elements (surfels), each with its area.

A surfel sits at every voxel corner whose 2x2x2 neighbourhood is neither all inside nor all outside. Its area is that of
the marching-cubes polygons through the midpoints of the cut edges (Lorensen and Cline 1987), as Nikolov et al. 2018
(https://arxiv.org/abs/1809.04430) define it for the surface Dice that FLARE22 computed. The areas are worked out here
from the geometry and equal the table printed in their `surface-distance` package for all 256 neighbourhoods.
"""

from collections.abc import Iterator
from functools import cache
from itertools import product

import numpy as np

Spacing = tuple[float, float, float]
Point = tuple[float, float, float]
Triangle = tuple[Point, Point, Point]

CORNERS = tuple(product((0, 1), repeat=3))


def surfels(mask: np.ndarray, spacing: Spacing) -> tuple[np.ndarray, np.ndarray]:
    """Position in mm, (n, 3), and area in mm2, (n,), of every surface element of a boolean (x, y, z) `mask`.

    Positions are relative to the corner of the first voxel, along the array's own axes. What lies beyond the array
    counts as outside: a mask that reaches the border has a surface there.
    """
    padded = np.pad(mask, 1).view(np.uint8)
    x, y, z = (size + 1 for size in mask.shape)
    code = np.zeros((x, y, z), np.uint8)
    for bit, (i, j, k) in enumerate(CORNERS):
        code |= padded[i : i + x, j : j + y, k : k + z] << np.uint8(bit)
    where = np.nonzero((code != 0) & (code != 255))
    return np.stack(where, axis=1) * np.asarray(spacing, float), _areas(spacing)[code[where]]


def _areas(spacing: Spacing) -> np.ndarray:
    """Surfel area in mm2 of each of the 256 neighbourhood codes."""
    x, y, z = spacing
    scale = np.array([y * z, x * z, x * y])
    return np.array([np.linalg.norm(normals * scale, axis=1).sum() for normals in _normals()])


@cache
def _normals() -> tuple[np.ndarray, ...]:
    """For each code the normals, (n, 3), of its triangles at unit spacing; their lengths are the areas."""
    table = []
    for code in range(256):
        inside = {corner for bit, corner in enumerate(CORNERS) if code >> bit & 1}
        # A neighbourhood and its complement have one surface: corners on the smaller side are cut off one by one.
        if len(inside) > 4:
            inside = set(CORNERS) - inside
        triangles = [triangle for polygon in _polygons(inside) for triangle in _split(polygon)]
        table.append(np.array([_normal(triangle) for triangle in triangles]).reshape(-1, 3))
    return tuple(table)


def _polygons(inside: set[tuple[int, ...]]) -> list[list[Point]]:
    """The closed polygons through edge midpoints that part the corners `inside` of a unit cube from the others."""
    following: dict[Point, Point] = {}
    for ring in _faces():
        for first in range(4):
            if ring[first] in inside and ring[first - 1] not in inside:
                last = first
                while ring[(last + 1) % 4] in inside:
                    last += 1
                # Faces are walked anticlockwise from outside, so each midpoint ends one segment and begins another.
                following[_middle(ring[first - 1], ring[first])] = _middle(ring[last % 4], ring[(last + 1) % 4])
    polygons = []
    while following:
        start, point = following.popitem()
        polygon = [start]
        while point != start:
            polygon.append(point)
            point = following.pop(point)
        polygons.append(polygon)
    return polygons


def _faces() -> Iterator[list[tuple[int, ...]]]:
    """The four corners of each face of the unit cube, anticlockwise when seen from outside."""
    for axis in range(3):
        for side in (0, 1):
            ring = [np.roll((side, *corner), axis) for corner in ((0, 0), (1, 0), (1, 1), (0, 1))]
            yield [tuple(int(c) for c in corner) for corner in (ring if side else ring[::-1])]


def _split(polygon: list[Point]) -> tuple[Triangle, ...]:
    """The triangles of largest total area that a polygon, flat or not, can be split into.

    The largest: that is what the published table holds. It matters for pentagons and hexagons only, which are not flat.
    """
    if len(polygon) < 3:
        return ()
    splits = (
        (*_split(polygon[: k + 1]), (polygon[0], polygon[k], polygon[-1]), *_split(polygon[k:]))
        for k in range(1, len(polygon) - 1)
    )
    return max(splits, key=lambda triangles: sum(float(np.linalg.norm(_normal(t))) for t in triangles))


def _middle(a: tuple[int, ...], b: tuple[int, ...]) -> Point:
    x, y, z = ((p + q) / 2 for p, q in zip(a, b, strict=True))
    return x, y, z


def _normal(triangle: Triangle) -> np.ndarray:
    a, b, c = np.array(triangle)
    normal: np.ndarray = np.cross(b - a, c - a) / 2
    return normal
