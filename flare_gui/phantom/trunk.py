"""The trunk's wall, unrolled: tables over (angle round the trunk's axis, height) of where each layer lies.

Angle 0 looks to the back, positive angles to the patient's right, +-pi to the front. Table values are distances from
the axis in mm (see `patient.AXIS_Y`). A table is looked up per voxel, which costs less than any formula.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy import ndimage

from flare_gui.phantom.field import profile
from flare_gui.phantom.patient import AXIS_Y, Patient

ANGLES = 1440
LOW_MM, HIGH_MM = -330.0, 330.0
HEIGHTS = int(HIGH_MM - LOW_MM)

SKIN_MM = 2.2
RIB_DEPTH_MM = 6.0  # of a rib's middle, outwards from the pleura
RIB_HALF_THICK_MM, RIB_HALF_HIGH_MM = 3.6, 6.2

# Height: value. The cavity's half-width, and its extent in front of and behind the axis, for `size` 1 and little fat.
_HALF_WIDTH = {-240: 62, -190: 84, -140: 106, -100: 111, -50: 113, 0: 119, 50: 128, 100: 132, 150: 130, 210: 122}
_FRONT = {-240: 32, -190: 40, -140: 48, -100: 52, -50: 58, 0: 66, 50: 72, 100: 74, 150: 68, 210: 55}
_BACK = {-240: 74, -190: 70, -140: 66, -100: 66, -50: 72, 0: 79, 50: 91, 100: 98, 150: 101, 210: 97}
# How much of the belly's fat each height takes.
_BELLY = {-240: 0.5, -150: 0.8, -90: 1.0, -30: 1.0, 40: 0.7, 100: 0.4, 160: 0.25, 210: 0.2}


@dataclass(frozen=True)
class Trunk:
    """The wall of one patient. `wobble` are (ANGLES, HEIGHTS) tables of smooth noise, deviation 1."""

    patient: Patient
    wobble: tuple[np.ndarray, np.ndarray, np.ndarray]

    @classmethod
    def random(cls, patient: Patient, rng: np.random.Generator) -> "Trunk":
        first, second, third = (_smooth_table(rng) for _ in range(3))
        return cls(patient, (first, second, third))

    def cell(self, x: np.ndarray, y: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Flat index into the tables for patient coordinates."""
        angle = np.arctan2(x, np.float32(AXIS_Y) - y)
        row = (angle * np.float32(ANGLES / (2 * np.pi)) + np.float32(ANGLES / 2)).astype(np.int32)
        np.clip(row, 0, ANGLES - 1, out=row)
        column = (z - np.float32(LOW_MM)).astype(np.int32)
        np.clip(column, 0, HEIGHTS - 1, out=column)
        return row * HEIGHTS + column

    def point(self, angle: float, height: float, below: float) -> np.ndarray:
        """The (3,) point `below` mm inside the cavity's surface, at an angle round the axis and a height."""
        row = int((angle + np.pi) / (2 * np.pi) * ANGLES) % ANGLES
        radius = float(self.cavity[row, int(np.clip(height - LOW_MM, 0, HEIGHTS - 1))]) - below
        return np.array((radius * np.sin(angle), AXIS_Y - radius * np.cos(angle), height))

    def depth_of(self, points: np.ndarray) -> np.ndarray:
        """Distance of (..., 3) points outwards from the cavity's surface."""
        x, y, z = (points[..., i] for i in range(3))
        return np.hypot(x, y - AXIS_Y) - self.cavity.ravel()[self.cell(x, y, z)]

    def outline(self, z_range: tuple[float, float], air_mm: float = 20.0) -> tuple[tuple[float, float], ...]:
        """Lowest and highest (x, y) of the skin between two heights, with air for a patient who lies askew."""
        part = self.skin[:, (self.height[0] >= z_range[0]) & (self.height[0] <= z_range[1])]
        x, y = part * np.sin(self.angle), AXIS_Y - part * np.cos(self.angle)
        return (float(x.min() - air_mm), float(y.min() - air_mm)), (float(x.max() + air_mm), float(y.max() + air_mm))

    @cached_property
    def angle(self) -> np.ndarray:
        """(ANGLES, 1) rad."""
        return ((np.arange(ANGLES) + 0.5) / ANGLES * 2 * np.pi - np.pi)[:, None].astype(np.float32)

    @cached_property
    def height(self) -> np.ndarray:
        """(1, HEIGHTS) mm."""
        return (np.arange(HEIGHTS) + LOW_MM + 0.5)[None].astype(np.float32)

    @cached_property
    def cavity(self) -> np.ndarray:
        """The inner surface of the wall: pleura above, peritoneum below."""
        p, z = self.patient, self.height[0]
        inner_fat = p.habitus * p.belly * profile(_BELLY, z)
        width = p.size * profile(_HALF_WIDTH, z) + 30 * inner_fat
        front = p.size * profile(_FRONT, z) + 70 * inner_fat + 16 * p.habitus
        back = p.size * profile(_BACK, z) + 10 * inner_fat
        sine, cosine = np.abs(np.sin(self.angle)), np.cos(self.angle)
        ahead = _superellipse(sine / width, np.abs(cosine) / front, 2.25)
        behind = _superellipse(sine / width, np.abs(cosine) / back, 2.7)
        return (np.where(cosine > 0, behind, ahead) + 2.0 * self.wobble[0]).astype(np.float32)

    @cached_property
    def chest(self) -> np.ndarray:
        """1 where ribs carry the wall, 0 where muscles alone do; the margin runs upwards to the front."""
        edge = profile({0.0: 5.0, 0.9: 8.0, 1.5: -12.0, 2.0: 5.0, 2.6: 48.0, np.pi: 92.0}, np.abs(self.angle[:, 0]))
        return (1 / (1 + np.exp(-(self.height - edge[:, None]) / 7))).astype(np.float32)

    @cached_property
    def muscle(self) -> np.ndarray:
        """The outer surface of the muscles."""
        aside = np.abs(self.angle)
        belly = profile(
            {0.0: 33, 0.22: 41, 0.5: 40, 0.74: 27, 0.95: 12, 1.3: 15, 2.0: 15, 2.35: 8, 2.55: 10, 2.95: 10, np.pi: 4},
            aside,
        )
        chest = profile({0.0: 33, 0.35: 30, 0.7: 23, 1.1: 19, 1.8: 18, 2.5: 15, np.pi: 13}, aside)
        # Gluteal and iliac muscles thicken the wall from the iliac crest downwards.
        hip = profile({0.0: 4, 0.4: 26, 1.0: 38, 1.6: 26, 2.2: 4, np.pi: 0}, aside)
        low = profile({-200: 1.0, -150: 0.75, -100: 0.1, -85: 0.0}, self.height)
        strong = 1.12 - 0.25 * self.patient.habitus
        thick = (belly * (1 - self.chest) * strong + chest * self.chest + hip * low) * self.patient.size
        return (self.cavity + np.maximum(2.5, thick + 0.9 * self.wobble[1])).astype(np.float32)

    @cached_property
    def sheets(self) -> tuple[np.ndarray, np.ndarray]:
        """The films of fat between the three flat muscles of the flank; negative where there are none."""
        aside, thick = np.abs(self.angle), self.muscle - self.cavity
        flank = (aside > 1.0) & (aside < 2.25) & (self.chest < 0.4) & (self.height > -110)
        flank = flank & (self.wobble[2] > 1.0 - 1.3 * self.patient.habitus)
        inner, outer = (np.where(flank, self.cavity + share * thick, -1e3) for share in (0.3, 0.62))
        return inner.astype(np.float32), outer.astype(np.float32)

    @cached_property
    def skin(self) -> np.ndarray:
        """The body's surface, with the groove down the back."""
        p, aside = self.patient, np.abs(self.angle)
        fat = 3.5 + p.habitus * (1.25 - p.belly) * 34
        round_the_belly = profile({0.0: 0.7, 0.4: 0.8, 0.85: 1.5, 1.3: 1.05, 1.9: 0.75, 2.5: 1.0, np.pi: 1.1}, aside)
        along = profile({-230: 1.4, -140: 1.5, -80: 1.25, -20: 1.0, 50: 0.75, 120: 0.6, 200: 0.6}, self.height)
        groove = 5 * np.exp(-((self.angle / 0.09) ** 2))
        thick = np.maximum(2.0, fat * round_the_belly * along * (1 + 0.08 * self.wobble[2]) - groove)
        surface = self.muscle + thick + SKIN_MM
        # Skin spans the dents of the muscles beneath instead of following them.
        surface = ndimage.gaussian_filter(surface, (14, 8), mode=("wrap", "nearest"))
        off = ((np.pi - aside) * 150) ** 2 + (self.height + 92 * p.size) ** 2
        navel = (4 + 0.45 * fat) * np.exp(-off / 9**2)
        return (surface - navel).astype(np.float32)

    @cached_property
    def _diaphragm_foot(self) -> np.ndarray:
        """Where the diaphragm leaves the wall: deep at the back, higher in front."""
        foot = profile({0.0: 32, 0.6: 26, 1.3: 34, 1.9: 48, 2.5: 72, np.pi: 84}, np.abs(self.angle))
        return np.broadcast_to(foot + 3 * self.wobble[2].mean(1, keepdims=True), self.cavity.shape).astype(np.float32)

    @property
    def bed_z(self) -> float:
        """Height of the diaphragm beneath the heart."""
        return 0.5 * (self.patient.right_dome_z + self.patient.left_dome_z) - 17

    def diaphragm(self, x: np.ndarray, y: np.ndarray, radius: np.ndarray, cell: np.ndarray) -> np.ndarray:
        """Height of the diaphragm above each (x, y): two domes with the heart's bed between them."""
        p = self.patient
        bed = self.bed_z
        right = np.exp(-(((x - 66) / 52) ** 2) - ((y - 8) / 62) ** 2) * np.float32(p.right_dome_z - bed)
        left = np.exp(-(((x + 68) / 46) ** 2) - ((y + 2) / 58) ** 2) * np.float32(p.left_dome_z - bed)
        share = np.clip(radius / self.cavity.ravel()[cell], 0, 1) ** np.float32(2.9)
        foot = self._diaphragm_foot.ravel()[cell]
        return foot + (np.float32(bed) + right + left - foot) * np.sqrt(1 - share)


def _superellipse(along: np.ndarray, across: np.ndarray, power: float) -> np.ndarray:
    return (along**power + across**power) ** (-1 / power)


def _smooth_table(rng: np.random.Generator) -> np.ndarray:
    knots = rng.standard_normal((18, 12)).astype(np.float32)
    knots = np.concatenate([knots, knots[:1]])
    # Periodic in the angle: the front seam must not show.
    table = ndimage.zoom(np.pad(knots[:-1], ((6, 6), (0, 0)), mode="wrap"), (ANGLES / 18, HEIGHTS / 12), order=3)
    margin = 6 * ANGLES // 18
    table = table[margin : margin + ANGLES]
    return (table / table.std()).astype(np.float32)
