"""`flare-gui doctor`: what is to be doubted about scans, before anything is made of them."""

import json
import sys
from pathlib import Path
from typing import Any, NamedTuple

from flare_gui import SOFTWARE, io
from flare_gui.analysis import doctor
from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.findings import Finding
from flare_gui.progress import Cancel
from flare_gui.volume import Volume

USABLE, NONE_USABLE, SOME_USABLE = 0, 2, 3


class _Patient(NamedTuple):
    """A path, the scan there if it can be read, and what is to be said of it."""

    path: Path
    volume: Volume | None
    findings: tuple[Finding, ...]

    @property
    def usable(self) -> bool:
        return self.volume is not None and not any(finding.fatal for finding in self.findings)


def run(
    inputs: list[Path], cancel: Cancel, *, series: str | None, allow_gaps: bool, as_json: bool, fix: Path | None
) -> int:
    """Examine every scan in `inputs` and print the findings; returns the exit code.

    With `fix` the only scan is written there after its safe repairs. Raises `FlareError` when it cannot be.
    """
    patients = [patient for path in inputs for patient in _examine(path, series, allow_gaps, cancel)]
    if as_json:
        report = {"scans": [_as_json(patient) for patient in patients], "software": SOFTWARE}
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        for patient in patients:
            _print(patient)
    if fix is not None:
        _write_fixed(patients, fix)
    usable = sum(patient.usable for patient in patients)
    return USABLE if usable == len(patients) else SOME_USABLE if usable else NONE_USABLE


def _examine(path: Path, series: str | None, allow_gaps: bool, cancel: Cancel) -> list[_Patient]:
    try:
        cases = io.find_cases([path])
    except FlareError as error:
        return [_Patient(path, None, (_as_finding(error),))]
    patients = []
    for case in cases:
        cancel.check()
        try:
            volume = doctor.examined(io.read_scan(case.path, series=series, allow_gaps=allow_gaps, cancel=cancel))
        except FlareError as error:
            patients.append(_Patient(case.path, None, (_as_finding(error),)))
        else:
            patients.append(_Patient(case.path, volume, volume.findings))
    return patients


def _as_finding(error: FlareError) -> Finding:
    """What a reader refuses is a finding too: the last one."""
    code, sentence = (error.code, error.reason) if isinstance(error, UnreadableScan) else ("unreadable", error.message)
    return Finding(code, sentence, 1.0, error.hint, fatal=True)


def _as_json(patient: _Patient) -> dict[str, Any]:
    volume = patient.volume
    about = {}
    if volume is not None:
        spacing = [round(mm, 6) for mm in volume.spacing]
        about = {"shape": list(volume.shape), "spacing_mm": spacing, "orientation": volume.orientation}
        about |= {"files": volume.files.as_json()}
    findings = [finding.as_json() for finding in patient.findings]
    return {"file": patient.path.resolve().name, "usable": patient.usable, **about, "findings": findings}


def _print(patient: _Patient) -> None:
    volume = patient.volume
    if volume is not None:
        spacing = " × ".join(f"{mm:.2f}" for mm in volume.spacing)
        size = " × ".join(map(str, volume.shape))
        said = "" if patient.findings else ", nothing to doubt"
        print(f"{patient.path}: {size} voxels of {spacing} mm, {volume.orientation}{said}")
    for finding in patient.findings:
        if finding.fatal:
            sentence = f"flare-gui: {patient.path}: {finding.sentence}. {finding.todo}"
            print(sentence.rstrip(), file=sys.stderr, flush=True)
            continue
        print(f"  {finding.code} ({finding.certainty}, {100 * finding.sure:.0f} %): {finding.sentence}")
        print(f"    {finding.todo}" + (" `--fix FILE` does that." if finding.fix else ""))


def _write_fixed(patients: list[_Patient], path: Path) -> None:
    if len(patients) != 1 or patients[0].volume is None:
        raise FlareError("--fix is for one scan that can be read", hint="Give one scan.")
    volume = patients[0].volume
    codes = [finding.code for finding in volume.findings if finding.fix]
    if not codes:
        raise FlareError(f"{patients[0].path}: there is nothing that can be fixed safely", hint="Leave --fix out.")
    for code in codes:
        volume = doctor.fixed(volume, code)
    io.write_volume(volume, path)
    print(f"{path}: written after {', '.join(codes)}")
