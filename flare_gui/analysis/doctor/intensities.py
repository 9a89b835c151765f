"""Are the values Hounsfield units of a CT?"""

from collections.abc import Iterator

import numpy as np

from flare_gui.analysis.doctor.look import Look
from flare_gui.analysis.doctor.offset import known_offset
from flare_gui.findings import Finding

# In a CT hardly anything lies between lungs and fat, and only bone is much brighter than soft tissue. In MR all tissues
# and the coil's shading spread over both. Shares of real CT stay below 0.11 and 0.06.
EMPTY_VALLEY, MOST_IN_VALLEY = (-750.0, -250.0), 0.16
BRIGHT, MOST_BRIGHT = 450.0, 0.15

# Noise between neighbours that no abdominal CT of a fan beam has, in HU; real scans have 18 to 36.
MOST_NOISE_HU = 110.0


def nothing_but_air(look: Look) -> Iterator[Finding]:
    """No voxel is denser than air, or all are the same."""
    low, high = int(look.hu.min()), int(look.hu.max())
    if low == high and int(look.full.min()) == int(look.full.max()):
        yield Finding("empty", f"every voxel has the same value ({low})", 1.0, "Export the scan again.", fatal=True)
    elif high <= -500 and not _shifted_down(look) and look.full.max() <= -500:
        yield Finding("empty", "there is nothing but air in this scan", 1.0, "Open a CT with a patient.", fatal=True)


def modality(look: Look) -> Iterator[Finding]:
    """A mask, a picture, MR or PET, as far as values can tell."""
    low, high = int(look.hu.min()), int(look.hu.max())
    todo = "Open the CT that belongs to it."
    if low == high or low < 0:
        return
    if high <= 255:
        if len(np.unique(look.hu)) <= 32:
            sentence = f"its values are few whole numbers from {low} to {high}: a mask, or an image scaled to 0 to 1"
            yield Finding("not-ct", sentence, 0.95, todo, fatal=True)
        return
    levels = look.levels
    bright = float((look.hu > (levels.air + levels.tissue) / 2).mean())
    top = float(np.quantile(look.hu, 0.999))
    if bright < 0.1 and levels.tissue < 0.25 * top:
        sentence = "most of it is nearly dark and little is very bright: this looks like PET, not like CT"
        yield Finding("not-ct", sentence, 0.9, todo, fatal=True)
    elif _valley(look) > MOST_IN_VALLEY or _glare(look) > MOST_BRIGHT:
        sentence = "air, fat and soft tissue have no values of their own: this looks like MR or a picture, not like CT"
        yield Finding("not-ct", sentence, 0.9, todo, fatal=True)


def calibration(look: Look) -> Iterator[Finding]:
    """Hounsfield units that are shifted, scaled or cut to 8 bits."""
    levels, low, high = look.levels, int(look.hu.min()), int(look.hu.max())
    again = "Export the scan again as CT, in Hounsfield units."
    if low == high:
        return
    if low >= 0 and high <= 255:
        sentence = f"values run from {low} to {high}: this looks like a picture of 8 bits, not like Hounsfield units"
        yield Finding("hu-8-bit", sentence, 0.95, again)
    elif levels.shift:
        yield _too_high(look)
    elif _shifted_down(look):
        sentence = "values are 1024 too low: the rescale intercept was applied twice, and fat became air"
        yield Finding("hu-offset-twice", sentence, 0.8, again)
    elif not levels.calibrated:
        sentence = (
            f"values are not Hounsfield units: air lies at {levels.air:.0f} and soft tissue at {levels.tissue:.0f}, "
            f"which in a CT are -1000 and about 40"
        )
        yield Finding("hu-scaled", sentence, 0.8, again)
    elif look.noise > MOST_NOISE_HU:
        sentence = f"neighbouring voxels differ by {look.noise:.0f} HU: this may be a cone-beam CT, or a very noisy one"
        yield Finding("cone-beam", sentence, 0.6, "Take a diagnostic CT if there is one, and look at the result.")


def _too_high(look: Look) -> Finding:
    levels, offset = look.levels, known_offset(look)
    at = f"air lies at {levels.air:.0f}, soft tissue at {levels.tissue:.0f}"
    if offset is not None:
        sentence = f"values are {offset} too high: {at}"
        todo = f"Subtract {offset}: the rescale intercept was forgotten."
        return Finding("hu-offset", sentence, 0.95, todo, fix=f"Subtract {offset}")
    sentence = f"values are about {levels.shift:.0f} too high: {at}; by how much does not show"
    return Finding("hu-offset", sentence, 0.9, "Export the scan again as CT, in Hounsfield units.")


def padding(look: Look) -> Iterator[Finding]:
    """Corners outside of the scanner's circle that hold a tissue's value."""
    if look.padding is None:
        return
    sentence = (
        f"outside of the scanner's circle lies {look.padding}, which is padding that lost its sign, and no tissue"
    )
    todo = "Set it to air, or export the scan again."
    # Without Hounsfield units, what is air is not known.
    yield Finding("padding", sentence, 0.9, todo, fix="Set padding to air" if look.levels.calibrated else "")


def clipping(look: Look) -> Iterator[Finding]:
    """Values cut off inside the range that tissues have: a window that was burnt in."""
    if not look.levels.calibrated:
        return
    low, high = int(look.hu.min()), int(look.hu.max())
    # Bone is half a percent of an abdomen at least.
    above = high < 400 and float((look.hu == high).mean()) > 0.003
    below = low > -600 and float((look.hu == low).mean()) > 0.05
    if above or below:
        sentence = f"values are clipped to {low} to {high} HU: mean HU of organs may be wrong"
        yield Finding("hu-clipped", sentence, 0.9, "Export the scan without a window if you need its HU.")


def _shifted_down(look: Look) -> bool:
    """Soft tissue where air belongs, with bone above it: noise around air has no such tail."""
    values = look.hu[look.hu > -1020]
    if values.size < 0.05 * look.hu.size or np.quantile(look.hu, 0.99) > -500:
        return False
    counts, edges = np.histogram(values, 40, (-1020, -820))
    mode = edges[int(counts.argmax())]
    return bool(mode < -880 and np.quantile(values, 0.998) > -820)


def _valley(look: Look) -> float:
    """The share of the body, lungs apart, in the values that hardly any tissue has."""
    low, high = EMPTY_VALLEY
    inside = (look.normal > low) & (look.normal < high)
    return float(inside.sum() / max(1, (look.normal >= low).sum()))


def _glare(look: Look) -> float:
    """The share of the body that is brighter than any tissue but bone."""
    return float((look.normal > BRIGHT).sum() / max(1, (look.normal > EMPTY_VALLEY[1]).sum()))
