"""Meshes to take away: watertight, in RAS+ millimetres, with the volume of the mask."""

from pathlib import Path

import numpy as np
import pyvista as pv
import trimesh
from scipy import ndimage
from trimesh.exchange.ply import export_ply
from trimesh.exchange.stl import export_stl

from flare_gui import geometry
from flare_gui.render.options import SMOOTH, Frame, MeshOptions

# Taubin smoothing as a windowed sinc filter: it shrinks nothing, unlike Laplace's. Below this band shape is kept.
PASS_BAND = 0.08
_STL_HEADER = 80


def organ_mesh(labels: np.ndarray, affine: np.ndarray, label: int, options: MeshOptions = SMOOTH) -> pv.PolyData:
    """A closed triangle mesh in RAS+ mm of `label` in `labels` (uint8 (x, y, z), placed by `affine`).

    Empty where the label does not occur. Closed also where the scan cuts the organ; normals point outwards; the volume
    is the mask's, for which the smooth mesh is made larger by a few tenths of a percent about its middle.
    """
    boxes = ndimage.find_objects(labels, label)
    if len(boxes) < label or boxes[label - 1] is None:
        return pv.PolyData()
    box = boxes[label - 1]
    spacing = np.array(geometry.spacing(affine))
    mask = np.pad(labels[box] == label, 1).astype(np.uint8)
    image = pv.ImageData(dimensions=mask.shape, spacing=spacing, origin=-spacing)
    image.point_data["mask"] = mask.ravel(order="F")
    mesh = image.contour([0.5], scalars="mask", method="flying_edges").triangulate()
    mesh.clear_data()
    if options.reduction > 0:
        # Quadrics keep the volume; boundary edges there are none.
        mesh = mesh.decimate(options.reduction, volume_preservation=True)
    if options.smoothing > 0:
        mesh = mesh.smooth_taubin(n_iter=options.smoothing, pass_band=PASS_BAND)
    placed = geometry.crop(affine, np.array([side.start for side in box]))
    points = geometry.apply(placed, np.asarray(mesh.points, float) / spacing)
    # A chord lies inside its arc: coarse triangles lose a little, which is given back evenly.
    centre = points.mean(axis=0)
    wanted_mm3 = np.count_nonzero(mask) * abs(np.linalg.det(affine[:3, :3]))
    mesh.points = points
    mesh.points = centre + (points - centre) * (wanted_mm3 / mesh.volume) ** (1 / 3)
    if np.linalg.det(affine[:3, :3]) < 0:
        mesh = mesh.flip_faces()
    return mesh.compute_normals(auto_orient_normals=False, consistent_normals=False, split_vertices=False)


def points_in(mesh: pv.PolyData, frame: Frame) -> np.ndarray:
    """(n, 3) points in mm. LPS is RAS turned by half a turn about the long axis: triangles keep their order."""
    return np.asarray(mesh.points) * ((1, 1, 1) if frame == "RAS" else (-1, -1, 1))


def space(frame: Frame) -> str:
    """How 3D Slicer wants to be told the frame of a mesh; it takes those that say nothing for LPS.

    `vtkMRMLModelStorageNode` looks for it in an STL's header of 80 bytes, a PLY's comments and an OBJ's first lines.
    """
    return f"SPACE={frame}"


def save(mesh: pv.PolyData, path: Path, frame: Frame = "RAS") -> None:
    """Write points and triangles alone as binary STL or PLY: normals among a PLY's properties confuse some readers.

    Raises `OSError`. VTK's own PLY writer does not: on a full disk it leaves half a file and says that all is well.
    """
    solid = trimesh.Trimesh(points_in(mesh, frame), mesh.regular_faces, process=False)
    if path.suffix == ".ply":
        first, rest = export_ply(solid, vertex_normal=False).split(b"\ncomment ", 1)
        data = b"%s\ncomment flare-gui %s\n%s" % (first, space(frame).encode(), rest.split(b"\n", 1)[1])
    else:
        # A header that began with "solid" would be one of STL as text.
        data = f"flare-gui {space(frame)}".encode().ljust(_STL_HEADER) + export_stl(solid)[_STL_HEADER:]
    path.write_bytes(data)
