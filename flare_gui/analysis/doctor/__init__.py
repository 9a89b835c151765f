"""Is this a usable CT of an abdomen? Doubts before anything is computed, from a few percent of the voxels.

What a reader noticed comes first; the checks look at the voxels and at where the header places them, so that they work
for every format. Each check is a function from a `Look` to findings.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from flare_gui.analysis.doctor import anatomy, extent, intensities, slices
from flare_gui.analysis.doctor.look import Look
from flare_gui.analysis.doctor.repairs import fixed, repaired
from flare_gui.errors import NotAScan
from flare_gui.findings import MISSING_SLICES, Finding
from flare_gui.volume import Volume

__all__ = ["MISSING_SLICES", "Finding", "examine", "examined", "fixed", "refuse", "repaired"]

Check = Callable[[Look], Iterator[Finding]]

# Each group is asked when those before it leave it something to look at: what follows from another fault is no news.
_IMAGE: tuple[Check, ...] = (intensities.nothing_but_air, intensities.modality)
_VALUES: tuple[Check, ...] = (intensities.padding, intensities.calibration, intensities.clipping)
_SIZE: tuple[Check, ...] = (extent.voxel_size, extent.body_size)
_STACK: tuple[Check, ...] = (extent.height, slices.repeated, slices.empty, slices.jumps)
# What its reader knows to be no HU is not to be judged by HU.
_NO_HU = "not-hu"
_CLEAR_ENOUGH = ("hu-offset", "hu-clipped", "padding")
_ANATOMY: tuple[Check, ...] = (anatomy.abdomen, anatomy.head_and_feet, anatomy.front_and_back, anatomy.on_the_side)


def examine(volume: Volume) -> tuple[Finding, ...]:
    """What is to be doubted about `volume`, without what its reader said; the surest first."""
    look = Look(volume)
    if any(finding.code == _NO_HU for finding in volume.findings):
        return tuple(_ask(_SIZE[:1], look))
    findings = _ask(_IMAGE, look)
    if not findings:
        values, size = _ask(_VALUES, look), _ask(_SIZE, look)[:1]
        findings = [*values, *size]
        if not size:
            findings += _ask(_STACK, look)
        if not size and all(finding.code in _CLEAR_ENOUGH for finding in values):
            findings += _ask(_ANATOMY, look)
    return tuple(sorted(findings, key=lambda finding: -finding.sure))


def _ask(checks: tuple[Check, ...], look: Look) -> list[Finding]:
    return [finding for check in checks for finding in check(look)]


def examined(volume: Volume) -> Volume:
    """`volume` with its reader's findings followed by those of `examine`."""
    return replace(volume, findings=(*volume.findings, *examine(volume)))


def refuse(volume: Volume) -> None:
    """Raise `NotAScan` when a finding of `volume` makes every result meaningless."""
    fatal = next((finding for finding in volume.findings if finding.fatal), None)
    if fatal is not None:
        raise NotAScan(volume.source or volume.name, fatal.sentence, hint=fatal.todo, code=fatal.code)
