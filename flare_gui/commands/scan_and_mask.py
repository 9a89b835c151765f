"""One scan with its mask, for the commands that write something about both."""

from dataclasses import dataclass
from pathlib import Path

from flare_gui import io
from flare_gui.analysis import doctor
from flare_gui.errors import FlareError
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume


@dataclass(frozen=True)
class Source:
    """Where a case comes from. Without `mask` the scan is segmented on `device` with `weights`."""

    scan: Path
    mask: Path | None
    device: str
    weights: Path | None
    series: str | None
    allow_gaps: bool


def load(source: Source, progress: Progress, cancel: Cancel) -> tuple[Volume, Segmentation]:
    """The scan and its segmentation. Raises `FlareError` for what cannot be read, fits not, or is several scans."""
    cases = io.find_cases([source.scan])
    if len(cases) > 1:
        raise FlareError(f"{source.scan}: holds {len(cases)} scans", hint="Give one of them.")
    series = cases[0].series or source.series
    scan = io.read_scan(cases[0].path, series=series, allow_gaps=source.allow_gaps, progress=progress, cancel=cancel)
    volume = doctor.examined(scan)
    if source.mask is not None:
        return volume, io.read_mask(volume, source.mask)
    doctor.refuse(volume)
    from flare_gui.model.segmenter import segment
    from flare_gui.model.weights import load as load_weights

    model = load_weights(source.weights)
    return volume, segment(volume, model, device=source.device, progress=progress, cancel=cancel)
