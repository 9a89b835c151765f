"""The hollow organs: oesophagus, stomach, duodenum, colon and small bowel. Each takes only what fat is left."""

import numpy as np

from flare_gui.phantom.field import Noise, curve, smooth_min
from flare_gui.phantom.space import Space
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.wall import spine_front

_ROOM = (Tissue.FAT,)


def paint_stomach(space: Space, rng: np.random.Generator) -> None:
    """A J from the left dome across the midline; the oesophagus comes down behind the heart."""
    p = space.trunk.patient
    low = rng.uniform(-30, 8)
    dome = p.left_dome_z
    line = np.array(
        [
            (-50, -14, dome - 40),
            (-56, 4, dome - 54),
            (-60, 34, dome - 74),
            (-52, 58, 0.4 * (dome - 74) + 0.6 * low),
            (-24, 70, low),
            (8, 66, low + 4),
            (28, 50, low + 0.4 * (20 - low)),
        ]
    )
    line[:, :2] *= p.size
    line[:, 1] += 12 * p.habitus
    patch, field = space.tube(line, np.array([33, 35, 33, 27, 22, 17, 10]) * p.stomach, 5)
    full = 0.4 + 0.6 * p.stomach
    fundus = patch.ellipsoid((-54 * p.size, -4, dome - 32), (44 * full, 44 * full, 36 * full))
    field = smooth_min(field, fundus, 12) + 2 * patch.noise(Noise(rng, 22))
    # The kidney and its fat stay behind the stomach; above the kidney it reaches back to the diaphragm.
    _, y, z = p.left_kidney
    behind = np.float32(y + 12) - 0.8 * np.clip(patch.z - np.float32(z + 50), 0, None)
    free = (patch.y > behind) & (patch.depth < -5) & (patch.ceiling < -3.5)
    patch.paint((field < 0) & free, Tissue.STOMACH, _ROOM)

    top = float(spine_front(np.array([200.0]), p.size)[0])
    gullet = [
        (2, top + 14, 220),
        (-3, top + 16, 160),
        (-10, top + 24, dome + 2),
        (-18, 10, dome - 16),
        (-34, 4, dome - 26),
    ]
    patch, field = space.tube(gullet, np.array([7, 7.5, 7.5, 7.0, 7.0]) * p.size**0.5)
    patch.paint(field < 0, Tissue.OESOPHAGUS, (Tissue.FAT, Tissue.LUNG, Tissue.MUSCLE))


def paint_duodenum(space: Space, rng: np.random.Generator) -> None:
    """The C round the head of the pancreas, its third part between aorta and mesenteric vessels."""
    p = space.trunk.patient
    line = np.array(
        [
            (30, 48, 10),
            (44, 34, 8),
            (49, 20, -14),
            (46, 16, -40),
            (26, 20, -52),
            (-4, 27, -50),
            (-26, 30, -38),
            (-34, 38, -20),
        ]
    )
    radius = rng.uniform(9, 13) * (1 + 0.08 * np.sin(np.arange(8) * 2.1))
    patch, field = space.tube(line * p.size, radius)
    patch.paint(field + 0.8 * patch.noise(Noise(rng, 10)) < 0, Tissue.DUODENUM, _ROOM)


def paint_colon(space: Space, rng: np.random.Generator) -> None:
    """A frame along the wall: up the right side, sagging across, higher up on the left, and down."""
    p, trunk = space.trunk.patient, space.trunk
    sag = rng.uniform(0, 60)
    wide = p.colon
    # Angle round the trunk, height, depth of the middle beneath the wall, radius.
    spots = [
        (1.75, -138, 40, 0.8),
        (1.55, -118, 34, 1.25),
        (1.38, -80, 30, 1.15),
        (1.36, -42, 32, 1.05),
        (1.62, -16, 42, 1.0),
        (2.15, -24, 34, 0.9),
        (2.6, -24 - 0.6 * sag, 27, 0.9),
        (3.1, -30 - sag, 26, 0.9),
        (3.7, -24 - 0.6 * sag, 27, 0.85),
        (4.2, 14, 28, 0.9),
        (4.72, 52, 26, 0.9),
        (4.95, 20, 24, 0.8),
        (4.98, -40, 23, 0.7),
        (4.9, -95, 26, 0.65),
        (4.6, -140, 40, 0.65),
        (3.9, -165, 55, 0.7),
    ]
    line = []
    for angle, height, below, _ in spots:
        angle, height = angle + rng.normal(0, 0.04), (height + rng.normal(0, 4)) * p.size
        line.append(trunk.point(angle, height, (below + rng.normal(0, 2)) * 0.35 + 0.9 * wide + 4))
    places, sizes = curve(np.array(line), np.array([s[3] for s in spots]) * wide, 4.0)
    # Haustra: pouches between folds 25 to 35 mm apart.
    arc = 4.0 * np.arange(len(sizes))
    sizes = sizes * (1 + 0.17 * np.sin(2 * np.pi * arc / rng.uniform(26, 36) + np.sin(arc / 60)))
    patch, field = space.beads(places, sizes)
    field = field + 1.5 * patch.noise(Noise(rng, 12))
    patch.paint((field < 0) & (patch.depth < -2.5) & (patch.ceiling < -4), Tissue.COLON, _ROOM)


def paint_small_bowel(space: Space, rng: np.random.Generator) -> np.ndarray:
    """Loops that fill the frame of the colon; returns (n, 3) points along them, where vessels can end."""
    p = space.trunk.patient
    pitch = 1.9 * p.bowel + 5 * p.habitus * p.belly
    drift = [Noise(rng, 38) for _ in range(3)]
    loops = []
    for strand in _strands(space, pitch, rng):
        bent = strand + 0.35 * pitch * np.stack([noise.at(strand) for noise in drift], axis=1)
        loops.append(_rounded(bent + rng.normal(0, 0.2 * pitch, strand.shape)))
    if not loops:
        return np.empty((0, 3))
    calibres = [p.bowel * _calibre(len(loop), rng) for loop in loops]
    patch, field = space.tubes(list(zip(loops, calibres, strict=True)), 0.35 * p.bowel)
    field = field + 0.9 * patch.noise(Noise(rng, 14))
    patch.paint((field < 0) & (patch.depth < -4), Tissue.SMALL_BOWEL, _ROOM)
    return np.concatenate(loops)


def _rounded(points: np.ndarray) -> np.ndarray:
    """Corners cut off twice (Chaikin 1974): a walk over a lattice turns into loops."""
    for _ in range(2):
        near, far = 0.75 * points[:-1] + 0.25 * points[1:], 0.25 * points[:-1] + 0.75 * points[1:]
        between = np.stack([near, far], axis=1).reshape(-1, 3)
        points = np.vstack([points[:1], between, points[-1:]])
    return points


def _calibre(count: int, rng: np.random.Generator) -> np.ndarray:
    """Relative widths along a loop: slowly changing, here filled and there empty."""
    coarse = rng.uniform(0.72, 1.15, count // 6 + 3)
    return np.interp(np.linspace(0, len(coarse) - 1, count), np.arange(len(coarse)), coarse)


def _strands(space: Space, pitch: float, rng: np.random.Generator) -> list[np.ndarray]:
    """Self-avoiding walks over a lattice of the bowel's room, each (n, 3) in mm: packed loops that never cross."""
    p, trunk = space.trunk.patient, space.trunk
    axes = [np.arange(-125, 126, pitch), np.arange(5, 150, pitch), np.arange(-210, 45, pitch)]
    lattice = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    # Every other layer is shifted by half a pitch: loops lie in the grooves between those behind them.
    lattice[:, 1::2, :, 2] += 0.5 * pitch
    lattice[:, :, 1::2, 0] += 0.5 * pitch
    x, y, z = (lattice[..., i] for i in range(3))
    free = trunk.depth_of(lattice) < -(p.bowel + 5)
    free &= y > spine_front(z, p.size) + 16 + 0.12 * np.abs(x)
    # Higher up on the left, where the jejunum lies; nothing beneath the liver.
    free &= z < np.where(x < 0, 16, -14) * p.size - 0.25 * np.clip(y - 60, 0, None)
    free &= rng.random(free.shape) > 0.06
    steps = np.array([(1, 0, 0), (-1, 0, 0), (0, 1, 0), (0, -1, 0), (0, 0, 1), (0, 0, -1)])
    weights = np.array([3.0, 3.0, 2.0, 2.0, 1.0, 1.0])
    strands = []
    while free.any():
        at = np.argwhere(free)[rng.integers(free.sum())]
        path = [at]
        free[tuple(at)] = False
        while len(path) < 60:
            near = at + steps
            fits = ((near >= 0) & (near < free.shape)).all(1)
            fits[fits] = free[tuple(near[fits].T)]
            if not fits.any():
                break
            chance = weights * fits
            at = near[rng.choice(6, p=chance / chance.sum())]
            free[tuple(at)] = False
            path.append(at)
        if len(path) >= 2:
            strands.append(lattice[tuple(np.array(path).T)])
    return strands
