"""Surfaces to look at: smooth, quick, closed where the scan ends. For meshes that are measured see the exports."""

from collections.abc import Iterable, Sequence

import numpy as np
import pyvista as pv
from scipy import ndimage

from flare_gui import geometry
from flare_gui.progress import Cancel, never

# Iterations of the surface nets' own smoothing: enough to hide the voxels, few enough to keep a kidney's waist.
SMOOTHING = 8

# Organs are looked at with about this spacing, in coarser scans at every voxel. Finer triangles are smaller than the
# pixels of a screen: a liver at 0.7 mm has 670,000 of them and takes ten times as long.
ORGAN_MM = 1.6

Box = tuple[slice, slice, slice]

# The body's skin: all above this, on a grid of about this spacing. A halo of finer detail would only cost time.
SKIN_HU, SKIN_MM = -400, 4.0


def organ_surfaces(
    labels: np.ndarray, affine: np.ndarray, wanted: Iterable[int], *, cancel: Cancel = never
) -> dict[int, pv.PolyData]:
    """Triangles in RAS+ mm of each label in `wanted` that occurs in `labels` (uint8 (x, y, z), placed by `affine`).

    Normals point outwards. Frisken 1998's surface nets, as in VTK. Raises `Cancelled` between two organs.
    """
    coarse, placed = _sampled(labels, affine, tuple(slice(0, size) for size in labels.shape))
    wanted = sorted(wanted)
    boxes = ndimage.find_objects(coarse, max(wanted, default=0))
    surfaces = {}
    for label in wanted:
        cancel.check()
        box = boxes[label - 1]
        if box is not None:
            corner = np.array([side.start for side in box])
            surfaces[label] = _around(coarse[box] == label, geometry.crop(placed, corner))
    return surfaces


def surface_in(box: Box, labels: np.ndarray, affine: np.ndarray, label: int) -> pv.PolyData:
    """As `organ_surfaces`, of the part of `label` in `box`; closed where the box cuts it."""
    coarse, placed = _sampled(labels, affine, box)
    return _around(coarse == label, placed)


def _sampled(labels: np.ndarray, affine: np.ndarray, box: Sequence[slice]) -> tuple[np.ndarray, np.ndarray]:
    """Those voxels of `box` that surfaces look at, and where they lie.

    They are voxels 0, n, 2n ... of the whole scan: the surface of a part is a part of the whole surface.
    """
    steps = sampling(affine)
    first = [-(-side.start // step) * step for side, step in zip(box, steps, strict=True)]
    taken = tuple(slice(at, side.stop, step) for at, side, step in zip(first, box, steps, strict=True))
    return np.asfortranarray(labels[taken]), geometry.crop(affine, np.array(first)) @ np.diag([*map(float, steps), 1.0])


def sampling(affine: np.ndarray) -> tuple[int, int, int]:
    """Every how manyth voxel an organ's surface looks at, by axis."""
    x, y, z = (max(1, int(ORGAN_MM / mm)) for mm in geometry.spacing(affine))
    return x, y, z


def skin_surface(hu: np.ndarray, affine: np.ndarray) -> pv.PolyData:
    """The body's outside in RAS+ mm, coarse, from int16 HU (x, y, z) placed by `affine`."""
    steps = np.maximum(1, np.rint(SKIN_MM / np.array(geometry.spacing(affine)))).astype(int)
    coarse = hu[:: steps[0], :: steps[1], :: steps[2]]
    scaled = affine @ np.diag([*steps.astype(float), 1.0])
    body = ndimage.binary_opening(coarse > SKIN_HU, iterations=2)
    parts, count = ndimage.label(body)
    if not count:
        return pv.PolyData()
    largest = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    # Lungs and gas belong to the inside.
    filled = np.stack([ndimage.binary_fill_holes(largest[:, :, z]) for z in range(largest.shape[2])], axis=2)
    return _around(filled, scaled)


def _around(mask: np.ndarray, affine: np.ndarray) -> pv.PolyData:
    """Triangles in RAS+ mm, with normals, around a boolean (x, y, z) mask placed by `affine`; closed at its ends."""
    if not mask.any():
        return pv.PolyData()
    spacing = np.array(geometry.spacing(affine))
    # A layer of background all around closes what the box or the scan cuts.
    padded = np.pad(mask, 1).astype(np.uint8)
    image = pv.ImageData(dimensions=padded.shape, spacing=spacing, origin=-spacing)
    image.point_data["labels"] = padded.ravel(order="F")
    surface = image.contour_labels(
        select_inputs=1,
        smoothing=True,
        smoothing_iterations=SMOOTHING,
        output_mesh_type="triangles",
        pad_background=False,
    )
    surface.clear_data()
    # Where voxels touch by an edge or a corner alone, VTK 9.7 leaves out a face: one sees through the liver there.
    surface = surface.fill_holes(2.0 * float(spacing.max()))
    surface.points = geometry.apply(affine, np.asarray(surface.points, float) / spacing).astype(np.float32)
    # A grid whose axes are left-handed turns triangles inside out.
    if np.linalg.det(affine[:3, :3]) < 0:
        surface = surface.flip_faces()
    # Consistent: the faces that fill holes come in any order, and films leave out those that look away.
    return surface.compute_normals(auto_orient_normals=False, consistent_normals=True, split_vertices=False)
