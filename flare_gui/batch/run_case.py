"""One case from scan to files. torch is imported when a network runs in this process, not before."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from flare_gui import SOFTWARE, io, next_steps
from flare_gui.analysis import doctor
from flare_gui.analysis.measure import measure
from flare_gui.batch import corrections, review
from flare_gui.batch.case_files import (
    CaseFiles,
    by_hand,
    is_changed,
    mask_record,
    organ_numbers,
    own_report,
    report_text,
)
from flare_gui.batch.thumbnail import thumbnail
from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import reason, replacing
from flare_gui.memory import free_memory
from flare_gui.model.card import ModelCard
from flare_gui.model.pipeline import Prediction, PredictionRequest, Predictor, segment_with
from flare_gui.model.runlog import RunLog
from flare_gui.organs import LabelScheme
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume, scan_sha256

if TYPE_CHECKING:
    from flare_gui.model.weights import Model


@dataclass(frozen=True)
class Options:
    """How cases are read, segmented and written: see `flare-gui segment --help`.

    `redo` are the names of cases to segment anew although a person has accepted or corrected them.
    """

    device: str = "auto"
    labels: LabelScheme = "organs"
    series: str | None = None
    allow_gaps: bool = False
    overwrite: bool = False
    precision: str = "auto"
    redo: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class CaseResult:
    """The two files of a case and what the second one says; `kept` when an earlier run had written them already.

    `decided` when they were kept because a person has accepted or corrected them. `picture` is a JPEG of a slice with
    outlines for the contact sheet, empty unless it was asked for. `case` is where the scan lies.
    """

    name: str
    mask: Path
    report_path: Path
    report: dict[str, Any]
    kept: bool
    picture: bytes = b""
    decided: bool = False
    case: io.Case | None = None


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

    `predictor` runs the network that `card` describes. An earlier result of the same scan, model and options is kept,
    and so is a mask that a person has corrected, here or in another program. Raises `OutputExists` for any other file
    in the way unless `options.overwrite`, before the network runs;
    `FlareError` when the scan cannot be read, the device not be used or the result not be written; `Cancelled`.
    """
    try:
        earlier = earlier_report(case, out, card, options)
        log = RunLog()
        with log.stage("read"):
            cancel.check()
            case = case._replace(series=case.series or options.series)
            volume = io.read_scan(
                case.path, series=case.series, allow_gaps=options.allow_gaps, progress=progress, cancel=cancel
            )
        kept = _kept(case, out, volume, earlier, options, picture) if earlier is not None else None
        if kept is not None:
            return kept
        with log.stage("examine"):
            volume = doctor.examined(volume)
        doctor.refuse(volume)
        segmentation = segment_with(predictor, volume, card, log, progress, cancel)
        cancel.check()
        report = _report(case, volume, segmentation, card, options)
        progress("write", 0.0)
        files = CaseFiles(out, case.name)
        _write(volume, segmentation, report, files, options.labels)
        review.start_again(out, [case.name])
        progress("write", 1.0)
        drawn = thumbnail(volume, segmentation) if picture else b""
        return CaseResult(case.name, files.mask, files.report, report, kept=False, picture=drawn, case=case)
    except MemoryError as problem:
        raise FlareError(
            f"{case.path}: this scan needs more memory than {free_memory()}",
            hint="Close other programs, work on fewer cases at once, or crop the scan to the abdomen.",
        ) from problem


def _kept(
    case: io.Case, out: Path, volume: Volume, report: dict[str, Any], options: Options, picture: bool
) -> CaseResult | None:
    """The result of an earlier run, if it is of this very scan, or a person's; None when it is to be replaced."""
    files = CaseFiles(out, case.name)
    decided = is_changed(files, report)
    if decided:
        try:
            report = corrections.adopt(files, volume)
        except FlareError as error:
            if options.overwrite:
                return None
            raise OutputExists(error.message, hint=next_steps.RESTORE_OR_REPLACE.command) from error
    elif report["made_from"]["scan_sha256"] != scan_sha256(volume):
        raise _in_the_way([files.report, files.mask])
    drawn = thumbnail(volume, corrections.read_case_mask(files, volume)) if picture else b""
    return CaseResult(case.name, files.mask, files.report, report, True, drawn, decided, case)


def persons_result(case: io.Case, out: Path, status: str, options: Options) -> CaseResult | None:
    """The result that a person has accepted or corrected, whatever scan, weights and options are now.

    `status` is what `review.csv` says of the case. None where there is none, or where the case is to be done anew; a
    mask that another program has changed since has to be read first.
    """
    case = case._replace(series=case.series or options.series)
    files = CaseFiles(out, case.name)
    report = own_report(files.report)
    if report is None or case.name in options.redo or not files.mask.exists() or is_changed(files, report):
        return None
    if status not in (review.ACCEPTED, review.CORRECTED) and not by_hand(report):
        return None
    return CaseResult(case.name, files.mask, files.report, report, True, files.read_picture(), True, case)


def earlier_report(case: io.Case, out: Path, card: ModelCard, options: Options) -> dict[str, Any] | None:
    """What an earlier run with the same model and options said about the scan of this name; None when the way is free.

    Whether it was the same scan, and what became of a mask that was changed since, is known when the scan has been
    read. Raises `OutputExists` when other files are in the way. With `options.overwrite` nothing but a changed mask is
    ever in the way, nor is a report of ours whose mask is gone: a run that was killed between the two files leaves it.
    """
    files = CaseFiles(out, case.name)
    existing = [path for path in (files.report, files.mask) if path.exists()]
    if not existing or case.name in options.redo:
        return None
    report = own_report(files.report)
    if report is not None and files.mask.exists() and is_changed(files, report):
        return report
    if options.overwrite:
        return None
    if report is None:
        raise _in_the_way(existing)
    if not files.mask.exists():
        return None
    if not _made_from(card, options).items() <= report["made_from"].items():
        raise _in_the_way(existing)
    return report


def _made_from(card: ModelCard, options: Options) -> dict[str, Any]:
    """What decides the result, next to the scan itself."""
    chosen = {} if options.precision == "auto" else {"precision": options.precision}
    return {"model_sha256": card.sha256, "labels": options.labels, "device": options.device, **chosen}


def _in_the_way(existing: list[Path]) -> OutputExists:
    names = " and ".join(str(path) for path in existing)
    replace, come = (next_steps.REPLACE_THEM, "come") if len(existing) > 1 else (next_steps.REPLACE_IT, "comes")
    return OutputExists(
        f"{names}: {come} from another scan, other weights or other options, or from another program",
        hint=replace.command,
    )


def _report(
    case: io.Case, volume: Volume, segmentation: Segmentation, card: ModelCard, options: Options
) -> dict[str, Any]:
    """What the JSON says. The input is named without its folders, which may name the patient."""
    run = segmentation.run
    return {
        "case": case.name,
        "organs": organ_numbers(measure(volume, segmentation), segmentation, options.labels, ()),
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
        "software": SOFTWARE,
    }


def _write(
    volume: Volume, segmentation: Segmentation, report: dict[str, Any], files: CaseFiles, labels: LabelScheme
) -> None:
    """Both files are whole before either gets its name; the report carries the mask's hash.

    The report gets its name first, when no old mask is there any more: alone it says whose it is, and a run after a
    kill between the two goes on from it.
    """
    try:
        with replacing(files.mask) as new_mask, replacing(files.report) as new_report:
            io.write_segmentation(segmentation, new_mask, scheme=labels, place=volume.nifti_place)
            report["mask"] = mask_record(new_mask, files.mask.name)
            new_report.write_text(report_text(report), encoding="utf-8")
            corrections.set_aside(files)
    except OSError as problem:
        raise FlareError(
            f"{files.mask}: the result cannot be written ({reason(problem)})",
            hint=next_steps.MAKE_ROOM.command,
        ) from problem
