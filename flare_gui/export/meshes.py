"""Surfaces as files: millimetres in a frame that they name, names and colours where the format has room for them."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import trimesh
from trimesh.visual.material import PBRMaterial

from flare_gui.export.context import Context
from flare_gui.organs import ORGANS, Organ
from flare_gui.render.mesh import organ_mesh, points_in, save, space
from flare_gui.render.options import Frame


def stl(context: Context) -> list[Path]:
    """`.<organ>.stl`, binary, one file an organ."""
    return _one_each(context, "stl")


def ply(context: Context) -> list[Path]:
    """`.<organ>.ply`, binary, one file an organ."""
    return _one_each(context, "ply")


def glb(context: Context) -> list[Path]:
    """`.glb` with all organs, names and colours. In mm as all meshes here, not in glTF's metres."""
    frame = context.options.mesh.frame
    data = glb_of(_meshes(context), frame)
    return [context.write(context.path(".glb"), lambda path: path.write_bytes(data))]


def glb_of(meshes: Sequence[tuple[Organ, Any]], frame: Frame = "RAS") -> bytes:
    """A GLB of surfaces, each a mesh with its organ's name and colour, in mm."""
    scene = trimesh.Scene(metadata={"SPACE": frame})
    for organ, mesh in meshes:
        solid = trimesh.Trimesh(points_in(mesh, frame), mesh.regular_faces, process=False)
        colour = [*organ.rgb, 255]
        material = PBRMaterial(name=organ.name, baseColorFactor=colour, metallicFactor=0.0, roughnessFactor=0.6)
        solid.visual = trimesh.visual.TextureVisuals(material=material)
        scene.add_geometry(solid, node_name=organ.name, geom_name=organ.name)
    data: bytes = scene.export(file_type="glb")
    return data


def obj(context: Context) -> list[Path]:
    """`.obj` with all organs as groups, and `.mtl` with their colours."""
    frame = context.options.mesh.frame
    lines, materials, first = [f"# flare-gui {space(frame)}", f"mtllib {context.path('.mtl').name}"], [], 1
    for organ, mesh in _meshes(context):
        red, green, blue = (value / 255 for value in organ.rgb)
        materials.append(f"newmtl {organ.key}\nKd {red:.4f} {green:.4f} {blue:.4f}\nKs 0.2 0.2 0.2\nNs 20\n")
        lines += [f"o {organ.key}", f"usemtl {organ.key}"]
        lines += [f"v {x:.4f} {y:.4f} {z:.4f}" for x, y, z in points_in(mesh, frame)]
        lines += [f"f {a} {b} {c}" for a, b, c in mesh.regular_faces + first]
        first += mesh.n_points
    return [
        context.write(context.path(".mtl"), lambda path: path.write_text("\n".join(materials), encoding="utf-8")),
        context.write(context.path(".obj"), lambda path: path.write_text("\n".join(lines) + "\n", encoding="utf-8")),
    ]


def _meshes(context: Context) -> list[tuple[Organ, Any]]:
    """Every organ that was found, with its mesh."""
    found = []
    for organ in ORGANS:
        context.cancel.check()
        mesh = organ_mesh(context.segmentation.labels, context.segmentation.affine, organ.label, context.options.mesh)
        if mesh.n_cells:
            found.append((organ, mesh))
    return found


def _one_each(context: Context, kind: str) -> list[Path]:
    written = []
    for organ, mesh in _meshes(context):
        written.append(
            context.write(context.path(f".{organ.key}.{kind}"), partial(save, mesh, frame=context.options.mesh.frame))
        )
    return written
