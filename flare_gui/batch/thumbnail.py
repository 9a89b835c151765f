"""One small picture of a case that shows at a glance whether its organs are where organs are."""

import numpy as np

from flare_gui import geometry
from flare_gui.export.inline import jpeg
from flare_gui.organs import ORGANS
from flare_gui.render.slide import SlicePainter
from flare_gui.volume import Segmentation, Volume

SIZE = (256, 224)
_QUALITY = 80


def thumbnail(volume: Volume, segmentation: Segmentation) -> bytes:
    """JPEG of the coronal slice that shows most of the organs, with their outlines. The patient's right is left."""
    upright = geometry.reorient(volume.affine, volume.shape)
    hu, labels = upright.apply(volume.hu), upright.apply(segmentation.labels)
    painter = SlicePainter(hu, labels, upright.affine, "coronal", SIZE)
    return jpeg(painter.picture(_slice_of_most(labels)), _QUALITY)


def _slice_of_most(labels: np.ndarray) -> int:
    """The index along y at which the organs together show the largest share of their largest cuts; else the middle.

    Roots, so that four organs in part are worth more than one of them whole.
    """
    score = np.zeros(labels.shape[1])
    boxes = geometry.boxes_of_labels(labels, max(organ.label for organ in ORGANS))
    for organ in ORGANS:
        box = boxes[organ.label - 1]
        if box is not None:
            area = np.count_nonzero(labels[box] == organ.label, axis=(0, 2))
            score[box[1]] += np.sqrt(area / area.max())
    return int(score.argmax()) if score.any() else labels.shape[1] // 2
