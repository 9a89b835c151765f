"""Public data sets as they are downloaded: which mask belongs to which CT, and what the mask's numbers mean.

The Medical Segmentation Decathlon and nnU-Net (dataset.json beside imagesTr and labelsTr), KiTS (a folder a case) and
CHAOS (a DICOM folder and a PNG for each of its slices). Most have some of the four organs alone; what they call a
tumour or a cyst is counted with the organ that it grows in, as FLARE22 does.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pydicom
from PIL import Image

from flare_gui.errors import FlareError
from flare_gui.io import read_labels, read_scan
from flare_gui.io.masks.anatomy import midline_mm
from flare_gui.io.masks.words import KIDNEYS, Organs, meant_by
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS
from flare_gui.volume import Segmentation, Volume, check_same_grid
from trainer.cache import UNKNOWN

Meaning = Mapping[int, Organs]
"""The organs by the number that a mask gives them; both kidneys where it does not tell them apart."""

OURS: Meaning = {organ.label: (organ,) for organ in ORGANS}
FLARE22: Meaning = {organ.flare22: (organ,) for organ in ORGANS}

_LICENCE = "see the data's own licence"
_GROWS_IN_AN_ORGAN = re.compile(r"tumou?r|cancer|cyst|lesion|metastas|mass", re.I)
_SUFFIX = re.compile(r"(_0000)?\.(nii\.gz|nii|nrrd|mha)$")


class Pair(NamedTuple):
    """A CT and its mask on disk, before they are read. `mask` may be a folder with a PNG for each slice."""

    name: str
    image: Path
    mask: Path
    meaning: Meaning
    source: str
    licence: str = _LICENCE

    @property
    def organs(self) -> tuple[str, ...]:
        """Keys of the organs that the mask shows."""
        shown = {organ for organs in self.meaning.values() for organ in organs}
        return tuple(organ.key for organ in ORGANS if organ in shown)

    def read(self) -> tuple[Volume, Segmentation]:
        """Both on one grid; labels may be `UNKNOWN`. Raises `FlareError` unless both are whole and belong together."""
        volume = read_scan(self.image)
        values, affine = _pngs(self.image, self.mask, volume) if self.mask.is_dir() else read_labels(self.mask)
        labels = np.where(values == UNKNOWN, UNKNOWN, 0).astype(np.uint8)
        reference = Segmentation(labels, affine)
        try:
            check_same_grid(volume, reference)
        except FlareError as error:
            raise FlareError(f"{self.mask}: {error.message}", hint=error.hint) from None
        for value, organs in self.meaning.items():
            for organ in organs[:1]:
                labels[values == value] = organ.label
            if organs == KIDNEYS:
                labels[_left_of(volume, values == value)] = LEFT_KIDNEY.label
        return volume, reference


def pairs_in(folder: Path) -> list[Pair]:
    """The pairs of a public data set below `folder`; none where it is laid out in no such way.

    Raises `FlareError` when a dataset.json names none of the four organs.
    """
    found: list[Pair] = []
    for description in sorted(folder.glob("**/dataset.json")):
        found += _described(description)
    return found or [*_kits(folder), *_chaos(folder)]


def _described(description: Path) -> Iterator[Pair]:
    """imagesTr and labelsTr beside a dataset.json, which names the numbers."""
    folder = description.parent
    meaning = _meaning(description)
    images = {_SUFFIX.sub("", image.name): image for image in sorted((folder / "imagesTr").glob("[!.]*"))}
    for mask in sorted((folder / "labelsTr").glob("[!.]*")):
        name = _SUFFIX.sub("", mask.name)
        if name in images:
            yield Pair(name, images[name], mask, meaning, folder.name)


def _meaning(description: Path) -> Meaning:
    try:
        labels = json.loads(description.read_text(encoding="utf-8"))["labels"]
        # The Decathlon names numbers, nnU-Net numbers names.
        names = {int(key): str(value) for key, value in labels.items()} if "0" in labels else None
        names = names or {int(value): str(key) for key, value in labels.items() if not isinstance(value, list)}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise FlareError(
            f"{description}: does not say what the numbers of the masks mean ({error})",
            hint='Give the data set as it was downloaded: {"labels": {"0": "background", "1": "liver"}}.',
        ) from None
    meaning = {number: organs for number, name in names.items() if (organs := meant_by(name))}
    kinds = {organ.name.split()[-1].lower() for organs in meaning.values() for organ in organs}
    if not meaning:
        raise FlareError(
            f"{description}: names none of {', '.join(organ.name.lower() for organ in ORGANS)}",
            hint="Leave this data set out.",
        )
    if len(kinds) == 1:
        host = KIDNEYS if "kidney" in kinds else next(iter(meaning.values()))
        meaning |= {number: host for number, name in names.items() if _GROWS_IN_AN_ORGAN.search(name)}
    return meaning


def _kits(folder: Path) -> Iterator[Pair]:
    """1 kidney, 2 tumour, 3 cyst in `case_00000/segmentation.nii.gz` beside `imaging.nii.gz`."""
    for mask in sorted(folder.glob("**/case_*/segmentation.nii.gz")):
        image = mask.parent / "imaging.nii.gz"
        if image.exists():
            yield Pair(mask.parent.name, image, mask, dict.fromkeys((1, 2, 3), KIDNEYS), "KiTS")


def _chaos(folder: Path) -> Iterator[Pair]:
    """The CTs of CHAOS, liver alone: `1/DICOM_anon/*.dcm` and `1/Ground/*.png`."""
    for mask in sorted(folder.glob("**/Ground")):
        image = mask.parent / "DICOM_anon"
        if image.is_dir():
            yield Pair(f"chaos_{mask.parent.name}", image, mask, {1: (LIVER,)}, "CHAOS")


def _pngs(images: Path, masks: Path, volume: Volume) -> tuple[np.ndarray, np.ndarray]:
    """1 where a PNG is white, on the grid of `volume`: the n-th PNG by name is that of the n-th DICOM file by name."""
    slices, pictures = sorted(images.glob("*.dcm")), sorted(masks.glob("*.png"))
    if len(slices) != len(pictures) or not slices:
        raise FlareError(
            f"{masks}: {len(pictures)} PNGs for {len(slices)} slices", hint="Give the data set as it was downloaded."
        )
    values = np.zeros(volume.shape, np.uint8)
    to_voxels = np.linalg.inv(volume.affine)
    for one, picture in zip(slices, pictures, strict=True):
        position = np.array(pydicom.dcmread(one, stop_before_pixels=True).ImagePositionPatient, float)
        k = round(float((to_voxels @ [-position[0], -position[1], position[2], 1])[2]))
        white = np.asarray(Image.open(picture).convert("L")) > 127
        if white.T.shape != values.shape[:2] or not 0 <= k < values.shape[2]:
            raise FlareError(f"{picture}: is no slice of {images}", hint="Give the data set as it was downloaded.")
        values[:, :, k] = white.T
    return values, volume.affine


def _left_of(volume: Volume, kidneys: np.ndarray) -> np.ndarray:
    """The part of both kidneys, boolean (x, y, z), that lies on the patient's left."""
    left = np.zeros_like(kidneys)
    at = np.nonzero(kidneys)
    # RAS+: x grows to the right.
    x = np.stack(at, axis=1) @ volume.affine[0, :3] + volume.affine[0, 3]
    left[tuple(axis[x < midline_mm(volume)] for axis in at)] = True
    return left
