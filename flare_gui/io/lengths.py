"""Lengths in a header: in which unit they are, and whether a CT of a body can have them."""

from typing import NamedTuple

import numpy as np

from flare_gui import geometry
from flare_gui.findings import Finding


class Unit(NamedTuple):
    """A unit of length by name, with the factor that makes millimetres of it."""

    name: str
    mm: float


MILLIMETRE, METRE, MICROMETRE = Unit("millimetres", 1.0), Unit("metres", 1000.0), Unit("micrometres", 0.001)
CENTIMETRE = Unit("centimetres", 10.0)

# In the order in which they are tried when the unit that is named makes voxels no scanner has.
_KNOWN = (MILLIMETRE, METRE, MICROMETRE)

_WORDS = {
    **dict.fromkeys(("mm", "millimeter", "millimeters", "millimetre", "millimetres"), MILLIMETRE),
    **dict.fromkeys(("m", "meter", "meters", "metre", "metres"), METRE),
    **dict.fromkeys(("cm", "centimeter", "centimeters", "centimetre", "centimetres"), CENTIMETRE),
    **dict.fromkeys(
        ("um", "µm", "μm", "micron", "microns", "micrometer", "micrometers", "micrometre", "micrometres"), MICROMETRE
    ),
}


def is_possible(affine: np.ndarray) -> bool:
    """Whether `affine` (RAS+ mm) is a grid of voxels that a body CT can have."""
    try:
        geometry.check_affine(affine)
    except ValueError:
        return False
    return all(geometry.SMALLEST_VOXEL_MM <= mm <= geometry.LARGEST_VOXEL_MM for mm in geometry.spacing(affine))


def unit_of(affines: list[np.ndarray], word: str) -> tuple[Unit, tuple[Finding, ...]]:
    """The unit in which lengths of a file are meant, and what is to be said of it.

    `affines` are the file's grids as its numbers have them, `word` what it calls its unit, empty for nothing. That unit
    is taken unless it makes every grid impossible for a body CT and just one other unit does not.
    """
    named = _WORDS.get(word.strip().strip('"').lower())
    stated = named or MILLIMETRE
    fitting = [unit for unit in _KNOWN if any(is_possible(scaled(affine, unit)) for affine in affines)]
    fits = any(is_possible(scaled(affine, stated)) for affine in affines)
    taken = fitting[0] if not fits and len(fitting) == 1 else stated
    if not affines or (taken == MILLIMETRE == stated and (named or not word)):
        return taken, ()
    of = next((affine for affine in affines if is_possible(scaled(affine, taken))), affines[0])
    said = f"its header says that lengths are in {named.name}" if named else "its header names no unit of length"
    if named is None and word:
        said = f"its header names a unit of length that is not known ({word})"
    if taken == named:
        sentence = f"{said}: voxels are {_size(of, taken)}, but {_size(of, MILLIMETRE)} to programs that pass over it"
        return taken, (Finding("units", sentence, 1.0, "Convert it to millimetres for programs that do."),)
    if taken == stated:
        sentence = f"{said}: it was taken for {taken.name}, which makes voxels of {_size(of, taken)}"
        return taken, (Finding("units", sentence, 0.8, "Check the voxel size with the original series."),)
    sentence = (
        f"{said}, which makes voxels of {_size(of, stated)}, as no body CT has: "
        f"it was read in {taken.name}, which makes {_size(of, taken)}"
    )
    return taken, (Finding("units", sentence, 0.9, "Check the voxel size with the original series."),)


def scaled(affine: np.ndarray, unit: Unit) -> np.ndarray:
    """An affine in millimetres, from one in `unit`."""
    return affine * np.array([[unit.mm], [unit.mm], [unit.mm], [1.0]])


def sizes(affine: np.ndarray) -> str:
    """ "0.743 × 0.743 × 1.6 mm"."""
    return " × ".join(f"{mm:.4g}" for mm in geometry.spacing(affine)) + " mm"


def _size(affine: np.ndarray, unit: Unit) -> str:
    return sizes(scaled(affine, unit))
