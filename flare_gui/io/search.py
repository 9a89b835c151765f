"""From the paths a user gives to the cases they mean, each with a name for its results."""

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from flare_gui.errors import NotAScan
from flare_gui.io import itk, nifti, nifti_pair
from flare_gui.io.array import case_name
from flare_gui.io.dicom_files import common_folder, files_below, is_placeholder, read
from flare_gui.io.dicom_header import is_dicom, is_index
from flare_gui.io.dicom_series import Stack, group, is_body_scan, without_copies
from flare_gui.io.mask_names import is_mask
from flare_gui.io.system_errors import unreadable


class Case(NamedTuple):
    """Something to read, and what its results are called (never by the patient's name).

    `series` is the UID of a DICOM series where the path holds several, None for the one that is proposed.
    """

    path: Path
    name: str
    series: str | None = None


def find_cases(
    paths: Iterable[Path], *, every_series: bool = False, passed_over: list[Path] | None = None
) -> list[Case]:
    """Files and DICOM folders as they are; any other folder is searched for cases, in the order of their names.

    A DICOM series is one case, whichever folders its files lie in. The search passes over masks, as their names and
    headers tell, and adds them to `passed_over`; given by name, they are taken. With `every_series` each CT series that
    the search comes upon is a case of its own, else those of one folder are a choice.

    Equal names get their parent folder in front, as often as needed. Raises `NotAScan` for a path without any case.
    """
    found: dict[Case, None] = {}
    masks: list[Path] = []
    for path in paths:
        with unreadable(path):
            if not path.exists():
                raise NotAScan(path, "there is no such file or folder", hint="Check the name.")
            place = path.parent if is_index(path) else path
            if place.is_dir():
                below = _search(place, masks, every_series=every_series)
            else:
                below = [Case(nifti_pair.header_beside(path) or path, "")]
        if not below:
            only = f", only {len(masks)} masks" if masks else ""
            raise NotAScan(
                path, f"holds no scan{only}", hint="Give a CT as NIfTI, NRRD, MetaImage, DICOM or a zip of DICOM."
            )
        found |= dict.fromkeys(below)
    if passed_over is not None:
        passed_over += masks
    names = _names([case.path for case in found])
    return _numbered([Case(case.path, name, case.series) for case, name in zip(found, names, strict=True)])


def _search(folder: Path, masks: list[Path], *, every_series: bool) -> list[Case]:
    """The cases in a folder and below; `masks` grows by what was passed over."""
    images: list[Path] = []
    dicom: list[Path] = []
    for path in files_below(folder):
        if _may_be_scan(path):
            if not path.name.startswith("."):
                (masks if is_mask(path) else images).append(path)
        elif not is_index(path) and (is_dicom(path) or is_placeholder(path)):
            dicom.append(path)
    # A DICOM folder with nothing else in it is one scan, whose series are a choice.
    if dicom and not images and all(path.parent == folder for path in dicom):
        return [Case(folder, "")]
    return sorted(
        [*_dicom_cases(dicom, every_series=every_series), *(Case(path, "") for path in images)],
        key=lambda case: case.path,
    )


def _may_be_scan(path: Path) -> bool:
    # Of a pair the header stands for both; other things are called .hdr and .img too.
    if nifti_pair.is_half(path):
        return nifti_pair.is_header_of_pair(path)
    return path.name.lower().endswith((*nifti.SUFFIXES, *itk.SUFFIXES, ".zip"))


def _dicom_cases(files: list[Path], *, every_series: bool) -> list[Case]:
    """A case for each CT series in a tree, at the deepest folder that holds all of it."""
    found = read(files)
    stacks = [stack for stack in group(without_copies(found.slices)[0]) if stack.is_ct and len(stack.slices) > 1]
    bodies = [stack for stack in stacks if is_body_scan(stack) or not _has_body_scan_beside(stack, stacks)]
    homes = {
        uid: common_folder([s.path for stack in bodies if stack.series == uid for s in stack.slices])
        for uid in sorted({stack.series for stack in bodies})
    }
    # Files that could not be read, where nothing else is: the refusal says why.
    lone = {one.path.parent for one in found.passed if one.broken}
    lone = {folder for folder in lone if not any(folder.is_relative_to(home) for home in homes.values())}
    if not homes and not lone and files:
        return [Case(common_folder(files), "")]
    cases = [Case(folder, "") for folder in sorted(lone)]
    if every_series:
        uids = {s.path: s.series for s in found.slices}
        for uid, home in homes.items():
            alone = all(other == uid for path, other in uids.items() if path.is_relative_to(home))
            cases.append(Case(home, "", None if alone else uid))
        return cases
    tops = {home for home in homes.values() if not any(home != o and home.is_relative_to(o) for o in homes.values())}
    return cases + [Case(home, "") for home in tops]


def _has_body_scan_beside(short: Stack, stacks: Sequence[Stack]) -> bool:
    """Whether its folder or its study has a scan of the body: then it watched a bolus; alone it is the scan."""

    def beside(other: Stack) -> bool:
        study = short.first.traits.get("StudyInstanceUID")
        same_study = bool(study) and study == other.first.traits.get("StudyInstanceUID")
        return same_study or short.first.path.parent == other.first.path.parent

    return any(is_body_scan(other) and beside(other) for other in stacks)


def _numbered(cases: list[Case]) -> list[Case]:
    """Series of one folder are told apart by a number."""
    count = Counter(case.path for case in cases)
    seen: Counter[Path] = Counter()
    numbered = []
    for case in cases:
        seen[case.path] += 1
        name = f"{case.name}_series{seen[case.path]}" if count[case.path] > 1 else case.name
        numbered.append(case._replace(name=name))
    return numbered


def _names(paths: list[Path]) -> list[str]:
    several = dict.fromkeys(path.resolve() for path in paths)
    names = dict(zip(several, _distinct(list(several)), strict=True))
    return [names[path.resolve()] for path in paths]


def _distinct(resolved: list[Path]) -> list[str]:
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
