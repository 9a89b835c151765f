"""From the paths a user gives to the cases they mean, each with a name for its results."""

import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flare_gui.errors import NotAScan
from flare_gui.io import itk, nifti, nifti_pair
from flare_gui.io.array import case_name
from flare_gui.io.dicom_series import group, is_body_scan, read_slices
from flare_gui.io.readers import best_reader
from flare_gui.io.system_errors import unreadable

# Masks lie beside scans more often than not: `ct.seg.nii.gz`, `label.nii.gz`, `case_mask.nrrd`.
_MASK_WORDS = {"seg", "segmentation", "label", "labels", "mask", "masks"}


class Case(NamedTuple):
    """Something to read, and what its results are called (never by the patient's name).

    `series` is the UID of a DICOM series where the path holds several, None for the one that is proposed.
    """

    path: Path
    name: str
    series: str | None = None


def find_cases(paths: Iterable[Path], *, every_series: bool = False) -> list[Case]:
    """Files and DICOM folders as they are; any other folder is searched for cases, in the order of their names.

    The search passes over files whose names call them masks; given by name, they are taken. With `every_series` each
    CT series of a DICOM folder that the search comes upon is a case of its own.

    Equal names get their parent folder in front, as often as needed. Raises `NotAScan` for a path without any case.
    """
    found: dict[Path, None] = {}
    searched: set[Path] = set()
    for path in paths:
        with unreadable(path):
            if not path.exists():
                raise NotAScan(path, "there is no such file or folder", hint="Check the name.")
            below = [nifti_pair.header_beside(path) or path] if path.is_file() else list(_search(path, set()))
        # A DICOM folder with nothing below it is one scan; a tree is searched even if slices lie at its root.
        searched.update(() if below == [path] else below)
        if not below:
            raise NotAScan(path, "holds no scan", hint="Give a CT as NIfTI, NRRD, MetaImage, DICOM or a zip of DICOM.")
        found |= dict.fromkeys(below)
    cases = [Case(path, name) for path, name in zip(found, _names(list(found)), strict=True)]
    if not every_series:
        return cases
    return [one for case in cases for one in (_series_of(case) if case.path in searched else [case])]


def _search(folder: Path, seen: set[Path]) -> Iterable[Path]:
    """Cases in a folder and below. Slices of DICOM that lie together are one case: their folder."""
    # A link may lead back up.
    real = folder.resolve()
    if real in seen:
        return
    seen.add(real)
    try:
        entries = sorted(folder.iterdir())
    except OSError:
        return  # not ours to look into: what can be read goes on
    if best_reader(folder):
        yield folder
    for path in entries:
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _search(path, seen)
        elif _may_be_scan(path) and not _is_mask(path):
            yield path


def _series_of(case: Case) -> list[Case]:
    """A case for each CT series in a DICOM folder; the case itself where there is one, or none."""
    if not case.path.is_dir():
        return [case]
    stacks = [one for one in group(read_slices(p for p in case.path.iterdir() if p.is_file())) if is_body_scan(one)]
    uids = list(dict.fromkeys(stack.uid for stack in stacks))
    if len(uids) < 2:
        return [case]
    return [Case(case.path, f"{case.name}_series{number}", uid) for number, uid in enumerate(sorted(uids), 1)]


def _may_be_scan(path: Path) -> bool:
    # Of a pair the header stands for both; other things are called .hdr and .img too.
    if nifti_pair.is_half(path):
        return nifti_pair.is_header_of_pair(path)
    return path.name.lower().endswith((*nifti.SUFFIXES, *itk.SUFFIXES, ".zip"))


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
