"""Arteries and veins: the great ones before the organs, which grow round them, the mesenteric ones after."""

import numpy as np

from flare_gui.phantom.field import Points
from flare_gui.phantom.patient import Patient
from flare_gui.phantom.space import Space
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.wall import spine_front

_ROOM = (Tissue.FAT,)
_IN_CHEST = (Tissue.FAT, Tissue.LUNG, Tissue.MUSCLE, Tissue.HEART)


def paint_great_vessels(space: Space, rng: np.random.Generator) -> None:
    """Aorta and vena cava with their forks, the arteries of gut and kidneys, the renal and portal veins."""
    p = space.trunk.patient
    _paint_aorta(space, rng)
    _paint_cava(space)
    for side, kidney in ((1, p.right_kidney), (-1, p.left_kidney)):
        _paint_renal(space, side, np.array(kidney))
    _paint_portal(space)


def _line(p: Patient, points: Points, before_spine: bool = True) -> np.ndarray:
    """Points whose y counts from the front of the spine at their height."""
    line = np.array(points, float) * p.size
    if before_spine:
        line[:, 1] += spine_front(line[:, 2], p.size)
    return line


def _paint_aorta(space: Space, rng: np.random.Generator) -> None:
    p = space.trunk.patient
    r = p.aorta
    side = rng.normal(-7, 3)
    trunk = [
        (-21, 2, 240),
        (-19, 4, 160),
        (-13, 7, 110),
        (side, 12, 60),
        (side, 13, 0),
        (side + 3, 12, -60),
        (-1, 13, -98),
    ]
    patch, field = space.tube(_line(p, trunk), np.array([1.25, 1.22, 1.15, 1.05, 0.95, 0.88, 0.85]) * r)
    patch.paint(field < 0, Tissue.ARTERY, _IN_CHEST)
    for way in (1, -1):
        iliac = [(-1, 13, -96), (way * 16, 13, -118), (way * 34, 12, -150), (way * 46, 22, -200)]
        patch, field = space.tube(_line(p, iliac), np.array([0.62, 0.55, 0.5, 0.45]) * r)
        patch.paint(field < 0, Tissue.ARTERY, _ROOM)
    coeliac = [(side, 18, 34), (side + 2, 32, 36), (side - 2, 40, 38)]
    superior = [(side, 18, 17), (side + 3, 34, 8), (side + 6, 42, -25), (4, 46, -70), (14, 48, -105)]
    hepatic = [(side - 2, 40, 38), (8, 44, 33), (22, 46, 36), (30, 46, 44)]
    splenic = [(side - 2, 40, 38), (-26, 40, 36), (-50, 24, 40), (-74, 6, 46)]
    for line, radii in (
        (coeliac, (3.8, 3.6, 3.2)),
        (superior, (4.0, 3.8, 3.4, 3.0, 2.2)),
        (hepatic, (2.6, 2.4, 2.2, 2.0)),
        (splenic, (2.8, 2.6, 2.5, 2.2)),
    ):
        patch, field = space.tube(_line(p, line), np.array(radii))
        patch.paint(field < 0, Tissue.ARTERY, _ROOM)


def _paint_cava(space: Space) -> None:
    p = space.trunk.patient
    top = space.trunk.bed_z
    line = [(14, 9, -104), (19, 11, -60), (20, 13, 0), (21, 19, 40), (19, 32, 80)]
    trunk = np.vstack([_line(p, line), [(18 * p.size, 24, top + 2), (18 * p.size, 28, top + 24)]])
    # Flatter from front to back than wide: two tubes side by side.
    for aside in (-3.0, 3.0):
        patch, field = space.tube(trunk + (aside, 0, 0), np.array([8, 8.5, 9, 10, 11, 11, 11]) * p.size)
        patch.paint(field < 0, Tissue.VEIN, _IN_CHEST)
    for way in (1, -1):
        iliac = [(13, 10, -102), (way * 18 + 4, 9, -124), (way * 36, 6, -158), (way * 46, 12, -204)]
        patch, field = space.tube(_line(p, iliac), np.array([7.5, 6.5, 6, 6]))
        patch.paint(field < 0, Tissue.VEIN, _ROOM)


def _paint_renal(space: Space, side: int, kidney: np.ndarray) -> None:
    p = space.trunk.patient
    hilum = kidney + np.array((-side * 10 * np.cos(p.kidney_turn), 10 * np.sin(p.kidney_turn), 0))
    gate = kidney + np.array((-side * 34 * np.cos(p.kidney_turn), 30 * np.sin(p.kidney_turn), 2))
    root = np.array((-4.0, 8.0, 6.0))
    artery = np.array([root, 0.5 * (root + gate) + (0, -4, 2), gate + (0, -3, 1), hilum + (0, -2, 1)])
    patch, field = space.tube(artery, np.array([2.8, 2.6, 2.4, 1.8]))
    patch.paint(field < 0, Tissue.ARTERY, _ROOM)
    # The left renal vein crosses before the aorta.
    start = np.array((18.0, 14.0, 1.0)) * p.size
    over = [start] if side > 0 else [start, np.array((-6.0, 26.0, 3.0)), np.array((-24.0, 16.0, 4.0))]
    patch, field = space.tube(np.array([*over, gate, hilum]), np.array([4.6] * len(over) + [4.4, 3.4]))
    patch.paint(field < 0, Tissue.VEIN, _ROOM)


def _paint_portal(space: Space) -> None:
    p = space.trunk.patient
    portal = [(8, 32, 4), (18, 36, 22), (30, 40, 44), (48, 36, 56), (66, 28, 60)]
    left = [(28, 40, 43), (16, 50, 58), (2, 58, 66)]
    splenic = [(8, 32, 4), (-14, 34, 14), (-40, 24, 28), (-62, 8, 40), (-78, 0, 46)]
    mesenteric = [(8, 32, 4), (13, 37, -25), (17, 44, -65), (24, 46, -105)]
    for line, radii, tissue in (
        (portal, (6.8, 7, 7, 6, 4), Tissue.PORTAL_VEIN),
        (left, (5.5, 5, 4), Tissue.PORTAL_VEIN),
        (splenic, (5.5, 4.6, 4.4, 4.2, 3.5), Tissue.PORTAL_VEIN),
        (mesenteric, (6.5, 5.8, 4.6, 3.0), Tissue.PORTAL_VEIN),
    ):
        patch, field = space.tube(_line(p, line, before_spine=False), np.array(radii) * p.size)
        patch.paint(field < 0, tissue, _ROOM)


def paint_lung_vessels(space: Space, rng: np.random.Generator) -> None:
    """Twigs from the lungs' roots to their bases."""
    p = space.trunk.patient
    twigs = []
    for side in (1, -1):
        root = np.array((side * 32.0, 4.0, space.trunk.bed_z + 66))
        for _ in range(22):
            angle, height = side * rng.uniform(0.25, 2.6), space.trunk.bed_z + rng.uniform(-45, 70)
            end = space.trunk.point(angle, height, rng.uniform(6, 35))
            middle = 0.5 * (root + end) + rng.normal(0, 8, 3)
            twigs.append((np.array([root, middle, end]), np.array([3.4, 2.0, 0.9]) * p.size))
    patch, field = space.tubes(twigs, 2.0)
    patch.paint(field < 0, Tissue.VEIN, (Tissue.LUNG,))


def paint_mesentery(space: Space, ends: np.ndarray, rng: np.random.Generator) -> None:
    """Twigs of the mesenteric vessels to some of the bowel's loops: the dots in the fat of every abdominal CT."""
    p = space.trunk.patient
    if not len(ends):
        return
    arteries, veins = [], []
    for end in ends[rng.choice(len(ends), min(26, len(ends)), replace=False)]:
        z = float(np.clip(end[2] + rng.uniform(0, 30), -100, -12))
        root = np.array((10.0, 45.0, z)) * p.size
        line = np.array([root, 0.5 * (root + end) + rng.normal(0, 5, 3), end])
        arteries.append((line - (2.2, 0, 2.2), np.array([1.9, 1.6, 1.2])))
        veins.append((line + (2.2, 0, 2.2), np.array([2.6, 2.2, 1.6])))
    for lines, tissue in ((arteries, Tissue.ARTERY), (veins, Tissue.VEIN)):
        patch, field = space.tubes(lines, 2.5)
        patch.paint(field < 0, tissue, _ROOM)
