"""An abdomen from shapes of our own, for where no label maps of real people are at hand.

Organs are ellipsoids that are bitten into, bent by smooth noise and drawn in a fixed order; `body.wrap` grows the rest
around them. Lengths are in mm about the middle of the first lumbar vertebra: x to the patient's right, y to the front,
z to the head. Sizes follow Geraghty et al. 2004 (organ volumes in CT) and Gray's Anatomy.
"""

import numpy as np
from scipy import ndimage

from flare_gui.phantom.body import wrap
from flare_gui.phantom.paint import smooth_noise
from flare_gui.phantom.tissues import Tissue

Grid = tuple[np.ndarray, np.ndarray, np.ndarray]
Triple = tuple[float, float, float]

# The box that the organs are drawn in, from the lower kidney pole to above the diaphragm's dome.
_LOW, _HIGH = np.array((-150.0, -60.0, -115.0)), np.array((160.0, 125.0, 150.0))


def abdomen(rng: np.random.Generator, spacing_mm: float | Triple) -> tuple[np.ndarray, np.ndarray]:
    """A tissue map, uint8 (x, y, z) of `Tissue` in canonical RAS, and its 4x4 affine; another patient each time."""
    spacing = (spacing_mm,) * 3 if isinstance(spacing_mm, int | float) else spacing_mm
    organs = _organs(_bent_grid(spacing, rng), rng)
    tissues, offset = wrap(organs, spacing, rng)
    affine = np.diag([*spacing, 1.0])
    affine[:3, 3] = _LOW - np.asarray(offset) * spacing
    return tissues, affine


def _bent_grid(spacing: Triple, rng: np.random.Generator) -> Grid:
    """Positions in mm, scaled and bent as patients differ: shapes drawn on it come out different each time."""
    axes = [np.arange(a, b, s) for a, b, s in zip(_LOW, _HIGH, spacing, strict=True)]
    grid = np.meshgrid(*axes, indexing="ij")
    size = np.exp(rng.normal(0, 0.05))
    bent = []
    for axis in grid:
        bend = rng.uniform(2, 5) * smooth_noise(axis.shape, 70.0, spacing, rng)
        bend += rng.uniform(0.5, 1.8) * smooth_noise(axis.shape, 25.0, spacing, rng)
        bent.append((axis + bend) * size * np.exp(rng.normal(0, 0.04)))
    return bent[0], bent[1], bent[2]


def _organs(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """The organs alone. Later ones take the place of earlier ones, and a film of fat parts kidneys from neighbours."""
    tissues = np.zeros(grid[0].shape, np.uint8)
    tissues[_liver(grid, rng)] = Tissue.LIVER
    tissues[_ball(grid, (58, 62, -2), (15, 22, 26)) > 0] = Tissue.GALLBLADDER
    tissues[_stomach(grid, rng) & (tissues != Tissue.LIVER)] = Tissue.STOMACH
    tissues[_spleen(grid, rng)] = Tissue.SPLEEN
    right = _kidney(grid, +1, float(rng.normal(-28, 8)), rng)
    left = _kidney(grid, -1, float(rng.normal(-14, 8)), rng)
    tissues[ndimage.binary_dilation(right | left, iterations=1)] = Tissue.OUTSIDE
    tissues[right], tissues[left] = Tissue.RIGHT_KIDNEY, Tissue.LEFT_KIDNEY
    tissues[_tube(grid, (-10, 30), rng.uniform(9, 12))] = Tissue.ARTERY
    tissues[_tube(grid, (18, 29), rng.uniform(9, 13))] = Tissue.VEIN
    return tissues


def _ball(grid: Grid, centre: Triple, radii: Triple) -> np.ndarray:
    """Positive inside an ellipsoid: 1 at its centre, 0 on its surface."""
    x, y, z = (((g - c) / r) ** 2 for g, c, r in zip(grid, centre, radii, strict=True))
    return 1.0 - x - y - z


def _liver(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """A right lobe under the dome and a left lobe that tapers over the middle, hollowed from below and behind."""
    reach = rng.uniform(0.85, 1.2)
    right = _ball(grid, (80, 22, 40), (64, 82, 96 * rng.uniform(0.9, 1.1)))
    left = _ball(grid, (5, 62, 72), (92 * reach, 40, 38))
    hollow = _ball(grid, (18, -2, -8), (62, 72, 66))
    spine = _ball(grid, (0, -10, 60), (44, 48, 400))
    stomach = _ball(grid, (-55, 28, 40), (60, 46, 48))
    outside = _ball(grid, (0, 30, 0), (142, 92, 1000))
    return (np.maximum(right, left) > 0) & (hollow < 0) & (spine < 0) & (stomach < 0) & (outside > 0)


def _spleen(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """A crescent behind the stomach: an ellipsoid less the hollow that faces the hilum."""
    size = rng.uniform(0.85, 1.2)
    whole = _ball(grid, (-96, -8, 52), (38 * size, 56 * size, 54 * size))
    hilum = _ball(grid, (-58, 16, 46), (40, 52, 60))
    return (whole > 0) & (hilum < 0)


def _kidney(grid: Grid, side: int, height: float, rng: np.random.Generator) -> np.ndarray:
    """A bean whose upper pole leans to the spine; the hilum's notch faces the great vessels. `side` is +1 right."""
    lean, turn = np.radians(rng.uniform(8, 20)), np.radians(rng.uniform(15, 40))
    x, y, z = side * grid[0] - 62, grid[1] - 2, grid[2] - height
    x, z = x * np.cos(lean) + z * np.sin(lean), z * np.cos(lean) - x * np.sin(lean)
    # The hilum looks to the middle and a little to the front.
    x, y = x * np.cos(turn) - y * np.sin(turn), y * np.cos(turn) + x * np.sin(turn)
    size = rng.uniform(0.9, 1.12)
    bean = _ball((x, y, z), (0, 0, 0), (29 * size, 24 * size, 56 * size))
    notch = _ball((x, y, z), (-25 * size, 0, 0), (22 * size, 11, 20 * size))
    return (bean > 0) & (notch < 0)


def _stomach(grid: Grid, rng: np.random.Generator) -> np.ndarray:
    """Fundus under the left dome, antrum over the middle."""
    full = rng.uniform(0.75, 1.15)
    fundus = _ball(grid, (-58, 24, 60), (42 * full, 40 * full, 44 * full))
    antrum = _ball(grid, (-20, 62, 10), (52 * full, 24 * full, 24 * full))
    return np.maximum(fundus, antrum) > 0


def _tube(grid: Grid, centre: tuple[float, float], radius: float) -> np.ndarray:
    return (grid[0] - centre[0]) ** 2 + (grid[1] - centre[1]) ** 2 < radius**2
