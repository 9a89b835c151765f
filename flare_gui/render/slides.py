"""Slices with everything written on them: legend, scale bar, sides, position."""

from collections.abc import Sequence

import numpy as np
from PIL import Image

from flare_gui import geometry
from flare_gui.analysis.measure import measure
from flare_gui.organs import ORGANS
from flare_gui.render.options import PlaneName
from flare_gui.render.slide import SIDES, Captions, SlicePainter
from flare_gui.volume import Segmentation, Volume

_AXIS_LETTERS = ("LR", "PA", "IS")


class Slides:
    """The slices of one painter; `affine` places its canonical arrays. Without `captions` nothing is written."""

    def __init__(
        self,
        painter: SlicePainter,
        affine: np.ndarray,
        plane: PlaneName,
        captions: Captions | None,
        legend: Sequence[tuple[str, str]],
    ) -> None:
        self._painter, self._affine, self._plane, self._captions = painter, affine, plane, captions
        # Writing takes longer than painting: what all slices share is written once.
        self._still = Image.new("RGBA", painter.size)
        if captions is not None:
            captions.legend(self._still, legend)
            captions.sides(self._still, SIDES[plane])
            captions.scale_bar(self._still, painter.pixels_per_mm)

    @property
    def through(self) -> int:
        """The canonical axis that slices are across."""
        return self._painter.through

    def picture(self, index: int) -> Image.Image:
        """Slice `index`, RGB."""
        picture = self._painter.picture(index)
        if self._captions is not None:
            picture.paste(self._still, mask=self._still)
            place = (picture.width - self._captions.unit, self._captions.unit)
            self._captions.text(picture, place, self._position(index), "ra")
        return picture

    def _position(self, index: int) -> str:
        at = np.zeros(3)
        at[self.through] = index
        mm = geometry.apply(self._affine, at[None])[0][self.through]
        return f"{self._plane.capitalize()}  {_AXIS_LETTERS[self.through][int(mm >= 0)]} {abs(mm):.0f} mm"


def legend_rows(volume: Volume, segmentation: Segmentation) -> list[tuple[str, str]]:
    """(colour, words) of each organ that was found: its name and volume, and whether the scan cuts it."""
    measures = measure(volume, segmentation)
    return [
        (organ.colour, f"{organ.name}  {found.volume_ml:.0f} ml{' (cut)' if found.touches_border else ''}")
        for organ in ORGANS
        if (found := measures[organ.key]).voxels
    ]
