"""DICOM below a path as one volume: which series, which of its stacks, and what becomes of every file."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flare_gui import next_steps
from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.file_tally import FileTally, listed
from flare_gui.findings import Finding
from flare_gui.io import dicom_files
from flare_gui.io.dicom_files import Found, common_folder, files_below, goes_on_beside, study_folder
from flare_gui.io.dicom_header import NO_DICOM
from flare_gui.io.dicom_series import Stack, group, propose, without_copies
from flare_gui.io.dicom_slice import Passed, Slice
from flare_gui.io.dicom_stack import Assembly
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume

# More series than anybody reads the names of.
_MOST_NAMED = 8


def read_folder(
    folder: Path,
    files: Iterable[Path],
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Volume:
    """The largest axial CT among `files` below `folder`, or the stack that `series` names: a UID, or a part as `UID#2`.

    Raises `NotAScan` when there is no CT, `UnreadableScan` for gaps (unless `allow_gaps`) and what is no volume.
    """
    found = dicom_files.read(files, progress=progress, cancel=cancel)
    slices, copies = without_copies(found.slices)
    stacks = group(slices)
    chosen = _choose(folder, found, stacks, series)
    others = [stack for stack in stacks if stack is not chosen and (series is None or stack.series == chosen.series)]
    volume = _assembled(folder, found, chosen, others, copies, allow_gaps=allow_gaps, progress=progress, cancel=cancel)
    beside = goes_on_beside(folder, chosen.series) if folder.is_dir() else []
    if not beside:
        return volume
    sentence = f"this is a part of its series: more of it lies in {listed(beside)} beside {folder.name}"
    part = Finding("part-of-series", sentence, 1.0, "Open the folder above them, or one file, for the whole series.")
    return replace(volume, findings=(part, *volume.findings))


def read_file(
    path: Path,
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Volume:
    """The stack that one file belongs to, wherever below the study's folder its other files lie.

    Raises as `read_folder`.
    """
    seen = dicom_files.read([path])
    if not seen.slices:
        raise _no_slice(path, seen)
    one = seen.slices[0]
    folder = study_folder(one)
    found = dicom_files.read(files_below(folder), progress=progress, cancel=cancel)
    slices, copies = without_copies(found.slices)
    stacks = group(slices)
    if series is not None:
        chosen = _choose(folder, found, stacks, series)
    else:
        chosen = _holding(path, stacks, copies, one)
        _check_ct(folder, chosen)
    home = common_folder([s.path for s in chosen.slices])
    # What lies elsewhere in the study was not asked for.
    found = Found(found.slices, [one for one in found.passed if one.path.is_relative_to(home)])
    others = [stack for stack in stacks if stack is not chosen and stack.series == chosen.series]
    return _assembled(home, found, chosen, others, copies, allow_gaps=allow_gaps, progress=progress, cancel=cancel)


def stack_below(source: Path, files: Iterable[Path], key: str, *, cancel: Cancel = never) -> Stack:
    """The stack that a volume was read from, found again. Raises `UnreadableScan` when it is gone."""
    stacks = group(without_copies(dicom_files.read(files, cancel=cancel).slices)[0])
    chosen = _named(stacks, key)
    if chosen is None:
        raise UnreadableScan(source, f"series {key} is not there any more", hint="Open the scan again.")
    return chosen


def _no_slice(path: Path, seen: Found) -> NotAScan:
    why = seen.passed[0]
    reason = f"could not be read: {why.reason}" if why.broken else f"is no slice of a scan ({why.reason})"
    return NotAScan(path, reason, hint=why.todo or "Choose a slice of a CT series.")


def _holding(path: Path, stacks: list[Stack], copies: list[Slice], one: Slice) -> Stack:
    """The stack with this file, or with the one that it is a copy of."""
    instance = next((copy.instance for copy in copies if copy.path == path), None)
    for stack in stacks:
        if any(s.path == path or (instance and s.instance == instance) for s in stack.slices):
            return stack
    return next(stack for stack in stacks if stack.series == one.series)


def _choose(folder: Path, found: Found, stacks: list[Stack], key: str | None) -> Stack:
    if key is not None:
        stack = _named(stacks, key)
        if stack is None:
            known = "; ".join(map(str, stacks[:_MOST_NAMED])) or "none"
            raise UnreadableScan(folder, f"has no series {key}", hint=f"Choose one of these: {known}.")
        _check_ct(folder, stack)
        return stack
    proposed = propose(stacks)
    if proposed is None:
        raise _no_ct(folder, found, stacks)
    return proposed


def _named(stacks: list[Stack], key: str) -> Stack | None:
    """The stack of a key; of a UID alone the one that would be proposed."""
    of_series = [stack for stack in stacks if stack.series == key]
    exact = next((stack for stack in stacks if stack.key == key), None)
    return exact or propose(of_series) or next(iter(of_series), None)


def _check_ct(folder: Path, stack: Stack) -> None:
    if stack.first.modality != "CT":
        raise NotAScan(folder, f"that series is {stack.first.modality}, not CT", hint="Choose a CT series.")


def _no_ct(folder: Path, found: Found, stacks: list[Stack]) -> NotAScan:
    """Why there is no CT: other images, files that could not be read, or no DICOM at all."""
    broken = [one for one in found.passed if one.broken]
    lost = FileTally.of(len({s.path for s in found.slices}), (), ((one.reason, one.path) for one in broken))
    if stacks:
        kinds = ", ".join(sorted({"localizer" if s.first.localizer else s.first.modality for s in stacks}))
        also = f"; {lost}" if broken else ""
        return NotAScan(
            folder, f"holds {kinds} but no CT series of two or more slices{also}", hint="Choose an abdominal CT."
        )
    if broken:
        return NotAScan(folder, str(lost), hint=broken[0].todo, code="unreadable-files")
    others = sorted({one.reason for one in found.passed if one.reason != NO_DICOM})
    what = f"holds no DICOM images, only {', '.join(others)}" if others else "holds no DICOM images"
    return NotAScan(folder, what, hint="Choose the folder that the slices lie in.")


def _assembled(
    folder: Path,
    found: Found,
    chosen: Stack,
    others: list[Stack],
    copies: list[Slice],
    *,
    allow_gaps: bool,
    progress: Progress,
    cancel: Cancel,
) -> Volume:
    broken = [one for one in found.passed if one.broken and one.series in ("", chosen.series)]
    work = Assembly(folder, chosen, broken)
    _tell_others(work, others)
    volume = work.volume(allow_gaps=allow_gaps, progress=progress, cancel=cancel)
    files = _tally(found, work, copies)
    if files.lost:
        todo = f"{work.broken[0].todo} What they hold is missing here."
        lost = Finding("unreadable-files", str(files), 1.0, todo)
        volume = replace(volume, findings=(lost, *volume.findings))
    return replace(volume, files=files)


def _tell_others(work: Assembly, others: list[Stack]) -> None:
    """A word on the stacks that could have been meant."""
    chosen = work.stack
    parts = [stack for stack in others if stack.series == chosen.series]
    if parts:
        read = f"{chosen.label} was read; " if chosen.label else ""
        sentence = f"{read}left out: {_names(parts)}, of the same series"
        todo = f"Choose that part if it was meant. {next_steps.OTHER_PART.command}"
        work.findings.append(Finding("other-parts", sentence, 1.0, todo))
    series = [stack for stack in others if stack.series != chosen.series]
    if series:
        todo = f"Choose another series if that one was meant. {next_steps.OTHER_SERIES.command}"
        work.findings.append(Finding("other-series", f"left out: {_names(series)}", 1.0, todo))


def _names(stacks: list[Stack]) -> str:
    more = f"; and {len(stacks) - _MOST_NAMED} more" if len(stacks) > _MOST_NAMED else ""
    return "; ".join(map(str, stacks[:_MOST_NAMED])) + more


def _tally(found: Found, work: Assembly, copies: list[Slice]) -> FileTally:
    """Every file that was met, once."""
    used = {one.path for one in work.stack.slices}
    lost = {one.path: one for one in work.broken}
    left_out = {one.path: one.reason for one in found.passed if not one.broken}
    left_out |= {one.path: "copy of a file that is used" for one in copies}
    for one in found.slices:
        same = one.series == work.stack.series
        left_out.setdefault(one.path, "another part of the series" if same else "another series")
    left_out |= {one.path: f"another series, {one.reason}" for one in _of_others(found, work)}
    unused = ((why, path) for path, why in left_out.items() if path not in used and path not in lost)
    return FileTally.of(len(used - lost.keys()), unused, ((one.reason, path) for path, one in lost.items()))


def _of_others(found: Found, work: Assembly) -> list[Passed]:
    return [one for one in found.passed if one.broken and one.series not in ("", work.stack.series)]
