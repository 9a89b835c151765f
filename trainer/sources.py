"""From what lies on disk to training cases: FLARE22's zip or folder, folders of pairs, label maps, phantoms."""

import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.io import read_labels, read_scan
from flare_gui.organs import LabelScheme, organs_from
from flare_gui.phantom.body import wrap
from flare_gui.phantom.shapes import abdomen
from flare_gui.phantom.tissues import Tissue
from flare_gui.progress import Progress, ignore
from trainer import cases
from trainer.cases import SPACING_MM, TrainingCase

LABEL_MAPS = Path(__file__).resolve().parents[2] / "shared" / "data" / "labelmaps"

_SPACING = (SPACING_MM,) * 3
_FLARE_LICENCE = "FLARE22 challenge: research use, see flare22.grand-challenge.org"

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
_BODIES_A_MAP = 2
_ABDOMEN_MARGIN_MM = 70.0


def cases_of(path: str, seed: int, *, progress: Progress = ignore) -> Iterator[TrainingCase]:
    """The cases of one `--data` PATH: `phantom`, a zip, a folder of FLARE22, of pairs, of label maps or of caches.

    Raises `FlareError` when nothing there can be trained on.
    """
    if path == "phantom":
        yield from phantoms(LABEL_MAPS, seed, progress=progress)
        return
    place = Path(path)
    if place.suffix.lower() == ".zip" and place.is_file():
        yield from _from_zip(place, progress)
    elif place.is_dir():
        yield from _from_folder(place, seed, progress)
    else:
        raise FlareError(f"{path}: there is no such file or folder", hint="Check the name after --data.")


def phantoms(label_maps: Path, seed: int, *, progress: Progress = ignore) -> Iterator[TrainingCase]:
    """Tissue maps from every label map below `label_maps`, or from shapes of our own where there are none."""
    found = _label_maps(label_maps)
    for i, path in enumerate(found):
        rng = np.random.default_rng((seed, i))
        yield from (_organs_in_bodies(path, rng) if path.parent.name == "abdomen8" else [_whole_body(path)])
        progress("phantoms", (i + 1) / len(found))
    for i in range(0 if found else 40):
        rng = np.random.default_rng((seed, i))
        tissues, affine = abdomen(rng, SPACING_MM)
        tissues, spacing = _canonical(tissues, affine)
        yield TrainingCase(f"shapes_{i:03d}", tissues, None, spacing, "shapes of flare-gui", "Apache-2.0")
        progress("phantoms", (i + 1) / 40)


def _label_maps(folder: Path) -> list[Path]:
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
    source = "ICRP 110" if "icrp" in name else "AustinMan" if "austin" in name else "TotalSegmentator-style label maps"
    return TrainingCase(name, tissues[:, :, low:high].copy(), None, spacing, source, "research use")


def _organ_range(tissues: np.ndarray, spacing: tuple[float, float, float]) -> tuple[int, int]:
    margin = int(_ABDOMEN_MARGIN_MM / spacing[2])
    slices = np.flatnonzero(((tissues >= 1) & (tissues <= 4)).any(axis=(0, 1)))
    if slices.size == 0:
        return 0, tissues.shape[2]
    return max(0, int(slices[0]) - margin), int(slices[-1]) + margin


def _canonical(labels: np.ndarray, affine: np.ndarray) -> tuple[np.ndarray, tuple[float, float, float]]:
    turned = geometry.reorient(affine, labels.shape)  # type: ignore[arg-type]
    labels = turned.apply(labels)
    to_affine, to_shape = geometry.coarse_grid(turned.affine, labels.shape, _SPACING)  # type: ignore[arg-type]
    return geometry.resample_labels(labels, turned.affine, to_affine, to_shape), geometry.spacing(to_affine)


def _pair(image: Path, mask: Path, scheme: LabelScheme, name: str, source: str, licence: str) -> TrainingCase:
    volume = read_scan(image)
    labels, affine = read_labels(mask)
    if labels.shape != volume.shape:
        raise FlareError(
            f"{mask}: the mask has {labels.shape} voxels and its scan {volume.shape}",
            hint="Put the mask that belongs to the scan beside it.",
        )
    labels = organs_from(labels, scheme)
    turned = geometry.reorient(volume.affine, volume.shape)
    hu, labels = turned.apply(volume.hu), turned.apply(labels)
    to_affine, to_shape = geometry.coarse_grid(turned.affine, hu.shape, _SPACING)
    coarse = np.rint(geometry.resample(hu, turned.affine, to_affine, to_shape, fill=-1024)).astype(np.int16)
    labels = geometry.resample_labels(labels, turned.affine, to_affine, to_shape)
    return TrainingCase(name, labels, coarse, geometry.spacing(to_affine), source, licence)


def _from_folder(folder: Path, seed: int, progress: Progress) -> Iterator[TrainingCase]:
    if any(folder.glob("*.npz")):
        yield from cases.load_all(folder)
    elif flare := sorted(folder.glob("**/images/*_0000.nii.gz")):
        yield from _flare_pairs(flare, progress)
    elif pairs := list(_pairs(folder)):
        for i, (image, mask, name) in enumerate(pairs):
            yield _pair(image, mask, "organs", name, folder.name, "see the data's own licence")
            progress(folder.name, (i + 1) / len(pairs))
    elif _label_maps(folder):
        yield from phantoms(folder, seed, progress=progress)
    else:
        raise FlareError(
            f"{folder}: no training data here",
            hint="Give FLARE22's folder (images/ and labels/), a folder of ct and label pairs, or a cache.",
        )


def _flare_pairs(images: list[Path], progress: Progress) -> Iterator[TrainingCase]:
    for i, image in enumerate(images):
        name = image.name.removesuffix("_0000.nii.gz")
        mask = image.parent.parent / "labels" / f"{name}.nii.gz"
        if mask.exists():
            yield _pair(image, mask, "flare22", name, "FLARE22", _FLARE_LICENCE)
        progress("FLARE22", (i + 1) / len(images))


def _pairs(folder: Path) -> Iterator[tuple[Path, Path, str]]:
    """`label.nii.gz` or `<case>.label.nii.gz` or `<case>_label.nii.gz` beside `ct.nii.gz` or `<case>.nii.gz`."""
    for mask in sorted(folder.glob("**/*label.nii.gz")):
        stem = mask.name.removesuffix("label.nii.gz").rstrip("._-")
        image = mask.parent / f"{stem or 'ct'}.nii.gz"
        if image.exists():
            yield image, mask, stem or mask.parent.name


def _from_zip(path: Path, progress: Progress) -> Iterator[TrainingCase]:
    """FLARE22's zip as it is downloaded: each pair is unpacked for as long as it is read."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile:
        raise FlareError(f"{path}: not a complete zip file", hint="Download it again.") from None
    with archive:
        names = {Path(name).name: name for name in archive.namelist() if "__MACOSX" not in name}
        images = sorted(name for name in names if name.endswith("_0000.nii.gz"))
        if not images:
            raise FlareError(
                f"{path}: no images/*_0000.nii.gz in this zip", hint="Give FLARE22Train.zip as it is downloaded."
            )
        for i, image in enumerate(images):
            case = image.removesuffix("_0000.nii.gz")
            if f"{case}.nii.gz" in names:
                with tempfile.TemporaryDirectory() as folder:
                    pair = [_unpack(archive, names[name], Path(folder)) for name in (image, f"{case}.nii.gz")]
                    yield _pair(*pair, "flare22", case, "FLARE22", _FLARE_LICENCE)
            progress("FLARE22", (i + 1) / len(images))


def _unpack(archive: zipfile.ZipFile, name: str, folder: Path) -> Path:
    target = folder / Path(name).name
    with archive.open(name) as source, target.open("wb") as sink:
        while block := source.read(1 << 20):
            sink.write(block)
    return target
