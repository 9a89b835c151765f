"""Where a network is most wrong, as one picture a scan: what a model card shows under known failures."""

from pathlib import Path

import numpy as np

from flare_gui import geometry
from flare_gui.files import replacing
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume

_WINDOW_HU = (-160, 240)


def largest_errors(volume: Volume, found: Segmentation, reference: Segmentation, path: Path) -> None:
    """Write a PNG with, for each organ, the axial slice with most wrong voxels: found in colour, reference in white.

    All three lie on one grid. The patient's right is on the left, the front at the top.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine

    upright = geometry.reorient(volume.affine, volume.shape)
    hu, ours, theirs = (upright.apply(array) for array in (volume.hu, found.labels, reference.labels))
    across = geometry.spacing(upright.affine)
    figure = Figure(figsize=(4 * len(ORGANS), 3.6), facecolor="black", layout=ConstrainedLayoutEngine(h_pad=0.15))
    FigureCanvasAgg(figure)
    for place, organ in enumerate(ORGANS, 1):
        wrong = ((ours == organ.label) != (theirs == organ.label)).sum(axis=(0, 1))
        z = int(np.argmax(wrong))
        axes = figure.add_subplot(1, len(ORGANS), place)
        low, high = _WINDOW_HU
        axes.imshow(hu[:, :, z].T, cmap="gray", vmin=low, vmax=high, origin="lower", aspect=across[1] / across[0])
        for labels, colour, width in ((theirs, "white", 0.7), (ours, organ.colour, 1.1)):
            mask = (labels[:, :, z] == organ.label).T
            if mask.any():
                axes.contour(mask, [0.5], colors=[colour], linewidths=width)
        axes.invert_xaxis()
        axes.set_axis_off()
        millilitres = wrong.sum() * float(np.prod(across)) / 1000
        axes.set_title(f"{organ.name}: {millilitres:.0f} ml differ", color="white", fontsize=11)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as beside:
        figure.savefig(beside, format="png", dpi=110)
