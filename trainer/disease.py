"""What disease does to an abdomen, for any training case, real or painted: a mass that pushes the organs aside, a
tumour of the liver, fluid around the organs, an organ that was taken out, an enhancement that the scan did not have.

Label maps come from people who were well enough to serve as an atlas. Without these a network takes the first large
mass it meets for a liver, and leaves out of a liver what lies in ascites or is a tumour.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.phantom.noise import smooth_noise
from trainer.cache import UNKNOWN

Spacing = tuple[float, float, float]

# Radii in mm: of masses from a large lymph node to an ovarian tumour that fills the abdomen, of liver tumours from what
# a doctor measures to what takes a lobe.
MASS_MM = (18.0, 95.0)
LIVER_TUMOUR_MM = (8.0, 50.0)
# Adrenal, renal and other retroperitoneal masses, from 4 to 16 cm across.
BESIDE_MM = (20.0, 80.0)
# Of its radius, what lies between the middle of such a mass and the next bone or the skin: it bulges there at most.
_LEAST_DEPTH = 0.7
# How far from the organ's surface such a mass begins, and how often it begins beside which organ.
_BED_MM = 20.0
_HOSTS = {RIGHT_KIDNEY: 0.4, LEFT_KIDNEY: 0.25, LIVER: 0.2, SPLEEN: 0.15}
REMOVABLE = (RIGHT_KIDNEY, SPLEEN, LEFT_KIDNEY)
"""Organs that people live without."""
# Where an organ was, its edge and what touched it go with it.
_BED_RIM_MM = 5.0
# Fluid is water to exudate, blood at most.
_FLUID_HU = (-5.0, 35.0)
_FAT_HU = (-150.0, -30.0)
AIR_HU, BONE_HU = -300, 300
# Spread, in HU, of what is added to an organ of a real scan: a plain one becomes an enhanced one and the reverse.
_ENHANCEMENT_HU = {LIVER: 22.0, SPLEEN: 28.0, RIGHT_KIDNEY: 45.0, LEFT_KIDNEY: 45.0}


@dataclass(frozen=True, eq=False)
class Mass:
    """A tumour about `centre` (voxels of the patch) that fills `inside`, a boolean (x, y, z).

    `label` is that of the organ it is counted with, 0 when it is nobody's; `host` that of the organ it grew beside.
    """

    centre: np.ndarray
    inside: np.ndarray
    depth: np.ndarray  # 0 at its surface to 1 in its middle
    label: int = 0
    host: int = 0


def bed(
    labels: np.ndarray,
    open_to_it: np.ndarray,
    spacing_mm: float,
    rng: np.random.Generator,
    among: Collection[Organ] = ORGANS,
) -> tuple[np.ndarray, int]:
    """Where a mass may begin beside one of the organs in `labels`, boolean (x, y, z), and that organ's label.

    It takes room from what is `open_to_it`: for a kidney at its upper half, where the adrenal lies and most masses push
    the liver or the spleen away from it. Nowhere, with label 0, when there is no organ `among` those wanted.
    """
    hosts = {organ.label: _HOSTS[organ] for organ in among if (labels == organ.label).any()}
    if not hosts:
        return np.zeros(labels.shape, bool), 0
    shares = np.array(list(hosts.values()))
    host = int(rng.choice(list(hosts), p=shares / shares.sum()))
    mask = labels == host
    near = geometry.near(mask, _BED_MM, (spacing_mm,) * 3)
    if host in (RIGHT_KIDNEY.label, LEFT_KIDNEY.label):
        near[:, :, : int(np.median(np.flatnonzero(mask.any(axis=(0, 1)))))] = False
    return near & open_to_it & (labels == 0), host


def depth(air: np.ndarray, bone: np.ndarray, spacing_mm: float) -> np.ndarray:
    """How far in mm each voxel lies from skin and bone, which no mass beside an organ pushes far; 0 in them.

    Both are boolean (x, y, z), axial slices last. Air that a slice of the body encloses, in lungs and bowel, gives way.
    """
    body = np.stack([ndimage.binary_fill_holes(~air[:, :, z]) for z in range(air.shape[2])], axis=2)
    return ndimage.distance_transform_edt(body & ~bone, sampling=(spacing_mm,) * 3)


def displace(
    where: np.ndarray,
    free: np.ndarray,
    spacing_mm: float,
    rng: np.random.Generator,
    radii_mm: tuple[float, float] = MASS_MM,
    label: int = 0,
    depth_mm: np.ndarray | None = None,
) -> tuple[np.ndarray, Mass | None]:
    """Positions (3, x, y, z) to sample the case at, once a mass has grown in `free`, and that mass with its `label`.

    Everything else keeps its volume: at the distance r of a mass of radius R now lies what lay at (r^3 - R^3)^(1/3).
    With `depth_mm` it grows where it is deep enough for its radius, or as large as it can. None where nothing is free.
    """
    radius_mm = float(np.exp(rng.uniform(*np.log(radii_mm))))
    if depth_mm is not None and free.any():
        deepest = float(depth_mm[free].max())
        radius_mm = min(radius_mm, deepest / _LEAST_DEPTH)
        free = free & (depth_mm >= min(radius_mm * _LEAST_DEPTH, deepest))
    candidates = np.flatnonzero(free)
    if candidates.size == 0 or radius_mm < spacing_mm:
        return where, None
    centre = np.array(np.unravel_index(rng.choice(candidates), free.shape))
    radius = radius_mm / spacing_mm
    lumps = 1 + rng.uniform(0.03, 0.2) * smooth_noise(free.shape, radius * spacing_mm, (spacing_mm,) * 3, rng)
    stretch = np.exp(rng.normal(0, 0.2, 3))
    axes = ((np.arange(n) - c) * s for n, c, s in zip(free.shape, centre, stretch, strict=True))
    x, y, z = (axis.astype(np.float32) ** 2 for axis in np.ix_(*axes))
    distance = np.sqrt(x + y + z) * np.clip(lumps, 0.5, 1.5) + np.float32(1e-3)
    before = np.cbrt(np.maximum(distance * distance * distance - radius**3, 0))
    # Whole voxels of the patch are affine images of voxels of the case, so it is the positions that are drawn inwards.
    middle = where[(slice(None), *centre)][:, None, None, None]
    moved = middle + (where - middle) * (before / distance)
    return moved.astype(np.float32), Mass(centre, distance < radius, np.clip(1 - distance / radius, 0, 1), label)


def fill(hu: np.ndarray, mass: Mass, spacing_mm: float, rng: np.random.Generator, like: float | None = None) -> None:
    """Paint a mass into `hu`, in place: a cyst with or without septa, or solid, with a rim and a dead middle.

    Given the HU of a neighbour that it is `like`, half of the solid ones are hardly darker or brighter than that.
    """
    noise = smooth_noise(hu.shape, rng.uniform(8, 40), (spacing_mm,) * 3, rng)
    wall = mass.depth < rng.uniform(0.02, 0.15)
    if rng.random() < 0.4:
        inner = rng.uniform(0, 45) + rng.uniform(0, 4) * noise
        inner = np.where(np.abs(noise) < rng.uniform(0, 0.08), rng.uniform(30, 90), inner)
    else:
        solid = rng.uniform(20, 120)
        if like is not None and rng.random() < 0.5:
            solid = like + rng.normal(-20, 25)
        inner = solid + rng.uniform(3, 25) * noise
        inner = np.where(mass.depth + 0.15 * noise > rng.uniform(0.3, 1.2), rng.uniform(5, 40), inner)
    inner = np.where(wall, rng.uniform(20, 110), inner)
    hu[mass.inside] = inner[mass.inside]
    if rng.random() < 0.1:  # calcified in places
        hu[mass.inside & (noise > 2.3)] = rng.uniform(150, 600)


def take_out(
    hu: np.ndarray,
    labels: np.ndarray,
    spacing_mm: float,
    rng: np.random.Generator,
    among: Collection[Organ] = REMOVABLE,
) -> np.ndarray | None:
    """One organ `among` these is gone, in place, and fat or bowel lies in its bed; where that is, boolean (x, y, z).

    Labels in the bed become background, `cache.UNKNOWN` ones too: there is nothing of an organ left. None where no
    such organ was.
    """
    there = [organ.label for organ in among if (labels == organ.label).any()]
    if not there:
        return None
    gone = labels == int(rng.choice(there))
    others = np.isin(labels, [organ.label for organ in ORGANS]) & ~gone
    rim = geometry.near(gone, _BED_RIM_MM, (spacing_mm,) * 3)
    emptied = rim & ~others & (gone | (np.abs(hu) < 250))
    hu[emptied] = (_bowel if rng.random() < 0.4 else _fat)(hu.shape, spacing_mm, rng)[emptied]
    labels[emptied] = 0
    return emptied


def _fat(shape: tuple[int, ...], spacing_mm: float, rng: np.random.Generator) -> np.ndarray:
    """With strands of soft tissue, more or less of them."""
    fine = smooth_noise(shape, rng.uniform(4, 9), (spacing_mm,) * 3, rng)
    strands = np.abs(fine) < rng.uniform(0, 0.12)
    return np.where(strands, rng.uniform(-60, 20), rng.uniform(-115, -90) + 6 * fine)


def _bowel(shape: tuple[int, ...], spacing_mm: float, rng: np.random.Generator) -> np.ndarray:
    """Loops with walls and with gas, water or oral contrast in them, and fat between."""
    loops = smooth_noise(shape, rng.uniform(12, 25), (spacing_mm,) * 3, rng)
    contents = rng.choice((rng.uniform(-5, 40), rng.uniform(-900, -600), rng.uniform(100, 300)), p=(0.6, 0.25, 0.15))
    hu = np.where(loops > -0.3, rng.uniform(20, 70), rng.uniform(-115, -90))
    return np.where(loops > rng.uniform(0.1, 0.5), contents, hu)


def pour(hu: np.ndarray, labels: np.ndarray, spacing_mm: float, rng: np.random.Generator) -> None:
    """Ascites, in place: fluid takes the outermost millimetres of liver and spleen and the fat about them.

    The organs float: their surfaces draw back from the wall, and what was theirs there is background.
    """
    spacing = (spacing_mm,) * 3
    level = rng.uniform(-0.5, 1.2) + smooth_noise(hu.shape, 60.0, spacing, rng)
    depth_mm = np.clip(level, 0, None) * rng.uniform(2, 10)
    reach_mm = rng.uniform(5, 45)
    fluid = rng.uniform(*_FLUID_HU)
    for organ in (LIVER, SPLEEN):
        mask = labels == organ.label
        if not mask.any():
            continue
        # What bounds the organ at the patch's faces is not its surface: the distance does not see beyond them.
        shell = mask & (geometry.depth(mask, spacing) < depth_mm)
        around = geometry.near(mask, reach_mm, spacing)
        fat = around & ~mask & (labels == 0) & (level > 0) & (hu > _FAT_HU[0]) & (hu < _FAT_HU[1])
        hu[shell | fat] = fluid
        labels[shell] = 0


def enhance(hu: np.ndarray, labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """`hu` with another enhancement of each organ; the edges stay as soft as they are.

    Voxels that are `cache.UNKNOWN` follow what lies next to them: most of them are the edge of an organ.
    """
    unknown = labels == UNKNOWN
    if unknown.any() and not unknown.all():
        nearest = ndimage.distance_transform_edt(unknown, return_distances=False, return_indices=True)
        labels = np.where(hu > _FAT_HU[1], labels[tuple(nearest)], labels)
    change = np.zeros(256, np.float32)
    kidneys = rng.normal(0, _ENHANCEMENT_HU[RIGHT_KIDNEY])
    for organ, spread in _ENHANCEMENT_HU.items():
        change[organ.label] = kidneys if organ in (RIGHT_KIDNEY, LEFT_KIDNEY) else rng.normal(0, spread)
    return hu + ndimage.gaussian_filter(change[labels], 0.6, truncate=3)
