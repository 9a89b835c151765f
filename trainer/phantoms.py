"""Tissue maps to paint CTs into: from label maps of real people, or from shapes of our own."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.io import read_labels
from flare_gui.organs import ORGANS
from flare_gui.phantom.body import wrap
from flare_gui.phantom.shapes import abdomen
from flare_gui.phantom.tissues import Tissue
from flare_gui.progress import Progress, ignore
from trainer.cache import SPACING_MM, TrainingCase

LABEL_MAPS = Path(__file__).resolve().parents[2] / "shared" / "data" / "labelmaps"

# The values of `abdomen8` label maps.
_ABDOMEN8 = np.zeros(256, np.uint8)
_ABDOMEN8[1:9] = (
    Tissue.SPLEEN,
    Tissue.RIGHT_KIDNEY,
    Tissue.LEFT_KIDNEY,
    Tissue.GALLBLADDER,
    Tissue.LIVER,
    Tissue.STOMACH,
    Tissue.ARTERY,
    Tissue.VEIN,
)
# `ts_example` is the CT that the weights are tested on; its label map must not be trained on either.
_HELD_OUT = ("ts_example",)
LABELLED = "labelled.json"
# These models' kidneys are solid. FLARE22 and IRCADb count the parenchyma and leave the fat of the hilum out.
_SOLID_KIDNEYS = ("icrp110", "austinman")
_PARENCHYMA_MM = 15.0
_HILUM_MM = 20.0
_BODIES_A_MAP = 2
_ABDOMEN_MARGIN_MM = 70.0
_BODIES_OF_SHAPES = 40


def phantoms(folder: Path, seed: int, *, progress: Progress = ignore) -> Iterator[TrainingCase]:
    """Tissue maps from every label map below `folder`, or from shapes of our own where there are none."""
    found = label_maps_in(folder)
    for i, path in enumerate(found):
        rng = np.random.default_rng((seed, i))
        yield from (_organs_in_bodies(path, rng) if path.parent.name == "abdomen8" else [_whole_body(path)])
        progress("phantoms", (i + 1) / len(found))
    if not found:
        yield from shapes(_BODIES_OF_SHAPES, seed, progress=progress)


def shapes(count: int, seed: int, *, progress: Progress = ignore) -> Iterator[TrainingCase]:
    """Tissue maps of `count` patients from shapes of our own."""
    for i in range(count):
        rng = np.random.default_rng((seed, i))
        tissues, affine = abdomen(rng, SPACING_MM)
        tissues, spacing = _canonical(tissues, affine)
        yield TrainingCase(f"shapes_{i:03d}", tissues, None, spacing, "shapes of flare-gui", "Apache-2.0")
        progress("phantoms", (i + 1) / count)


def label_maps_in(folder: Path) -> list[Path]:
    """Maps with a body before those without: a `pseudobody` replaces the map of the same name."""
    maps = {path.name: path for path in sorted(folder.glob("**/*.nii.gz")) if "pseudobody" not in path.parts}
    maps |= {path.name: path for path in sorted(folder.glob("**/pseudobody/*.nii.gz"))}
    return [path for name, path in sorted(maps.items()) if not name.startswith(_HELD_OUT)]


def _organs_in_bodies(path: Path, rng: np.random.Generator) -> Iterator[TrainingCase]:
    labels, affine = read_labels(path)
    organs, spacing = _canonical(_ABDOMEN8[labels], affine)
    for i in range(_BODIES_A_MAP):
        tissues, _ = wrap(organs, spacing, rng)
        name = f"{path.name.removesuffix('.nii.gz')}@{i}"
        yield TrainingCase(name, tissues, None, spacing, "abdomen8 label maps", "public, no licence stated")


def _whole_body(path: Path) -> TrainingCase:
    tissues, affine = read_labels(path)
    tissues, spacing = _canonical(tissues, affine)
    low, high = _organ_range(tissues, spacing)
    name = path.name.removesuffix(".nii.gz")
    case = TrainingCase(name, tissues[:, :, low:high].copy(), None, spacing)
    drawn = labelled(path)
    if drawn is not None:
        return replace(case, source=path.parent.name, licence="see the data's own licence", organs=drawn)
    if name.startswith(_SOLID_KIDNEYS):
        tissues = _with_hila(tissues, spacing)
    source = "ICRP 110" if "icrp" in name else "AustinMan" if "austin" in name else "TotalSegmentator-style label maps"
    return replace(case, labels=tissues[:, :, low:high].copy(), source=source, licence="research use")


def labelled(path: Path) -> tuple[str, ...] | None:
    """The keys of the organs that were drawn in a label map, by the `labelled.json` beside it; None without that file.

    The file holds `{"<map>": {"labelled": ["liver", ...]}}`. Raises `FlareError` when it is none of these.
    """
    file = path.parent / LABELLED
    if not file.exists():
        return None
    try:
        names = json.loads(file.read_text(encoding="utf-8"))[path.name.removesuffix(".nii.gz")]["labelled"]
        keys = {organ.key for organ in ORGANS}
        if not set(names) <= keys:
            raise ValueError(f"{', '.join(sorted(set(names) - keys))} is none of {', '.join(sorted(keys))}")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FlareError(
            f"{file}: does not say which organs {path.name} shows ({error})",
            hint='Write {"<map>": {"labelled": ["liver", ...]}} for each map, or remove the file.',
        ) from None
    return tuple(names)


def _with_hila(tissues: np.ndarray, spacing: tuple[float, float, float]) -> np.ndarray:
    """Solid kidneys hollowed to a rim of parenchyma that opens towards the spine; fat fills what is deeper."""
    opened = tissues.copy()
    # In RAS the right kidney lies at higher x, so that its hilum looks to lower x, and the left one's to higher.
    for kidney, towards_spine in ((Tissue.RIGHT_KIDNEY, -1), (Tissue.LEFT_KIDNEY, 1)):
        mask = tissues == kidney
        sinus = ndimage.distance_transform_edt(mask, sampling=spacing) > _PARENCHYMA_MM
        steps = round(_HILUM_MM / spacing[0])
        swept = sinus.copy()
        for step in range(1, steps + 1):
            swept |= np.roll(sinus, towards_spine * step, axis=0)
        opened[swept & mask] = Tissue.FAT
    return opened


def _organ_range(tissues: np.ndarray, spacing: tuple[float, float, float]) -> tuple[int, int]:
    margin = int(_ABDOMEN_MARGIN_MM / spacing[2])
    slices = np.flatnonzero(((tissues >= 1) & (tissues <= 4)).any(axis=(0, 1)))
    if slices.size == 0:
        return 0, tissues.shape[2]
    return max(0, int(slices[0]) - margin), int(slices[-1]) + margin


def _canonical(labels: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float]]:
    turned = geometry.reorient(affine, labels.shape)
    labels = turned.apply(labels)
    to_affine, to_shape = geometry.coarse_grid(turned.affine, labels.shape, (SPACING_MM,) * 3)
    return geometry.resample_labels(labels, turned.affine, to_affine, to_shape), geometry.spacing(to_affine)
