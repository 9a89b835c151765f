"""A surface after a correction: only what lies around the changed voxels is made again."""

import numpy as np
import pyvista as pv

from flare_gui import geometry
from flare_gui.render.shape import is_coarse
from flare_gui.render.surface import ORGAN_MM, Box, joined, organ_surfaces, part_of, sampling, surface_in

# Samples around a change in which smoothing moves points: those of the new surface are taken.
AROUND = 6
# Samples around these that are meshed as well and thrown away: the cut of this box must not be felt inside.
RIM = 8


def mended(surface: pv.PolyData, labels: np.ndarray, affine: np.ndarray, label: int, changed: Box) -> pv.PolyData:
    """`surface`, as `organ_surfaces` made it of `label`, after `labels` changed inside the box `changed`.

    Points away from the change stay as they are; where old and new meet they differ by less than a tenth of a voxel.
    """
    if is_coarse(affine, ORGAN_MM):
        # The volume of thick slices is kept by the organ as a whole, of which there is little.
        return organ_surfaces(labels, affine, [label]).get(label, pv.PolyData())
    steps = sampling(affine)
    kept_box = _grown(changed, [AROUND * step for step in steps], labels.shape)
    meshed_box = _grown(kept_box, [RIM * step for step in steps], labels.shape)
    new = surface_in(meshed_box, labels, affine, label)
    to_voxels = np.linalg.inv(affine)
    outside, inside = ~_within(surface, to_voxels, kept_box), _within(new, to_voxels, kept_box)
    kept = [part_of(one, one.regular_faces[which]) for one, which in ((surface, outside), (new, inside)) if which.any()]
    return joined(kept)


def _grown(box: Box, by: list[int], shape: tuple[int, ...]) -> Box:
    x, y, z = (slice(max(0, s.start - b), min(n, s.stop + b)) for s, b, n in zip(box, by, shape, strict=True))
    return x, y, z


def _within(surface: pv.PolyData, to_voxels: np.ndarray, box: Box) -> np.ndarray:
    """Which triangles have their middle in `box`, whose sides lie between voxels."""
    if not surface.n_cells:
        return np.zeros(0, bool)
    points = geometry.apply(to_voxels, surface.points)
    middles = points[surface.regular_faces].mean(axis=1)
    low, high = (np.array([getattr(side, end) for side in box]) - 0.5 for end in ("start", "stop"))
    return ((middles >= low) & (middles < high)).all(axis=1)
