"""A synthetic abdomen from shapes of its own: no one's anatomy, and every patient another."""

import numpy as np

from flare_gui.phantom import gut, vessels, viscera, wall
from flare_gui.phantom.field import Noise
from flare_gui.phantom.patient import Patient
from flare_gui.phantom.space import Space
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.trunk import Trunk

Triple = tuple[float, float, float]

_ORGANS = (Tissue.LIVER, Tissue.RIGHT_KIDNEY, Tissue.SPLEEN, Tissue.LEFT_KIDNEY)


def abdomen(
    rng: np.random.Generator,
    spacing_mm: float | Triple,
    *,
    patient: Patient | None = None,
    z_range_mm: tuple[float, float] | None = None,
) -> tuple[np.ndarray, np.ndarray]:
    """A tissue map, uint8 (x, y, z) of `Tissue` in canonical RAS, and its 4x4 affine.

    `patient` and the scanned `z_range_mm` (patient frame, see `patient`) are drawn when not given. The same `rng` state
    makes the same patient whatever the spacing; only the sampling differs.
    """
    spacing = spacing_mm if isinstance(spacing_mm, tuple) else (spacing_mm, spacing_mm, spacing_mm)
    who = patient or Patient.random(rng)
    trunk = Trunk.random(who, rng)
    low_z, high_z = z_range_mm or _scanned(who, rng)
    turn = _turn(rng)
    bends = tuple((Noise(rng, 135), amplitude) for amplitude in (3.0, 2.4, 3.4))
    axes = _axes(trunk, spacing, (low_z, high_z))
    space = Space(axes, trunk, turn, bends)
    _paint(space, rng)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = [float(axis[0]) for axis in axes]
    return space.tissues, affine


def _paint(space: Space, rng: np.random.Generator) -> None:
    """The drawing order, which settles every overlap: bones and wall, great vessels, kidneys, adrenals, spleen, liver.

    What follows takes only the fat that is left: pancreas, stomach, duodenum, colon, small bowel, mesentery.
    """
    trunk = space.trunk
    kidneys = tuple(viscera.Kidney.of(trunk.patient, side, rng) for side in (1, -1))
    spleen, liver = viscera.Spleen(trunk, kidneys, rng), viscera.Liver(trunk, kidneys, rng)
    wall.paint_layers(space)
    wall.paint_chest(space, rng)
    vessels.paint_lung_vessels(space, rng)
    wall.paint_back_muscles(space, rng)
    wall.paint_spine(space, rng)
    wall.paint_ribs(space, rng)
    vessels.paint_great_vessels(space, rng)
    for kidney in kidneys:
        kidney.paint(space)
    viscera.paint_adrenals(space)
    spleen.paint(space)
    liver.paint_gallbladder(space, rng)
    liver.paint(space)
    viscera.paint_pancreas(space, rng)
    gut.paint_stomach(space, rng)
    gut.paint_duodenum(space, rng)
    gut.paint_colon(space, rng)
    ends = gut.paint_small_bowel(space, rng)
    vessels.paint_mesentery(space, ends, rng)
    for organ in _ORGANS:
        space.keep_largest(organ, Tissue.FAT)


def _scanned(patient: Patient, rng: np.random.Generator) -> tuple[float, float]:
    """From where to where: most scans hold the organs whole; some cut the liver's dome, some the lower kidneys."""
    high = patient.right_dome_z + rng.uniform(12, 60)
    low = rng.uniform(-180, -85)
    kind = rng.random()
    if kind < 0.12:
        high = patient.right_dome_z - rng.uniform(5, 35)
    elif kind < 0.22:
        low = rng.uniform(-60, -25)
    return low * patient.size, high


def _turn(rng: np.random.Generator) -> np.ndarray:
    """A rotation by a few degrees about each axis: nobody lies straight on the table."""
    about_x, about_y, about_z = np.radians(rng.normal(0, (1.2, 1.0, 2.2)))
    cx, cy, cz, sx, sy, sz = (f(a) for f in (np.cos, np.sin) for a in (about_x, about_y, about_z))
    roll = np.array([[cz, -sz, 0], [sz, cz, 0], [0, 0, 1]])
    tip = np.array([[1, 0, 0], [0, cx, -sx], [0, sx, cx]])
    lean = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    return roll @ tip @ lean


def _axes(trunk: Trunk, spacing: Triple, z_range: tuple[float, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scanner axes that hold the whole body with some air round it, as a field of view would."""
    (left, back), (right, front) = trunk.outline(z_range)
    bounds = ((left, right), (back, front), z_range)
    x, y, z = (np.arange(low, high, step) for (low, high), step in zip(bounds, spacing, strict=True))
    return x, y, z
