"""A person's mask in the place of the network's: whoever made it, and with which program.

The case's own mask becomes the person's and its JSON says of which organs; the network's mask stays beside. The mask is
written before the JSON: after a kill between the two it is taken for what it is, a mask that was changed since.
"""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui import geometry, io, next_steps
from flare_gui.analysis.compare import compare
from flare_gui.analysis.measure import measure
from flare_gui.batch.case_files import (
    CaseFiles,
    by_hand,
    is_changed,
    mask_record,
    meaning_of,
    organ_numbers,
    own_report,
    read_own_labels,
    report_text,
)
from flare_gui.batch.thumbnail import thumbnail
from flare_gui.errors import FlareError
from flare_gui.files import reason, replacing
from flare_gui.model.laterality import DOUBTS
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation, Volume, scan_sha256


def case_of(mask: Path) -> CaseFiles | None:
    """The case whose own mask lies at `mask`; None for any other file."""
    name = mask.name.removesuffix(".seg.nii.gz")
    files = CaseFiles(mask.parent, name)
    return files if files.mask == mask and own_report(files.report) is not None else None


def save_correction(files: CaseFiles, volume: Volume, segmentation: Segmentation) -> dict[str, Any]:
    """Make `segmentation`, of the scan `volume`, the case's own mask; returns the new JSON.

    The organs that differ from the network's mask count as a person's. Raises `FlareError` when the files are not those
    of a case of this scan, or cannot be written: then the old ones stay.
    """
    report = _report_of(files)
    if list(volume.shape) != report["input"]["shape"]:
        raise FlareError(
            f"{files.mask}: this is the mask of a scan of another size", hint="Save under another name (save as)."
        )
    try:
        if not files.network_mask.exists() and not by_hand(report) and not is_changed(files, report):
            _copy(files.mask, files.network_mask)
        corrected = _differing(files, report, segmentation)
        labels = {organ.label for organ in ORGANS if organ.key in corrected}
        _write_mask(files, report, volume, segmentation.corrected_by_hand(labels))
        return _write_report(files, report, volume, segmentation, corrected)
    except OSError as problem:
        raise _unwritten(files.mask, problem) from problem


def adopt(files: CaseFiles, volume: Volume) -> dict[str, Any]:
    """Count the mask that another program has written as a correction; returns the new JSON.

    `volume` is the case's scan. Without the network's mask, an organ counts as a person's when its voxels or their HU
    are other ones. Raises `FlareError` when the mask cannot be read or is not one of this scan.
    """
    report = _report_of(files)
    if report["made_from"]["scan_sha256"] != scan_sha256(volume):
        raise FlareError(
            f"{files.mask}: was changed by another program, and the scan is another one now",
            hint=next_steps.CASE_ANEW.command,
        )
    segmentation = read_case_mask(files, volume)
    if files.network_mask.exists():
        corrected = _differing(files, report, segmentation)
    else:
        now = organ_numbers(measure(volume, segmentation), segmentation, report["labels"], ())
        corrected = by_hand(report) | {key for key in now if _is_other(now[key], report["organs"][key])}
    try:
        own, _ = read_own_labels(files.mask, report["labels"])
        if not np.array_equal(own, segmentation.labels):
            # Other numbers, or another grid. What it held beside our organs is not lost.
            _copy(files.mask, files.replaced_mask)
            _write_mask(files, report, volume, segmentation)
        return _write_report(files, report, volume, segmentation, corrected)
    except OSError as problem:
        raise _unwritten(files.mask, problem) from problem


def read_case_mask(files: CaseFiles, volume: Volume) -> Segmentation:
    """The case's own mask on the grid of `volume`, whoever wrote it. Raises `FlareError` when it cannot be read.

    A program that drops the organs' names has left the numbers as they were.
    """
    report = _report_of(files)
    try:
        return io.read_mask(volume, files.mask)
    except io.UnnamedMask:
        known = meaning_of(report["labels"])
        values = (str(value) for value in np.unique(io.read_labels(files.mask)[0]) if value)
        return io.read_mask(volume, files.mask, {value: known.get(value, ()) for value in values})


def with_agreement(files: CaseFiles) -> dict[str, Any]:
    """The JSON of a case with how far network and person agree, from their two masks, once there are two.

    It is written there, so that it is worked out once for each correction.
    """
    report = _report_of(files)
    network = report.get("network")
    if not network or network["agreement"] or not files.network_mask.exists():
        return report
    person, affine = read_own_labels(files.mask, report["labels"])
    before, _ = read_own_labels(files.network_mask, report["labels"])
    scores = compare(before, person, geometry.spacing(affine))
    agreement = {
        score.organ.key: {"dice": round(score.dice, 4), "nsd": round(score.nsd, 4), "tolerance_mm": score.tolerance_mm}
        for score in scores
    }
    latest = _report_of(files)
    if latest["mask"]["sha256"] != report["mask"]["sha256"]:
        # Corrected once more meanwhile: the next call is about that.
        return latest
    latest["network"]["agreement"] = agreement
    _write_text(files.report, report_text(latest))
    return latest


def draw_picture(files: CaseFiles, volume: Volume, segmentation: Segmentation) -> None:
    """Replace the case's picture by one of these labels."""
    keep_picture(files, thumbnail(volume, segmentation))


def keep_picture(files: CaseFiles, picture: bytes) -> None:
    """Write the case's picture. Raises `FlareError` when it cannot be written."""
    try:
        with replacing(files.picture) as beside:
            beside.write_bytes(picture)
    except OSError as problem:
        raise _unwritten(files.picture, problem) from problem


def set_aside(files: CaseFiles) -> None:
    """Make way for a new result: a person's mask is kept under another name, the network's old ones go."""
    report = own_report(files.report)
    if report is not None and files.mask.exists() and (by_hand(report) or is_changed(files, report)):
        files.mask.replace(files.replaced_mask)
    files.mask.unlink(missing_ok=True)
    files.network_mask.unlink(missing_ok=True)


def _report_of(files: CaseFiles) -> dict[str, Any]:
    report = own_report(files.report)
    if report is None:
        raise FlareError(f"{files.report}: this is not the JSON of a case", hint="Segment the scan again.")
    return report


def _differing(files: CaseFiles, report: Mapping[str, Any], segmentation: Segmentation) -> frozenset[str]:
    """Keys of the organs that are not as the network drew them; without its mask, those that are marked."""
    if not files.network_mask.exists():
        return by_hand(report) | segmentation.corrected
    before, _ = read_own_labels(files.network_mask, report["labels"])
    other = before != segmentation.labels
    touched = set(np.unique(before[other]).tolist()) | set(np.unique(segmentation.labels[other]).tolist())
    return frozenset(organ.key for organ in ORGANS if organ.label in touched)


def _is_other(now: Mapping[str, Any], then: Mapping[str, Any]) -> bool:
    return any(now[key] != then[key] for key in ("voxels", "mean_hu", "sd_hu"))


def _write_mask(files: CaseFiles, report: Mapping[str, Any], volume: Volume, segmentation: Segmentation) -> None:
    io.write_segmentation(segmentation, files.mask, scheme=report["labels"], place=volume.nifti_place)


def _write_report(
    files: CaseFiles,
    report: dict[str, Any],
    volume: Volume,
    segmentation: Segmentation,
    corrected: Collection[str],
) -> dict[str, Any]:
    """The JSON of the mask as it lies there now; what it said of the network's moves to `network`."""
    network = report.get("network") or {
        "file": files.network_mask.name if files.network_mask.exists() else None,
        "organs": report["organs"],
        "warnings": report["warnings"],
    }
    numbers = organ_numbers(measure(volume, segmentation), segmentation, report["labels"], corrected)
    changed = {
        "organs": numbers,
        "warnings": [one for one in network["warnings"] if not _is_about(one, corrected)],
        "corrected_by_hand": [organ.key for organ in ORGANS if organ.key in corrected],
        "network": network | {"agreement": {}},
        "mask": mask_record(files.mask, files.mask.name),
    }
    made = report | changed
    _write_text(files.report, report_text(made))
    return made


def _is_about(warning: str, corrected: Collection[str]) -> bool:
    """Whether a warning is about an organ that a person has put right, such as that it was not found."""
    return warning not in DOUBTS and any(organ.key in corrected and organ.name.lower() in warning for organ in ORGANS)


def _copy(source: Path, target: Path) -> None:
    with replacing(target) as beside:
        beside.write_bytes(source.read_bytes())


def _write_text(path: Path, text: str) -> None:
    with replacing(path) as beside:
        beside.write_text(text, encoding="utf-8")


def _unwritten(path: Path, problem: OSError) -> FlareError:
    return FlareError(
        f"{path}: cannot be written ({reason(problem)})", hint="Make room there, or look whether the drive answers."
    )
