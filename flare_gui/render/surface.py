"""Surfaces to look at: smooth, quick, closed where the scan ends. For meshes that are measured see the exports."""

from collections.abc import Iterable

import numpy as np
import pyvista as pv
from scipy import ndimage

from flare_gui import geometry
from flare_gui.progress import Cancel, never

# Iterations of the surface nets' own smoothing: enough to hide the voxels, few enough to keep a kidney's waist.
SMOOTHING = 16

# The body's skin: all above this, on a grid of about this spacing. A halo of finer detail would only cost time.
SKIN_HU, SKIN_MM = -400, 4.0


def organ_surfaces(
    labels: np.ndarray, affine: np.ndarray, wanted: Iterable[int], *, cancel: Cancel = never
) -> dict[int, pv.PolyData]:
    """Triangles in RAS+ mm of each label in `wanted` that occurs in `labels` (uint8 (x, y, z), placed by `affine`).

    Normals point outwards. Frisken 1998's surface nets, as in VTK. Raises `Cancelled` between two organs.
    """
    wanted = sorted(wanted)
    boxes = ndimage.find_objects(labels, max(wanted, default=0))
    surfaces = {}
    for label in wanted:
        cancel.check()
        box = boxes[label - 1]
        if box is not None:
            corner = np.array([side.start for side in box])
            surfaces[label] = _surface(labels[box] == label, geometry.crop(affine, corner), SMOOTHING)
    return surfaces


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
    return _surface(filled, scaled, SMOOTHING)


def _surface(mask: np.ndarray, affine: np.ndarray, smoothing: int) -> pv.PolyData:
    spacing = np.array(geometry.spacing(affine))
    # A layer of background all around closes what the box or the scan cuts.
    padded = np.pad(mask, 1).astype(np.uint8)
    image = pv.ImageData(dimensions=padded.shape, spacing=spacing, origin=-spacing)
    image.point_data["labels"] = padded.ravel(order="F")
    surface = image.contour_labels(
        select_inputs=1,
        smoothing=smoothing > 0,
        smoothing_iterations=smoothing,
        output_mesh_type="triangles",
        pad_background=False,
    )
    surface.clear_data()
    surface.points = geometry.apply(affine, np.asarray(surface.points, float) / spacing).astype(np.float32)
    # A grid whose axes are left-handed turns triangles inside out.
    if np.linalg.det(affine[:3, :3]) < 0:
        surface = surface.flip_faces()
    return surface.compute_normals(auto_orient_normals=False, consistent_normals=False, split_vertices=False)
