"""What holds the viscera: skin, fat, muscles, ribs, spine, pelvis; and the chest above the diaphragm.

Painted first and in this order: layers of the wall, lungs and diaphragm, muscles of the back wall, bones. Bone paints
over everything, all else over what it names.
"""

import numpy as np

from flare_gui.phantom.field import Noise, profile, smooth_max, smooth_min
from flare_gui.phantom.space import Patch, Space
from flare_gui.phantom.tissues import Tissue
from flare_gui.phantom.trunk import RIB_DEPTH_MM, RIB_HALF_HIGH_MM, RIB_HALF_THICK_MM, SKIN_MM

# Height of the front of the spine's y, for the curves of a spine that lies on a table.
_SPINE_Y = {-260: -52, -220: -42, -185: -24, -150: -6, -100: 2, -50: 2, 0: 0, 50: -6, 100: -13, 150: -18, 210: -19}
# Heights (mm) of the middles of L5 to T6 for size 1, disc included.
_VERTEBRAE = (
    (-131, 36),
    (-95, 37),
    (-57, 37),
    (-19, 36),
    (17, 35),
    (51, 33),
    (82, 30),
    (111, 28),
    (138, 27),
    (164, 26),
    (189, 25),
)
_FIRST_THORACIC = 5  # index of T12
_WALL = (Tissue.FAT, Tissue.MUSCLE)


def spine_front(z: np.ndarray, size: float) -> np.ndarray:
    """y of the front of the vertebral bodies at heights z."""
    return profile({height * size: y for height, y in _SPINE_Y.items()}, z)


def paint_layers(space: Space) -> None:
    """Skin, fat beneath it, muscle, and fat throughout the cavity, which the organs then displace."""
    trunk, radius = space.trunk, space.radius
    skin = space.unrolled(trunk.skin)
    tissues = space.tissues
    tissues[radius < skin] = Tissue.SOFT_TISSUE
    tissues[radius < skin - np.float32(SKIN_MM)] = Tissue.FAT
    tissues[(radius < space.unrolled(trunk.muscle)) & (space.depth > 0)] = Tissue.MUSCLE
    for sheet in trunk.sheets:
        tissues[np.abs(radius - space.unrolled(sheet)) < 0.7] = Tissue.FAT


def paint_chest(space: Space, rng: np.random.Generator) -> None:
    """Lungs down to their recesses, the diaphragm, and the heart in its fat."""
    p = space.trunk.patient
    above = space.ceiling
    inside = space.depth < -1.0
    bed = space.trunk.bed_z
    lungs = inside & (above > 1.5)
    lungs &= ~_mediastinum(space)
    space.tissues[lungs] = Tissue.LUNG
    space.tissues[inside & (np.abs(above) <= 1.6)] = Tissue.MUSCLE

    heart = space.patch((-105, -30, bed - 30), (60, 105, bed + 105))
    centre = (-20 * p.size, 38 + 14 * p.habitus, bed + 38)
    rows = _heart_axes()
    scale = p.size * rng.uniform(0.92, 1.1)
    chamber = heart.ellipsoid(centre, (66 * scale, 47 * scale, 44 * scale), rows)
    atrium = heart.ellipsoid((22 * p.size, 30, bed + 40), (30 * scale, 34 * scale, 38 * scale))
    chamber = smooth_min(chamber, atrium, 14) + 1.5 * heart.noise(Noise(rng, 28))
    in_chest = heart.ceiling > 1.5
    around = smooth_max(chamber - rng.uniform(3, 7) - 5 * p.habitus, heart.depth + 3, 4)
    heart.paint((around < 0) & in_chest, Tissue.FAT, (Tissue.LUNG,))
    heart.paint((chamber < 0) & (heart.ceiling > 2.6) & (heart.depth < -5), Tissue.HEART, (Tissue.FAT, Tissue.LUNG))


def _heart_axes() -> np.ndarray:
    """Rows: the heart's long axis to the left, front and below; then two across."""
    long = np.array([-0.78, 0.5, -0.36])
    long /= np.linalg.norm(long)
    across = np.cross(long, (0, 0, 1))
    across /= np.linalg.norm(across)
    return np.array([long, across, np.cross(long, across)])


def _mediastinum(space: Space) -> np.ndarray:
    """Between the lungs: round the spine and the great vessels."""
    z = space.axes[2]
    front = spine_front(z, space.trunk.patient.size).astype(np.float32)
    ahead = space.y - front[None, None]
    half = np.where(ahead > -12, 20, 26).astype(np.float32)
    behind_heart = np.clip(1 - np.abs(ahead + 6) / 46, 0, 1) ** np.float32(0.5)
    retrosternal = np.clip((ahead - 62) * np.float32(0.35), 0, 14)
    return np.abs(space.x + 3) < np.maximum(half * behind_heart, retrosternal)


def paint_back_muscles(space: Space, rng: np.random.Generator) -> None:
    """Psoas, quadratus lumborum and the crura of the diaphragm; then the fat between the muscles of the back."""
    p = space.trunk.patient
    strong = rng.uniform(0.85, 1.15) * p.size
    front = {z: float(spine_front(np.array([z], float), p.size)[0]) for z in (-200, -150, -100, -50, 0, 40, 80, 120)}
    for side in (1, -1):
        psoas = [(21, -24, 36), (26, -22, 5), (33, -18, -40), (40, -13, -90), (49, -2, -140), (60, 12, -195)]
        outer = np.array([(side * x, y, z * p.size) for x, y, z in psoas])
        radii = np.array([3, 9, 14, 17, 18, 16]) * strong
        # Oval, with its edge in the groove between vertebral body and transverse processes.
        inner = outer - np.column_stack([side * 0.5 * radii, 0.5 * radii, np.zeros(6)])
        patch, field = space.tubes([(outer, radii), (inner, 0.75 * radii)], 3.0)
        patch.paint(field < 0, Tissue.MUSCLE)
        quadratus = [(58, -48, 38), (66, -47, 0), (74, -46, -50), (82, -44, -100)]
        patch, field = space.tube(
            [(side * x * p.size, y * p.size, z * p.size) for x, y, z in quadratus], np.array([4, 9, 12, 12]) * strong
        )
        patch.paint(field < 0, Tissue.MUSCLE)
        crus = [(side * 9 + 2, front[-50] + 3, -35), (side * 14, front[0] + 3, 0), (side * 17, front[40] + 5, 40)]
        crus += [(side * 19 - 2, front[80] + 16, 80), (side * 12 - 4, front[80] + 34, 98)]
        patch, field = space.tube(crus, np.array([2, 3.5, 4.5, 5.0, 4.5]) * strong)
        patch.paint(field < 0, Tissue.MUSCLE)
    _paint_back_fat(space, rng)


def _paint_back_fat(space: Space, rng: np.random.Generator) -> None:
    """Streaks of fat in the erector spinae: along its septa, more in older and fatter patients."""
    p = space.trunk.patient
    patch = space.patch((-80, -130, -200), (80, -40, 210))
    septum = np.abs(np.abs(patch.x) - 30 - 3 * patch.noise(Noise(rng, 25))) < 0.9
    streaks = patch.noise(Noise(rng, 9)) > 2.1 - 0.7 * p.habitus
    patch.paint((septum & (patch.noise(Noise(rng, 22)) > 0.4)) | streaks, Tissue.FAT, (Tissue.MUSCLE,))


def paint_spine(space: Space, rng: np.random.Generator) -> None:
    """Vertebrae from T6 to L5 with discs, canal, arches and processes; sacrum below."""
    p = space.trunk.patient
    for level, (middle, height) in enumerate(_VERTEBRAE):
        _paint_vertebra(space, level, middle * p.size, height * p.size, rng)
    if space.z.min() < -140 * p.size:
        _paint_sacrum(space)


def _paint_vertebra(space: Space, level: int, middle: float, height: float, rng: np.random.Generator) -> None:
    p = space.trunk.patient
    thoracic = level >= _FIRST_THORACIC
    half_width = p.vertebra * (1.0 - 0.04 * max(0, level - 1)) * (1.06 if level < 2 else 1.0)
    half_deep = p.vertebra * (0.70 if level < 4 else 0.68)
    disc = (3.2 if thoracic else 5.0) * p.size
    front = float(spine_front(np.array([middle]), p.size)[0])
    slope = (
        float(spine_front(np.array([middle + 15]), p.size)[0] - spine_front(np.array([middle - 15]), p.size)[0]) / 30
    )
    sideways = p.scoliosis * np.sin(middle / 70)
    reach = 52 if not thoracic else 44
    patch = space.patch((-reach, front - 92, middle - height), (reach, front + 6, middle + height), 4)
    x = patch.x - np.float32(sideways)
    up = (patch.z - np.float32(middle)) + np.float32(slope) * (patch.y - np.float32(front - half_deep))
    y = patch.y - np.float32(front) - np.float32(slope) * (patch.z - np.float32(middle))
    along = np.abs(up) / np.float32(height / 2)
    belly = 1 - 0.11 * np.clip(1 - along**2, 0, 1)  # the waist of a vertebral body
    dent = 3.0 * np.exp(-((x / 9) ** 2))  # its back is hollow
    round_ = (np.abs(x / half_width) ** 2.4 + np.abs((y + half_deep) / half_deep) ** 2.4) ** np.float32(1 / 2.4)
    body = (round_ < belly) & (y > -2 * half_deep + dent)
    slab = np.abs(up) <= height / 2
    bony = np.abs(up) < height / 2 - disc
    over_all = None
    patch.paint((round_ < 1.03) & slab & (y > -2 * half_deep + dent), Tissue.MUSCLE, over_all)  # the disc
    patch.paint(body & bony, Tissue.BONE, over_all)

    canal_y = -2 * half_deep - 7.0
    ring = np.hypot(x / np.float32(11.5), (y - canal_y) / np.float32(9.0))
    arch = (ring < 1.62) & (y < canal_y + 8) & (np.abs(up - 1) < height * 0.36)
    patch.paint(arch & ~body, Tissue.BONE, over_all)
    pedicle = (np.abs(np.abs(x) - 14) < 4.6) & (np.abs(up - 5) < 7.5) & (y < -2 * half_deep + 6) & (y > canal_y - 4)
    patch.paint(pedicle, Tissue.BONE, over_all)
    far = canal_y - (33 if not thoracic else 30) * p.size
    drop = (canal_y - y) * np.float32(0.15 if not thoracic else 0.75)
    high = (10 if not thoracic else 6) + 0.06 * (canal_y - y)
    thin = 2.8 + 2.2 * np.clip((canal_y - 10 - y) / 24, 0, 1) ** 2
    spinous = (np.abs(x) < thin) & (y < canal_y - 9) & (y > far) & (np.abs(up + 5 + drop) < high)
    patch.paint(spinous, Tissue.BONE, over_all)
    patch.paint((ring < 1.0) & (np.abs(up) < height / 2 + 1), Tissue.FAT, over_all)
    # Dura and what it holds look like muscle on a CT.
    patch.paint((ring < 0.84) & (np.abs(up) < height / 2 + 1), Tissue.MUSCLE, over_all)
    _paint_processes(space, level, middle, height, front, canal_y, sideways, rng)


def _paint_processes(
    space: Space,
    level: int,
    middle: float,
    height: float,
    front: float,
    canal_y: float,
    sideways: float,
    rng: np.random.Generator,
) -> None:
    """Transverse processes and the joints between the arches, a pair each."""
    p = space.trunk.patient
    thoracic = level >= _FIRST_THORACIC
    for side in (1, -1):
        length = (28 if thoracic else 38) * p.size + rng.normal(0, 1.5)
        back = 16 if thoracic else 5
        root = (sideways + side * 15, front + canal_y + 1, middle + 4)
        tip = (sideways + side * length, front + canal_y - back, middle + rng.normal(5, 2))
        patch, field = space.tube([root, tip], np.array([4.6, 3.2 if not thoracic else 4.2]))
        patch.paint(field < 0, Tissue.BONE, (Tissue.MUSCLE, Tissue.FAT))
        joint = space.patch(
            (sideways + side * 17 - 9, front + canal_y - 18, middle - height / 2 - 11),
            (sideways + side * 17 + 9, front + canal_y + 4, middle - height / 2 + 11),
            3,
        )
        facet = joint.ellipsoid((sideways + side * 17, front + canal_y - 7, middle - height / 2), (6, 7.5, 9))
        gap = np.abs(joint.x - sideways - side * (17 + 0.4 * (joint.y - front - canal_y + 7))) < 0.7
        joint.paint((facet < 0) & ~gap, Tissue.BONE, (Tissue.MUSCLE, Tissue.FAT))


def paint_ribs(space: Space, rng: np.random.Generator) -> None:
    """Ribs 6 to 12, each with its own slope and curve, their cartilages and the breastbone."""
    trunk, p = space.trunk, space.trunk.patient
    aside = np.abs(trunk.angle)
    away = np.full(trunk.cavity.shape, 9.0, np.float32)
    gristle = np.full(trunk.cavity.shape, 9.0, np.float32)
    for number in range(5, 13):
        root = (_VERTEBRAE[min(_FIRST_THORACIC + 12 - number, len(_VERTEBRAE) - 1)][0] + 14) * p.size
        root += 25 * p.size * max(0, 6 - number)
        for side in (1, -1):
            end = {11: 1.75, 12: 1.15}.get(number, 2.15 + 0.055 * (10 - number)) + rng.normal(0, 0.06)
            fall = {11: 78, 12: 60}.get(number, 104 - 3.0 * (10 - number)) * p.size * rng.normal(1, 0.05)
            path = profile({0.0: 0, 0.3: -2, 0.7: 0.22, 1.2: 0.55, 1.8: 0.88, 2.3: 1.0, np.pi: 0.92}, aside)
            path = np.maximum(path, 0) if number > 10 else path
            centre = root - fall * np.clip(path, -0.02, 1) + 2.0 * trunk.wobble[1].mean(1, keepdims=True)
            across = np.abs(trunk.height - centre) * np.float32(0.82 / RIB_HALF_HIGH_MM)
            own = (np.sign(trunk.angle) == side) & (aside > 0.27)
            np.minimum(away, np.where(own & (aside < end), across, 9), out=away)
            if number <= 10:
                # Cartilage turns up to the breastbone, the lower the rib the steeper.
                rise = 55 * p.size * np.clip((aside - end) / (np.pi - end), 0, 1) * (0.35 + 0.16 * (number - 6))
                across = np.abs(trunk.height - centre - rise) * np.float32(0.8 / RIB_HALF_HIGH_MM)
                np.minimum(gristle, np.where(own & (aside >= end) & (aside < 2.98), across, 9), out=gristle)
    sternum = (aside > 2.98) & (trunk.height > 98 * p.size) & (np.abs(trunk.angle) <= np.pi)
    depth = (space.depth - np.float32(RIB_DEPTH_MM)) / np.float32(RIB_HALF_THICK_MM)
    shell = np.flatnonzero(np.abs(depth.ravel()) < 1.3)
    cell, out = space._cell.ravel()[shell], depth.ravel()[shell] ** 2
    tissues = space.tissues.ravel()
    for table, tissue in ((gristle, Tissue.SOFT_TISSUE), (away, Tissue.BONE)):
        tissues[shell[out + table.ravel()[cell] ** 2 < 1]] = tissue
    tissues[shell[sternum.ravel()[cell]]] = Tissue.BONE


def _paint_sacrum(space: Space) -> None:
    """Sacrum and iliac wings, as far down as an abdominal scan goes."""
    p = space.trunk.patient
    size = p.size
    patch = space.patch((-70, -120, -300), (70, 20, -140 * size))
    front = spine_front(space.axes[2][patch.slices[2]], size)[None, None].astype(np.float32)
    down = (-148 * size - patch.z) / np.float32(100)
    half = 50 * size * np.clip(1.05 - 0.55 * down, 0, 1)
    behind = front - patch.y
    bone = (np.abs(patch.x) < half) & (behind > 0.0 + 0.25 * np.abs(patch.x)) & (behind < 34 - 10 * down) & (down > 0)
    patch.paint(bone, Tissue.BONE, None)
    canal = (np.hypot(patch.x / 13, (behind - 27 + 8 * down) / 6) < 1) & (down > 0)
    patch.paint(canal, Tissue.SOFT_TISSUE, None)
    hips = space.patch((-150, -100, -300), (150, 90, -70 * size))
    aside = np.abs(hips.x)
    _paint_ilium(hips, aside, size)


def _paint_ilium(hips: Patch, aside: np.ndarray, size: float) -> None:
    """Each wing is a plate along a bent line from the sacrum to the front, below a curved crest."""
    forward = np.clip((hips.y + 68 * size) / np.float32(112 * size), 0, 1)
    spread = (42 + 78 * forward**0.62 + 5 * np.sin(2 * np.pi * forward)) * size
    spread = spread + (hips.z + 130 * size) * (0.30 * forward)  # wings lean outwards
    crest = (-104 - 120 * (forward - 0.42) ** 2) * size
    thick = 3.4 + 4.5 * np.exp(-(((hips.z - crest) / 9) ** 2)) + 3.5 * np.exp(-((forward / 0.16) ** 2))
    inside = (np.abs(aside - spread) < thick) & (hips.z < crest) & (hips.y > -72 * size) & (hips.y < 46 * size)
    hips.paint(inside, Tissue.BONE, (Tissue.FAT, Tissue.MUSCLE))
