"""Slices that repeat, are empty, or do not follow from one another: what a stack loses on its way through programs."""

from collections.abc import Iterator

import numpy as np

from flare_gui.analysis.doctor.look import Look
from flare_gui.findings import Finding

# Neighbours at a missing slice differ by this many times more than those on either side of them. Without a gap real
# scans stay below 1.2 and painted ones below 1.26, with two slices missing they reach 1.35 to 2.1.
JUMP = 1.3

# Slices made thinner by a program come in a rhythm of small and large steps, which is no gap.
MOST_JUMPS = 3


def repeated(look: Look) -> Iterator[Finding]:
    """Neighbouring slices with the same voxels."""
    thin = _thin(look)
    same = (thin[:, :, 1:] == thin[:, :, :-1]).all(axis=(0, 1)) & ~_constant(thin)[1:]
    # A picture without noise, a phantom, repeats itself all the time.
    count = int(same.sum())
    if 0 < count <= 0.6 * len(same):
        sentence = f"{count} slices repeat the one before, the first at slice {int(same.argmax()) + 2} from below"
        yield Finding("duplicate-slices", sentence, 0.95, "Export the scan again; it is longer than the patient.")


def empty(look: Look) -> Iterator[Finding]:
    """Slices of a single value where others show a patient."""
    constant = _constant(_thin(look))
    count = int(constant.sum())
    if 0 < count < len(constant):
        sentence = f"{count} of {len(constant)} slices are empty: the scan may have been cut off when it was copied"
        yield Finding("empty-slices", sentence, 0.8, "Copy or export the scan again, and compare the number of slices.")


def jumps(look: Look) -> Iterator[Finding]:
    """Two neighbours that differ much more than those around them: slices are missing between them."""
    if look.volume.series_uid is not None:
        return  # its reader knows every slice's place
    thin = np.clip(_thin(look), -200, 300).astype(np.float32)
    change = np.abs(np.diff(thin, axis=2)).mean(axis=(0, 1))
    if len(change) < 8:
        return
    around = np.stack([np.roll(change, shift) for shift in (-3, -2, -1, 1, 2, 3)])
    usual = np.median(around, axis=0)[3:-3]
    blank = _constant(thin)
    ratio = np.where((blank[1:] | blank[:-1])[3:-3], 0, change[3:-3] / np.maximum(usual, 1.0))
    at = np.flatnonzero(ratio > JUMP)
    if 0 < len(at) <= MOST_JUMPS:
        sentence = f"slices seem to be missing between slices {at[0] + 4} and {at[0] + 5} from below"
        yield Finding("missing-slices", sentence, 0.6, "Compare the number of slices with the original series.")


def _thin(look: Look) -> np.ndarray:
    """Every slice, but a few of its voxels."""
    x, y, _ = look.stride
    return look.full[::x, ::y]


def _constant(thin: np.ndarray) -> np.ndarray:
    constant: np.ndarray = thin.max(axis=(0, 1)) == thin.min(axis=(0, 1))
    return constant
