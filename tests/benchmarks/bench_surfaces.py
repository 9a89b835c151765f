"""Surfaces of the four organs, beside marching cubes on the full mask."""

from collections.abc import Iterator

import numpy as np
import pyvista as pv
from skimage.measure import marching_cubes

from flare_gui.organs import ORGANS
from flare_gui.render.surface import organ_surfaces
from tests.benchmarks.harness import Row, faster, in_turns
from tests.benchmarks.scans import long_scan

ROUNDS = 2
LARGEST_ERROR = 0.01


def measure() -> Iterator[Row]:
    """One row."""
    scan = long_scan()
    labels, spacing = scan.reference.labels, scan.volume.spacing

    def reference() -> list[object]:
        return [marching_cubes(labels == organ.label, 0.5, spacing=spacing) for organ in ORGANS]

    rounds, ours, _ = in_turns(
        lambda: organ_surfaces(labels, scan.volume.affine, [organ.label for organ in ORGANS]),
        reference,
        ROUNDS,
        warm_up=False,
    )
    yield rounds.row(
        "surfaces",
        f"surfaces of four organs in {scan.shape}",
        "scikit-image `marching_cubes` on the full mask",
        faster(10),
        _volumes(ours, labels, scan.reference.voxel_ml),
        details={"triangles": {organ.key: ours[organ.label].n_cells for organ in ORGANS}},
    )


def _volumes(surfaces: dict[int, pv.PolyData], labels: np.ndarray, voxel_ml: float) -> tuple[bool, str]:
    errors = {}
    for organ in ORGANS:
        wanted = np.count_nonzero(labels == organ.label) * voxel_ml
        errors[organ.name.lower()] = surfaces[organ.label].volume / 1000 / wanted - 1
    words = ", ".join(f"{name} {100 * error:+.2f} %" for name, error in errors.items())
    return bool(max(abs(error) for error in errors.values()) < LARGEST_ERROR), f"volume beside the mask's: {words}"
