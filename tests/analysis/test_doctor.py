"""The doctor finds each fault in real scans, and nothing in real scans that have none."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.analysis import doctor
from flare_gui.cli import main
from flare_gui.errors import NotAScan
from flare_gui.io import read_scan, write_volume
from flare_gui.organs import ORGANS
from flare_gui.volume import Volume
from tests.analysis import faults
from tests.tiny import save_tiny

Shared = Callable[[str], Path]

# What each scan cannot show: the head-feet check needs lungs, the flatness check the whole width of the body.
SCANS = {
    "ct/ts_example/ct.nii.gz": {"flattened", "head and feet"},
    "ct/ircad17/ct.nii.gz": set(),
    "ct/tcga_ov_09_2043/ct.nii.gz": set(),
}
FAULTS = {**faults.VALUES, **faults.HEADERS, **faults.STACKS}


@pytest.fixture(scope="module")
def scan(shared: Shared) -> Callable[[str], Volume]:
    """Real scans, each read once."""
    read: dict[str, Volume] = {}
    return lambda name: read.setdefault(name, read_scan(shared(name)))


@pytest.mark.parametrize(
    ("name", "true"),
    [
        *((name, []) for name in SCANS),
        ("dicom/two_series", ["other-series"]),
        ("dicom/jpeg2000_slab", []),
    ],
)
def test_real_scans_have_no_finding_that_is_not_true(scan: Callable[[str], Volume], name: str, true: list[str]) -> None:
    volume = scan(name)
    begin = time.perf_counter()
    assert [finding.code for finding in doctor.examined(volume).findings] == true
    assert time.perf_counter() - begin < 3.0


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize(
    "name", [n if n.startswith("ct/ts") else pytest.param(n, marks=pytest.mark.slow) for n in SCANS]
)
def test_each_fault_made_on_purpose_is_found_and_nothing_else(
    scan: Callable[[str], Volume], name: str, fault: str
) -> None:
    if fault in SCANS[name]:
        pytest.skip("this scan cannot show it")
    code, spoil = FAULTS[fault]
    findings = doctor.examine(spoil(scan(name)))
    assert [finding.code for finding in findings] == [code]
    (finding,) = findings
    assert finding.sentence and "\n" not in finding.sentence
    assert finding.todo.endswith(".")
    assert 0.5 <= finding.sure <= 1
    assert finding.fatal == (code in ("empty", "not-ct"))


@pytest.mark.parametrize("fault", ["head and feet", "flattened"])
def test_what_needs_lungs_or_the_whole_width_is_found_where_they_are(scan: Callable[[str], Volume], fault: str) -> None:
    code, spoil = FAULTS[fault]
    assert [finding.code for finding in doctor.examine(spoil(scan("ct/ircad17/ct.nii.gz")))] == [code]


# HU of the tissues that ../shared/data/SOURCES.md numbers.
TISSUES = {17: -850, 19: 450, 20: 55, 21: -105, 16: 5}


@pytest.mark.parametrize("part", ["chest", "trunk"])
def test_a_chest_is_no_abdomen_and_a_trunk_has_one(shared: Shared, part: str) -> None:
    image = nibabel.load(shared("labelmaps/wholebody/icrp110_am.nii.gz"))
    labels = np.asarray(image.dataobj)
    lookup = np.where(np.arange(256) == 0, -1000, 40)
    lookup[list(TISSUES)] = list(TISSUES.values())
    hu = lookup[labels] + np.random.default_rng(0).normal(0, 15, labels.shape)
    lungs = np.flatnonzero((labels == 17).sum(axis=(0, 1)) > 0.25 * (labels > 0).sum(axis=(0, 1)))
    start = lungs[0] if part == "chest" else 0
    volume = Volume(np.asfortranarray(hu[:, :, start : lungs[-1]].astype(np.int16)), image.affine)
    assert ("no-abdomen" in [finding.code for finding in doctor.examine(volume)]) == (part == "chest")


def test_a_head_and_legs_are_no_abdomen() -> None:
    x, y, z = np.ogrid[-100:100:2, -110:110:2, 0:200:4]
    radius = np.hypot(x / 75, y / 95) + 0 * z
    head = np.where(radius < 1, 40, -1000)
    head[(radius > 0.88) & (radius < 0.97)] = 900
    apart = np.minimum(np.hypot(x - 50, y), np.hypot(x + 50, y)) + 0 * z
    legs = np.where(apart < 45, 50, -1000)
    legs[apart < 13] = 700
    for part in (head, legs):
        noisy = part + np.random.default_rng(0).normal(0, 12, part.shape)
        volume = Volume(np.asfortranarray(noisy.astype(np.int16)), np.diag([2.0, 2.0, 4.0, 1.0]))
        assert [finding.code for finding in doctor.examine(volume)] == ["no-abdomen"]


def test_the_fix_gives_the_scan_back_that_was_spoilt(scan: Callable[[str], Volume]) -> None:
    volume = scan("ct/ts_example/ct.nii.gz")
    spoilt = doctor.examined(FAULTS["1024 too high"][1](volume))
    (finding,) = spoilt.findings
    assert finding.fix == "Subtract 1024"
    repaired = doctor.fixed(spoilt, finding.code)
    assert np.array_equal(repaired.hu, volume.hu)
    assert repaired.findings == () and repaired.repairs == ("hu-offset",)


def test_a_fatal_finding_is_refused_in_one_sentence(scan: Callable[[str], Volume]) -> None:
    with pytest.raises(NotAScan, match="looks like MR") as refusal:
        doctor.refuse(doctor.examined(FAULTS["MR"][1](scan("ct/ts_example/ct.nii.gz"))))
    assert refusal.value.code == "not-ct" and refusal.value.hint


def write(volume: Volume, path: Path) -> Path:
    write_volume(volume, path)
    return path


def test_the_command_says_findings_exits_0_and_writes_the_fixed_scan(
    scan: Callable[[str], Volume], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = scan("ct/ts_example/ct.nii.gz")
    path = write(FAULTS["1024 too high"][1](good), tmp_path / "high.nii.gz")
    assert main(["doctor", str(path), "--fix", str(tmp_path / "fixed.nii.gz")]) == 0
    said = capsys.readouterr()
    assert "hu-offset (certain, 95 %): values are 1024 too high" in said.out and said.err == ""
    assert np.array_equal(read_scan(tmp_path / "fixed.nii.gz").hu, good.hu)
    assert main(["doctor", str(tmp_path / "fixed.nii.gz")]) == 0
    assert "nothing to doubt" in capsys.readouterr().out
    assert main(["doctor", str(path), "--json"]) == 0
    (about,) = json.loads(capsys.readouterr().out)["scans"]
    assert about["usable"] and [finding["code"] for finding in about["findings"]] == ["hu-offset"]


def test_the_command_exits_2_for_what_no_result_could_be_made_of_and_3_when_some_can(
    scan: Callable[[str], Volume], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = scan("ct/ts_example/ct.nii.gz")
    mr = write(FAULTS["MR"][1](good), tmp_path / "mr.nii.gz")
    ct = write(good, tmp_path / "ct.nii.gz")
    assert main(["doctor", str(mr)]) == 2
    said = capsys.readouterr().err
    assert said.startswith(f"flare-gui: {mr}: ") and said.count("\n") == 1
    assert main(["doctor", str(mr), str(ct)]) == 3


def test_segment_warns_of_doubts_and_refuses_what_is_no_ct(
    scan: Callable[[str], Volume], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = scan("ct/ts_example/ct.nii.gz")
    high = write(FAULTS["1024 too high"][1](good), tmp_path / "high.nii.gz")
    mr = write(FAULTS["MR"][1](good), tmp_path / "mr.nii.gz")
    out, weights = tmp_path / "out", save_tiny(tmp_path, "tiny", 1)
    options = ["-o", str(out), "--device", "cpu", "--weights", str(weights)]
    assert main(["segment", str(mr), *options]) == 2
    said = capsys.readouterr().err
    assert "looks like MR" in said and said.count("\n") == 1 and not list(out.glob("*"))
    assert main(["segment", str(high), *options]) == 0
    report = json.loads((out / "high.json").read_text())
    assert any("values are 1024 too high" in warning for warning in report["warnings"])
    (finding,) = report["findings"]
    assert (finding["code"], finding["fix"]) == ("hu-offset", "Subtract 1024")
    assert set(report["organs"]) == {organ.key for organ in ORGANS}
