"""Nobody looks through an organ: its surface is closed, also where voxels touch by an edge or a corner alone."""

import numpy as np
from scipy import ndimage

from flare_gui.render.surface import organ_surfaces


def test_a_ragged_organ_has_no_holes_in_its_surface() -> None:
    rng = np.random.default_rng(4)
    ragged = ndimage.gaussian_filter(rng.standard_normal((40, 40, 40)), 1.2) > 0.1
    ragged[[0, -1]] = ragged[:, [0, -1]] = ragged[:, :, [0, -1]] = False
    labels = ragged.astype(np.uint8)
    surface = organ_surfaces(labels, np.diag([3.0, 3.0, 3.0, 1.0]), [1])[1]
    assert surface.n_cells > 5000
    assert surface.n_open_edges < 0.002 * surface.n_cells


def test_the_faces_that_close_it_look_outwards_like_the_others() -> None:
    rng = np.random.default_rng(4)
    ragged = ndimage.gaussian_filter(rng.standard_normal((30, 30, 30)), 1.2) > 0.1
    labels = np.pad(ragged[1:-1, 1:-1, 1:-1], 1).astype(np.uint8)
    surface = organ_surfaces(labels, np.eye(4), [1])[1]
    faces = surface.regular_faces
    directed = np.concatenate([faces[:, [0, 1]], faces[:, [1, 2]], faces[:, [2, 0]]])
    # Neighbours walk along their common edge in opposite directions; where four faces meet, some cannot.
    _, counts = np.unique(directed, axis=0, return_counts=True)
    assert (counts > 1).mean() < 0.01
