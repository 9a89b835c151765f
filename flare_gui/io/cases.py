"""From the paths a user gives to the cases they mean, each with a name for its results."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flare_gui.errors import NotAScan
from flare_gui.io import itk, nifti
from flare_gui.io.array import case_name
from flare_gui.io.readers import best_reader

# Masks lie beside scans more often than not: `ct.seg.nii.gz`, `label.nii.gz`, `case_mask.nrrd`.
_MASK_WORDS = {"seg", "segmentation", "label", "labels", "mask", "masks"}


class Case(NamedTuple):
    """Something to read, and what its results are called (never by the patient's name)."""

    path: Path
    name: str


def find_cases(paths: Iterable[Path]) -> list[Case]:
    """Files and DICOM folders as they are; any other folder is searched for cases, in the order of their names.

    The search passes over files whose names call them masks; given by name, they are taken.

    Equal names get their parent folder in front, as often as needed. Raises `NotAScan` for a path without any case.
    """
    found: dict[Path, None] = {}
    for path in paths:
        if not path.exists():
            raise NotAScan(path, "there is no such file or folder", hint="Check the name.")
        below = [path] if path.is_file() or best_reader(path) else list(_search(path))
        if not below:
            raise NotAScan(path, "holds no scan", hint="Give a CT as NIfTI, NRRD, MetaImage, DICOM or a zip of DICOM.")
        found |= dict.fromkeys(below)
    return [Case(path, name) for path, name in zip(found, _names(list(found)), strict=True)]


def _search(folder: Path) -> Iterable[Path]:
    """Cases below a folder; a folder of DICOM slices is one case and is not searched further."""
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from [path] if best_reader(path) else _search(path)
        elif path.name.lower().endswith((*nifti.SUFFIXES, *itk.SUFFIXES, ".zip")) and not _is_mask(path):
            yield path


def _is_mask(path: Path) -> bool:
    return not _MASK_WORDS.isdisjoint(re.split(r"[._\-]", path.name.lower()))


def _names(paths: list[Path]) -> list[str]:
    resolved = [path.resolve() for path in paths]
    names = [case_name(path) for path in resolved]
    for depth in range(max((len(path.parts) for path in resolved), default=0)):
        repeated = {name for name, count in Counter(n.lower() for n in names).items() if count > 1}
        if not repeated:
            break
        for i, path in enumerate(resolved):
            if names[i].lower() in repeated and depth < len(path.parents) and path.parents[depth].name:
                names[i] = f"{path.parents[depth].name}_{names[i]}"
    # Files that differ in their suffix alone: ct.nii.gz beside ct.nrrd.
    seen: Counter[str] = Counter()
    for i, name in enumerate(names):
        seen[name.lower()] += 1
        if seen[name.lower()] > 1:
            names[i] = f"{name}_{seen[name.lower()]}"
    return names
