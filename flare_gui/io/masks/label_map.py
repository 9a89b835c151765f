"""Masks that are images: one number a voxel, or several layers of them. NIfTI, NRRD and MetaImage."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np

from flare_gui import geometry
from flare_gui.errors import GridMismatch, UnreadableScan
from flare_gui.io import itk, nifti, nifti_forms
from flare_gui.io.masks import header_names
from flare_gui.io.masks.contents import Contents, Segment
from flare_gui.io.masks.header_names import Named
from flare_gui.io.masks.made import how_made
from flare_gui.io.masks.placing import Placing, placing
from flare_gui.volume import Volume

SUFFIXES = (*nifti.SUFFIXES, *itk.SUFFIXES)

_NOT_LABELS = "Choose a mask, not an image."
# No atlas has more parts, and every CT has more values.
_MOST_VALUES = 1000
_LARGEST_VALUE = 65535
# Numbers that were resampled or scaled come back with errors in their last digits.
_WHOLE = 1e-3


def read_labels(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(labels uint8 (x, y, z), affine) of a label map in NIfTI or an ITK format; whole numbers as floats are fine.

    Raises `UnreadableScan` when it cannot be read or holds anything but whole numbers from 0 to 255.
    """
    array, affine = _load(path)
    if array.shape[3] != 1:
        raise UnreadableScan(
            path, "is not a label map of three dimensions", hint="Choose a mask with one label a voxel."
        )
    labels, _ = _whole_numbers(path, array[..., 0])
    if labels.max(initial=0) > 255:
        raise UnreadableScan(path, f"holds values up to {labels.max()}, which are not labels", hint=_NOT_LABELS)
    return labels.astype(np.uint8, copy=False), affine


def read(volume: Volume, path: Path) -> Contents:
    """The segments of a label map, on the grid of `volume`.

    Raises `UnreadableScan` when it cannot be read or is no mask, `GridMismatch` when it is of another scan.
    """
    array, affine = _load(path)
    try:
        geometry.check_affine(affine)
    except ValueError as error:
        raise UnreadableScan(path, str(error), hint="Export the mask again; its header is damaged.") from None
    if array.shape[:3] == volume.shape:
        affine = nifti_forms.on_scan(volume, affine)
    count = array.shape[3]
    named, ours = _names(path, count)
    placed, layers, notes = _placing(volume, path, array.shape[:3], affine), [], []
    for i in range(count):
        layer, note = _whole_numbers(path, array[..., i])
        layers.append(layer)
        notes += [note] if note else []
    notes += _outside(placed, layers, affine)
    made = how_made(path, layers[0]) if ours and count == 1 else {}
    if count > 1 and not named:
        segments = _one_a_channel(path, layers, placed)
    else:
        segments = [one for i, layer in enumerate(layers) for one in _segments(path, i, layer, named, placed)]
    if len({one.key for one in segments}) < len(segments):
        # Numbers that occur in several layers say nothing: segments are counted through.
        segments = [replace(one, key=str(i)) for i, one in enumerate(segments, 1)]
    return Contents(path, tuple(segments), tuple(dict.fromkeys(notes)), one_organ=True, ours=ours, made=made)


def _load(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """(array (x, y, z, layer) of real numbers, affine to RAS+ mm). Raises `UnreadableScan`."""
    if path.name.lower().endswith(itk.SUFFIXES):
        array, affine = itk.load_layers(path)
    else:
        array, affine = nifti.load(path)
        array = array.reshape((*array.shape[:3], -1), order="F") if array.ndim > 3 else array[..., None]
    if array.ndim != 4 or array.dtype.kind not in "iufb":
        raise UnreadableScan(
            path, "is not a label map of three dimensions", hint="Choose a mask with one label a voxel."
        )
    return array, affine


def _names(path: Path, layers: int) -> tuple[list[Named], bool]:
    if path.name.lower().endswith(itk.SUFFIXES):
        return header_names.nrrd_names(path, layers), False
    return header_names.nifti_names(path)


def _placing(volume: Volume, path: Path, shape: tuple[int, ...], affine: np.ndarray) -> Placing:
    try:
        return placing(volume, (shape[0], shape[1], shape[2]), affine)
    except GridMismatch as error:
        raise GridMismatch(f"{path.name}: {error.message}", hint=error.hint) from None


def _whole_numbers(path: Path, array: np.ndarray) -> tuple[np.ndarray, str]:
    """Labels as unsigned numbers, and a sentence where shares from 0 to 1 had to be cut at one half."""
    if array.dtype.kind in "ub" and array.dtype.itemsize <= 2:
        return array.view(np.uint8) if array.dtype == bool else array, ""
    low, high = array.min(initial=0), array.max(initial=0)
    if array.dtype.kind == "f" and not (np.isfinite(low) and np.isfinite(high)) and np.isfinite(array).any():
        array = np.nan_to_num(array, nan=0.0, posinf=-1.0, neginf=-1.0)
        low, high = array.min(initial=0), array.max(initial=0)
    whole = array.dtype.kind == "i" or array.dtype.kind == "u" or _is_whole(array)
    if whole and low > -0.5 and high <= _LARGEST_VALUE:
        return (array if array.dtype.kind != "f" else np.rint(array)).astype(np.uint8 if high < 256 else np.uint16), ""
    if not whole and low >= 0 and high <= 1 + _WHOLE:
        return (array >= 0.5).astype(np.uint8), "holds shares from 0 to 1: what has half and more is taken as marked"
    raise UnreadableScan(path, f"holds values from {low:g} to {high:g}, which are not labels", hint=_NOT_LABELS)


def _is_whole(array: np.ndarray) -> bool:
    # Slab by slab: a second copy of a large mask in floats is not needed.
    slabs = (array[:, :, z : z + 16] for z in range(0, array.shape[2], 16))
    return all(bool((np.abs(slab - np.rint(slab)) < _WHOLE).all()) for slab in slabs)


def _values(path: Path, labels: np.ndarray) -> list[int]:
    """The numbers that occur, without 0."""
    counts = np.zeros(_LARGEST_VALUE + 1 if labels.dtype.itemsize > 1 else 256, np.int64)
    for z in range(0, labels.shape[2], 16):
        counts += np.bincount(labels[:, :, z : z + 16].ravel(order="K"), minlength=len(counts))
    values = [int(value) for value in np.flatnonzero(counts) if value]
    if len(values) > _MOST_VALUES:
        raise UnreadableScan(path, f"holds {len(values)} values, which are not labels", hint=_NOT_LABELS)
    return values


def _segments(path: Path, layer: int, labels: np.ndarray, named: list[Named], placed: Placing) -> list[Segment]:
    known = {one.number: one for one in named if one.layer == layer}
    found = []
    for value in _values(path, labels):
        one = known.get(value, Named(layer, value, ""))
        found.append(Segment(str(value), one.name, _mask(labels, value, placed), one.codes))
    return found


def _one_a_channel(path: Path, layers: list[np.ndarray], placed: Placing) -> list[Segment]:
    """Channels of 0 and 1: numbered from 1, or from 0 when the first one is the background of the others."""
    if any(layer.max(initial=0) > 1 for layer in layers):
        raise UnreadableScan(
            path, f"holds {len(layers)} frames of labels", hint="Save the one that belongs to the scan as a file."
        )
    rest = np.zeros(layers[0].shape, bool)
    for layer in layers[1:]:
        rest |= layer > 0
    first = 0 if np.array_equal(layers[0] == 0, rest) else 1
    channels = list(enumerate(layers, first))[1 - first :]
    return [Segment(str(number), "", _mask(layer, 1, placed)) for number, layer in channels if layer.any()]


def _mask(labels: np.ndarray, value: int, placed: Placing) -> Callable[[], np.ndarray]:
    return lambda: placed.place(labels == value)


def _outside(placed: Placing, layers: list[np.ndarray], affine: np.ndarray) -> list[str]:
    lost = sum(placed.outside(layer) for layer in layers)
    ml = lost * abs(float(np.linalg.det(affine[:3, :3]))) / 1000
    return [f"{ml:.1f} ml of it lie where the scan has no voxels: left out"] if lost else []
