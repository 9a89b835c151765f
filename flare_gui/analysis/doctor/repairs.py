"""Repairs that lose nothing and change no grid, by the code of the finding that offers them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from flare_gui.analysis.doctor.look import INTERCEPT
from flare_gui.volume import Volume


def fixed(volume: Volume, code: str) -> Volume:
    """`volume` after the repair of the finding `code`, which is then no finding of it any more. Raises `KeyError`."""
    repaired = _REPAIRS[code](volume)
    left = tuple(finding for finding in volume.findings if finding.code != code)
    return replace(repaired, findings=left, repairs=(*volume.repairs, code))


def repaired(volume: Volume, codes: tuple[str, ...]) -> Volume:
    """`volume` after those repairs of `codes` that its findings still offer, as when a workspace is opened again."""
    for code in codes:
        if code in _REPAIRS and any(finding.code == code for finding in volume.findings):
            volume = fixed(volume, code)
    return volume


def _subtract_intercept(volume: Volume) -> Volume:
    # Values are at least 0 here, so nothing is clipped.
    return replace(volume, hu=np.asfortranarray(volume.hu - np.int16(INTERCEPT)))


_REPAIRS: dict[str, Callable[[Volume], Volume]] = {"hu-offset": _subtract_intercept}
