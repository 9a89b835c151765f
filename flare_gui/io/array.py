"""From whatever numbers a file holds to the int16 Hounsfield units of a `Volume`."""

from pathlib import Path

import numpy as np

from flare_gui import geometry
from flare_gui.errors import UnreadableScan
from flare_gui.findings import Finding
from flare_gui.volume import Volume

AIR_HU = -1024
MAX_HU = 32767

# A shear beyond this is no scanner's: the header is damaged.
MAX_SHEAR_DEGREES = 30.0


def volume_from(
    path: Path,
    array: np.ndarray,
    affine: np.ndarray,
    *,
    scale: tuple[float, float] = (1.0, 0.0),
    series_uid: str | None = None,
    findings: tuple[Finding, ...] = (),
) -> Volume:
    """A `Volume` of `array` (x, y, z, with one-frame axes behind), `affine` as in the file.

    HU are slope * array + intercept, the two numbers of `scale`. Values are rounded, NaN and what lies below -1024 (a
    scanner's padding) become air. Raises `UnreadableScan` for several frames, colours, a single slice or an affine that
    places nothing.
    """
    array = _one_frame(path, array)
    try:
        geometry.check_affine(affine)
    except ValueError as error:
        raise UnreadableScan(path, str(error), hint="Export the scan again; its header is damaged.") from None
    if _shear_degrees(affine) > MAX_SHEAR_DEGREES:
        raise UnreadableScan(
            path, "its axes are far from perpendicular", hint="Export the scan again without its last transformation."
        )
    return Volume(to_hu(array, scale), np.asarray(affine, float), case_name(path), path, series_uid, findings)


def to_hu(array: np.ndarray, scale: tuple[float, float] = (1.0, 0.0)) -> np.ndarray:
    """int16 HU, slope * array + intercept; works through slabs, so that no copy of a large scan in floats exists."""
    if scale == (1.0, 0.0) and _is_hu(array):
        return array
    hu = np.empty(array.shape, np.int16, order="F")
    for z in range(0, array.shape[2], 16):
        part = array[:, :, z : z + 16]
        if scale != (1.0, 0.0):
            part = _scaled(part, *scale)
        if part.dtype == np.int16:
            np.maximum(part, AIR_HU, out=hu[:, :, z : z + 16])
            continue
        if part.dtype.kind == "f":
            part = np.rint(np.nan_to_num(part, nan=AIR_HU, posinf=MAX_HU, neginf=AIR_HU))
        hu[:, :, z : z + 16] = np.clip(part, AIR_HU, MAX_HU)
    return hu


def _is_hu(array: np.ndarray) -> bool:
    """Whether a reader has made HU already, in memory of its own: no second copy then."""
    own = type(array) is np.ndarray and array.base is None and array.flags.f_contiguous
    return own and array.dtype == np.int16 and int(array.min(initial=0)) >= AIR_HU


def _scaled(part: np.ndarray, slope: float, intercept: float) -> np.ndarray:
    if (
        slope == 1
        and part.dtype.kind in "iu"
        and part.dtype.itemsize <= 2
        and abs(intercept) < 1 << 30
        and intercept == int(intercept)
    ):
        return part.astype(np.int32) + np.int32(intercept)
    # Slopes of a damaged file overflow; what comes of them is judged by its values.
    with np.errstate(all="ignore"):
        scaled: np.ndarray = part * np.float64(slope) + np.float64(intercept)
    return scaled


def case_name(path: Path) -> str:
    """`ct.nii.gz` is `ct`, a folder its name."""
    name = path.name
    for suffix in (
        ".nii.gz", ".nii", ".hdr.gz", ".hdr", ".img.gz", ".img", ".nrrd", ".nhdr", ".mha", ".mhd", ".zip", ".dcm",
    ):  # fmt: skip
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] or "ct"
    return name or "ct"


def _one_frame(path: Path, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind not in "iufb":
        raise UnreadableScan(
            path,
            "holds colours or complex numbers, not Hounsfield units",
            hint="Choose the CT it was made from.",
            code="not-ct",
        )
    while array.ndim > 3 and array.shape[-1] == 1:
        array = array[..., 0]
    if array.ndim > 3:
        raise UnreadableScan(
            path,
            f"holds {int(np.prod(array.shape[3:]))} frames or channels",
            hint="Save the one to segment as a file of its own.",
        )
    if array.ndim < 3 or min(array.shape) < 2:
        raise UnreadableScan(path, "holds a single slice", hint="Choose a scan of several slices.")
    return array


def _shear_degrees(affine: np.ndarray) -> float:
    axes = np.asarray(affine, float)[:3, :3] / np.linalg.norm(affine[:3, :3], axis=0)
    cosines = np.abs(axes.T @ axes - np.eye(3)).max()
    return float(np.degrees(np.arcsin(min(1.0, cosines))))
