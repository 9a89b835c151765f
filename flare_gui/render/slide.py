"""One slice as a picture with outlines, a legend and a scale bar: for films and reports. Numpy and Pillow, no VTK."""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from flare_gui import geometry
from flare_gui.organs import ORGANS, Organ
from flare_gui.render.options import PlaneName

# Canonical axes across, up and through. All are drawn against the first: the patient's right, and the front on
# sagittal slices, are on the left of the picture.
_AXES: dict[PlaneName, tuple[int, int, int]] = {"axial": (0, 1, 2), "coronal": (0, 2, 1), "sagittal": (1, 2, 0)}
# What lies on the left and on the right of a picture.
SIDES: dict[PlaneName, tuple[str, str]] = {"axial": ("R", "L"), "coronal": ("R", "L"), "sagittal": ("A", "P")}
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
        # Pixels a voxel: how steep an edge has to be made to be one pixel wide.
        self._steep = max(1.0, self.pixels_per_mm * max(spacing[self._across], spacing[self._up]))

    @property
    def count(self) -> int:
        """How many slices there are."""
        return int(self._hu.shape[self.through])

    def picture(self, index: int) -> Image.Image:
        """Slice `index`, RGB, with the organs outlined and lightly filled, centred on the background."""
        low, high = self._window
        grey = np.clip((self._cut(self._hu, index).astype(np.float32) - low) * (255 / (high - low)), 0, 255)
        scan = Image.fromarray(grey.astype(np.uint8)).resize(self._inner, Image.Resampling.BICUBIC)
        rgb = np.array(scan.convert("RGB"))
        labels = self._cut(self._labels, index)
        for organ in ORGANS:
            rows, columns = (np.flatnonzero((labels == organ.label).any(axis=axis)) for axis in (1, 0))
            if rows.size:
                self._mark(rgb, labels == organ.label, organ, (columns[0], rows[0], columns[-1], rows[-1]))
        whole = Image.new("RGB", self.size, self._background)
        corner = ((self.size[0] - self._inner[0]) // 2, (self.size[1] - self._inner[1]) // 2)
        whole.paste(Image.fromarray(rgb), corner)
        return whole

    def _mark(self, rgb: np.ndarray, mask: np.ndarray, organ: Organ, box: tuple[int, int, int, int]) -> None:
        """Fill and outline an organ in `rgb` (rows, columns, 3); `box` holds its first and last column and row."""
        scale = [full / part for full, part in zip(self._inner, mask.shape[::-1], strict=True)] * 2
        left, top, right, bottom = (
            int(np.clip((edge + more) * factor, 0, most))
            for edge, more, factor, most in zip(box, (-1, -1, 2, 2), scale, self._inner * 2, strict=True)
        )
        # Resized as grey and cut at one half: the outline follows the organ, not the voxels' corners.
        area = (left / scale[0], top / scale[1], right / scale[0], bottom / scale[1])
        soft = Image.fromarray(mask.astype(np.uint8) * 255).resize(
            (right - left, bottom - top), Image.Resampling.BICUBIC, area
        )
        inside = np.clip((np.asarray(soft, np.float32) / 255 - 0.5) * self._steep + 0.5, 0, 1)
        part = rgb[top:bottom, left:right]
        share = np.maximum(_FILL * inside, _rim(inside, self._line))[..., None]
        part[:] = np.rint(part + share * (np.array(organ.rgb, np.float32) - part))

    def _cut(self, array: np.ndarray, index: int) -> np.ndarray:
        """(rows, columns), the first row on top."""
        return np.ascontiguousarray(geometry.layer(array, self.through, index).T[::-1, ::-1])


def _rim(inside: np.ndarray, width: int) -> np.ndarray:
    """The outermost `width` pixels of an area whose pixels are 0 to 1."""
    inner = inside
    for _ in range(width):
        padded = np.pad(inner, 1)
        inner = np.minimum(inner, np.minimum(padded[:-2, 1:-1], padded[2:, 1:-1]))
        inner = np.minimum(inner, np.minimum(padded[1:-1, :-2], padded[1:-1, 2:]))
    rim: np.ndarray = inside - inner
    return rim


class Captions:
    """Text on pictures of one height."""

    def __init__(self, height: int) -> None:
        self.unit = max(8, height // 32)
        self._font = ImageFont.load_default(self.unit)

    def legend(self, picture: Image.Image, rows: Sequence[tuple[str, str]]) -> None:
        """Coloured squares with their words, from the upper left corner down."""
        draw, side = ImageDraw.Draw(picture), self.unit
        for i, (colour, words) in enumerate(rows):
            top = side + round(i * side * 1.5)
            draw.rectangle((side, top, side + side - 2, top + side - 2), fill=colour, outline="black")
            self.text(picture, (side * 2 + side // 2, top - side // 8), words)

    def legend_height(self, rows: int) -> int:
        """Pixels from the upper edge to below a legend of so many rows."""
        return round(self.unit * (1.5 + 1.5 * rows))

    def text(self, picture: Image.Image, place: tuple[int, int], words: str, anchor: str = "la") -> None:
        """White with a dark rim, readable on bone as on air."""
        ImageDraw.Draw(picture).text(
            place, words, fill="white", font=self._font, anchor=anchor, stroke_width=2, stroke_fill="black"
        )

    def sides(self, picture: Image.Image, letters: tuple[str, str]) -> None:
        """What lies on the left and on the right, halfway down."""
        middle = picture.height // 2
        self.text(picture, (self.unit, middle), letters[0], "lm")
        self.text(picture, (picture.width - self.unit, middle), letters[1], "rm")

    def scale_bar(self, picture: Image.Image, pixels_per_mm: float) -> None:
        """In the lower left corner."""
        fitting = [mm for mm in _BARS_MM if mm * pixels_per_mm < 0.25 * picture.width] or [_BARS_MM[0]]
        length, bottom = round(fitting[-1] * pixels_per_mm), picture.height - self.unit
        draw = ImageDraw.Draw(picture)
        draw.rectangle((self.unit - 1, bottom - 5, self.unit + length + 1, bottom + 1), fill="black")
        draw.rectangle((self.unit, bottom - 4, self.unit + length, bottom), fill="white")
        self.text(picture, (self.unit, bottom - 8), f"{fitting[-1] // 10} cm", "ld")
