"""One picture of a case, without a window: a slice, the surfaces, or all four views, at any size."""

import numpy as np
from PIL import Image

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.organs import ORGANS
from flare_gui.render.options import PLANES, PictureView, PlaneName
from flare_gui.render.scene import BACKGROUND
from flare_gui.render.slide import Captions, SlicePainter
from flare_gui.render.slides import Slides, legend_rows
from flare_gui.render.stage import Stage
from flare_gui.volume import Segmentation, Volume, check_same_grid

# Between the four views of a layout, for each 1000 pixels of height.
_GAP = 4


class Pictures:
    """The views of one case, each RGB of the size that is asked for, (width, height)."""

    def __init__(self, volume: Volume, segmentation: Segmentation) -> None:
        """Raises `GridMismatch` for a mask of another scan."""
        check_same_grid(volume, segmentation)
        upright = geometry.reorient(volume.affine, volume.shape)
        self._hu, self._labels, self._affine = (
            upright.apply(volume.hu),
            upright.apply(segmentation.labels),
            upright.affine,
        )
        self._legend = legend_rows(volume, segmentation)

    def picture(self, view: PictureView, size: tuple[int, int]) -> Image.Image:
        """One of `PICTURE_VIEWS`. Slices are those that show most of all organs; "3d" is seen from the front."""
        if view == "layout":
            return self._layout(size)
        if view == "3d":
            return self._surfaces(size)
        return self._slice(view, size, legend=True)

    def _layout(self, size: tuple[int, int]) -> Image.Image:
        """Two by two, as in the window; the legend stands beside the surfaces."""
        gap = max(2, size[1] * _GAP // 1000)
        whole = Image.new("RGB", size, "#2b333c")
        width, height = (size[0] - gap) // 2, (size[1] - gap) // 2
        for i, plane in enumerate(PLANES):
            corner = (i % 2 * (width + gap), i // 2 * (height + gap))
            whole.paste(self._slice(plane, (width, height), legend=False), corner)
        whole.paste(self._surfaces((width, height)), (width + gap, height + gap))
        return whole

    def _slice(self, plane: PlaneName, size: tuple[int, int], *, legend: bool) -> Image.Image:
        painter = SlicePainter(self._hu, self._labels, self._affine, plane, size)
        slides = Slides(painter, self._affine, plane, Captions(size[1]), self._legend if legend else [])
        return slides.picture(telling_slice(self._labels, slides.through))

    def _surfaces(self, size: tuple[int, int]) -> Image.Image:
        captions = Captions(size[1])
        top = min(0.4, captions.legend_height(len(self._legend)) / size[1])
        try:
            with Stage(self._labels, self._affine, size, BACKGROUND, top=top, hollows=True) as stage:
                picture = stage.picture()
        except FlareError as nothing:
            picture = Image.new("RGB", size, BACKGROUND)
            captions.text(picture, (size[0] // 2, size[1] // 2), nothing.message.capitalize(), "mm")
        captions.legend(picture, self._legend)
        return picture


def telling_slice(labels: np.ndarray, axis: int) -> int:
    """The slice across `axis` that shows most of all organs, small ones counting as much as large ones."""
    others = tuple(i for i in range(3) if i != axis)
    total = np.zeros(labels.shape[axis])
    for organ in ORGANS:
        areas = (labels == organ.label).sum(axis=others)
        total += areas / max(1, areas.max())
    return int(total.argmax()) if total.any() else labels.shape[axis] // 2
