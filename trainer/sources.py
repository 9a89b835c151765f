"""From what lies on disk to training cases: FLARE22's zip or folder, other data sets, pairs, label maps, phantoms."""

import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.model.preprocess import AIR_HU
from flare_gui.progress import Progress, ignore
from flare_gui.volume import Segmentation, Volume
from trainer import cache
from trainer.cache import SPACING_MM, TrainingCase
from trainer.downloads import FLARE22, OURS, Pair, pairs_in
from trainer.phantoms import LABEL_MAPS, label_maps_in, phantoms

_FLARE_LICENCE = "FLARE22 challenge, research use"


def cases_of(path: str, seed: int, *, progress: Progress = ignore) -> Iterator[TrainingCase]:
    """The cases of one `--data` PATH: `phantom`, a zip, a folder of a data set, of pairs, of label maps or of caches.

    Raises `FlareError` when nothing there can be trained on.
    """
    place = Path(path)
    if path == "phantom":
        yield from phantoms(LABEL_MAPS, seed, progress=progress)
    elif place.is_dir() and any(place.glob("*.npz")):
        yield from cache.load_all(place)
    elif place.is_dir() and not has_pairs(place) and label_maps_in(place):
        yield from phantoms(place, seed, progress=progress)
    else:
        for done, (pair, total) in enumerate(pairs_of(place), 1):
            volume, reference = pair.read()
            case = as_case(pair.name, volume, reference, pair.source, pair.licence)
            yield replace(case, organs=pair.organs)
            progress(pair.source, done / total)


def has_pairs(folder: Path) -> bool:
    """Whether a folder holds pairs of CT and label."""
    return bool(_found(folder))


def pairs_of(place: Path) -> Iterator[tuple[Pair, int]]:
    """Each pair of a zip or folder and how many there are; files from a zip exist until the next pair is asked for.

    Raises `FlareError` when there is none.
    """
    if place.suffix.lower() == ".zip" and place.is_file():
        yield from _zipped(place)
        return
    if not place.is_dir():
        raise FlareError(f"{place}: there is no such file or folder", hint="Check the name after --data.")
    found = _found(place)
    if not found:
        raise FlareError(
            f"{place}: no training data here",
            hint="Give a data set as it is downloaded, a folder of ct and label pairs, or a cache.",
        )
    for pair in found:
        yield pair, len(found)


def _found(folder: Path) -> list[Pair]:
    return [_flare_pair(image) for image in _flare_images(folder)] or pairs_in(folder) or list(_pairs(folder))


def as_case(name: str, volume: Volume, reference: Segmentation, source: str, licence: str) -> TrainingCase:
    """A scan and its labels as compact arrays, in canonical RAS at `cache.SPACING_MM`."""
    turned = geometry.reorient(volume.affine, volume.shape)
    hu, labels = turned.apply(volume.hu), turned.apply(reference.labels)
    grid = geometry.coarse_grid(turned.affine, hu.shape, (SPACING_MM,) * 3)
    coarse = np.rint(geometry.resample(hu, turned.affine, *grid, fill=AIR_HU)).astype(np.int16)
    labels = geometry.resample_labels(labels, turned.affine, *grid)
    return TrainingCase(name, labels, coarse, geometry.spacing(grid[0]), source, licence)


def _flare_images(folder: Path) -> list[Path]:
    return [image for image in sorted(folder.glob("**/images/*_0000.nii.gz")) if _flare_pair(image).mask.exists()]


def _flare_pair(image: Path) -> Pair:
    name = image.name.removesuffix("_0000.nii.gz")
    mask = image.parent.parent / "labels" / f"{name}.nii.gz"
    return Pair(name, image, mask, FLARE22, "FLARE22", _FLARE_LICENCE)


def _pairs(folder: Path) -> Iterator[Pair]:
    """`label.nii.gz` beside `ct.nii.gz`, or `<case>_label.nii.gz` or `<case>.label.nii.gz` beside `<case>.nii.gz`.

    `label_agreed` is as good as `label`: what several readers or networks agree on, and `UNKNOWN` elsewhere.
    """
    for mask in sorted({*folder.glob("**/*label.nii.gz"), *folder.glob("**/*label_agreed.nii.gz")}):
        stem = mask.name.removesuffix(".nii.gz").removesuffix("_agreed").removesuffix("label").rstrip("._-")
        image = mask.parent / f"{stem or 'ct'}.nii.gz"
        if image.exists():
            name = stem or mask.parent.name
            yield Pair(name, image, mask, OURS, name)


def _zipped(path: Path) -> Iterator[tuple[Pair, int]]:
    """FLARE22's zip as it is downloaded, with or without a top folder: one pair at a time lies unpacked."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise FlareError(f"{path}: not a complete zip file", hint="Download it again.") from None
    with archive:
        names = {Path(name).name: name for name in archive.namelist() if "__MACOSX" not in name}
        masks = {image: image.replace("_0000.nii.gz", ".nii.gz") for image in sorted(names) if "_0000.nii" in image}
        masks = {image: mask for image, mask in masks.items() if mask in names}
        if not masks:
            raise FlareError(
                f"{path}: no images/*_0000.nii.gz with labels in this zip",
                hint="Give FLARE22Train.zip as it is downloaded.",
            )
        for image, mask in masks.items():
            with tempfile.TemporaryDirectory() as folder:
                image_path = _unpack(archive, names[image], Path(folder) / "images" / image)
                _unpack(archive, names[mask], Path(folder) / "labels" / mask)
                yield _flare_pair(image_path), len(masks)


def _unpack(archive: zipfile.ZipFile, name: str, target: Path) -> Path:
    target.parent.mkdir()
    with archive.open(name) as source, target.open("wb") as sink:
        shutil.copyfileobj(source, sink)
    return target
