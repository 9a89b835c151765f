"""One training sample from one case: where the patch lies, how space and Hounsfield units are bent, what is cut off."""

from dataclasses import replace

import numpy as np
from scipy import ndimage

from flare_gui.model.preprocess import AIR_HU, Window, intensity
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY
from flare_gui.phantom.noise import smooth_noise
from flare_gui.phantom.paint import paint
from flare_gui.phantom.tissues import Tissue
from trainer import disease, physique, scanner
from trainer.cache import UNKNOWN, TrainingCase
from trainer.recipe import Augmentation, Recipe

_ORGAN_LABELS = [organ.label for organ in ORGANS]
# Masses grow from these; in a real scan, whose tissues have no names, from voxels of these HU.
_SOFT = (
    Tissue.PANCREAS,
    Tissue.DUODENUM,
    Tissue.SMALL_BOWEL,
    Tissue.COLON,
    Tissue.STOMACH,
    Tissue.ADRENAL,
    Tissue.SOFT_TISSUE,
    Tissue.PELVIC_ORGAN,
    Tissue.UNKNOWN_INSIDE,
)
_SOFT_HU = (-20, 90)
# Masses right beside an organ take room from these too: retroperitoneal ones grow in fat.
_OPEN = (*_SOFT, Tissue.FAT, Tissue.GALLBLADDER, Tissue.VEIN, Tissue.PORTAL_VEIN)
_OPEN_HU = (-140, 110)
# Share of patches that are centred near an organ; the others may lie anywhere in the scan.
_NEAR_ORGAN = 0.8
# Share of a patch that may lie beyond the scan: more teaches nothing but that air is air.
_OVERHANG = 0.12


def draw(
    case: TrainingCase, recipe: Recipe, rng: np.random.Generator, *, plain: bool = False
) -> tuple[np.ndarray, ...]:
    """A patch as (image, labels): float32 (1, p, p, p) from -1 to 1, and uint8 (p, p, p) of `Organ.label` or `UNKNOWN`.

    `plain` leaves augmentation out, for validation; a phantom is painted all the same.
    """
    augment = None if plain else recipe.augmentation
    where = _coordinates(case, recipe, rng, augment)
    mass = None
    if augment is not None:
        where, mass = _grown(case, where, recipe.spacing_mm, rng, augment)
    tissues = _nearest(case.labels, where)
    if augment is not None and case.is_phantom:
        _built(tissues, recipe.spacing_mm, rng, augment)
    size = case.labels.shape
    inside = np.all([(w > -0.5) & (w < n - 0.5) for w, n in zip(where, size, strict=True)], axis=0)
    labels = np.where((tissues <= max(_ORGAN_LABELS)) | (tissues == UNKNOWN), tissues, 0).astype(np.uint8)
    if mass is not None:
        labels[mass.inside] = mass.label
    if case.hu is None:
        hu = paint(tissues, (recipe.spacing_mm,) * 3, rng).astype(np.float32)
    else:
        hu = ndimage.map_coordinates(case.hu, where, np.float32, order=1, mode="nearest", prefilter=False)
        if augment is not None and rng.random() < augment.enhancement:
            hu = disease.enhance(hu, labels, rng)
    if augment is not None:
        hu = _diseased(hu, labels, mass, recipe, rng, augment)
        hu, labels, inside = _scanned(hu, labels, inside, recipe.spacing_mm, rng, augment)
    hu[~inside], labels[~inside] = AIR_HU, 0
    if augment is not None and rng.random() < augment.flip:
        hu, labels = flip_left_right(hu, labels)
    return intensity(hu, Window(*recipe.window))[None], labels


def _nearest(labels: np.ndarray, where: np.ndarray) -> np.ndarray:
    return ndimage.map_coordinates(labels, where, order=0, mode="constant", cval=0, prefilter=False)


def _built(tissues: np.ndarray, spacing_mm: float, rng: np.random.Generator, augment: Augmentation) -> None:
    """A painted patient of another physique, in place."""
    if rng.random() < augment.thick_fat:
        physique.thicken_fat(tissues, spacing_mm, rng)
    if rng.random() < augment.long_lobe:
        physique.lengthen_lobe(tissues, spacing_mm, rng)


def _grown(
    case: TrainingCase, where: np.ndarray, spacing_mm: float, rng: np.random.Generator, augment: Augmentation
) -> tuple[np.ndarray, disease.Mass | None]:
    """`disease.displace` by one mass at most, beside the organs or in the liver."""
    chance = rng.random()
    if chance < augment.mass * augment.mass_beside:
        room, host = disease.bed(_nearest(case.labels, where), _room(case, where, _OPEN, _OPEN_HU), spacing_mm, rng)
        deep = _depth(case, where, spacing_mm)
        where, mass = disease.displace(where, room, spacing_mm, rng, disease.BESIDE_MM, depth_mm=deep)
        return where, None if mass is None else replace(mass, host=host)
    if chance < augment.mass:
        return disease.displace(where, _room(case, where, _SOFT, _SOFT_HU), spacing_mm, rng)
    if chance < augment.mass + augment.liver_tumour:
        liver = _nearest(case.labels, where) == LIVER.label
        return disease.displace(where, liver, spacing_mm, rng, disease.LIVER_TUMOUR_MM, LIVER.label)
    return where, None


def _room(
    case: TrainingCase, where: np.ndarray, open_tissues: tuple[Tissue, ...], open_hu: tuple[int, int]
) -> np.ndarray:
    """Where a mass can grow from: inside the body, beside the organs."""
    tissues = _nearest(case.labels, where)
    if case.hu is None:
        return np.isin(tissues, open_tissues)
    soft = (case.hu > open_hu[0]) & (case.hu < open_hu[1])
    return (tissues == 0) & (_nearest(soft.view(np.uint8), where) > 0)


def _depth(case: TrainingCase, where: np.ndarray, spacing_mm: float) -> np.ndarray:
    """`disease.depth` in the patch, from every second voxel: an eighth of the time."""
    coarse = where[:, ::2, ::2, ::2]
    if case.hu is None:
        tissues = _nearest(case.labels, coarse)
        air, bone = tissues == Tissue.OUTSIDE, tissues == Tissue.BONE
    else:
        hu = ndimage.map_coordinates(case.hu, coarse, order=0, mode="nearest", prefilter=False)
        air, bone = hu < disease.AIR_HU, hu > disease.BONE_HU
    depth = disease.depth(air, bone, 2 * spacing_mm)
    for axis, size in enumerate(where.shape[1:]):
        depth = depth.repeat(2, axis).take(range(size), axis)
    return depth


def _diseased(
    hu: np.ndarray,
    labels: np.ndarray,
    mass: disease.Mass | None,
    recipe: Recipe,
    rng: np.random.Generator,
    augment: Augmentation,
) -> np.ndarray:
    """Fluid, an emptied bed and a mass are as blurred and as noisy as the scan around them."""
    ascites, absent = rng.random() < augment.ascites, rng.random() < augment.absent
    if mass is None and not ascites and not absent:
        return hu
    clean = hu.copy()
    # The host's own HU, before anything is done to it.
    beside = labels == mass.host if mass is not None and mass.host else None
    like = float(hu[beside].mean()) if beside is not None and beside.any() else None
    emptied = disease.take_out(hu, labels, recipe.spacing_mm, rng) if absent else None
    if ascites:
        disease.pour(hu, labels, recipe.spacing_mm, rng)
    if mass is not None:
        disease.fill(hu, mass, recipe.spacing_mm, rng, like)
        # A tumour at the liver's surface is dry: it is painted over the fluid.
        labels[mass.inside] = mass.label
    changed = hu != clean
    soft = ndimage.gaussian_filter(hu, rng.uniform(0.3, 0.6), truncate=3)
    grain = ndimage.gaussian_filter(rng.standard_normal(hu.shape, np.float32), rng.uniform(0.2, 0.6), truncate=2)
    # Where the mass is, space is drawn from a point, and there is no noise.
    sound = labels if mass is None else np.where(mass.inside, 0, labels)
    if emptied is not None:
        sound = np.where(emptied, 0, sound)
    grain *= np.float32(_noise_of(clean, sound) / max(1e-3, float(grain.std())))
    return np.where(ndimage.binary_dilation(changed), soft + grain * changed, hu)


def _scanned(
    hu: np.ndarray,
    labels: np.ndarray,
    inside: np.ndarray,
    spacing_mm: float,
    rng: np.random.Generator,
    augment: Augmentation,
) -> tuple[np.ndarray, ...]:
    """HU and labels as a scanner gives them, and where in them the scan was taken."""
    if rng.random() < augment.streaks:
        hu = scanner.streaks(hu, spacing_mm, rng)
    if rng.random() < augment.starved:
        hu = scanner.starved(hu, rng)
    hu = scanner.intensities(hu, augment, rng)
    if rng.random() < augment.slab:
        shown, seen = scanner.slab(labels, spacing_mm, rng)
        hu, labels, inside = hu[:, :, shown], labels[:, :, shown], inside[:, :, shown] & seen
    elif rng.random() < augment.cut:
        inside = inside & scanner.ends(hu.shape, rng)
    if rng.random() < augment.circle:
        inside = inside & scanner.circle(hu.shape, spacing_mm, rng)
    return hu, labels, inside


def _noise_of(hu: np.ndarray, labels: np.ndarray) -> float:
    """Standard deviation in HU inside the organs, beyond what changes slowly there; 8 where there is no organ."""
    inside = ndimage.binary_erosion((labels > 0) & (labels != UNKNOWN), iterations=2)
    if inside.sum() < 50:
        return 8.0
    return float((hu - ndimage.uniform_filter(hu, 3))[inside].std())


def flip_left_right(hu: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mirror the first axis. What was the right kidney now lies on the left, so the two change names."""
    swap = np.arange(256, dtype=np.uint8)
    swap[RIGHT_KIDNEY.label], swap[LEFT_KIDNEY.label] = LEFT_KIDNEY.label, RIGHT_KIDNEY.label
    return np.ascontiguousarray(hu[::-1]), swap[labels[::-1]]


def _coordinates(
    case: TrainingCase, recipe: Recipe, rng: np.random.Generator, augment: Augmentation | None
) -> np.ndarray:
    """(3, p, p, p) voxel positions in the case's arrays."""
    size = recipe.patch
    axis = (np.arange(size) - (size - 1) / 2) * recipe.spacing_mm
    offsets = np.stack(np.meshgrid(axis, axis, axis, indexing="ij")).astype(np.float32)
    centre = _centre(case, recipe, rng, centred=augment is None)
    if augment is not None:
        offsets = np.tensordot(_matrix(rng, augment), offsets, axes=1)
        if rng.random() < augment.elastic:
            amplitude = rng.uniform(0, augment.elastic_mm) / 2
            for offset in offsets:
                offset += amplitude * smooth_noise(offset.shape, 45.0, (recipe.spacing_mm,) * 3, rng)
    spacing = np.asarray(case.spacing_mm, np.float32)[:, None, None, None]
    return offsets / spacing + centre.astype(np.float32)[:, None, None, None]


def _centre(case: TrainingCase, recipe: Recipe, rng: np.random.Generator, *, centred: bool) -> np.ndarray:
    shape = np.asarray(case.labels.shape)
    side = recipe.patch * recipe.spacing_mm / np.asarray(case.spacing_mm)
    present = [label for label in _ORGAN_LABELS if (case.labels == label).any()]
    if not present or (not centred and rng.random() > _NEAR_ORGAN):
        return _over_scan(rng.uniform(0, shape - 1), shape, side)
    voxels = np.flatnonzero(case.labels == rng.choice(present))
    centre = np.array(np.unravel_index(rng.choice(voxels), shape), float)
    return _over_scan(centre + rng.uniform(-side / 4, side / 4), shape, side)


def _over_scan(centre: np.ndarray, shape: np.ndarray, side: np.ndarray) -> np.ndarray:
    """The centre moved until the patch, `side` voxels, hangs over the scan's edge by `_OVERHANG` at most."""
    lowest = side * (0.5 - _OVERHANG)
    return np.where(side > shape, np.clip(centre, shape - side / 2, side / 2), np.clip(centre, lowest, shape - lowest))


def _matrix(rng: np.random.Generator, augment: Augmentation) -> np.ndarray:
    # Small angles more often than large ones: most patients lie straight.
    angles = np.radians(rng.uniform(-augment.rotation_degrees, augment.rotation_degrees, 3) * rng.random())
    matrix = rotation(angles)
    scale = np.exp(rng.uniform(-augment.scale, augment.scale) + rng.uniform(-augment.scale, augment.scale, 3) / 3)
    return (matrix * scale).astype(np.float32)


def rotation(angles: np.ndarray) -> np.ndarray:
    """(3, 3): turned by three angles in radians, about x, then y, then z."""
    matrix = np.eye(3)
    for axis, angle in enumerate(angles):
        i, j = [a for a in range(3) if a != axis]
        turn = np.eye(3)
        turn[i, i] = turn[j, j] = np.cos(angle)
        turn[i, j], turn[j, i] = -np.sin(angle), np.sin(angle)
        matrix = turn @ matrix
    return matrix
