"""Where a NIfTI lies, when its header says so twice: by the qform and its voxel size, and by the sform.

Programs differ in which of the two they read: nibabel takes the sform whenever it is coded, ITK as a rule the qform
unless the sform is the scanner's. https://nifti.nimh.nih.gov/nifti-1/documentation/nifti1fields/nifti1fields_pages/qsform.html
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from nibabel.nifti1 import Nifti1Header, Nifti1Image
from nibabel.spatialimages import HeaderDataError

from flare_gui import geometry
from flare_gui.findings import Finding
from flare_gui.io import lengths
from flare_gui.volume import Volume

PLACING = (
    "pixdim", "xyzt_units", "qform_code", "sform_code", "quatern_b", "quatern_c", "quatern_d",
    "qoffset_x", "qoffset_y", "qoffset_z", "srow_x", "srow_y", "srow_z",
)  # fmt: skip
"""The fields that place a NIfTI. A mask with those of its scan lies on it in every program."""

_SCANNER = 1
_PIXDIM = "voxel size in pixdim"
_CODES = {0: "unknown", 1: "scanner", 2: "aligned", 3: "Talairach", 4: "MNI", 5: "template"}
_UNITS = {1: "m", 2: "mm", 3: "um"}

# Forms that place no voxel's centre further apart than this are one.
APART_MM = 0.1

# The area of a slice through an abdomen: what it usually is, and within what it is, children and giants included. Two
# readings that differ by less than the factor are told apart by other means.
USUAL_AREA_CM2, LEAST_AREA_CM2, MOST_AREA_CM2, AREA_FACTOR = 600.0, 90.0, 2600.0, 1.5


class Reading(NamedTuple):
    """One of the places that a header gives: `name` for sentences, `affine` to RAS+ mm, `code` as in the header."""

    name: str
    affine: np.ndarray
    code: int


def placing_fields(header: Nifti1Header) -> dict[str, np.ndarray]:
    """The fields `PLACING` of a header, as they are."""
    return {name: np.array(header[name]) for name in PLACING}


def read(
    header: Nifti1Header, shape: tuple[int, ...], voxels: np.ndarray | None = None
) -> tuple[np.ndarray, tuple[Finding, ...]]:
    """(affine to RAS+ mm, findings) of a NIfTI of `shape`; `voxels` (x, y, z), where given, help to choose.

    Contradictions are findings with both readings in numbers. The one is taken that a CT of an abdomen can have; if
    both are such, the scanner's; else the sform. A header without forms gives the grid that nibabel makes up.
    """
    readings, findings = _readings(header)
    if not readings:
        return np.asarray(header.get_best_affine(), float), (_NO_ORIENTATION,)
    if len(readings) == 1:
        return readings[0].affine, findings
    sform, qform = readings
    apart = _apart(sform.affine, qform.affine, _three(shape))
    if apart <= APART_MM:
        return sform.affine, findings
    (taken, why), other = _more_plausible(sform, qform, voxels), qform
    if taken is qform:
        other = sform
    return taken.affine, (*findings, _contradiction(taken, other, why, apart))


def image_at(array: np.ndarray, affine: np.ndarray, fields: Mapping[str, np.ndarray] | None) -> Nifti1Image:
    """`array` as an image with these `fields` of its scan's header, to the bit, or without any at `affine`.

    Then the sform carries the affine; the qform too unless it is sheared, which a qform cannot say: then its code is 0.
    """
    if fields is not None:
        header = _header_with(fields)
        header.set_data_dtype(array.dtype)
        # nibabel keeps a header's forms as long as this affine is what it reads there itself.
        return Nifti1Image(array, header.get_best_affine(), header)
    image = Nifti1Image(array, affine)
    image.set_sform(affine, code="scanner")
    axes = affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    orthogonal = np.abs(axes.T @ axes - np.eye(3)).max() < 1e-4
    image.set_qform(affine if orthogonal else None, code="scanner" if orthogonal else "unknown")
    image.header.set_xyzt_units("mm")
    return image


def on_scan(volume: Volume, affine: np.ndarray) -> np.ndarray:
    """The affine of a scan, when that of a mask is another place that the scan's own header gives; else the mask's.

    So that a mask of a program that reads the other form lies on the scan here too.
    """
    if volume.nifti_place is None:
        return affine
    readings, _ = _readings(_header_with(volume.nifti_place))
    on_it = any(_apart(reading.affine, affine, volume.shape) <= APART_MM for reading in readings)
    return volume.affine if on_it else affine


def _header_with(fields: Mapping[str, np.ndarray]) -> Nifti1Header:
    header = Nifti1Header(check=False)
    for name in PLACING:
        header[name] = fields[name]
    return header


def _readings(header: Nifti1Header) -> tuple[list[Reading], tuple[Finding, ...]]:
    """The sform and the qform as far as they are coded and place anything, in the unit of the header."""
    raw = [
        Reading(name, affine, int(header["sform_code" if name == "sform" else "qform_code"]))
        for name, affine in _raw_forms(header).items()
    ]
    usable = [reading for reading in raw if _places(reading.affine)] or raw[:1]
    unit, findings = lengths.unit_of(
        [reading.affine for reading in usable], _UNITS.get(int(header["xyzt_units"]) & 7, "")
    )
    return [reading._replace(affine=lengths.scaled(reading.affine, unit)) for reading in usable], findings


def _raw_forms(header: Nifti1Header) -> dict[str, np.ndarray]:
    forms = {}
    if int(header["sform_code"]) > 0:
        forms["sform"] = np.asarray(header.get_sform(), float)
    if int(header["qform_code"]) > 0:
        qform = _qform(header)
        if qform is not None:
            forms["qform"] = qform
    elif forms:
        # Without a qform the voxel size stands in pixdim all the same.
        size = np.asarray(header["pixdim"][1:4], float)
        columns = np.linalg.norm(forms["sform"][:3, :3], axis=0)
        if np.isfinite(size).all() and (size > 0).all() and np.isfinite(columns).all() and (columns > 0).all():
            by_pixdim = forms["sform"].copy()
            by_pixdim[:3, :3] *= size / columns
            forms[_PIXDIM] = by_pixdim
    return forms


def _qform(header: Nifti1Header) -> np.ndarray | None:
    try:
        with np.errstate(all="ignore"):
            return np.asarray(header.get_qform(), float)
    except (HeaderDataError, ValueError):
        return None


def _places(affine: np.ndarray) -> bool:
    try:
        geometry.check_affine(affine)
    except ValueError:
        return False
    return True


def _three(shape: tuple[int, ...]) -> geometry.Shape:
    """The first three sides; what is no volume is refused elsewhere."""
    x, y, z = (*shape, 1, 1, 1)[:3]
    return x, y, z


def _apart(one: np.ndarray, other: np.ndarray, shape: geometry.Shape) -> float:
    """By how many mm two grids place a corner voxel apart at most."""
    corners = geometry.corners(shape)
    return float(np.abs(geometry.apply(one, corners) - geometry.apply(other, corners)).max())


def _more_plausible(sform: Reading, qform: Reading, voxels: np.ndarray | None) -> tuple[Reading, str]:
    """Which of two readings to take, and why in words."""
    both = (sform, qform)
    possible = [reading for reading in both if lengths.is_possible(reading.affine)]
    if len(possible) == 1:
        return possible[0], "the other has voxels that no body CT has"
    areas = [_area_cm2(reading.affine, voxels) for reading in both]
    sound = [reading for reading, area in zip(both, areas, strict=True) if LEAST_AREA_CM2 < area < MOST_AREA_CM2]
    if len(sound) == 1:
        return sound[0], "the body would have the wrong size by the other"
    sized = [reading for reading in both if not np.allclose(geometry.spacing(reading.affine), 1, atol=1e-5)]
    if len(sized) == 1:
        return sized[0], "the other has lost the voxel size"
    if max(areas) > AREA_FACTOR * min(areas):
        off = np.abs(np.log(np.array(areas) / USUAL_AREA_CM2))
        return both[int(off.argmin())], f"which makes slices of the body {areas[int(off.argmin())]:.0f} cm² large"
    if qform.code == _SCANNER != sform.code:
        return qform, "the scanner's own"
    return sform, "as most programs do"


def _area_cm2(affine: np.ndarray, voxels: np.ndarray | None) -> float:
    """The body's usual area in a slice if `affine` is true; that of an abdomen where there are no voxels to look at."""
    if voxels is None or voxels.dtype.kind not in "iufb" or voxels.ndim < 3:
        return USUAL_AREA_CM2
    few = voxels[tuple(slice(None, None, max(1, n // 64)) for n in voxels.shape[:3])]
    few = np.nan_to_num(few.reshape(few.shape[:3] + (-1,))[..., 0].astype(np.float32))
    up = int(np.abs(affine[2, :3] / np.linalg.norm(affine[:3, :3], axis=0)).argmax())
    columns = [affine[:3, axis] * voxels.shape[axis] for axis in range(3) if axis != up]
    field = float(np.linalg.norm(np.cross(*columns)))
    # Halfway between air and bone, whatever the values' offset is.
    low, high = np.percentile(few, (1, 99))
    solid = float(np.median((np.moveaxis(few, up, 2) > (low + high) / 2).mean(axis=(0, 1))))
    return max(solid, 1e-6) * field / 100


def _contradiction(taken: Reading, other: Reading, why: str, apart: float) -> Finding:
    turned = _turned_degrees(taken.affine, other.affine)
    sides = geometry.orientation(taken.affine), geometry.orientation(other.affine)
    sentence = (
        f"its header places it twice, up to {apart:.3g} mm apart: the {_named(taken)} with voxels of "
        f"{lengths.sizes(taken.affine)}, the {_named(other)} with {lengths.sizes(other.affine)}"
        + (f", turned by {turned:.1f} degrees" if turned >= 0.1 else "")
        + (f" ({sides[0]} and {sides[1]}: left, front or up are exchanged)" if sides[0] != sides[1] else "")
        + f"; the {taken.name} was taken, {why}"
    )
    todo = "Compare it with the original series; the mask keeps both, so that it lies on the scan in every program."
    return Finding("two-places", sentence, 1.0, todo)


def _named(reading: Reading) -> str:
    if reading.name == _PIXDIM:
        return reading.name
    return f"{reading.name} (code {reading.code}, {_CODES.get(reading.code, 'unknown')})"


def _turned_degrees(one: np.ndarray, other: np.ndarray) -> float:
    """The largest angle between the lines along which the same axis runs in two grids."""
    axes = [affine[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0) for affine in (one, other)]
    return float(np.degrees(np.arccos(np.clip(np.abs((axes[0] * axes[1]).sum(axis=0)), 0, 1)).max()))


_NO_ORIENTATION = Finding(
    "no-orientation",
    "the file does not say where the patient's right is: left and right may be exchanged",
    1.0,
    "Convert the scan from its DICOM series again.",
)
