"""A DICOM series as one regular volume: slices by position, never by file name; what does not fit is said."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import numpy as np
from scipy import ndimage

from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.findings import MISSING_SLICES, Finding
from flare_gui.io import dicom_pixels
from flare_gui.io.array import AIR_HU, to_hu, volume_from
from flare_gui.io.dicom_series import (
    Series,
    Slice,
    group,
    is_dicom,
    missing_tags,
    propose,
    read_slice,
    read_slices,
)
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.io.limits import MOST_SIDE, check_size
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Volume

# Steps that differ by more are uneven: table positions are given to a hundredth of a millimetre or so.
EVEN_MM = 0.05
# A step this many times the usual one means that a slice is missing.
GAP = 1.5
# Sideways drift from slice to slice, in degrees off the normal, that is a tilted gantry and not rounding.
TILT_DEGREES = 0.2


def read_folder(
    folder: Path,
    files: Iterable[Path],
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Volume:
    """The largest axial CT series among `files` of `folder`, or the one whose UID is `series`.

    Raises `NotAScan` when there is no CT, `UnreadableScan` for gaps (unless `allow_gaps`) and broken slices.
    """
    files = list(files)
    stacks = group(read_slices(files, progress=progress, cancel=cancel))
    chosen = _choose(folder, files, stacks, series)
    if chosen.first.frames > 1:
        raise UnreadableScan(
            folder, "is an enhanced multi-frame CT, which is not read yet", hint="Convert it to .nii.gz first."
        )
    findings = _left_out(chosen, [stack for stack in stacks if stack is not chosen])
    return _assemble(folder, chosen, findings, allow_gaps=allow_gaps, progress=progress, cancel=cancel)


def read_file(
    path: Path,
    *,
    series: str | None = None,
    allow_gaps: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Volume:
    """The series that one file belongs to, with its siblings in the same folder. Raises as `read_folder`."""
    one = read_slice(path)
    if one is None:
        raise NotAScan(path, "is no DICOM image with a place in the patient", hint="Choose a slice of a CT series.")
    siblings = sorted(p for p in path.parent.iterdir() if p.is_file())
    return read_folder(
        path.parent, siblings, series=series or one.uid, allow_gaps=allow_gaps, progress=progress, cancel=cancel
    )


def _left_out(chosen: Series, others: list[Series]) -> list[Finding]:
    if not others:
        return []
    sentence = "left out: " + "; ".join(str(stack) for stack in others)
    if any(stack.uid == chosen.uid for stack in others):
        return [
            Finding("mixed-slices", sentence, 1.0, "Check that slices of another size or direction are not missed.")
        ]
    return [Finding("other-series", sentence, 1.0, "Choose another series with --series UID if that one was meant.")]


def _choose(folder: Path, files: list[Path], stacks: list[Series], uid: str | None) -> Series:
    if uid is not None:
        # Of a series with several sizes or orientations the largest stack comes first.
        stack = next((s for s in stacks if s.uid == uid), None)
        if stack is None:
            known = "; ".join(dict.fromkeys(str(s) for s in stacks)) or "none"
            raise UnreadableScan(folder, f"has no series {uid}", hint=f"Choose one of these: {known}.")
        if stack.first.modality != "CT":
            raise NotAScan(folder, f"that series is {stack.first.modality}, not CT", hint="Choose a CT series.")
        return stack
    proposed = propose(stacks)
    if proposed is not None:
        return proposed
    if stacks:
        kinds = ", ".join(sorted({"localizer" if s.first.localizer else s.first.modality for s in stacks}))
        raise NotAScan(folder, f"holds {kinds} but no CT series of two or more slices", hint="Choose an abdominal CT.")
    raise _nothing(folder, files)


def _nothing(folder: Path, files: list[Path]) -> NotAScan:
    """Why there is no slice: no DICOM at all, or none that says where it lies."""
    marked = [file for file in files if is_dicom(file)]
    if not marked:
        return NotAScan(folder, "holds no DICOM images", hint="Choose the folder that the slices lie in.")
    missing = missing_tags(marked[0])
    why = f": {', '.join(missing)} missing" if missing else ", or their headers are damaged"
    return NotAScan(
        folder,
        f"holds {len(marked)} DICOM files, but none says where in the patient it lies{why}",
        hint="Export the series again from the scanner or archive, as original images.",
    )


def _assemble(
    folder: Path, series: Series, findings: list[Finding], *, allow_gaps: bool, progress: Progress, cancel: Cancel
) -> Volume:
    slices, doubts = one_a_position(series)
    findings.extend(doubts)
    if len(slices) < 2:
        raise UnreadableScan(folder, "holds a single slice", hint="Choose a scan of several slices.")
    heights = np.array([s.height for s in slices])
    steps = np.diff(heights)
    step = float(np.median(steps))
    _check_gaps(folder, slices, steps, step, findings, allow_gaps=allow_gaps)
    hu = _pixels(slices, progress, cancel)
    drift = np.array([_drift(s, slices[0]) for s in slices])
    tilt = _tilt_degrees(drift, heights)
    uneven = float(np.abs(steps - step).max()) > max(EVEN_MM, 0.02 * step)
    origin = slices[0].position
    if tilt > TILT_DEGREES:
        sentence = f"the gantry was tilted by {tilt:.1f} degrees: the slices were shifted upright"
        findings.append(Finding("gantry-tilt", sentence, 1.0, "Nothing; the mask lies on the upright slices."))
        hu, first = _upright(folder, hu, drift, slices[0].spacing_mm)
        origin = origin + first[0] * slices[0].along + first[1] * slices[0].down
    if uneven:
        sentence = f"uneven slice spacing ({steps.min():.2f} to {steps.max():.2f} mm): resampled to {step:.2f} mm"
        findings.append(Finding("uneven-slices", sentence, 1.0, "Nothing; the mask lies on the even slices."))
        hu = _evenly(folder, hu, heights, step)
    else:
        step = float(heights[-1] - heights[0]) / (len(heights) - 1)
    affine = np.eye(4)
    first_slice = slices[0]
    affine[:3, 0] = first_slice.along * first_slice.spacing_mm[0]
    affine[:3, 1] = first_slice.down * first_slice.spacing_mm[1]
    affine[:3, 2] = first_slice.normal * step
    affine[:3, 3] = origin
    repairs = tuple(finding.code for finding in findings if finding.code == MISSING_SLICES)
    volume = volume_from(folder, hu, LPS_TO_RAS @ affine, series_uid=series.uid, findings=tuple(findings))
    return replace(volume, repairs=repairs)


def one_a_position(series: Series) -> tuple[list[Slice], tuple[Finding, ...]]:
    """The first slice at each position, and a finding when that left some out."""
    kept: list[Slice] = []
    for one in series.slices:
        if not kept or one.height - kept[-1].height > 0.01:
            kept.append(one)
    dropped = len(series.slices) - len(kept)
    if not dropped:
        return kept, ()
    sentence = (
        f"{dropped} slices lie where another one lies already (several phases in one series?): "
        "the one with the lowest instance number was used"
    )
    return kept, (Finding("duplicate-slices", sentence, 1.0, "Export the phase you mean as a series of its own."),)


def _check_gaps(
    folder: Path, slices: list[Slice], steps: np.ndarray, step: float, findings: list[Finding], *, allow_gaps: bool
) -> None:
    wide = np.flatnonzero(steps > GAP * step)
    if wide.size == 0:
        return
    i = int(wide[0])
    where = f"between slices {i + 1} and {i + 2} of {len(slices)}"
    more = f", and in {wide.size - 1} more places" if wide.size > 1 else ""
    sentence = f"slices are missing {where}{more} (gap of {steps[i]:.1f} mm where {step:.1f} mm is usual)"
    if not allow_gaps:
        raise UnreadableScan(
            folder,
            sentence,
            hint="Ask for the complete series, or open it with --allow-gaps to fill them by interpolation.",
            code=MISSING_SLICES,
        )
    sentence += ": filled by interpolation"
    findings.append(Finding(MISSING_SLICES, sentence, 1.0, "Ask for the complete series, or leave the gap out."))


def _pixels(slices: list[Slice], progress: Progress, cancel: Cancel) -> np.ndarray:
    """int16 HU (column, row, slice), by each slice's own slope and intercept."""
    first = slices[0]
    if first.samples != 1:
        raise UnreadableScan(
            first.path, "holds colours, not Hounsfield units", hint="Choose a CT series.", code="not-ct"
        )
    if max(first.rows, first.columns) > MOST_SIDE:
        raise UnreadableScan(
            first.path, f"is {first.columns} × {first.rows} pixels large, which no CT slice is", hint="Choose a CT."
        )
    check_size(first.path, (first.columns, first.rows, len(slices)), 2)
    hu = np.empty((first.columns, first.rows, len(slices)), np.int16, order="F")
    for k, one in enumerate(slices):
        cancel.check()
        values = dicom_pixels.read(one.path, one.stored, first.rows, first.columns)
        if one.padding_hu is not None and not -900 < one.padding_hu < 3000:
            values[values == one.padding_hu] = AIR_HU
        hu[:, :, k] = to_hu(values.T[:, :, None])[:, :, 0]
        progress("slices", (k + 1) / len(slices))
    return hu


def _drift(one: Slice, first: Slice) -> tuple[float, float]:
    """Sideways offset in mm from the first slice, along its rows and columns."""
    offset = one.position - first.position
    return float(offset @ first.along), float(offset @ first.down)


def _tilt_degrees(drift: np.ndarray, heights: np.ndarray) -> float:
    sideways = np.abs(drift - drift[0]).max(axis=0).max()
    return float(np.degrees(np.arctan2(sideways, heights[-1] - heights[0])))


def _upright(
    folder: Path, hu: np.ndarray, drift: np.ndarray, spacing_mm: tuple[float, float]
) -> tuple[np.ndarray, tuple[float, float]]:
    """Slices moved to a common frame that holds them all, and its first pixel in mm from the first slice's."""
    low, high = drift.min(axis=0), drift.max(axis=0)
    size = [n + int(np.ceil((h - b) / s)) for n, b, h, s in zip(hu.shape[:2], low, high, spacing_mm, strict=True)]
    check_size(folder, (*size, hu.shape[2]), 2)
    result = np.full((*size, hu.shape[2]), AIR_HU, np.int16, order="F")
    for k in range(hu.shape[2]):
        shift = (drift[k] - low) / spacing_mm
        moved = np.full(size, AIR_HU, np.float32)
        moved[: hu.shape[0], : hu.shape[1]] = hu[:, :, k]
        result[:, :, k] = np.rint(ndimage.shift(moved, shift, order=1, mode="constant", cval=AIR_HU))
    return result, (float(low[0]), float(low[1]))


def _evenly(folder: Path, hu: np.ndarray, heights: np.ndarray, step: float) -> np.ndarray:
    """Slices at equal steps from the first to the last, each between its two neighbours."""
    count = int(np.floor((heights[-1] - heights[0]) / step + 1e-3)) + 1
    check_size(folder, (*hu.shape[:2], count), 2)
    result = np.empty((*hu.shape[:2], count), np.int16, order="F")
    for k in range(count):
        at = heights[0] + k * step
        i = int(np.clip(np.searchsorted(heights, at, side="right") - 1, 0, len(heights) - 2))
        part = np.float32(np.clip((at - heights[i]) / (heights[i + 1] - heights[i]), 0, 1))
        result[:, :, k] = np.rint(hu[:, :, i] * (1 - part) + hu[:, :, i + 1] * part)
    return result
