"""Surfaces to look at: smooth, quick, closed where the scan ends. For meshes that are measured see the exports."""

from collections.abc import Iterable, Sequence
from itertools import product
from typing import NamedTuple

import numpy as np
import pyvista as pv
from scipy import ndimage

from flare_gui import geometry
from flare_gui.progress import Cancel, never
from flare_gui.render.shape import Shape, is_coarse, refined, unseen

# Iterations of the surface nets' own smoothing: enough to hide the voxels, few enough to keep a kidney's waist.
SMOOTHING = 8

# Organs are looked at with about this spacing, in coarser scans at every voxel. Finer triangles are smaller than the
# pixels of a screen: a liver at 0.7 mm has 670,000 of them and takes ten times as long.
ORGAN_MM = 1.6
# A first look at an organ of which much has changed: there in a quarter of the time.
DRAFT_MM = 2.6

Box = tuple[slice, slice, slice]
# By axis, whether the first and the last voxel of a part are the scan's.
Ends = Sequence[tuple[bool, bool]]

# The name of what is 1 at points of a face where the scan ends inside the organ, 0 elsewhere.
CUT = "cut"
# Samples that an organ goes on beyond the scan's end: more than smoothing rounds off.
BEYOND = 5
# Voxels, for the rounding of 32 bits.
_ON_THE_END = 1e-2

# The body's skin: all above this, on a grid of about this spacing. A halo of finer detail would only cost time.
SKIN_HU, SKIN_MM = -400, 4.0


class Grid(NamedTuple):
    """A scan's `shape` in voxels and the `affine` that places it."""

    shape: tuple[int, ...]
    affine: np.ndarray


def organ_surfaces(
    labels: np.ndarray,
    affine: np.ndarray,
    wanted: Iterable[int],
    *,
    finest_mm: float = ORGAN_MM,
    cancel: Cancel = never,
) -> dict[int, pv.PolyData]:
    """Triangles in RAS+ mm of each label in `wanted` that occurs in `labels` (uint8 (x, y, z), placed by `affine`).

    The labels are looked at with a spacing of about `finest_mm`, in coarser scans at every voxel. Normals point
    outwards. Where the scan ends inside an organ its face is flat, and `CUT` is 1 at its points.
    Frisken 1998's surface nets, as in VTK. Raises `Cancelled` between two organs.
    """
    whole = tuple(slice(0, size) for size in labels.shape)
    coarse, placed = _sampled(labels, affine, whole, finest_mm)
    wanted = sorted(wanted)
    boxes = ndimage.find_objects(coarse, max(wanted, default=0))
    surfaces = {}
    for label in wanted:
        cancel.check()
        box = boxes[label - 1]
        if box is not None:
            corner = np.array([side.start for side in box])
            ends = [(s.start == 0, s.stop == n) for s, n in zip(box, coarse.shape, strict=True)]
            surfaces[label] = _surface(
                coarse[box] == label, geometry.crop(placed, corner), ends, Grid(labels.shape, affine), finest_mm
            )
    return surfaces


def surface_in(box: Box, labels: np.ndarray, affine: np.ndarray, label: int) -> pv.PolyData:
    """As `organ_surfaces`, of the part of `label` in `box`; closed where the box cuts it."""
    coarse, placed = _sampled(labels, affine, box, ORGAN_MM)
    ends = [(s.start == 0, s.stop == n) for s, n in zip(box, labels.shape, strict=True)]
    return _surface(coarse == label, placed, ends, Grid(labels.shape, affine), ORGAN_MM)


def _sampled(
    labels: np.ndarray, affine: np.ndarray, box: Sequence[slice], finest_mm: float
) -> tuple[np.ndarray, np.ndarray]:
    """Those voxels of `box` that surfaces look at, and where they lie.

    They are voxels 0, n, 2n ... of the whole scan: the surface of a part is a part of the whole surface. What lies
    between them alone is taken for one of them, but not for a draft.
    """
    steps = sampling(affine, finest_mm)
    first = [-(-side.start // step) * step for side, step in zip(box, steps, strict=True)]
    taken = tuple(slice(at, side.stop, step) for at, side, step in zip(first, box, steps, strict=True))
    sampled = np.asfortranarray(labels[taken])
    if max(steps) > 1 and finest_mm <= ORGAN_MM:
        whole = tuple(slice(at, side.stop) for at, side in zip(first, box, strict=True))
        _add_what_lies_between(sampled, labels[whole], steps)
    return sampled, geometry.crop(affine, np.array(first)) @ np.diag([*map(float, steps), 1.0])


def _add_what_lies_between(sampled: np.ndarray, labels: np.ndarray, steps: Sequence[int]) -> None:
    """Put labels into `sampled`, every so manyth voxel of `labels`, that occur between samples but in none around."""
    anything = labels
    # The axis first whose steps are far apart in memory: what is left for the others is less.
    for axis in (2, 1, 0):
        anything = _folded(anything, axis, steps[axis])
    places = np.argwhere((anything != 0) & (sampled == 0))
    last, end = np.array(sampled.shape) - 1, np.array(labels.shape) - 1
    for offset in product(*map(range, steps)):
        found = labels[tuple(np.minimum(places * steps + offset, end).T)]
        alone = np.flatnonzero(found)
        # Those beside a face first: next to nothing is left for the others.
        for step in sorted(product((-1, 0, 1), repeat=3), key=np.count_nonzero):
            beside = np.clip(places[alone] + step, 0, last)
            alone = alone[sampled[tuple(beside.T)] != found[alone]]
        sampled[tuple(places[alone].T)] = found[alone]


def _folded(labels: np.ndarray, axis: int, step: int) -> np.ndarray:
    """Not 0 where one of `step` neighbours along an axis is not."""
    if step == 1:
        return labels
    along = np.moveaxis(labels, axis, 0)
    folded = along[::step].copy(order="K")
    for by in range(1, step):
        part = along[by::step]
        folded[: len(part)] |= part
    return np.moveaxis(folded, 0, axis)


def _surface(mask: np.ndarray, placed: np.ndarray, ends: Ends, scan: Grid, finest_mm: float) -> pv.PolyData:
    """The surface of a mask, flat at those of its `ends` that are those of the `scan`."""
    if not mask.any():
        return pv.PolyData()
    # What the scan cuts goes on beyond its end, where smoothing rounds it off, and is flattened there.
    beyond = [(BEYOND * low, BEYOND * high) for low, high in ends]
    longer = np.pad(np.pad(mask, beyond, mode="edge"), 1)
    first = np.array([-1 - low for low, _ in beyond])
    start = geometry.crop(placed, first)
    if is_coarse(start, finest_mm):
        # The scan's own, with the padding of an end beyond which there is nothing.
        own = tuple(
            slice(low and low + 1, n - (high and high + 1)) for n, (low, high) in zip(longer.shape, beyond, strict=True)
        )
        shape = refined(longer, start, finest_mm, own)
        missing = unseen(longer, start, shape)
        # Whatever is in the mask is shown: what is too thin to be rounded stays as it was drawn.
        surface = joined([_of(shape), _around(missing, start)] if missing.any() else [_of(shape)])
    else:
        surface = _around(longer, start)
    flat = _flatten(surface, ends, scan) if any(map(any, ends)) else np.zeros(0, bool)
    if not flat.any():
        surface.point_data[CUT] = np.zeros(surface.n_points, np.uint8)
        return _with_normals(surface)
    faces = surface.regular_faces
    cut = flat[faces].all(axis=1)
    wall, face = (part_of(surface, faces[which]) for which in (~cut, cut))
    wall = _with_normals(wall)
    face.point_data["Normals"] = _outwards(face, ends, scan)
    for mark, part in enumerate((wall, face)):
        part.point_data[CUT] = np.full(part.n_points, mark, np.uint8)
    return joined([wall, face])


def _outwards(face: pv.PolyData, ends: Ends, scan: Grid) -> np.ndarray:
    """Unit vectors out of the scan at points on its ends. Folds and flattened walls have no normals of their own."""
    to_voxels = np.linalg.inv(scan.affine)
    points = geometry.apply(to_voxels, np.asarray(face.points, float))
    normals: np.ndarray = np.zeros((face.n_points, 3), np.float32)
    for axis, (low, high) in enumerate(ends):
        along = to_voxels[axis, :3] / np.linalg.norm(to_voxels[axis, :3])
        for there, end, sign in ((low, -0.5, -1), (high, scan.shape[axis] - 0.5, 1)):
            if there:
                normals[np.abs(points[:, axis] - end) < _ON_THE_END] = sign * along
    return normals


def _flatten(surface: pv.PolyData, ends: Ends, scan: Grid) -> np.ndarray:
    """Move the points beyond the scan's ends onto them; which points these are."""
    to_voxels = np.linalg.inv(scan.affine)
    points = geometry.apply(to_voxels, np.asarray(surface.points, float))
    moved: np.ndarray = np.zeros(len(points), bool)
    for axis, (low, high) in enumerate(ends):
        for there, end, sign in ((low, -0.5, -1), (high, scan.shape[axis] - 0.5, 1)):
            out = sign * (points[:, axis] - end) > 0
            if there and out.any():
                points[out, axis] = end
                moved |= out
    surface.points = geometry.apply(scan.affine, points).astype(np.float32)
    return moved


def part_of(surface: pv.PolyData, triangles: np.ndarray) -> pv.PolyData:
    """Those triangles, (n, 3) numbers of points, with their points and what is known of these."""
    used: np.ndarray = np.zeros(surface.n_points, bool)
    used[triangles] = True
    part = pv.PolyData(surface.points[used], _faces((np.cumsum(used) - 1)[triangles]))
    for name, values in surface.point_data.items():
        part.point_data[name] = values[used]
    return part


def joined(parts: Sequence[pv.PolyData]) -> pv.PolyData:
    """All of them as one, with what is known of the points of all."""
    parts = [part for part in parts if part.n_cells]
    if len(parts) < 2:
        return parts[0] if parts else pv.PolyData()
    starts = np.cumsum([0, *(part.n_points for part in parts[:-1])])
    triangles = np.concatenate([part.regular_faces + start for part, start in zip(parts, starts, strict=True)])
    whole = pv.PolyData(np.concatenate([part.points for part in parts]), _faces(triangles))
    for name in parts[0].point_data:
        whole.point_data[name] = np.concatenate([part.point_data[name] for part in parts])
    whole.point_data.active_normals_name = "Normals"
    return whole


def _faces(triangles: np.ndarray) -> np.ndarray:
    return np.column_stack([np.full(len(triangles), 3), triangles]).ravel()


def _with_normals(surface: pv.PolyData) -> pv.PolyData:
    if not surface.n_cells:
        return surface
    # Consistent: the faces that fill holes come in any order, and films leave out those that look away.
    return surface.compute_normals(auto_orient_normals=False, consistent_normals=True, split_vertices=False)


def sampling(affine: np.ndarray, finest_mm: float = ORGAN_MM) -> tuple[int, int, int]:
    """Every how manyth voxel an organ's surface looks at, by axis."""
    x, y, z = (max(1, int(finest_mm / mm)) for mm in geometry.spacing(affine))
    return x, y, z


def skin_surface(hu: np.ndarray, affine: np.ndarray) -> pv.PolyData:
    """The body's outside in RAS+ mm, coarse, from int16 HU (x, y, z) placed by `affine`."""
    steps = np.maximum(1, np.rint(SKIN_MM / np.array(geometry.spacing(affine)))).astype(int)
    coarse = hu[:: steps[0], :: steps[1], :: steps[2]]
    scaled = affine @ np.diag([*steps.astype(float), 1.0])
    filled = body_inside(coarse)
    if not filled.any():
        return pv.PolyData()
    return _with_normals(_around(filled, scaled))


def body_inside(hu: np.ndarray) -> np.ndarray:
    """Which voxels of coarse HU (x, y, z), canonical, are the patient, lungs and gas included: a boolean mask."""
    parts, count = ndimage.label(ndimage.binary_opening(hu > SKIN_HU, iterations=2))
    if not count:
        return np.zeros(hu.shape, bool)
    largest = parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:]))
    # Lungs and gas belong to the inside.
    return np.stack([ndimage.binary_fill_holes(largest[:, :, z]) for z in range(largest.shape[2])], axis=2)


def _of(shape: Shape) -> pv.PolyData:
    """Triangles in RAS+ mm around a shape."""
    image = pv.ImageData(dimensions=shape.field.shape)
    image.point_data["field"] = shape.field.ravel(order="F")
    surface = image.contour([shape.level], scalars="field", method="flying_edges")
    surface.clear_data()
    return _placed(surface, shape.affine)


def _around(mask: np.ndarray, affine: np.ndarray) -> pv.PolyData:
    """Triangles in RAS+ mm around a boolean (x, y, z) mask placed by `affine`; closed at its ends."""
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
    surface.points = np.asarray(surface.points) / spacing
    return _placed(surface, affine)


def _placed(surface: pv.PolyData, affine: np.ndarray) -> pv.PolyData:
    """A surface whose points are voxel indices, in RAS+ mm."""
    surface.points = geometry.apply(affine, np.asarray(surface.points, float)).astype(np.float32)
    # A grid whose axes are left-handed turns triangles inside out.
    return surface.flip_faces() if surface.n_cells and np.linalg.det(affine[:3, :3]) < 0 else surface
