"""One stack of DICOM slices as a regular volume; what does not fit is said."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from flare_gui import next_steps
from flare_gui.errors import UnreadableScan
from flare_gui.file_tally import listed
from flare_gui.findings import MISSING_SLICES, Finding
from flare_gui.io.array import volume_from
from flare_gui.io.dicom_header import EXPORT_AGAIN
from flare_gui.io.dicom_parts import steps_of
from flare_gui.io.dicom_pixels import Pixels
from flare_gui.io.dicom_series import Stack
from flare_gui.io.dicom_slice import Passed, Slice
from flare_gui.io.dicom_steps import Spacing, evenly, spacing_of, upright
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.io.limits import MOST_SIDE, check_size
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Volume

# Sideways drift from slice to slice, in degrees off the normal, that is a tilted gantry and not rounding.
TILT_DEGREES = 0.2
# What RescaleType says of Hounsfield units; nothing means them too.
_HU_UNITS = ("", "HU", "US", "HOUNSFIELD")


@dataclass
class Assembly:
    """The work on one stack below `path`: `findings` and `broken` files grow while it goes on."""

    path: Path
    stack: Stack
    broken: list[Passed] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def volume(self, *, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume:
        """The stack in HU. Raises `UnreadableScan` for gaps, unless they are allowed, and for what is no volume."""
        self.stack = one_a_place(self.path, self.stack)
        self._check_pixels()
        self._check_spacing(allow_gaps=allow_gaps)
        hu = self._pixels(progress, cancel)
        spacing = self._check_spacing(allow_gaps=allow_gaps)
        self._tell_spacing(spacing)
        return self._placed(hu, spacing)

    def _check_pixels(self) -> None:
        first = self.stack.first
        if first.samples != 1:
            raise UnreadableScan(
                first.path, "holds colours, not Hounsfield units", hint="Choose a CT series.", code="not-ct"
            )
        if max(first.rows, first.columns) > MOST_SIDE:
            raise UnreadableScan(
                first.path, f"is {first.columns} × {first.rows} pixels large, which no CT slice is", hint="Choose a CT."
            )
        units = sorted({one.unit for one in self.stack.slices} - set(_HU_UNITS))
        if units:
            sentence = f"its values are no Hounsfield units: RescaleType says {' and '.join(units)}"
            todo = "Open the series with Hounsfield units that this one was calculated from."
            self.findings.append(Finding("not-hu", sentence, 0.95, todo))

    def _check_spacing(self, *, allow_gaps: bool) -> Spacing:
        heights = self.stack.places[:, 2]
        if len(heights) < 2:
            raise UnreadableScan(self.path, f"holds a single slice{self._lost()}", hint=self._whole())
        spacing = spacing_of(heights)
        if spacing.gaps and not allow_gaps:
            raise UnreadableScan(
                self.path,
                self._gap_sentence(spacing) + self._lost(),
                hint=f"{self._whole()} {next_steps.FILL_GAPS.command}",
                code=MISSING_SLICES,
            )
        return spacing

    def _gap_sentence(self, spacing: Spacing) -> str:
        steps = np.diff(self.stack.places[:, 2])
        i = spacing.gaps[0]
        count = len(spacing.gaps) - 1
        more = f", and in {count} more place{'s' if count > 1 else ''}" if count else ""
        usual = min(steps[max(0, i - 1) : i + 2])
        return (
            f"slices are missing between slices {i + 1} and {i + 2} of {len(steps) + 1}{more} "
            f"(gap of {steps[i]:.1f} mm where {usual:.1f} mm is usual)"
        )

    def _lost(self) -> str:
        """What a sentence about missing slices adds where files could not be read."""
        names = listed(sorted(one.path.name for one in self.broken))
        files = "file" if len(self.broken) == 1 else "files"
        return f"; {len(self.broken)} {files} could not be read: {names} ({self.broken[0].reason})" if names else ""

    def _whole(self) -> str:
        return self.broken[0].todo if self.broken else "Ask for the complete series."

    def _tell_spacing(self, spacing: Spacing) -> None:
        steps = np.diff(self.stack.places[:, 2])
        if spacing.gaps:
            sentence = f"{self._gap_sentence(spacing)}: filled by interpolation"
            todo = "Ask for the complete series, or leave the gap out."
            self.findings.append(Finding(MISSING_SLICES, sentence, 1.0, todo))
        if spacing.distances_mm:
            distances = " and ".join(f"{mm:g}" for mm in spacing.distances_mm)
            sentence = f"the slices lie {distances} mm apart: resampled to {spacing.step_mm:.2f} mm everywhere"
        elif spacing.uneven and not spacing.gaps:
            sentence = f"uneven slice spacing ({steps.min():.2f} to {steps.max():.2f} mm): resampled to "
            sentence += f"{spacing.step_mm:.2f} mm"
        else:
            return
        self.findings.append(Finding("uneven-slices", sentence, 1.0, "Nothing; the mask lies on the even slices."))

    def _pixels(self, progress: Progress, cancel: Cancel) -> np.ndarray:
        """int16 HU (column, row, slice). Slices whose pixels cannot be decoded leave the stack, and are counted."""
        slices = self.stack.slices
        first, rescale = slices[0], self._rescale()
        check_size(first.path, (first.columns, first.rows, len(slices)), 2, mapped=True)
        hu = np.empty((first.columns, first.rows, len(slices)), np.int16, order="F")
        pixels, good = Pixels(), []
        for k, one in enumerate(slices):
            cancel.check()
            try:
                hu[:, :, k] = pixels.read(one, one.rescale or rescale or (one.slope or 1.0, one.intercept or 0.0)).T
                good.append(k)
            except UnreadableScan as problem:
                self.broken.append(Passed(one.path, problem.reason, True, problem.hint, one.series))
            progress("slices", (k + 1) / len(slices))
        if not good:
            sentence = f"none of its {len(slices)} slices can be read: {self.broken[-1].reason}"
            raise UnreadableScan(self.path, sentence, hint=self.broken[-1].todo, code="truncated")
        if len(good) < len(slices):
            self.stack = replace(self.stack, slices=tuple(slices[k] for k in good))
            hu = np.asfortranarray(hu[:, :, good])
        self._check_rescaled(hu, rescale)
        return hu

    def _rescale(self) -> tuple[float, float] | None:
        """Slope and intercept for slices that have lost theirs; None where none or all have. Never a mixture."""
        known = {one.rescale for one in self.stack.slices if one.rescale is not None}
        without = [one for one in self.stack.slices if one.rescale is None]
        if not known or not without:
            return None
        if len(known) > 1:
            raise self._mixture(without)
        return known.pop()

    def _check_rescaled(self, hu: np.ndarray, rescale: tuple[float, float] | None) -> None:
        """Whether slices that were given the others' rescaling have come to look like their neighbours by it."""
        if rescale is None:
            return
        without = [k for k, one in enumerate(self.stack.slices) if one.rescale is None]
        whole = [k for k, one in enumerate(self.stack.slices) if one.rescale is not None]
        given = np.median(hu[::8, ::8, without].astype(np.float32))
        usual = np.median(hu[::8, ::8, [min(whole, key=lambda n: abs(n - k)) for k in without]].astype(np.float32))
        stored = (given - rescale[1]) / rescale[0]
        if abs(given - usual) > abs(stored - usual):
            raise self._mixture([self.stack.slices[k] for k in without])
        sentence = (
            f"{len(without)} of {len(self.stack.slices)} slices have lost RescaleSlope or RescaleIntercept: "
            f"those of the others ({rescale[0]:g} and {rescale[1]:g}) were taken"
        )
        self.findings.append(Finding("rescale-missing", sentence, 0.95, EXPORT_AGAIN))

    def _mixture(self, without: Sequence[Slice]) -> UnreadableScan:
        count = len(without)
        return UnreadableScan(
            self.path,
            f"{count} of {len(self.stack.slices)} slices have lost RescaleSlope or RescaleIntercept, and their values "
            "would not fit the others'",
            hint=EXPORT_AGAIN,
            code="rescale-missing",
        )

    def _placed(self, hu: np.ndarray, spacing: Spacing) -> Volume:
        stack, places = self.stack, self.stack.places
        drift = places[:, :2] - places[0, :2]
        origin = places[0].copy()
        sideways = np.abs(drift).max()
        tilt = float(np.degrees(np.arctan2(sideways, places[-1, 2] - places[0, 2])))
        middle = (drift.min(axis=0) + drift.max(axis=0)) / 2
        if (np.abs(drift - middle) <= np.array(stack.spacing_mm) / 2).all():
            # No pixel would move by a half.
            origin[:2] += middle if sideways > 1e-3 else 0
        elif tilt > TILT_DEGREES:
            sentence = f"the gantry was tilted by {tilt:.1f} degrees: the slices were shifted upright"
            self.findings.append(Finding("gantry-tilt", sentence, 1.0, "Nothing; the mask lies on the upright slices."))
            hu, first = upright(self.path, hu, drift, stack.spacing_mm)
            origin[:2] += first
        if spacing.uneven:
            hu = evenly(self.path, hu, places[:, 2], spacing.step_mm)
        affine = np.eye(4)
        affine[:3, :3] = stack.axes * (*stack.spacing_mm, spacing.step_mm)
        affine[:3, 3] = stack.axes @ origin
        volume = volume_from(self.path, hu, LPS_TO_RAS @ affine, series_uid=stack.key, findings=tuple(self.findings))
        repairs = tuple(finding.code for finding in self.findings if finding.code == MISSING_SLICES)
        return replace(volume, repairs=repairs)


def one_a_place(path: Path, stack: Stack) -> Stack:
    """The stack with one slice at each place. Raises `UnreadableScan` where several differ: no blend of phases.

    Copies that were given new instance numbers hold the same pixels, and go.
    """
    heights = stack.places[:, 2]
    steps = steps_of(heights)
    count = len(stack.slices)
    if not steps.doubles:
        return stack
    if steps.doubles == count - 1:
        raise UnreadableScan(
            path,
            f"the {count} slices all say that they lie at one place",
            hint="An anonymiser may have cleared ImagePositionPatient; export the series again with it.",
            code="one-place",
        )
    pixels = Pixels()
    kept = [stack.slices[0]]
    differ = 0
    least = 0.1 * steps.usual
    for k in range(1, count):
        one, last = stack.slices[k], kept[-1]
        if heights[k] - heights[k - 1] > least:
            kept.append(one)
        elif not np.array_equal(pixels.read(one, (1.0, 0.0)), pixels.read(last, (1.0, 0.0))):
            differ += 1
    if differ:
        raise UnreadableScan(
            path,
            f"{differ} of {count} slices lie where another one lies, and nothing in their headers tells them apart",
            hint="Export each phase or reconstruction as a series of its own.",
            code="duplicate-slices",
        )
    return replace(stack, slices=tuple(kept))
