"""DICOM SEG: segments as frames, each with its own place, in any order; binary, fractional or as a label map."""

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from pydicom import pixels
from pydicom.dataset import Dataset

from flare_gui.errors import FlareError, GridMismatch, UnreadableScan
from flare_gui.io.itk_place import LPS_TO_RAS
from flare_gui.io.limits import MOST_SIDE, check_size
from flare_gui.io.masks import dicom_object
from flare_gui.io.masks.contents import Codes, Contents, Segment
from flare_gui.io.masks.planes import plane_of_slice, same_planes, usual_step
from flare_gui.volume import Volume

# In pixels and slices: how far a frame may lean against the slices of the scan.
_ALONG = 0.5
# Types of SNOMED CT and its older form that say "an organ" or "tissue": the region says which one.
_ANY_ORGAN = ("113343008", "91723000", "123037004", "85756007", "T-D0050", "T-D000A", "")


@dataclass(frozen=True)
class _Frame:
    """A frame in the scan: `place` is its slice along axis `across`; `columns` and `rows` its pixels' part in an axis.

    Each of these two is (axis of the scan, step, start): pixel = step * voxel + start.
    """

    number: int
    place: float
    across: int
    columns: tuple[int, float, float]
    rows: tuple[int, float, float]


class _Pixels:
    """The frames' pixels, unpacked one at a time."""

    def __init__(self, path: Path, data: Dataset) -> None:
        self.path, self._data = path, data
        self.kind = str(data.get("SegmentationType", "") or "BINARY")
        self.rows, self.columns = int(data.Rows), int(data.Columns)
        self.frames = int(data.get("NumberOfFrames", None) or 1)
        self._bits = int(data.BitsAllocated)
        self._most = int(data.get("MaximumFractionalValue", None) or 255)
        self._packed = data.file_meta.TransferSyntaxUID.is_encapsulated
        check_size(path, (self.rows, self.columns, self.frames), 1)
        if max(self.rows, self.columns) > MOST_SIDE or self._bits not in (1, 8, 16):
            raise UnreadableScan(path, "has frames that no segmentation has", hint="Export it again.")
        if not self._packed and 8 * len(data.PixelData) < self._bits * self.rows * self.columns * self.frames:
            raise UnreadableScan(path, "is cut off", hint="Copy it again.", code="truncated")

    def marked(self, frame: int, segment: int) -> np.ndarray:
        """bool (row, column): where a frame marks a segment."""
        values = self._unpacked(frame) if self._packed else self._plain(frame)
        if self.kind == "LABELMAP":
            return values == segment
        return 2 * values.astype(np.int32) >= self._most if self.kind == "FRACTIONAL" else values > 0

    def _plain(self, frame: int) -> np.ndarray:
        count, data = self.rows * self.columns, self._data.PixelData
        if self._bits == 1:
            # Frames follow each other without a gap, not even to the next byte.
            start, end = frame * count, (frame + 1) * count
            part = np.frombuffer(data, np.uint8, (end + 7) // 8 - start // 8, start // 8)
            values = np.unpackbits(part, bitorder="little")[start % 8 : start % 8 + count]
        else:
            kind = np.dtype(f"{'<' if self._data.original_encoding[1] else '>'}u{self._bits // 8}")
            values = np.frombuffer(data, kind, count, frame * count * kind.itemsize)
        return values.reshape(self.rows, self.columns)

    def _unpacked(self, frame: int) -> np.ndarray:
        try:
            return np.asarray(pixels.pixel_array(self._data, index=frame)).reshape(self.rows, self.columns)
        # Every decoder has errors of its own.
        except Exception:  # noqa: BLE001
            name = self._data.file_meta.TransferSyntaxUID.name
            raise UnreadableScan(
                self.path, f"its frames cannot be unpacked ({name})", hint="Export it without compression."
            ) from None


def read(volume: Volume, path: Path) -> Contents:
    """The segments of a DICOM SEG on the grid of `volume`; where the grids differ, the nearest pixels are taken.

    Raises `UnreadableScan` when it is damaged or packed in an unknown way, `GridMismatch` when it is of another scan or
    lies across its slices.
    """
    data = dicom_object.read(path)
    try:
        series = {str(one.SeriesInstanceUID) for one in data.get("ReferencedSeriesSequence", None) or []}
        about = {int(one.SegmentNumber): one for one in data.SegmentSequence}
        named = {number: (_name(one), _codes(one)) for number, one in about.items()}
        frame = str(data.get("FrameOfReferenceUID", "") or "")
        stored = _Pixels(path, data)
        frames = _frames(volume, data, stored, list(named))
    except FlareError:
        raise
    # On a header made to do harm pydicom raises whatever the part of it does that stumbled.
    except Exception:  # noqa: BLE001
        raise UnreadableScan(path, "is a damaged DICOM SEG", hint="Copy or export it again.") from None
    note = dicom_object.check_same_scan(volume, path, series, frame)
    notes = [note] if note else []
    every = [frame for own in frames.values() for frame in own]
    if every and not any(-0.5 < one.place < volume.shape[one.across] - 0.5 for one in every):
        raise GridMismatch(f"{path.name}: none of its frames lies in the scan", hint="Open the scan it was made on.")
    if stored.kind == "FRACTIONAL":
        notes.append("it holds shares from 0 to 1: what has half and more is taken as marked")
    step = usual_step([one.place for one in every])
    if any(abs(abs(part[1]) - 1) * volume.shape[part[0]] > 1 for one in every for part in (one.columns, one.rows)):
        notes.append("it lies on another grid than the scan: the nearest of its pixels were taken")
    segments = [
        Segment(str(number), named[number][0], partial(_mask, volume, stored, number, own, step), named[number][1])
        for number, own in sorted(frames.items())
    ]
    return Contents(path, tuple(segments), tuple(notes))


def _name(segment: Dataset) -> str:
    return str(segment.get("SegmentLabel", "") or "").strip()


def _codes(segment: Dataset) -> Codes:
    """Type and side; where the type says no more than "organ", the region's."""
    for key, side in (
        ("SegmentedPropertyTypeCodeSequence", "SegmentedPropertyTypeModifierCodeSequence"),
        ("AnatomicRegionSequence", "AnatomicRegionModifierSequence"),
    ):
        for code in segment.get(key, None) or []:
            value = str(code.get("CodeValue", "") or "")
            if value not in _ANY_ORGAN:
                modifiers = code.get(side, None) or []
                return value, str(modifiers[0].get("CodeValue", "") or "") if modifiers else ""
    return "", ""


def _frames(volume: Volume, data: Dataset, stored: _Pixels, numbers: list[int]) -> dict[int, list[_Frame]]:
    """The frames of each segment, placed in the scan. Raises `GridMismatch` for those that lean against its slices."""
    shared = data.get("SharedFunctionalGroupsSequence", None) or [Dataset()]
    found: dict[int, list[_Frame]] = defaultdict(list)
    for i, own in enumerate(data.PerFrameFunctionalGroupsSequence[: stored.frames]):

        def group(key: str, own: Dataset = own) -> Dataset:
            return (own.get(key, None) or shared[0].get(key, None) or [Dataset()])[0]

        position = np.array(group("PlanePositionSequence").ImagePositionPatient, float)
        directions = np.array(group("PlaneOrientationSequence").ImageOrientationPatient, float).reshape(2, 3)
        down_mm, along_mm = (float(mm) for mm in group("PixelMeasuresSequence").PixelSpacing)
        axes = (directions[0] * along_mm, directions[1] * down_mm, np.cross(*directions), position)
        frame = _placed(volume, stored, i, axes)
        if stored.kind == "LABELMAP":
            for number in numbers:
                found[number].append(frame)
        else:
            number = int(group("SegmentIdentificationSequence").ReferencedSegmentNumber)
            if number not in numbers:
                raise ValueError("a frame of no segment")
            found[number].append(frame)
    return found


def _placed(volume: Volume, stored: _Pixels, number: int, axes: tuple[np.ndarray, ...]) -> _Frame:
    """A frame whose columns run along `axes[0]`, its rows along `axes[1]`, from `axes[3]` on, all LPS mm."""
    to_lps = np.eye(4)
    to_lps[:3] = np.stack(axes, axis=1)
    step = np.linalg.inv(to_lps) @ LPS_TO_RAS @ volume.affine
    if not np.isfinite(step).all() or np.abs(step).max() > 1e6:
        raise ValueError("a frame that lies nowhere")
    across = int(np.abs(step[2, :3] / np.linalg.norm(volume.affine[:3, :3], axis=0)).argmax())
    first, second = (axis for axis in range(3) if axis != across)
    if abs(step[0, first]) < abs(step[0, second]):
        first, second = second, first
    size, middle = np.array(volume.shape), (np.array(volume.shape) - 1) / 2
    height = step[2, :3] @ np.where(np.arange(3) == across, 0, middle) + step[2, 3]
    place = -height / step[2, across]
    lean = [
        abs(step[0, second]) * size[second], abs(step[1, first]) * size[first],
        abs(step[2, first] / step[2, across]) * size[first], abs(step[2, second] / step[2, across]) * size[second],
    ]  # fmt: skip
    if max(lean) > _ALONG:
        raise GridMismatch(
            f"{stored.path.name}: its frames do not lie in the slices of the scan", hint="Open the scan it was made on."
        )
    # Where the frame lies, at the middle of the axis that its columns, or rows, do not run along.
    column = step[0, 3] + step[0, across] * place + step[0, second] * middle[second]
    row = step[1, 3] + step[1, across] * place + step[1, first] * middle[first]
    columns = (first, float(step[0, first]), float(column))
    rows = (second, float(step[1, second]), float(row))
    return _Frame(number, float(place), across, columns, rows)


def _mask(volume: Volume, stored: _Pixels, segment: int, frames: list[_Frame], step: float) -> np.ndarray:
    groups = same_planes([one.place for one in frames])
    planes = [float(np.mean([frames[i].place for i in group])) for group in groups]
    mask = np.zeros(volume.shape, bool, order="F")
    across = frames[0].across
    layers = np.moveaxis(mask, across, 0)
    for k, plane in enumerate(plane_of_slice(planes, volume.shape[across], step)):
        for i in groups[plane] if plane >= 0 else ():
            layers[k] |= _sampled(stored.marked(frames[i].number, segment), frames[i], layers.shape[1:])
    return mask


def _sampled(pixels: np.ndarray, frame: _Frame, shape: tuple[int, ...]) -> np.ndarray:
    """A frame's pixels (row, column) at the voxels of a slice, whose axes are the scan's in their order."""
    by_columns = frame.columns[0] < frame.rows[0]
    counts = shape if by_columns else shape[::-1]
    column = np.rint(np.arange(counts[0]) * frame.columns[1] + frame.columns[2]).astype(int)
    row = np.rint(np.arange(counts[1]) * frame.rows[1] + frame.rows[2]).astype(int)
    column_in, row_in = (column >= 0) & (column < pixels.shape[1]), (row >= 0) & (row < pixels.shape[0])
    result = np.zeros(counts, bool)
    result[np.ix_(column_in, row_in)] = pixels[np.ix_(row[row_in], column[column_in])].T
    return result if by_columns else result.T
