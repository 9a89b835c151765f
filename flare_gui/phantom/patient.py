"""Who lies in the synthetic scanner: build, fat, organ volumes, positions. All lengths in mm, all volumes in ml.

Patient frame: x to the patient's right, y to the front, z to the head. The origin is the front of the spine at the
level of the kidneys' middles, which is the disc between the first two lumbar vertebrae. Distances were set by
eye and by textbook (Netter, "Atlas of Human Anatomy"; Moeller, "Pocket Atlas of Sectional Anatomy").
"""

from dataclasses import dataclass

import numpy as np

# The axis from which the wall of the trunk is measured: in the middle of the abdomen, this far before the spine.
AXIS_Y = 25.0


@dataclass(frozen=True)
class Patient:
    """One person's numbers. `size` scales the frame (1 = 1.75 m tall); `habitus` is 0 for thin and 1 for obese."""

    size: float
    habitus: float
    belly: float  # share of the fat that lies inside the abdomen rather than beneath the skin

    right_dome_z: float  # top of the diaphragm
    left_dome_z: float
    liver_ml: float  # 1000 to 2200 (Kratzer et al. 2003; Vauthey et al. 2002)
    liver_tilt: float  # slope of the liver's lower surface, rise per mm towards the left
    left_lobe: float  # how far the left lobe crosses the midline
    spleen_ml: float  # 90 to 400 (Prassopoulos et al. 1997)
    spleen_z: float
    spleen_turn: float  # rad between the spleen's long axis and the vertical
    right_kidney_ml: float  # 110 to 220 (Cheong et al. 2007)
    left_kidney_ml: float
    right_kidney: tuple[float, float, float]  # centres; the left one is usually 10 to 20 mm higher
    left_kidney: tuple[float, float, float]
    kidney_lean: tuple[float, float]  # outwards and forwards lean of the lower poles, rise per mm
    kidney_turn: float  # rad by which the hilum looks forwards

    vertebra: float  # half-width of a lumbar vertebra
    scoliosis: float
    aorta: float  # radius
    bowel: float  # radius of a loop of small bowel
    colon: float
    stomach: float  # scale of the stomach's radii: empty to full

    @classmethod
    def random(cls, rng: np.random.Generator) -> "Patient":
        """A patient as the ward has them: all sizes, from thin to obese."""
        size = float(np.clip(rng.normal(1.0, 0.06), 0.87, 1.12))
        habitus = float(np.clip(rng.beta(2.0, 2.6), 0.03, 0.97))
        dome = rng.normal(118, 9)
        kidneys_ml = float(np.clip(rng.normal(155, 22) * size**2, 126, 196))
        apart = rng.normal(61, 3) * size + 9 * habitus
        back = rng.normal(-20, 3)
        right_z = rng.normal(-8, 6)
        return cls(
            size=size,
            habitus=habitus,
            belly=float(rng.uniform(0.25, 0.85)),
            right_dome_z=float(dome),
            left_dome_z=float(dome - rng.uniform(4, 20)),
            liver_ml=float(np.clip(rng.normal(1500, 230) * size**2 * (0.9 + 0.25 * habitus), 1150, 2080)),
            liver_tilt=float(rng.uniform(0.55, 0.95)),
            left_lobe=float(rng.uniform(0.6, 1.25)),
            spleen_ml=float(np.clip(rng.lognormal(np.log(195), 0.32), 112, 365)),
            spleen_z=float(rng.normal(58, 7)),
            spleen_turn=float(rng.uniform(0.25, 0.75)),
            right_kidney_ml=float(np.clip(kidneys_ml * rng.normal(0.98, 0.05), 124, 204)),
            left_kidney_ml=float(np.clip(kidneys_ml * rng.normal(1.02, 0.05), 124, 204)),
            right_kidney=(float(apart + rng.normal(1, 2)), float(back + rng.normal(1, 2)), float(right_z)),
            left_kidney=(
                float(-apart + rng.normal(0, 2)),
                float(back + rng.normal(-1, 2)),
                float(right_z + np.clip(rng.normal(15, 5), 4, 28)),
            ),
            kidney_lean=(float(rng.uniform(0.14, 0.34)), float(rng.uniform(0.1, 0.34))),
            kidney_turn=float(rng.uniform(0.45, 1.0)),
            vertebra=float(rng.normal(24, 1.3) * size),
            scoliosis=float(rng.normal(0, 3)),
            aorta=float(rng.uniform(8.5, 11.5)),
            bowel=float(rng.uniform(9.5, 13.0)),
            colon=float(rng.uniform(17, 24)),
            stomach=float(rng.uniform(0.65, 1.1)),
        )
