"""One case from scan to files: what the command line, and whoever works through many cases, calls for each.

Knows no terminal and no Qt. torch is imported when a network runs, not before.
"""

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flare_gui import __version__, io
from flare_gui.analysis.measure import measure
from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import replacing
from flare_gui.organs import ORGANS, LabelScheme
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume, scan_sha256

if TYPE_CHECKING:
    from flare_gui.model.runlog import RunLog
    from flare_gui.model.weights import Model


@dataclass(frozen=True)
class Options:
    """How cases are read, segmented and written: see `flare-gui segment --help`."""

    device: str = "auto"
    labels: LabelScheme = "organs"
    series: str | None = None
    allow_gaps: bool = False
    overwrite: bool = False


@dataclass(frozen=True, eq=False)
class CaseResult:
    """The two files of a case and what the second one says; `kept` when an earlier run had written them already."""

    name: str
    mask: Path
    report_path: Path
    report: dict[str, Any]
    kept: bool


def segment_case(
    case: io.Case,
    out: Path,
    model: "Model",
    options: Options = Options(),
    *,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> CaseResult:
    """Read, segment and measure `case`, and write `out/NAME.seg.nii.gz` and `out/NAME.json`, both or neither.

    An earlier result of the same scan, model and options is kept. Raises `OutputExists` for any other file in the way
    unless `options.overwrite`, before the network runs; `FlareError` when the scan cannot be read, the device not be
    used or the result not be written; `Cancelled`.
    """
    earlier = earlier_result(case, out, model, options, progress=progress, cancel=cancel)
    if earlier is not None:
        return earlier
    try:
        return _segment_and_write(case, out, model, options, progress, cancel)
    except MemoryError as problem:
        raise FlareError(
            f"{case.path}: this scan needs more memory than there is",
            hint="Close other programs, or crop the scan to the abdomen.",
        ) from problem


def _segment_and_write(
    case: io.Case, out: Path, model: "Model", options: Options, progress: Progress, cancel: Cancel
) -> CaseResult:
    from flare_gui.model.runlog import RunLog
    from flare_gui.model.segmenter import segment

    log = RunLog()
    with log.stage("read"):
        volume = _read(case, options, progress, cancel)
    segmentation = segment(volume, model, device=options.device, progress=progress, cancel=cancel)
    cancel.check()
    report = _report(case, volume, segmentation, model, options, log)
    progress("write", 0.0)
    mask, report_path = outputs(case, out)
    _write(segmentation, report, mask, report_path, options.labels)
    progress("write", 1.0)
    return CaseResult(case.name, mask, report_path, report, kept=False)


def outputs(case: io.Case, out: Path) -> tuple[Path, Path]:
    """Where the mask and the report of a case go."""
    return out / f"{case.name}.seg.nii.gz", out / f"{case.name}.json"


def earlier_result(
    case: io.Case,
    out: Path,
    model: "Model",
    options: Options,
    *,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> CaseResult | None:
    """The result that an earlier run left for the same scan, model and options; None when the way is free.

    The scan is read only when everything else agrees. Raises `OutputExists` when other files are in the way, and what
    `io.read_scan` raises. With `options.overwrite` nothing is ever in the way.
    """
    mask, report_path = outputs(case, out)
    existing = [path for path in (report_path, mask) if path.exists()]
    if options.overwrite or not existing:
        return None
    report = _own_report(report_path)
    wanted = _made_from(model, options)
    if report is None or not wanted.items() <= report["made_from"].items() or report["mask"]["sha256"] != _hash(mask):
        raise _in_the_way(existing)
    if report["made_from"]["scan_sha256"] != scan_sha256(_read(case, options, progress, cancel)):
        raise _in_the_way(existing)
    return CaseResult(case.name, mask, report_path, report, kept=True)


def check_folder(out: Path) -> None:
    """Raise `FlareError` unless `out` is a folder that can be written to, or can be made: hours before it is needed."""
    there = out
    while not there.exists() and there != there.parent:
        there = there.parent
    if not there.is_dir():
        raise FlareError(f"{there}: this is a file, so results cannot go into {out}", hint="Choose a folder with -o.")
    if not os.access(there, os.W_OK | os.X_OK):
        raise FlareError(f"{there}: this folder cannot be written to", hint="Choose another one with -o.")


def _read(case: io.Case, options: Options, progress: Progress, cancel: Cancel) -> Volume:
    cancel.check()
    return io.read_scan(
        case.path, series=options.series, allow_gaps=options.allow_gaps, progress=progress, cancel=cancel
    )


def _made_from(model: "Model", options: Options) -> dict[str, Any]:
    """What decides the result, next to the scan itself."""
    return {"model_sha256": model.card.sha256, "labels": options.labels, "device": options.device}


def _own_report(path: Path) -> dict[str, Any] | None:
    """The JSON of an earlier run, or None when there is none or another program wrote it."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        ours = isinstance(report["made_from"]["scan_sha256"], str) and isinstance(report["mask"]["sha256"], str)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if ours else None


def _in_the_way(existing: list[Path]) -> OutputExists:
    names = " and ".join(str(path) for path in existing)
    them, come = ("them", "come") if len(existing) > 1 else ("it", "comes")
    return OutputExists(
        f"{names}: {come} from another scan, other weights or other options, or from another program",
        hint=f"Replace {them} with --overwrite, or choose another folder with -o.",
    )


def _hash(path: Path) -> str | None:
    """The sha256 of a file; None where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def _report(
    case: io.Case,
    volume: Volume,
    segmentation: Segmentation,
    model: "Model",
    options: Options,
    reading: "RunLog",
) -> dict[str, Any]:
    """What the JSON says. The input is named without its folders, which may name the patient."""
    run = segmentation.run
    measures = measure(volume, segmentation)
    return {
        "case": case.name,
        "organs": {
            organ.key: {
                "label": organ.flare22 if options.labels == "flare22" else organ.label,
                **{key: _rounded(value) for key, value in measures[organ.key]._asdict().items()},
            }
            for organ in ORGANS
        },
        "input": {
            "file": case.path.resolve().name,
            "series_uid": volume.series_uid,
            "shape": list(volume.shape),
            "spacing_mm": [round(size, 6) for size in volume.spacing],
            "orientation": volume.orientation,
        },
        "device": run["device"],
        "precision": run["precision"],
        "seconds": reading.seconds | run["seconds"],
        "peak_memory_mb": reading.peak_memory_mb | run["peak_memory_mb"],
        "model": run["model"],
        "warnings": [*volume.warnings, *segmentation.warnings],
        "notes": list(run["notes"]),
        "labels": options.labels,
        "made_from": {"scan_sha256": scan_sha256(volume), **_made_from(model, options)},
        "software": {"name": "flare-gui", "version": __version__},
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else value


def _write(segmentation: Segmentation, report: dict[str, Any], mask: Path, path: Path, labels: LabelScheme) -> None:
    """Both files are whole before either gets its name; the report gets its name last and carries the mask's hash."""
    try:
        with replacing(path) as new_report, replacing(mask) as new_mask:
            io.write_segmentation(segmentation, new_mask, scheme=labels)
            report["mask"] = {"file": mask.name, "sha256": _hash(new_mask)}
            new_report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as problem:
        raise FlareError(
            f"{mask}: the result cannot be written ({problem.strerror or problem})",
            hint="Make room there, or choose another folder with -o.",
        ) from problem
