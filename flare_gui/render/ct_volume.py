"""The CT itself in 3D, by volume rendering: the patient's skin, or bones and enhanced vessels."""

from typing import Any, NamedTuple

import numpy as np
import pyvista as pv
from scipy import ndimage
from vtkmodules.vtkCommonDataModel import vtkPiecewiseFunction
from vtkmodules.vtkRenderingCore import vtkColorTransferFunction, vtkVolume, vtkVolumeProperty
from vtkmodules.vtkRenderingVolume import vtkFixedPointVolumeRayCastMapper

from flare_gui import geometry
from flare_gui.progress import Cancel, never
from flare_gui.render.options import Rendering
from flare_gui.render.surface import body_inside

# Rays look at about this spacing. At 1 mm a picture takes seconds without a GPU, and bones look no better at its size.
RAY_MM = 2.6
AIR_HU = -1000
# Voxels around the body that stay: its edge is a slope, not a stair.
_AROUND = 2
# Voxels: skin has rings like wood without.
_BLUR = 0.7
# Pixels of the screen a ray in a picture that rests, and in one that moves.
FINE, COARSE = 1.0, 3.0

# By rendering: (HU, opacity of a voxel of `RAY_MM`) and (HU, red, green, blue), linear between.
OPACITIES: dict[Rendering, tuple[tuple[float, float], ...]] = {
    "skin": ((-650, 0.0), (-400, 0.1), (-100, 0.75), (0, 0.9)),
    "bones": ((110, 0.0), (170, 0.06), (250, 0.4), (450, 0.85)),
}
COLOURS: dict[Rendering, tuple[tuple[float, float, float, float], ...]] = {
    "skin": ((-500, 0.96, 0.80, 0.69), (0, 0.90, 0.66, 0.52)),
    "bones": ((110, 0.62, 0.11, 0.08), (220, 0.85, 0.36, 0.26), (350, 0.95, 0.86, 0.70), (1200, 1.0, 0.98, 0.92)),
}


class CtVolume(NamedTuple):
    """HU at about `RAY_MM`, air outside the body, and the 4x4 `place` that takes its millimetres to RAS+ mm."""

    image: pv.ImageData
    place: np.ndarray


def ct_volume(hu: np.ndarray, affine: np.ndarray, *, cancel: Cancel = never) -> CtVolume:
    """What rays look at of HU (int16 (x, y, z), canonical, placed by `affine`). Raises `Cancelled`."""
    steps = np.clip(np.rint(RAY_MM / np.array(geometry.spacing(affine))).astype(int), 1, hu.shape)
    coarse = _means(hu, steps)
    cancel.check()
    body = body_inside(coarse)
    # The table would hide the back, and tubes the front.
    coarse[~ndimage.binary_dilation(body, iterations=_AROUND)] = AIR_HU
    coarse = ndimage.gaussian_filter(coarse, _BLUR)
    placed = affine @ np.diag([*steps.astype(float), 1.0])
    placed[:3, 3] = affine[:3, 3] + affine[:3, :3] @ ((steps - 1) / 2)
    spacing = np.array(geometry.spacing(placed))
    image = pv.ImageData(dimensions=coarse.shape, spacing=spacing)
    image.point_data["hu"] = coarse.ravel(order="F")
    return CtVolume(image, placed @ np.diag([*(1 / spacing), 1.0]))


def _means(hu: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """int16: the mean of each block of `steps` voxels, which has less noise than every such voxel; rests are cut."""
    count = [n // step for n, step in zip(hu.shape, steps, strict=True)]
    whole = hu[tuple(slice(n * int(step)) for n, step in zip(count, steps, strict=True))]
    blocks = whole.reshape([length for n, step in zip(count, steps, strict=True) for length in (n, int(step))])
    return np.asfortranarray(np.rint(blocks.mean(axis=(1, 3, 5), dtype=np.float32)).astype(np.int16))


def add_rendering(plotter: Any, ct: CtVolume, rendering: Rendering) -> Any:
    """Put the CT in as `rendering` says, in place of an earlier one; returns its actor, which catches no clicks.

    Rays are cast by the processor: without a GPU, OpenGL's own way takes five times as long.
    """
    mapper = vtkFixedPointVolumeRayCastMapper()
    mapper.SetInputData(ct.image)
    mapper.SetAutoAdjustSampleDistances(False)
    step = 0.7 * float(min(ct.image.spacing))
    mapper.SetSampleDistance(step)
    mapper.SetInteractiveSampleDistance(2 * step)
    look = vtkVolumeProperty()
    look.SetInterpolationTypeToLinear()
    look.SetScalarOpacityUnitDistance(RAY_MM)
    look.ShadeOn()
    look.SetAmbient(0.3)
    look.SetDiffuse(0.8)
    look.SetSpecular(0.15)
    opacity, colour = vtkPiecewiseFunction(), vtkColorTransferFunction()
    for hu, share in OPACITIES[rendering]:
        opacity.AddPoint(hu, share)
    for place in COLOURS[rendering]:
        colour.AddRGBPoint(*place)
    look.SetScalarOpacity(opacity)
    look.SetColor(colour)
    actor = vtkVolume()
    actor.SetMapper(mapper)
    actor.SetProperty(look)
    actor.SetPickable(False)
    actor.SetUserMatrix(pv.vtkmatrix_from_array(ct.place))
    plotter.add_actor(actor, name="ct", render=False, reset_camera=False, pickable=False)
    return actor


def cast(actor: Any, pixels: float) -> None:
    """Cast a ray every so many pixels of the screen, `FINE` or `COARSE`."""
    actor.GetMapper().SetImageSampleDistance(pixels)
