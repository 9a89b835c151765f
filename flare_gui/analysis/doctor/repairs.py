"""Repairs that lose nothing and change no grid, by the code of the finding that offers them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.analysis.doctor.look import AIR_HU, Look
from flare_gui.analysis.doctor.offset import known_offset
from flare_gui.volume import Volume


def fixed(volume: Volume, code: str) -> Volume:
    """`volume` after the repair of the finding `code`, which is then no finding of it any more. Raises `KeyError`."""
    repaired = _REPAIRS[code](volume)
    left = tuple(finding for finding in volume.findings if finding.code != code)
    return replace(repaired, findings=left, repairs=(*volume.repairs, code))


def repaired(volume: Volume, codes: tuple[str, ...]) -> Volume:
    """`volume` after those repairs of `codes` that its findings still offer, as when a workspace is opened again."""
    for code in codes:
        if code in _REPAIRS and any(finding.code == code and finding.fix for finding in volume.findings):
            volume = fixed(volume, code)
    return volume


def _subtract_offset(volume: Volume) -> Volume:
    offset = known_offset(Look(volume))
    if offset is None:
        raise KeyError("no offset is known of this scan")
    # Slab by slice: wider numbers of a whole scan are a gigabyte.
    hu = np.empty_like(volume.hu, order="F")
    for z in range(hu.shape[2]):
        hu[:, :, z] = np.maximum(volume.hu[:, :, z].astype(np.int32) - offset, AIR_HU)
    return replace(volume, hu=hu)


def _padding_to_air(volume: Volume) -> Volume:
    value = Look(volume).padding
    if value is None:
        raise KeyError("this scan has no padding")
    upright = geometry.reorient(volume.affine, volume.shape)
    hu = volume.hu.copy(order="F")
    slices = upright.apply(hu)
    for z in range(slices.shape[2]):
        # Tissue may have the same value, but does not reach the corners.
        pieces, _ = ndimage.label(slices[:, :, z] == value)
        corners = np.unique(pieces[np.ix_((0, -1), (0, -1))])
        slices[:, :, z][np.isin(pieces, corners[corners > 0])] = AIR_HU
    return replace(volume, hu=hu)


_REPAIRS: dict[str, Callable[[Volume], Volume]] = {"hu-offset": _subtract_offset, "padding": _padding_to_air}
