"""Hounsfield units for a tissue map: contrast phase, texture, contents, lesions, and what a scanner adds.

The mean values are textbook ranges for a 120 kV scan (Hofer, "CT Teaching Manual"); each painting draws its own values
around them, wider than any one scanner's, because a network has to meet all scanners.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from flare_gui.phantom import pathology
from flare_gui.phantom.noise import smooth_noise
from flare_gui.phantom.pathology import box_around
from flare_gui.phantom.tissues import KIDNEYS, Tissue

PHASES = ("plain", "arterial", "portal", "late")

# Tissue: mean HU in the four phases, spread of that mean from patient to patient, texture inside one patient.
_HU: dict[Tissue, tuple[tuple[float, float, float, float], float, float]] = {
    Tissue.OUTSIDE: ((-1000, -1000, -1000, -1000), 0, 0),
    Tissue.LIVER: ((56, 70, 108, 92), 14, 5),
    Tissue.RIGHT_KIDNEY: ((32, 150, 175, 150), 18, 10),
    Tissue.SPLEEN: ((48, 110, 118, 95), 12, 5),
    Tissue.LEFT_KIDNEY: ((32, 150, 175, 150), 18, 10),
    Tissue.GALLBLADDER: ((10, 10, 12, 12), 8, 3),
    Tissue.STOMACH: ((40, 50, 60, 55), 15, 10),
    Tissue.PANCREAS: ((40, 95, 90, 75), 15, 12),
    Tissue.DUODENUM: ((35, 60, 65, 60), 20, 15),
    Tissue.SMALL_BOWEL: ((30, 60, 70, 60), 20, 20),
    Tissue.COLON: ((25, 40, 45, 40), 20, 20),
    Tissue.ARTERY: ((42, 310, 155, 125), 30, 4),
    Tissue.VEIN: ((42, 90, 145, 120), 25, 6),
    Tissue.PORTAL_VEIN: ((42, 90, 165, 125), 20, 5),
    Tissue.ADRENAL: ((20, 60, 65, 50), 12, 5),
    Tissue.OESOPHAGUS: ((35, 45, 50, 45), 12, 15),
    Tissue.BLADDER: ((6, 6, 8, 60), 8, 3),
    Tissue.LUNG: ((-850, -840, -840, -845), 40, 35),
    Tissue.HEART: ((42, 190, 130, 115), 25, 15),
    Tissue.BONE: ((280, 300, 300, 300), 70, 110),
    Tissue.MUSCLE: ((52, 58, 62, 60), 8, 8),
    Tissue.FAT: ((-105, -103, -102, -102), 7, 8),
    Tissue.SOFT_TISSUE: ((40, 50, 58, 52), 15, 15),
    Tissue.PELVIC_ORGAN: ((40, 60, 75, 70), 15, 10),
    Tissue.UNKNOWN_INSIDE: ((20, 30, 35, 30), 20, 20),
}
_LOOSE = (Tissue.SMALL_BOWEL, Tissue.UNKNOWN_INSIDE, Tissue.SOFT_TISSUE)


@dataclass(frozen=True)
class Look:
    """How one patient was scanned: the contrast phase, noise in HU and blur in mm (standard deviations).

    And what ails the organs: small `lesions`, a liver tumour of that radius in mm, a wide renal pelvis. With
    `blood_like_liver` the veins and the heart have nearly the liver's HU, as between two phases of contrast.
    """

    phase: str = "portal"
    noise_hu: float = 12.0
    blur_mm: float = 1.5
    lesions: int = 0
    liver_tumour_mm: float = 0.0
    wide_pelvis: bool = False
    blood_like_liver: bool = False

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Look":
        """A look as a day in a radiology department would bring it, with more plain scans: they are the hard ones."""
        return cls(
            phase=str(rng.choice(PHASES, p=(0.35, 0.15, 0.38, 0.12))),
            noise_hu=float(rng.gamma(2.0, 6.0)),
            blur_mm=float(rng.uniform(0.6, 2.6)),
            lesions=int(rng.choice((0, 0, 1, 3, 6))),
            liver_tumour_mm=float(rng.uniform(25, 70)) if rng.random() < 0.2 else 0.0,
            wide_pelvis=bool(rng.random() < 0.35),
            blood_like_liver=bool(rng.random() < 0.25),
        )


def paint(
    tissues: np.ndarray,
    spacing_mm: tuple[float, float, float],
    rng: np.random.Generator,
    look: Look | None = None,
) -> np.ndarray:
    """A CT of `tissues` (uint8 (x, y, z) in canonical RAS, values of `Tissue`) as int16 HU of the same shape."""
    look = look or Look.random(rng)
    hu, texture = _means(tissues, rng, look)
    coarse = smooth_noise(tissues.shape, 12.0, spacing_mm, rng)
    fine = smooth_noise(tissues.shape, 3.0, spacing_mm, rng)
    _kidneys(hu, tissues, spacing_mm, rng, look)
    if look.wide_pelvis:
        pathology.renal_pelves(hu, tissues, spacing_mm, rng, look.phase)
    _liver_vessels(hu, tissues, spacing_mm, rng, look)
    _bone(hu, tissues, coarse, rng)
    _contents(hu, tissues, coarse, rng)
    _loose_tissue(hu, tissues, fine, coarse, rng)
    if look.liver_tumour_mm:
        pathology.liver_tumour(hu, tissues, spacing_mm, rng, look.liver_tumour_mm)
    pathology.lesions(hu, tissues, spacing_mm, rng, look.lesions)
    hu += texture * (0.6 * coarse + 0.6 * fine)
    return _scan(hu, spacing_mm, rng, look)


def _means(tissues: np.ndarray, rng: np.random.Generator, look: Look) -> tuple[np.ndarray, np.ndarray]:
    phase = PHASES.index(look.phase)
    means, textures = np.zeros(256, np.float32), np.zeros(256, np.float32)
    # Enhancement varies as a whole (dose, timing, heart), then tissue by tissue.
    strength = rng.uniform(0.6, 1.25)
    for tissue, (hu, spread, texture) in _HU.items():
        means[tissue] = hu[0] + strength * (hu[phase] - hu[0]) + rng.normal(0, spread)
        textures[tissue] = texture * rng.uniform(0.3, 1.5)
    means[Tissue.LEFT_KIDNEY] = means[Tissue.RIGHT_KIDNEY] + rng.normal(0, 4)
    if rng.random() < 0.15:  # fatty liver
        means[Tissue.LIVER] -= rng.uniform(15, 50)
    if rng.random() < 0.2:  # sludge, or contrast of an earlier scan: in a plain scan hardly darker than the liver
        means[Tissue.GALLBLADDER] += rng.uniform(15, 60)
    if look.blood_like_liver:
        for tissue in (Tissue.VEIN, Tissue.HEART):
            means[tissue] = means[Tissue.LIVER] + rng.normal(0, 8)
    return means[tissues], textures[tissues]


def _kidneys(
    hu: np.ndarray, tissues: np.ndarray, spacing_mm: tuple[float, float, float], rng: np.random.Generator, look: Look
) -> None:
    """Cortex brighter than medulla, most of all in the arterial phase; in the late phase bright urine in the middle."""
    depth_of_cortex = rng.uniform(5, 9)
    contrast = {"plain": 2.0, "arterial": rng.uniform(40, 110), "portal": rng.uniform(0, 40), "late": -15.0}[look.phase]
    for kidney in KIDNEYS:
        box = box_around(tissues == kidney)
        if box is None:
            continue
        mask = tissues[box] == kidney
        depth = ndimage.distance_transform_edt(mask, sampling=spacing_mm)
        pyramids = smooth_noise(mask.shape, 9.0, spacing_mm, rng)
        cortex = 1.0 / (1.0 + np.exp((depth - depth_of_cortex - 1.5 * pyramids) / 1.2))
        part = hu[box]
        part[mask] += (contrast * (cortex - 0.5))[mask]
        if look.phase == "late":
            part[mask & (depth > 2.0 * depth_of_cortex)] += rng.uniform(0, 250)


def _liver_vessels(
    hu: np.ndarray, tissues: np.ndarray, spacing_mm: tuple[float, float, float], rng: np.random.Generator, look: Look
) -> None:
    """Curves where two noises are both near zero: a tangle of vessels without any drawing of trees."""
    box = box_around(tissues == Tissue.LIVER)
    if box is None:
        return
    mask = tissues[box] == Tissue.LIVER
    first, second = (smooth_noise(mask.shape, rng.uniform(25, 40), spacing_mm, rng) for _ in range(2))
    thin = rng.uniform(0.08, 0.2)
    inside = np.exp(-(first**2 + second**2) / (2 * thin**2))
    brighter = {"plain": -12.0, "arterial": rng.uniform(-10, 40), "portal": rng.uniform(10, 60), "late": 15.0}
    part = hu[box]
    part[mask] += (brighter[look.phase] * inside)[mask]


def _bone(hu: np.ndarray, tissues: np.ndarray, coarse: np.ndarray, rng: np.random.Generator) -> None:
    mask = tissues == Tissue.BONE
    if not mask.any():
        return
    shell = mask & ~ndimage.binary_erosion(mask)
    hu[shell] += rng.uniform(150, 500)
    hu[mask & ~shell] -= rng.uniform(0, 120)
    hu[mask] += 40 * coarse[mask]


def _contents(hu: np.ndarray, tissues: np.ndarray, coarse: np.ndarray, rng: np.random.Generator) -> None:
    """Gas, food, water and oral contrast in the hollow organs; gas rises to the front of a patient who lies down."""
    oral = rng.random() < 0.35
    for organ, gas_share in ((Tissue.STOMACH, 0.25), (Tissue.COLON, 0.3), (Tissue.DUODENUM, 0.08)):
        box = box_around(tissues == organ, margin=0)
        if box is None:
            continue
        inside = ndimage.binary_erosion(tissues[box] == organ)
        y = np.linspace(0, 1, inside.shape[1], dtype=np.float32)[None, :, None]
        height = y + 0.12 * coarse[box]
        level = 1.0 - gas_share * rng.uniform(0, 2.5)
        part = hu[box]
        filling = rng.uniform(150, 400) if oral and rng.random() < 0.7 else rng.uniform(0, 60)
        part[inside] = filling
        part[inside] += (rng.uniform(0, 35) * coarse[box])[inside]
        part[inside & (height > level)] = rng.uniform(-980, -850)
    if rng.random() < 0.2:
        bladder = tissues == Tissue.BLADDER
        hu[bladder] += rng.uniform(0, 300)


def _loose_tissue(
    hu: np.ndarray, tissues: np.ndarray, fine: np.ndarray, coarse: np.ndarray, rng: np.random.Generator
) -> None:
    """Bowel and unlabelled insides are loops, fat and gas side by side, never one grey."""
    oral = rng.uniform(100, 350) if rng.random() < 0.3 else rng.uniform(-10, 40)
    mixed = 0.75 * coarse + 0.5 * fine
    for tissue in _LOOSE:
        mask = tissues == tissue
        if not mask.any():
            continue
        fat_above, lumen_below = rng.uniform(0.1, 1.2), rng.uniform(-1.6, -0.6)
        if tissue != Tissue.SMALL_BOWEL:
            hu[mask & (mixed > fat_above)] = -100
        if tissue != Tissue.SOFT_TISSUE:
            hu[mask & (mixed < lumen_below)] = oral
            hu[mask & (mixed < lumen_below - rng.uniform(0.3, 1.5))] = -900


def _scan(hu: np.ndarray, spacing_mm: tuple[float, float, float], rng: np.random.Generator, look: Look) -> np.ndarray:
    """Partial volume, reconstruction blur, thick slices now and then, and noise with a grain."""
    sigma = look.blur_mm / np.asarray(spacing_mm)
    if rng.random() < 0.25:
        sigma[2] += rng.uniform(0.3, 0.9)
    hu = ndimage.gaussian_filter(hu, sigma, mode="nearest", truncate=3)
    grain = ndimage.gaussian_filter(rng.standard_normal(hu.shape).astype(np.float32), rng.uniform(0.3, 0.7), truncate=2)
    hu += grain * np.float32(look.noise_hu / max(1e-3, float(grain.std())))
    return np.clip(np.rint(hu), -1024, 3071).astype(np.int16)
