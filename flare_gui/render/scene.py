"""What stands in a 3D picture and from where it is seen: shared by the window, the report and the films."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonCore import vtkLogger
from vtkmodules.vtkRenderingAnnotation import vtkAnnotatedCubeActor

from flare_gui import geometry
from flare_gui.organs import ORGANS
from flare_gui.render.surface import CUT, organ_surfaces
from flare_gui.volume import Segmentation

# pyvista's own annotations of its plotters do not pass a type checker.
Plotter = Any
View = Literal["front", "back", "left", "right", "top"]

# Towards the camera, and upwards on the screen, in RAS+. From the top the patient's front is up, as on an axial slice
# seen from above the head.
VIEWS: dict[View, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "front": ((0, 1, 0), (0, 0, 1)),
    "back": ((0, -1, 0), (0, 0, 1)),
    "left": ((-1, 0, 0), (0, 0, 1)),
    "right": ((1, 0, 0), (0, 0, 1)),
    "top": ((0, 0, 1), (0, 1, 0)),
}
BACKGROUND, BACKGROUND_TOP = "#10161d", "#33414f"
# How far towards white the face of an organ is that the scan cuts.
CUT_PALER = 0.45
# Degrees, upright, of the lens that a fit begins with; and the share of the picture that what is there fills after it.
_VIEW_ANGLE, _FILLED = 24.0, 0.86
AIR_BELOW = -600
# What is as near as this darkens, by how much deeper it must lie, and in how many directions is looked for it.
HOLLOW_MM, _HOLLOW_BIAS_MM, _HOLLOW_SAMPLES = 30.0, 0.5, 32
SKIN_COLOUR, SKIN_OPACITY = "#d9b99b", 0.14

# Faces of the little cube: along +x (patient's right), -x, +y, -y, +z, -z.
_FACES = ("R", "L", "A", "P", "S", "I")


def add_organ(plotter: Plotter, surface: pv.PolyData, name: str, colour: str, opacity: float) -> Any:
    """Put an organ's surface in, in place of an earlier one of the same name; returns its actor.

    Of a faint one only the outside is drawn: its far wall would shine through. A face where the scan ends is paler.
    """
    actor = plotter.add_mesh(
        surface,
        scalars=CUT,
        cmap=[colour, colour],
        clim=(0, 1),
        interpolate_before_map=False,
        show_scalar_bar=False,
        opacity=opacity,
        smooth_shading=True,
        diffuse=0.9,
        specular=0.3,
        specular_power=22,
        ambient=0.1,
        culling="back" if opacity < 1.0 else None,
        name=name,
        render=False,
        reset_camera=False,
    )
    paint(actor, colour)
    return actor


def paint(actor: Any, colour: str) -> None:
    """Give an organ's surface its colour, and the faces where the scan cuts it a paler one."""
    whole = np.array(pv.Color(colour).float_rgb)
    actor.prop.color = colour
    table = actor.mapper.lookup_table
    for i, shade in enumerate((whole, whole + CUT_PALER * (1 - whole))):
        table.SetTableValue(i, *shade, 1.0)


def light(plotter: Plotter) -> None:
    """Two lights that go with the camera: one from the upper left that gives shape, a weaker one from the right."""
    plotter.remove_all_lights()
    for place, strength in (((-0.9, 1.1, 1.2), 0.85), ((1.0, -0.5, 0.8), 0.35)):
        lamp = pv.Light(position=place, focal_point=(0, 0, 0), light_type="camera light", intensity=strength)
        plotter.add_light(lamp)


def shade_hollows(plotter: Plotter) -> None:
    """Darken what lies close beside or behind something else: the liver's gate, the hollow of a kidney, a gap.

    Mittring 2007's ambient occlusion in the picture. It shades what is solid; faint organs stay as they are. Not in
    films: where there is no graphics card a frame of 1280x720 would take 1.3 s in place of 0.4.
    """
    plotter.enable_ssao(radius=HOLLOW_MM, bias=_HOLLOW_BIAS_MM, kernel_size=_HOLLOW_SAMPLES, blur=True)


def add_skin(plotter: Plotter, surface: pv.PolyData) -> Any:
    """Put the body's outside in, faint, and without catching clicks."""
    return plotter.add_mesh(
        surface,
        color=SKIN_COLOUR,
        opacity=SKIN_OPACITY,
        smooth_shading=True,
        pickable=False,
        name="skin",
        render=False,
        reset_camera=False,
    )


def add_slice(plotter: Plotter, hu: np.ndarray, affine: np.ndarray, axis: int, index: int, window: Any) -> Any:
    """Put slice `index` across `axis` of HU (x, y, z) in, as a grey plane at its place in RAS+ mm."""
    plane = pv.PolyData(_slice_corners(hu, affine, axis, index), faces=[4, 0, 1, 2, 3])
    plane.active_texture_coordinates = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], float)
    texture = pv.Texture(_slice_picture(hu, axis, index, window))
    texture.interpolate = True
    return plotter.add_mesh(
        plane,
        texture=texture,
        lighting=False,
        pickable=False,
        name=f"slice {axis}",
        render=False,
        reset_camera=False,
    )


def move_slice(actor: Any, hu: np.ndarray, affine: np.ndarray, axis: int, index: int, window: Any) -> None:
    """Show another slice with the plane that `add_slice` gave: many times faster than a new one."""
    actor.mapper.dataset.points = _slice_corners(hu, affine, axis, index)
    image = pv.wrap(actor.texture.GetInput())
    image.active_scalars[:] = _slice_picture(hu, axis, index, window)[::-1].reshape(-1, 4)
    image.Modified()


def _slice_corners(hu: np.ndarray, affine: np.ndarray, axis: int, index: int) -> np.ndarray:
    across, up = (i for i in range(3) if i != axis)
    corners: np.ndarray = np.full((4, 3), float(index))
    corners[:, across] = [-0.5, hu.shape[across] - 0.5, hu.shape[across] - 0.5, -0.5]
    corners[:, up] = [-0.5, -0.5, hu.shape[up] - 0.5, hu.shape[up] - 0.5]
    return geometry.apply(affine, corners)


def _slice_picture(hu: np.ndarray, axis: int, index: int, window: Any) -> np.ndarray:
    """RGBA as uint8 (rows, columns, 4), the first row at the top as a texture has it."""
    low, high = window
    layer = geometry.layer(hu, axis, index)
    grey = np.clip((layer.astype(np.float32) - low) * (255 / (high - low)), 0, 255).astype(np.uint8)
    # Air around the patient would be a black wall before the organs: it is left out.
    seen = np.where(layer > AIR_BELOW, 255, 0).astype(np.uint8)
    return np.ascontiguousarray(np.stack([grey, grey, grey, seen], axis=-1).transpose(1, 0, 2)[::-1])


def blend_in_order(plotter: Plotter) -> None:
    """Let what is faint be blended from the farthest to the nearest, wherever the camera goes.

    VTK's own way without an order weighs by distance: an organ that is almost opaque looks hollow, and others behind it
    lie before it.
    """

    def sort(renderer: Any, _event: str) -> None:
        towards, props = -np.array(renderer.GetActiveCamera().GetDirectionOfProjection()), renderer.GetViewProps()
        before = [props.GetItemAsObject(i) for i in range(props.GetNumberOfItems())]
        after = sorted(before, key=lambda prop: float(towards @ np.array(prop.GetCenter())) if _placed(prop) else 0.0)
        if after != before:
            props.RemoveAllItems()
            for prop in after:
                props.AddItem(prop)

    plotter.renderer.SetUseOIT(False)
    plotter.renderer.AddObserver("StartEvent", sort)


def _placed(prop: Any) -> bool:
    return hasattr(prop, "GetCenter")


def add_orientation(plotter: Plotter) -> None:
    """A little cube in the corner with the letters R L A P S I."""
    cube = vtkAnnotatedCubeActor()
    faces = ("XPlus", "XMinus", "YPlus", "YMinus", "ZPlus", "ZMinus")
    for face, letter in zip(faces, _FACES, strict=True):
        getattr(cube, f"Set{face}FaceText")(letter)
    cube.SetFaceTextScale(0.6)
    # Upright letters when seen with the head up.
    cube.SetXFaceTextRotation(90)
    cube.SetZFaceTextRotation(90)
    cube.GetCubeProperty().SetColor(0.33, 0.40, 0.47)
    cube.GetTextEdgesProperty().SetColor(0.9, 0.9, 0.9)
    for face in faces:
        getattr(cube, f"Get{face}FaceProperty")().SetColor(0.95, 0.95, 0.95)
    plotter.add_orientation_widget(cube, interactive=False)


def look_from(plotter: Plotter, view: View, bounds: tuple[float, ...] | None = None) -> None:
    """Turn the camera to one side of the patient and fit what is there, or `bounds`, into the picture."""
    towards, up = VIEWS[view]
    _take_camera(plotter)
    plotter.camera.focal_point, plotter.camera.position, plotter.camera.up = (0, 0, 0), towards, up
    fit(plotter, bounds)


def fit(plotter: Plotter, bounds: tuple[float, ...] | None = None) -> None:
    """Move the camera, the way it looks, to where what is there, or `bounds`, fills the picture.

    Draws nothing: pyvista's own way draws the picture once more, though it is asked not to.
    """
    _take_camera(plotter)
    camera, box = plotter.camera, bounds or plotter.bounds
    corners = np.array([[x, y, z] for x in box[:2] for y in box[2:4] for z in box[4:]], float)
    middle = corners.mean(axis=0)
    towards = np.array(camera.position) - camera.focal_point
    radius = max(1.0, float(np.linalg.norm(corners - middle, axis=1).max()))
    distance = radius / np.sin(np.radians(_VIEW_ANGLE / 2))
    camera.focal_point = tuple(middle)
    camera.position = tuple(middle + towards / np.linalg.norm(towards) * distance)
    # The sphere around the box fits: a longer lens shows the box itself as large as can be.
    seen = geometry.apply(pv.array_from_vtkmatrix(camera.GetViewTransformMatrix()), corners)
    width, height = plotter.window_size
    reach = np.abs(seen[:, :2]) / -seen[:, 2:] / (width / height, 1.0)
    camera.view_angle = float(np.degrees(2 * np.arctan(reach.max() / _FILLED)))
    plotter.renderer.ResetCameraClippingRange()


def _take_camera(plotter: Plotter) -> None:
    # Asked for a camera that nobody has placed, pyvista places it and draws.
    plotter.camera_set = True


def bounds_of(surfaces: Mapping[int, pv.PolyData]) -> tuple[float, ...] | None:
    """The box (x low, x high, y low, ...) around all surfaces, None when there are none."""
    if not surfaces:
        return None
    boxes = np.array([surface.bounds for surface in surfaces.values()])
    ends = np.stack([boxes[:, ::2].min(axis=0), boxes[:, 1::2].max(axis=0)], axis=1)
    return tuple(ends.ravel().tolist())


def bounds_of_scan(shape: Sequence[int], affine: np.ndarray) -> tuple[float, ...]:
    """As `bounds_of`, of the middles of all voxels of a scan of `shape` that `affine` places."""
    corners = geometry.apply(affine, geometry.corners((shape[0], shape[1], shape[2])))
    return tuple(np.stack([corners.min(axis=0), corners.max(axis=0)], axis=1).ravel().tolist())


def off_screen(size: tuple[int, int], background: str) -> Plotter:
    """A plotter of (width, height) pixels that needs no display. Close it."""
    # Without a display VTK takes another way to draw, and warns that it does.
    vtkLogger.SetStderrVerbosity(vtkLogger.VERBOSITY_ERROR)
    plotter: Plotter = pv.Plotter(off_screen=True, window_size=list(size), lighting="none")
    light(plotter)
    plotter.set_background(background)
    return plotter


def organs_picture(
    segmentation: Segmentation,
    *,
    size: tuple[int, int] = (800, 600),
    view: View = "front",
    background: str = "white",
) -> np.ndarray:
    """uint8 (height, width, 3) of all organs seen from one side. Needs no display; `size` is (width, height)."""
    surfaces = organ_surfaces(segmentation.labels, segmentation.affine, [organ.label for organ in ORGANS])
    plotter = off_screen(size, background)
    try:
        for organ in ORGANS:
            if organ.label in surfaces:
                add_organ(plotter, surfaces[organ.label], organ.key, organ.colour, 1.0)
        shade_hollows(plotter)
        plotter.enable_anti_aliasing("ssaa")
        look_from(plotter, view)
        return np.asarray(plotter.screenshot(return_img=True))[..., :3]
    finally:
        plotter.close()
