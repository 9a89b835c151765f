"""One slice as a picture with outlines, a legend and a scale bar: for films and reports. Numpy and Pillow, no VTK."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageColor, ImageDraw, ImageFont

from flare_gui import geometry
from flare_gui.organs import ORGANS
from flare_gui.render.options import PlaneName

# Canonical axes across, up and through. All are drawn against the first: the patient's right, and the front on
# sagittal slices, are on the left of the picture.
_AXES: dict[PlaneName, tuple[int, int, int]] = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}
_FILL = 0.22
_BARS_MM = (10, 20, 50, 100, 200)


class SlicePainter:
    """Draws slices of one scan and its labels, both canonical RAS (x, y, z) placed by `affine`, at one size."""

    def __init__(
        self,
        hu: np.ndarray,
        labels: np.ndarray,
        affine: np.ndarray,
        plane: PlaneName,
        size: tuple[int, int],
        *,
        window: tuple[float, float] = (-160.0, 240.0),
        background: str = "#000000",
        line: int = 2,
    ) -> None:
        self._hu, self._labels, self._window, self._line = hu, labels, window, line
        self._across, self._up, self.through = _AXES[plane]
        spacing = geometry.spacing(affine)
        width_mm, height_mm = (hu.shape[a] * spacing[a] for a in (self._across, self._up))
        self.size, self._background = size, background
        self.pixels_per_mm = min(size[0] / width_mm, size[1] / height_mm)
        self._inner = (max(1, round(width_mm * self.pixels_per_mm)), max(1, round(height_mm * self.pixels_per_mm)))

    @property
    def count(self) -> int:
        """How many slices there are."""
        return int(self._hu.shape[self.through])

    def picture(self, index: int) -> Image.Image:
        """Slice `index`, RGB, with the organs outlined and lightly filled, centred on the background."""
        low, high = self._window
        grey = np.clip((self._cut(self._hu, index).astype(np.float32) - low) * (255 / (high - low)), 0, 255)
        scan = Image.fromarray(grey.astype(np.uint8)).resize(self._inner, Image.Resampling.BICUBIC)
        marks = Image.fromarray(self._cut(self._labels, index)).resize(self._inner, Image.Resampling.NEAREST)
        rgb = np.repeat(np.asarray(scan, np.float32)[..., None], 3, axis=2)
        labels = np.asarray(marks)
        for organ in ORGANS:
            inside = labels == organ.label
            if inside.any():
                colour = np.array(ImageColor.getrgb(organ.colour), np.float32)
                rgb[inside] += _FILL * (colour - rgb[inside])
                rgb[_rim(inside, self._line)] = colour
        whole = Image.new("RGB", self.size, self._background)
        corner = ((self.size[0] - self._inner[0]) // 2, (self.size[1] - self._inner[1]) // 2)
        whole.paste(Image.fromarray(rgb.astype(np.uint8)), corner)
        return whole

    def _cut(self, array: np.ndarray, index: int) -> np.ndarray:
        """(rows, columns), the first row on top."""
        return np.ascontiguousarray(geometry.layer(array, self.through, index).T[::-1, ::-1])


def _rim(mask: np.ndarray, width: int) -> np.ndarray:
    """The outermost `width` pixels of a mask."""
    inner = mask
    for _ in range(width):
        padded = np.pad(inner, 1)
        inner = inner & padded[:-2, 1:-1] & padded[2:, 1:-1] & padded[1:-1, :-2] & padded[1:-1, 2:]
    return mask & ~inner


class Captions:
    """Text on pictures of one height."""

    def __init__(self, height: int) -> None:
        self.unit = max(8, height // 36)
        self._font = ImageFont.load_default(self.unit)

    def legend(self, picture: Image.Image, rows: Sequence[tuple[str, str]]) -> None:
        """Coloured squares with their words, from the upper left corner down."""
        draw, side = ImageDraw.Draw(picture), self.unit
        for i, (colour, words) in enumerate(rows):
            top = side + round(i * side * 1.5)
            draw.rectangle((side, top, side + side - 2, top + side - 2), fill=colour, outline="black")
            self.text(picture, (side * 2 + side // 2, top - side // 8), words)

    def text(self, picture: Image.Image, place: tuple[int, int], words: str, anchor: str = "la") -> None:
        """White with a dark rim, readable on bone as on air."""
        ImageDraw.Draw(picture).text(
            place, words, fill="white", font=self._font, anchor=anchor, stroke_width=2, stroke_fill="black"
        )

    def scale_bar(self, picture: Image.Image, pixels_per_mm: float) -> None:
        """In the lower left corner."""
        fitting = [mm for mm in _BARS_MM if mm * pixels_per_mm < 0.25 * picture.width] or [_BARS_MM[0]]
        length, bottom = round(fitting[-1] * pixels_per_mm), picture.height - self.unit
        draw = ImageDraw.Draw(picture)
        draw.rectangle((self.unit - 1, bottom - 5, self.unit + length + 1, bottom + 1), fill="black")
        draw.rectangle((self.unit, bottom - 4, self.unit + length, bottom), fill="white")
        self.text(picture, (self.unit, bottom - 8), f"{fitting[-1] // 10} cm", "ld")
