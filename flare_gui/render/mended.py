"""A surface after a correction: only what lies around the changed voxels is made again."""

import numpy as np
import pyvista as pv

from flare_gui import geometry
from flare_gui.render.surface import Box, sampling, surface_in

# Samples around a change in which smoothing moves points: those of the new surface are taken.
AROUND = 6
# Samples around these that are meshed as well and thrown away: the cut of this box must not be felt inside.
RIM = 8

Part = tuple[np.ndarray, np.ndarray, np.ndarray]


def mended(surface: pv.PolyData, labels: np.ndarray, affine: np.ndarray, label: int, changed: Box) -> pv.PolyData:
    """`surface`, as `organ_surfaces` made it of `label`, after `labels` changed inside the box `changed`.

    Points away from the change stay as they are; where old and new meet they differ by less than a tenth of a voxel.
    """
    steps = sampling(affine)
    kept_box = _grown(changed, [AROUND * step for step in steps], labels.shape)
    meshed_box = _grown(kept_box, [RIM * step for step in steps], labels.shape)
    new = surface_in(meshed_box, labels, affine, label)
    to_voxels = np.linalg.inv(affine)
    outside, inside = ~_within(surface, to_voxels, kept_box), _within(new, to_voxels, kept_box)
    return _joined(_chosen(surface, outside), _chosen(new, inside))


def _grown(box: Box, by: list[int], shape: tuple[int, ...]) -> Box:
    x, y, z = (slice(max(0, s.start - b), min(n, s.stop + b)) for s, b, n in zip(box, by, shape, strict=True))
    return x, y, z


def _within(surface: pv.PolyData, to_voxels: np.ndarray, box: Box) -> np.ndarray:
    """Which triangles have their middle in `box`, whose sides lie between voxels."""
    if not surface.n_cells:
        return np.zeros(0, bool)
    points = geometry.apply(to_voxels, surface.points)
    middles = points[_triangles(surface)].mean(axis=1)
    low, high = (np.array([getattr(side, end) for side in box]) - 0.5 for end in ("start", "stop"))
    return ((middles >= low) & (middles < high)).all(axis=1)


def _triangles(surface: pv.PolyData) -> np.ndarray:
    return surface.faces.reshape(-1, 4)[:, 1:]


def _chosen(surface: pv.PolyData, which: np.ndarray) -> Part:
    """Points, normals and triangles of the part of a surface."""
    if not which.any():
        return np.zeros((0, 3), np.float32), np.zeros((0, 3), np.float32), np.zeros((0, 3), int)
    triangles = _triangles(surface)[which]
    used = np.zeros(surface.n_points, bool)
    used[triangles] = True
    number = np.cumsum(used) - 1
    return surface.points[used], surface.point_data["Normals"][used], number[triangles]


def _joined(one: Part, other: Part) -> pv.PolyData:
    points, normals = (np.concatenate([a, b]).astype(np.float32) for a, b in zip(one[:2], other[:2], strict=True))
    triangles = np.concatenate([one[2], other[2] + len(one[0])])
    if not len(triangles):
        return pv.PolyData()
    faces = np.column_stack([np.full(len(triangles), 3), triangles])
    surface = pv.PolyData(points, faces.ravel())
    surface.point_data["Normals"] = normals
    surface.point_data.active_normals_name = "Normals"
    return surface
