"""The solid organs: kidneys, adrenals, spleen, liver with its gallbladder, pancreas.

Liver and spleen are soft: they fill the room beneath the diaphragm and take the imprint of what is painted before them.
Their free surfaces are moved until the organ has its volume, on a coarse grid that knows nothing of the scan's own.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from flare_gui.phantom.field import Noise, frame, mix, smooth_max, smooth_min
from flare_gui.phantom.patient import AXIS_Y, Patient
from flare_gui.phantom.space import Field, Patch, Space
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.trunk import Trunk

_PLANNING_MM = 4.0
# Half the length, width and thickness of a kidney of 1x scale, and how far its poles bend to the hilum.
_KIDNEY_RADII = (29.0, 25.0, 55.0)
_KIDNEY_BEND = 9.0
_UPPER_BELLY = ((-150.0, -90.0, -80.0), (150.0, 140.0, 150.0))


@dataclass(frozen=True)
class Kidney:
    """A bean: an ellipsoid whose poles bend towards the hilum, with the fat of the sinus let into it."""

    tissue: Tissue
    centre: np.ndarray
    rows: np.ndarray  # towards the hilum, across, up
    scale: float
    lobes: Noise

    @classmethod
    def of(cls, patient: Patient, side: int, rng: np.random.Generator) -> "Kidney":
        """`side` is +1 for the right and -1 for the left kidney."""
        out, forward = patient.kidney_lean
        rows = frame(
            (-side * out, -forward, 1.0), (-side * np.cos(patient.kidney_turn), np.sin(patient.kidney_turn), 0)
        )
        right = side > 0
        target = patient.right_kidney_ml if right else patient.left_kidney_ml
        return cls(
            tissue=Tissue.RIGHT_KIDNEY if right else Tissue.LEFT_KIDNEY,
            centre=np.array(patient.right_kidney if right else patient.left_kidney),
            rows=rows,
            scale=float((target / _kidney_ml()) ** (1 / 3)),
            lobes=Noise(rng, 18),
        )

    def local(self, patch: Patch) -> list[Field]:
        """Coordinates of the scale-1 kidney: towards the hilum, across, up."""
        offset = [g - np.float32(c) for g, c in zip((patch.x, patch.y, patch.z), self.centre, strict=True)]
        return [mix(row / self.scale, offset) for row in self.rows]

    def around(self, space: Space, margin_mm: float) -> Patch:
        return space.patch(self.centre - (46, 46, 66) - margin_mm, self.centre + (46, 46, 66) + margin_mm)

    def hull(self, patch: Patch) -> Field:
        """The kidney without its sinus cut out: what presses on its neighbours."""
        return _bean(*self.local(patch)) * np.float32(self.scale)

    def paint(self, space: Space) -> None:
        """Parenchyma; fat in the sinus, and the renal pelvis in it."""
        patch = self.around(space, 4)
        hilum, across, up = self.local(patch)
        bean = _bean(hilum, across, up) + 0.7 * patch.noise(self.lobes)
        sinus = _sinus(hilum, across, up)
        patch.paint(smooth_max(bean, -sinus, 4) < 0, self.tissue, (Tissue.FAT, Tissue.LUNG, Tissue.MUSCLE))
        pelvis = np.sqrt(((hilum - 15) / 9) ** 2 + (across / 3.6) ** 2 + ((up + 2) / 11) ** 2) < 1
        patch.paint(pelvis, Tissue.SOFT_TISSUE)


def _bean(hilum: Field, across: Field, up: Field) -> Field:
    width, thickness, length = _KIDNEY_RADII
    bent = hilum - np.float32(_KIDNEY_BEND) * ((up / np.float32(length)) ** 2 - np.float32(0.35))
    reach = (np.abs(bent / width) ** 2.2 + np.abs(across / thickness) ** 2.2 + np.abs(up / length) ** 2.2) ** (1 / 2.2)
    return (reach - 1) * np.float32(thickness)


def _sinus(hilum: Field, across: Field, up: Field) -> Field:
    reach = np.sqrt(((hilum - 22) / 23) ** 2 + (across / 8.5) ** 2 + (up / 21) ** 2)
    lips = np.sqrt(((hilum - 34) / 15) ** 2 + (across / 14) ** 2 + (up / 17) ** 2)
    return np.minimum((reach - 1) * 8.5, (lips - 1) * 14)


def _kidney_ml() -> float:
    """Volume of the kidney of scale 1."""
    axes = np.meshgrid(*(np.arange(-r, r, 2.0) for r in (50, 30, 60)), indexing="ij")
    return float((np.maximum(_bean(*axes), -_sinus(*axes)) < 0).sum()) * 8 / 1000


def paint_adrenals(space: Space) -> None:
    """Two thin limbs and a body each, above and before the kidneys."""
    p = space.trunk.patient
    for side, kidney in ((1, p.right_kidney), (-1, p.left_kidney)):
        x, y, z = side * 31 * p.size, -6.0, kidney[2] + (48 if side > 0 else 40)
        for dx, dy in ((7, -15), (-4, -15)):
            for rise in (-9, -6, -3, 0, 3, 6, 9):
                line = [
                    (x, y + 3, z + rise),
                    (x + side * 0.6 * dx, y + 0.4 * dy, z + rise),
                    (x + side * dx, y + dy, z + rise - 2),
                ]
                patch, field = space.tube(line, np.array([3.0, 2.4, 2.0]))
                patch.paint(field < 0, Tissue.ADRENAL)


class Spleen:
    """A crescent along the back of the left wall, in coordinates of the wall: depth, arc, height."""

    def __init__(self, trunk: Trunk, kidneys: tuple[Kidney, ...], rng: np.random.Generator) -> None:
        self._patient, self._kidneys = trunk.patient, kidneys
        self._long = rng.uniform(1.45, 1.8)
        self._knobs, self._gaps = Noise(rng, 30), Noise(rng, 24)
        self._shift = _fit(trunk, self._patient.spleen_ml, self._surfaces, self._join)

    def _surfaces(self, patch: Patch) -> tuple[Field, ...]:
        """The room left to the spleen and its free surface."""
        p = self._patient
        angle = np.arctan2(patch.x, np.float32(AXIS_Y) - patch.y)
        arc = (angle + np.float32(0.98)) * np.float32(112 * p.size)
        height = patch.z - np.float32(p.spleen_z)
        cos, sin = np.float32(np.cos(p.spleen_turn)), np.float32(np.sin(p.spleen_turn))
        along, across = cos * height + sin * arc, cos * arc - sin * height
        wide, long, thick = 34.0, 34.0 * self._long, 36.0
        # Thickest in the middle and thinning to both edges: a crescent once it is wrapped round the wall.
        reach = np.sqrt((across / wide) ** 2 + (along / long) ** 2 + (np.minimum(patch.depth, 0) / thick) ** 2)
        free = (reach - 1) * 32 + 1.5 * patch.noise(self._knobs)
        room = _room(patch, self._gaps)
        for kidney in self._kidneys:
            room = smooth_max(room, 3 - kidney.hull(patch), 5)
        # Beside the left kidney it stays lateral; above the upper pole it may reach towards the spine.
        x, _, z = p.left_kidney
        medial = np.clip((patch.z - np.float32(z + 45)) / 25, 0, 1) * np.float32(-22 - x) + np.float32(x)
        return smooth_max(room, patch.x - medial, 8), free

    @staticmethod
    def _join(surfaces: tuple[Field, ...], shift: float) -> Field:
        room, free = surfaces
        return smooth_max(room, free - np.float32(shift), 7)

    def paint(self, space: Space) -> None:
        patch = space.patch((-155, -95, -50), (-15, 80, 150))
        patch.paint(self._join(self._surfaces(patch), self._shift) < 0, Tissue.SPLEEN)


class Liver:
    """All room under the right dome down to an oblique lower surface, less the imprints of its neighbours."""

    def __init__(self, trunk: Trunk, kidneys: tuple[Kidney, ...], rng: np.random.Generator) -> None:
        self._patient, self._kidneys = trunk.patient, kidneys
        self._waves, self._ripples, self._gaps = Noise(rng, 38), Noise(rng, 17), Noise(rng, 24)
        self._tip = rng.normal(0, 6)
        self._fissure_x = rng.normal(0, 5)
        self._shift = _fit(trunk, self._patient.liver_ml, self._surfaces, self._join)

    def underside(self, x: Field, y: Field) -> Field:
        """z of the lower surface before it is shifted: rises to the left and to the back."""
        p = self._patient
        right = np.float32(112 * p.size)
        # Below the left lobe the surface flattens out.
        rise = np.minimum(right - x, 95) + np.float32(0.5) * np.maximum(right - x - 95, 0)
        slope = np.float32(0.5) * np.clip((right - x) / 60, np.float32(0.15), 1)
        return np.float32(-28 + self._tip) + np.float32(p.liver_tilt) * rise - slope * (y - 62)

    def _surfaces(self, patch: Patch) -> tuple[Field, ...]:
        """The room left to the liver, its lower surface, the surfaces aside and the cleft."""
        p = self._patient
        x, y, z = patch.x, patch.y, patch.z
        lower = (self.underside(x, y) - z) / np.float32(np.hypot(1, p.liver_tilt))
        lower = lower + 2.5 * patch.noise(self._waves) + 0.9 * patch.noise(self._ripples)
        # Behind the left lobe lie stomach, oesophagus and spine; the right lobe reaches back to the ribs.
        behind = (10 + np.float32(0.8) * (16 - x) - np.float32(0.5) * (z - 72) - y) / np.float32(1.37)
        back = smooth_min(27 - x - np.float32(0.12) * (z - 40), behind, 14) + patch.noise(self._waves)
        left = np.float32(-84 * p.left_lobe * p.size) - x + np.float32(0.5) * np.abs(y - 60)
        fissure = np.abs(x - np.float32(self._fissure_x) - np.float32(0.12) * (y - 60))
        room = _room(patch, self._gaps)
        for kidney in self._kidneys:
            room = smooth_max(room, np.float32(4 + 5 * p.habitus) - kidney.hull(patch), 10)
        return room, lower, back, left, fissure, 36 - y

    @staticmethod
    def _join(surfaces: tuple[Field, ...], shift: float) -> Field:
        room, lower, back, left, fissure, front = surfaces
        lower = lower - np.float32(shift)
        free = smooth_max(smooth_max(lower, back, 16), left, 26)
        cleft = fissure - 4.0 * np.clip((lower + 22) / 22, 0, 1)
        free = smooth_max(free, -np.maximum(cleft, front), 3)
        return smooth_max(room, free, 13)

    def paint_gallbladder(self, space: Space, rng: np.random.Generator) -> None:
        """A pear half sunk into the lower surface."""
        p = self._patient
        size = rng.uniform(0.95, 1.45)
        spots = np.array([(33, 40, 7.0), (38, 48, 4.0), (45, 60, 0.0), (50, 70, -4.0)]) * (p.size, p.size, 1)
        shift = self._shift * np.hypot(1, p.liver_tilt)
        z = self.underside(spots[:, 0], spots[:, 1]) - shift - 4 + spots[:, 2]
        line = np.column_stack([spots[:, :2], z])
        patch, field = space.tube(line, np.array([3.5, 8.5, 13.0, 11.5]) * size)
        patch.paint((field < 0) & (patch.depth < -4) & (patch.ceiling < -12), Tissue.GALLBLADDER)

    def paint(self, space: Space) -> None:
        patch = space.patch((-125, -95, -110), (155, 140, 160))
        within = (Tissue.FAT, Tissue.PORTAL_VEIN)
        patch.paint(self._join(self._surfaces(patch), self._shift) < 0, Tissue.LIVER, within)


def paint_pancreas(space: Space, rng: np.random.Generator) -> None:
    """Head in the loop of the duodenum, body over the great vessels, tail to the spleen's hilum; lobed."""
    p = space.trunk.patient
    rise = rng.uniform(15, 40)
    line = np.array(
        [
            (30, 24, -28),
            (29, 29, -8),
            (12, 38, 8),
            (-18, 39, 10 + 0.4 * rise),
            (-48, 22, 10 + 0.8 * rise),
            (-76, 0, 12 + rise),
        ]
    )
    thick = rng.uniform(0.85, 1.15) * (1.08 - 0.2 * p.habitus)
    patch, field = space.tube(line * p.size, np.array([8.5, 12, 8.5, 9.5, 9, 8]) * 1.2 * thick, 2.5)
    patch.paint(field + 1.8 * patch.noise(Noise(rng, 8)) < 0, Tissue.PANCREAS)


def _room(patch: Patch, gaps: Noise) -> Field:
    """Beneath the diaphragm and within the wall: touching it here, parted from it by a film of fat there."""
    gap = np.maximum(0.4, 1.3 + 1.4 * patch.noise(gaps))
    return np.maximum(patch.depth + gap, patch.ceiling + gap + 1.2)


def _fit(
    trunk: Trunk,
    target_ml: float,
    surfaces: Callable[[Patch], tuple[Field, ...]],
    join: Callable[[tuple[Field, ...], float], Field],
) -> float:
    """The shift of an organ's free surface in mm, outwards, at which its volume is `target_ml`."""
    x, y, z = (np.arange(a, b, _PLANNING_MM) for a, b in zip(*_UPPER_BELLY, strict=True))
    patch = Patch(Space((x, y, z), trunk), (slice(None), slice(None), slice(None)))
    drawn = surfaces(patch)
    low, high = -30.0, 45.0
    for _ in range(9):
        middle = (low + high) / 2
        volume = float(np.count_nonzero(join(drawn, middle) < 0)) * _PLANNING_MM**3 / 1000
        low, high = (middle, high) if volume < target_ml else (low, middle)
    return (low + high) / 2
