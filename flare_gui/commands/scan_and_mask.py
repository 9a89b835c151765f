"""One scan with its mask, for the commands that write something about both."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flare_gui import io
from flare_gui.analysis import doctor
from flare_gui.console import Bar, Lines, warn
from flare_gui.errors import FlareError
from flare_gui.io.masks import Organs
from flare_gui.progress import Cancel
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True)
class Source:
    """Where a case comes from. Without `mask` the scan is segmented on `device` with `weights`.

    `mask_labels` says which organs the mask's values are, where it does not say so itself.
    """

    scan: Path
    mask: Path | None
    device: str
    weights: Path | None
    series: str | None
    allow_gaps: bool
    mask_labels: Mapping[str, Organs] = field(default_factory=dict)


def load(source: Source, display: Bar | Lines, cancel: Cancel) -> tuple[Volume, Segmentation]:
    """The scan and its segmentation. Raises `FlareError` for what cannot be read, fits not, or is several scans."""
    cases = io.find_cases([source.scan])
    if len(cases) > 1:
        raise FlareError(f"{source.scan}: holds {len(cases)} scans", hint="Give one of them.")
    series = cases[0].series or source.series
    scan = io.read_scan(cases[0].path, series=series, allow_gaps=source.allow_gaps, progress=display, cancel=cancel)
    volume = doctor.examined(scan)
    if source.mask is not None:
        return volume, _mask(volume, source.mask, source.mask_labels, display)
    doctor.refuse(volume)
    from flare_gui.model.segmenter import segment
    from flare_gui.model.weights import load as load_weights

    model = load_weights(source.weights)
    return volume, segment(volume, model, device=source.device, progress=display, cancel=cancel)


def _mask(volume: Volume, path: Path, labels: Mapping[str, Organs], display: Bar | Lines) -> Segmentation:
    """The mask at `path`; what was concluded or not used of it is said, and a mask without names asks for some."""
    try:
        segmentation = io.read_mask(volume, path, labels)
    except io.UnnamedMask as question:
        rows = ", ".join(f"{row.key}: {row.volume_ml:.0f} ml" for row in question.rows)
        guess = ",".join(f"{row.key}={_word(row.proposed)}" for row in question.rows if row.proposed)
        hint = f"Say it with --mask-labels VALUE=ORGAN,...; by where they lie: --mask-labels '{guess}'."
        if not guess:
            hint = "Say it with --mask-labels VALUE=ORGAN,..., or give a mask with names."
        raise FlareError(f"{question.message} ({rows})", hint=hint) from None
    for sentence in segmentation.warnings:
        warn(display, sentence)
    return segmentation


def _word(organs: Organs) -> str:
    return organs[0].key if len(organs) == 1 else "kidneys"
