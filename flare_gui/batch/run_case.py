"""One case from scan to files. torch is imported when a network runs in this process, not before."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flare_gui import __version__, io
from flare_gui.analysis import doctor
from flare_gui.analysis.measure import measure
from flare_gui.batch.thumbnail import thumbnail
from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import reason, replacing
from flare_gui.memory import free_memory
from flare_gui.model.card import ModelCard
from flare_gui.model.pipeline import Prediction, PredictionRequest, Predictor, segment_with
from flare_gui.model.runlog import RunLog
from flare_gui.organs import ORGANS, LabelScheme
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume, scan_sha256

if TYPE_CHECKING:
    from flare_gui.model.weights import Model


@dataclass(frozen=True)
class Options:
    """How cases are read, segmented and written: see `flare-gui segment --help`."""

    device: str = "auto"
    labels: LabelScheme = "organs"
    series: str | None = None
    allow_gaps: bool = False
    overwrite: bool = False
    precision: str = "auto"


@dataclass(frozen=True, eq=False)
class CaseResult:
    """The two files of a case and what the second one says; `kept` when an earlier run had written them already.

    `picture` is a JPEG of a slice with outlines for the contact sheet, empty unless it was asked for.
    """

    name: str
    mask: Path
    report_path: Path
    report: dict[str, Any]
    kept: bool
    picture: bytes = b""


def segment_case(
    case: io.Case,
    out: Path,
    model: "Model",
    options: Options = Options(),
    *,
    picture: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> CaseResult:
    """`run_case` with the network in this process."""
    from flare_gui.model.device import choose
    from flare_gui.model.segmenter import predictor_on

    def predictor(request: PredictionRequest) -> Prediction:
        with request.log.stage("device"):
            chosen = choose(options.device, model, options.precision)
            request.log.notes.extend(chosen.notes)
        return predictor_on(chosen, model)(request)

    return run_case(case, out, model.card, predictor, options, picture=picture, progress=progress, cancel=cancel)


def run_case(
    case: io.Case,
    out: Path,
    card: ModelCard,
    predictor: Predictor,
    options: Options = Options(),
    *,
    picture: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> CaseResult:
    """Read, segment and measure `case`, and write `out/NAME.seg.nii.gz` and `out/NAME.json`, both or neither.

    `predictor` runs the network that `card` describes. An earlier result of the same scan, model and options is kept.
    Raises `OutputExists` for any other file in the way unless `options.overwrite`, before the network runs;
    `FlareError` when the scan cannot be read, the device not be used or the result not be written; `Cancelled`.
    """
    try:
        earlier = earlier_report(case, out, card, options)
        log = RunLog()
        with log.stage("read"):
            cancel.check()
            series = case.series or options.series
            volume = io.read_scan(
                case.path, series=series, allow_gaps=options.allow_gaps, progress=progress, cancel=cancel
            )
        if earlier is not None:
            return _kept(case, out, volume, earlier, picture)
        with log.stage("examine"):
            volume = doctor.examined(volume)
        doctor.refuse(volume)
        segmentation = segment_with(predictor, volume, card, log, progress, cancel)
        cancel.check()
        report = _report(case, volume, segmentation, card, options)
        progress("write", 0.0)
        mask, report_path = outputs(case, out)
        _write(volume, segmentation, report, mask, report_path, options.labels)
        progress("write", 1.0)
        drawn = thumbnail(volume, segmentation) if picture else b""
        return CaseResult(case.name, mask, report_path, report, kept=False, picture=drawn)
    except MemoryError as problem:
        raise FlareError(
            f"{case.path}: this scan needs more memory than {free_memory()}",
            hint="Close other programs, work on fewer cases at once, or crop the scan to the abdomen.",
        ) from problem


def _kept(case: io.Case, out: Path, volume: Volume, report: dict[str, Any], picture: bool) -> CaseResult:
    """The result of an earlier run, if it is of this very scan."""
    mask, report_path = outputs(case, out)
    if report["made_from"]["scan_sha256"] != scan_sha256(volume):
        raise _in_the_way([report_path, mask])
    drawn = thumbnail(volume, io.read_mask(volume, mask)) if picture else b""
    return CaseResult(case.name, mask, report_path, report, kept=True, picture=drawn)


def outputs(case: io.Case, out: Path) -> tuple[Path, Path]:
    """Where the mask and the report of a case go."""
    return out / f"{case.name}.seg.nii.gz", out / f"{case.name}.json"


def earlier_report(case: io.Case, out: Path, card: ModelCard, options: Options) -> dict[str, Any] | None:
    """What an earlier run with the same model and options said about the scan of this name; None when the way is free.

    Whether it was the same scan is known when that has been read. Raises `OutputExists` when other files are in the
    way. With `options.overwrite` nothing is ever in the way, nor is a report of ours whose mask is gone: a run that was
    killed between the two files leaves it.
    """
    mask, report_path = outputs(case, out)
    existing = [path for path in (report_path, mask) if path.exists()]
    if options.overwrite or not existing:
        return None
    report = _own_report(report_path)
    if report is None:
        raise _in_the_way(existing)
    if not mask.exists():
        return None
    if not _made_from(card, options).items() <= report["made_from"].items() or report["mask"]["sha256"] != _hash(mask):
        raise _in_the_way(existing)
    return report


def _made_from(card: ModelCard, options: Options) -> dict[str, Any]:
    """What decides the result, next to the scan itself."""
    chosen = {} if options.precision == "auto" else {"precision": options.precision}
    return {"model_sha256": card.sha256, "labels": options.labels, "device": options.device, **chosen}


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
    case: io.Case, volume: Volume, segmentation: Segmentation, card: ModelCard, options: Options
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
                "confidence": segmentation.confidence(organ.key),
            }
            for organ in ORGANS
        },
        "input": {
            "file": case.path.resolve().name,
            "series_uid": volume.series_uid,
            "shape": list(volume.shape),
            "spacing_mm": [round(size, 6) for size in volume.spacing],
            "orientation": volume.orientation,
            "files": volume.files.as_json(),
        },
        "device": run["device"],
        "precision": run["precision"],
        "seconds": run["seconds"],
        "peak_memory_mb": run["peak_memory_mb"],
        "model": run["model"],
        "warnings": [*volume.warnings, *segmentation.warnings],
        "findings": [finding.as_json() for finding in volume.findings],
        "notes": list(run["notes"]),
        "labels": options.labels,
        "made_from": {"scan_sha256": scan_sha256(volume), **_made_from(card, options)},
        "software": {"name": "flare-gui", "version": __version__},
    }


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else value


def _write(
    volume: Volume, segmentation: Segmentation, report: dict[str, Any], mask: Path, path: Path, labels: LabelScheme
) -> None:
    """Both files are whole before either gets its name; the report carries the mask's hash.

    The report gets its name first: alone it says whose it is, and a run after a kill between the two goes on from it.
    """
    try:
        with replacing(mask) as new_mask, replacing(path) as new_report:
            io.write_segmentation(segmentation, new_mask, scheme=labels, place=volume.nifti_place)
            report["mask"] = {"file": mask.name, "sha256": _hash(new_mask)}
            new_report.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    except OSError as problem:
        raise FlareError(
            f"{mask}: the result cannot be written ({reason(problem)})",
            hint="Make room there, or choose another folder with -o.",
        ) from problem
