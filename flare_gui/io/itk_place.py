"""Where an NRRD or MetaImage lies, as its own header says. ITK gives only what it makes of that.

Releases differ: SimpleITK 2.4.1 and 2.5.0 turn an NRRD in the space left-anterior-superior by 180 degrees
(https://github.com/InsightSoftwareConsortium/ITK/issues/5207), and all pass over units and over what is missing.
https://teem.sourceforge.net/nrrd/format.html, https://itk.org/Wiki/ITK/MetaIO/Documentation
"""

import re
from pathlib import Path

import numpy as np

from flare_gui.errors import UnreadableScan
from flare_gui.findings import Finding
from flare_gui.io import lengths

LPS_TO_RAS = np.diag([-1.0, -1.0, 1.0, 1.0])

# NRRD's spaces that say where the patient is; the others ("scanner-xyz", "3D-right-handed") name no side of the body.
_SPACES = {
    "right-anterior-superior": "RAS", "ras": "RAS", "left-anterior-superior": "LAS", "las": "LAS",
    "left-posterior-superior": "LPS", "lps": "LPS",
}  # fmt: skip
_SPACES |= {f"{name}-time": axes for name, axes in _SPACES.items() if "-" in name}
_SPACES |= {"rast": "RAS", "last": "LAS", "lpst": "LPS"}

_TO_RAS = {
    "RAS": np.eye(4),
    "LAS": np.diag([-1.0, 1.0, 1.0, 1.0]),
    "LPS": LPS_TO_RAS,
}

NO_SIDES = Finding(
    "no-orientation",
    "the file does not say where the patient's right is: it was read as if its axes ran to the left, to the back and "
    "upwards, as ITK does; left and right may be exchanged",
    1.0,
    "Convert the scan from its DICOM series again.",
)
_NO_SIZE = Finding(
    "spacing", "the file gives no voxel size: 1 mm was taken", 1.0, "Export the scan again with its voxel size."
)


def nrrd(path: Path, fields: dict[str, str], by_itk: np.ndarray) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """(affine to RAS+ mm, findings) by the fields of an NRRD's header; where they give no directions, that of ITK.

    `by_itk` is RAS+ in the unit of the file. Raises `UnreadableScan` for lengths in several units.
    """
    axes = _SPACES.get(fields.get("space", "").lower(), "")
    directions = _directions(fields.get("space directions", ""))
    findings = [] if axes and directions is not None else [NO_SIDES]
    if directions is None:
        affine = by_itk
        if not _numbers(fields.get("spacings", "")) and "space directions" not in fields:
            findings.append(_NO_SIZE)
    else:
        origin = _vectors(fields.get("space origin", ""))
        affine = np.eye(4)
        affine[:3, :3] = directions
        affine[:3, 3] = origin[0] if origin else 0.0
        affine = _TO_RAS[axes or "LPS"] @ affine
    words = re.findall(r'"([^"]*)"', fields.get("space units", fields.get("units", "")))
    return _in_mm(path, affine, [word for word in words if word.strip()], findings)


def meta(path: Path, fields: dict[str, str], by_itk: np.ndarray) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """(affine to RAS+ mm, findings) of a MetaImage; `by_itk` is RAS+ in the unit of the file."""
    findings = []
    if not fields.keys() & {"transformmatrix", "rotation", "orientation"}:
        findings.append(NO_SIDES)
    if not fields.keys() & {"elementspacing", "elementsize"}:
        findings.append(_NO_SIZE)
    word = fields.get("distanceunits", "").strip()
    return _in_mm(path, by_itk, [word] if word not in ("", "?") else [], findings)


def _in_mm(
    path: Path, affine: np.ndarray, words: list[str], findings: list[Finding]
) -> tuple[np.ndarray, tuple[Finding, ...]]:
    if len({word.lower() for word in words[:3]}) > 1:
        raise UnreadableScan(
            path, f"its header gives lengths in several units ({', '.join(words[:3])})", hint="Export the scan again."
        )
    unit, said = lengths.unit_of([affine], words[0] if words else "")
    return lengths.scaled(affine, unit), (*findings, *said)


def _directions(text: str) -> np.ndarray | None:
    """The three directions as columns; None for any other number of them."""
    vectors = _vectors(text)
    return np.array(vectors).T if len(vectors) == 3 else None


def _vectors(text: str) -> list[list[float]]:
    """The vectors of three or more numbers in "none (1,0,0) (0,1,0)", the first three numbers of each."""
    found = [_numbers(part.replace(",", " ")) for part in re.findall(r"\(([^()]*)\)", text)]
    return [numbers[:3] for numbers in found if len(numbers) >= 3]


def _numbers(text: str) -> list[float]:
    """The numbers in a text of numbers alone; "nan", which NRRD has for what is not known, is none."""
    numbers = []
    for word in text.split():
        try:
            number = float(word)
        except ValueError:
            return []
        if np.isfinite(number):
            numbers.append(number)
    return numbers
