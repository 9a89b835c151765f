"""DICOM RTSTRUCT: contours of planning systems, in millimetres, filled on the slices of the scan."""

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pydicom.dataelem import RawDataElement
from pydicom.dataset import Dataset

from flare_gui import geometry
from flare_gui.errors import GridMismatch, UnreadableScan
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.io.masks import dicom_object, words
from flare_gui.io.masks.contents import Codes, Contents, Segment
from flare_gui.io.masks.planes import filled, plane_of_slice, same_planes, usual_step
from flare_gui.volume import Volume

_CLOSED = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
# Of a slice: points of one contour that differ by more do not lie in it.
_FLAT = 0.5
_FAR_MM = 1e5


@dataclass(frozen=True, eq=False)
class _Roi:
    """A region of interest: its closed contours, each (n, 3) in voxels of the scan."""

    number: str
    name: str
    codes: Codes
    contours: list[np.ndarray]
    other_kinds: int


def read(volume: Volume, path: Path) -> Contents:
    """The regions of an RTSTRUCT on the grid of `volume`; contours inside of contours are holes.

    Raises `UnreadableScan` when it is damaged, `GridMismatch` when it is of another scan or drawn across its slices.
    """
    data = dicom_object.read(path)
    to_voxels = np.linalg.inv(volume.affine) @ LPS_TO_RAS
    try:
        series, frame = _references(data)
        regions = _regions(data, to_voxels)
    # On a header made to do harm pydicom raises whatever the part of it does that stumbled.
    except Exception:  # noqa: BLE001
        raise UnreadableScan(path, "its contours cannot be read", hint="Export the structure set again.") from None
    note = dicom_object.check_same_scan(volume, path, series, frame)
    notes = [note] if note else []
    drawn = [one for one in regions if one.contours]
    if drawn and not any(_meets(volume, contour) for one in drawn for contour in one.contours):
        raise GridMismatch(f"{path.name}: none of its contours lies in the scan", hint="Open the scan it was drawn on.")
    notes += [
        f"{one.name or one.number} has no closed contour" for one in regions if not one.contours and _is_ours(one)
    ]
    axis = _slice_axis(path, drawn)
    segments = [
        Segment(one.number, one.name, partial(_mask, volume, one, axis), one.codes, partial(_remark, volume, one, axis))
        for one in drawn
    ]
    return Contents(path, tuple(segments), tuple(notes))


def _is_ours(region: _Roi) -> bool:
    return bool(words.meant_by(region.name))


def _references(data: Dataset) -> tuple[set[str], str]:
    """The UIDs of the series that contours were drawn on, and of their frame of reference."""
    series, frames = set(), []
    for frame in data.get("ReferencedFrameOfReferenceSequence", None) or []:
        frames.append(str(frame.get("FrameOfReferenceUID", "") or ""))
        for study in frame.get("RTReferencedStudySequence", None) or []:
            for one in study.get("RTReferencedSeriesSequence", None) or []:
                series.add(str(one.get("SeriesInstanceUID", "") or ""))
    frames += [str(roi.get("ReferencedFrameOfReferenceUID", "") or "") for roi in data.StructureSetROISequence]
    usual = Counter(filter(None, frames)).most_common(1)
    return series - {""}, usual[0][0] if usual else str(data.get("FrameOfReferenceUID", "") or "")


def _regions(data: Dataset, to_voxels: np.ndarray) -> list[_Roi]:
    names = {str(roi.ROINumber): str(roi.get("ROIName", "") or "").strip() for roi in data.StructureSetROISequence}
    codes = {}
    for seen in data.get("RTROIObservationsSequence", None) or []:
        for code in seen.get("RTROIIdentificationCodeSequence", None) or []:
            codes[str(seen.get("ReferencedROINumber", ""))] = code_of(code)
    contours: dict[str, list[np.ndarray]] = {number: [] for number in names}
    others: Counter[str] = Counter()
    for drawn in data.get("ROIContourSequence", None) or []:
        number = str(drawn.ReferencedROINumber)
        for item in drawn.get("ContourSequence", None) or []:
            if str(item.get("ContourGeometricType", _CLOSED[0])) not in _CLOSED:
                others[number] += 1
                continue
            points = _points(item)
            if len(points) > 2:
                contours.setdefault(number, []).append(geometry.apply(to_voxels, points))
    return [
        _Roi(number, names.get(number, ""), codes.get(number, ("", "")), drawn, others[number])
        for number, drawn in contours.items()
    ]


def code_of(code: Dataset) -> Codes:
    """The meaning and the side of a coded organ."""
    modifiers = code.get("SegmentedPropertyTypeModifierCodeSequence", None) or []
    side = str(modifiers[0].get("CodeValue", "") or "") if modifiers else ""
    return str(code.get("CodeValue", "") or ""), side


def _points(item: Dataset) -> np.ndarray:
    """(n, 3) LPS mm. Of millions of numbers, pydicom would make an object each. Raises `ValueError`."""
    element = item.get_item("ContourData") if "ContourData" in item else None
    if element is None or not element.value:
        return np.empty((0, 3))
    raw = isinstance(element, RawDataElement)
    points = np.array(element.value.decode("ascii").strip(" \0").split("\\") if raw else element.value, float)
    points = points.reshape(-1, 3)
    if not (np.abs(points) < _FAR_MM).all():
        raise ValueError("points that are no places")
    return points


def _slice_axis(path: Path, regions: list[_Roi]) -> int:
    """The axis of the scan that contours are flat along."""
    spreads = [np.ptp(contour, axis=0) for one in regions for contour in one.contours]
    if not spreads:
        return 2
    axis = int(np.max(spreads, axis=0).argmin())
    if max(spread[axis] for spread in spreads) > _FLAT:
        raise GridMismatch(
            f"{path.name}: its contours do not lie in the slices of the scan", hint="Open the scan it was drawn on."
        )
    return axis


def _meets(volume: Volume, contour: np.ndarray) -> bool:
    return bool((contour.max(axis=0) > -0.5).all() and (contour.min(axis=0) < np.array(volume.shape) - 0.5).all())


def _planes(region: _Roi, axis: int) -> tuple[list[float], list[list[int]]]:
    """Where the planes of a region lie, in slices, and which contours lie in each."""
    places = [float(contour[:, axis].mean()) for contour in region.contours]
    groups = same_planes(places)
    return [float(np.mean([places[i] for i in group])) for group in groups], groups


def _mask(volume: Volume, region: _Roi, axis: int) -> np.ndarray:
    planes, groups = _planes(region, axis)
    mask = np.zeros(volume.shape, bool, order="F")
    layers = np.moveaxis(mask, axis, 0)
    across = [i for i in range(3) if i != axis]
    for k, plane in enumerate(plane_of_slice(planes, volume.shape[axis], usual_step(planes))):
        if plane >= 0:
            flat = {contour.tobytes(): contour for contour in (region.contours[i][:, across] for i in groups[plane])}
            # The same contour twice is one, not a hole.
            layers[k] = filled(list(flat.values()), (layers.shape[1], layers.shape[2]))
    return mask


def _remark(volume: Volume, region: _Roi, axis: int) -> str:
    """What is to be said of a region that is used: slices without a contour, what lies outside or encloses nothing."""
    planes, _ = _planes(region, axis)
    step, count = usual_step(planes), volume.shape[axis]
    taken = np.flatnonzero(plane_of_slice(planes, count, step) >= 0)
    said = []
    if step > 1.5:
        said.append(f"was drawn on about one slice in {round(step)}: each contour stands for the slices nearest to it")
    gaps = int(taken[-1] - taken[0] + 1 - len(taken)) if len(taken) else 0
    if gaps:
        said.append(f"has no contour on {gaps} slices between its first and its last one: nothing is marked there")
    if min(planes) < -0.5 or max(planes) > count - 0.5:
        said.append("reaches beyond the scan: what lies outside was left out")
    if region.other_kinds:
        said.append(f"has {region.other_kinds} points or open lines besides, which enclose nothing")
    return f"{region.name or region.number} {' and '.join(said)}" if said else ""
