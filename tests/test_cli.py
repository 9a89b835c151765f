"""What a user of the command line is promised, through the real reader, network and writer.

The network here is tiny and untrained: what it finds means nothing, what becomes of it must be right.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import nibabel
import numpy as np
import pytest
import torch

from flare_gui import __version__
from flare_gui.batch.summary import CONTACT_SHEET, FAILURES, VOLUMES
from flare_gui.cli import main
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, label_lookup
from tests.tiny import save_tiny, write_scan


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("segment", path, "-o", folder)`: the exit code and what was printed."""

    def call(*words: str | Path) -> Outcome:
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network of 4 channels that works at 6 mm."""
    return save_tiny(tmp_path_factory.mktemp("weights"), "tiny", 1)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write_scan(tmp_path / "in" / "ct.nii.gz")


def files_in(folder: Path) -> list[str]:
    """Without what several cases get together."""
    names = sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []
    return [name for name in names if name not in (VOLUMES, FAILURES, CONTACT_SHEET)]


def is_one_sentence_about(err: str, name: str | Path) -> bool:
    return str(name) in err and err.count("\n") == 1 and err.startswith("flare-gui: ") and "Traceback" not in err


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_ct_becomes_a_mask_on_its_grid_and_a_report(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    outcome = run("segment", scan, "-o", out, "--weights", weights, "--device", "cpu")
    assert outcome.code == 0, outcome.err
    assert files_in(out) == ["ct.json", "ct.seg.nii.gz"]

    source, mask = nibabel.load(scan), nibabel.load(out / "ct.seg.nii.gz")
    labels = np.asarray(mask.dataobj)
    assert mask.get_data_dtype() == np.uint8
    assert mask.shape == source.shape
    assert np.abs(mask.affine - source.affine).max() < 1e-4
    assert set(np.unique(labels)) <= {0, *(organ.label for organ in ORGANS)}

    report = json.loads((out / "ct.json").read_text())
    hu = np.asarray(source.dataobj)
    for organ in ORGANS:
        measured, inside = report["organs"][organ.key], labels == organ.label
        assert measured["volume_ml"] == pytest.approx(inside.sum() * 0.216, abs=1e-3)
        if inside.any():
            assert measured["mean_hu"] == pytest.approx(hu[inside].mean(), abs=1e-3)
            assert measured["sd_hu"] == pytest.approx(hu[inside].std(), abs=1e-3)
        else:
            assert (measured["mean_hu"], measured["sd_hu"], measured["touches_border"]) == (None, None, False)
    assert report["input"]["shape"] == list(source.shape)
    assert report["input"]["spacing_mm"] == [6.0, 6.0, 6.0]
    assert report["input"]["orientation"] == "LPS"
    assert (report["device"], report["precision"] in ("float32", "bfloat16")) == ("cpu", True)
    assert report["model"]["id"] == "tiny"
    assert re.fullmatch("[0-9a-f]{64}", report["model"]["sha256"])
    assert report["seconds"].keys() >= report["peak_memory_mb"].keys() > set()
    assert all(value >= 0 for value in report["seconds"].values())
    assert isinstance(report["warnings"], list)
    assert report["software"]["version"] == __version__


def test_the_summary_says_volumes_and_where_the_files_lie(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    outcome = run("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    report = json.loads((tmp_path / "out" / "ct.json").read_text())
    for organ in ORGANS:
        measured = report["organs"][organ.key]
        expected = f"{measured['volume_ml']:.1f} ml" if measured["voxels"] else "not found"
        assert f"{organ.name.lower()} {expected}" in outcome.out
    assert str(tmp_path / "out" / "ct.seg.nii.gz") in outcome.out
    assert str(tmp_path / "out" / "ct.json") in outcome.out


def test_flare22_labels_are_the_same_organs_under_the_challenges_numbers(
    run: Run, scan: Path, weights: Path, tmp_path: Path
) -> None:
    for scheme in ("organs", "flare22"):
        assert run("segment", scan, "-o", tmp_path / scheme, "--weights", weights, "--labels", scheme).code == 0
    ours = np.asarray(nibabel.load(tmp_path / "organs" / "ct.seg.nii.gz").dataobj)
    theirs = np.asarray(nibabel.load(tmp_path / "flare22" / "ct.seg.nii.gz").dataobj)
    assert {LIVER.label, LEFT_KIDNEY.label} <= set(np.unique(ours))
    assert np.array_equal(theirs, label_lookup("flare22")[ours])
    assert json.loads((tmp_path / "flare22" / "ct.json").read_text())["organs"]["left_kidney"]["label"] == 13


def test_the_same_command_again_keeps_the_result_and_says_so(
    run: Run, scan: Path, weights: Path, tmp_path: Path
) -> None:
    command = ("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert run(*command).code == 0
    before = contents(tmp_path / "out")
    again = run(*command)
    assert (again.code, again.err) == (0, "")
    assert "kept" in again.out
    assert contents(tmp_path / "out") == before


@pytest.mark.parametrize("change", ["labels", "device", "weights", "scan", "corrected mask", "foreign report", "half"])
def test_any_other_file_in_the_way_is_left_alone_without_overwrite(
    run: Run, scan: Path, weights: Path, tmp_path: Path, change: str
) -> None:
    out = tmp_path / "out"
    command: list[str | Path] = ["segment", scan, "-o", out, "--weights", weights]
    assert run(*command).code == 0
    if change == "labels":
        command += ["--labels", "flare22"]
    elif change == "device":
        command += ["--device", "cpu"]
    elif change == "weights":
        command[-1] = save_tiny(tmp_path / "others", "other", 2)
    elif change == "scan":
        write_scan(scan, seed=7)
    elif change == "corrected mask":
        (out / "ct.seg.nii.gz").write_bytes(b"days of work by hand")
    elif change == "foreign report":
        (out / "ct.json").write_text('{"made_from": "another program"}')
    elif change == "half":
        (out / "ct.json").unlink()
    before = contents(out)
    refused = run(*command)
    assert refused.code == 2
    assert is_one_sentence_about(refused.err, out / "ct.seg.nii.gz")
    assert "--overwrite" in refused.err
    assert contents(out) == before
    replaced = run(*command, "--overwrite")
    assert replaced.code == 0, replaced.err
    assert "kept" not in replaced.out
    assert contents(out) != before
    assert files_in(out) == ["ct.json", "ct.seg.nii.gz"]


def test_files_in_the_way_are_known_before_the_network_runs(scan: Path, weights: Path, tmp_path: Path) -> None:
    last, out = write_scan(tmp_path / "in" / "zz.nii.gz", seed=3), tmp_path / "out"
    out.mkdir()
    (out / "zz.json").write_text("{}")
    with start("segment", scan, last, "-o", out, "--weights", weights, stderr=subprocess.STDOUT) as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert 0 <= printed.index(str(out / "zz.json")) < printed.index("ct (1 of 2): ")
    assert files_in(out) == ["ct.json", "ct.seg.nii.gz", "zz.json"]


def test_equal_names_get_their_parent_folder_in_front(run: Run, weights: Path, tmp_path: Path) -> None:
    scans = [write_scan(tmp_path / name / "ct.nii.gz", seed) for seed, name in enumerate(("monday", "tuesday"))]
    outcome = run("segment", *scans, "-o", tmp_path / "out", "--weights", weights)
    assert outcome.code == 0, outcome.err
    names = files_in(tmp_path / "out")
    assert len(names) == 4
    assert all(name.startswith(("monday", "tuesday")) for name in names)


def test_a_broken_scan_is_named_in_one_sentence_and_nothing_is_written(run: Run, weights: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.nii.gz"
    broken.write_bytes(b"not a scan")
    outcome = run("segment", broken, "-o", tmp_path / "out", "--weights", weights)
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, broken)
    assert files_in(tmp_path / "out") == []


def test_one_broken_scan_does_not_stop_the_others(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    broken = tmp_path / "in" / "broken.nii.gz"
    broken.write_bytes(b"not a scan")
    missing = tmp_path / "missing.nii.gz"
    outcome = run("segment", broken, missing, scan, "-o", tmp_path / "out", "--weights", weights)
    assert outcome.code == 3
    assert str(broken) in outcome.err
    assert str(missing) in outcome.err
    assert "Traceback" not in outcome.err
    assert files_in(tmp_path / "out") == ["ct.json", "ct.seg.nii.gz"]


@pytest.mark.parametrize(
    "words",
    [
        ["segment"],
        ["segment", "ct.nii.gz"],
        ["segment", "ct.nii.gz", "-o", "out", "--device", "abacus"],
        ["segment", "ct.nii.gz", "-o", "out", "--labels", "german"],
        ["segment", "ct.nii.gz", "-o", "out", "--overwright"],
        ["segment", "no-such-scan.nii.gz", "-o", "out"],
        ["demo-scan"],
        ["demo-scan", "-o", "demo.png"],
        ["segmnt", "ct.nii.gz", "-o", "out"],
        ["no-such-scan.nii.gz"],
    ],
    ids=" ".join,
)
def test_bad_usage_is_one_sentence_and_exit_2(
    run: Run, words: Sequence[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_scan(tmp_path / "ct.nii.gz")
    outcome = run(*words)
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, "")
    assert files_in(tmp_path) == ["ct.nii.gz"]


def test_a_result_folder_that_is_a_file_is_refused_before_anything_is_read(run: Run, scan: Path, weights: Path) -> None:
    outcome = run("segment", scan, "-o", scan / "out", "--weights", weights)
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, scan)


def test_damaged_weights_are_refused(run: Run, scan: Path, tmp_path: Path) -> None:
    weights = save_tiny(tmp_path / "weights", "tiny", 1)
    weights.write_bytes(weights.read_bytes()[:-1] + b"x")
    outcome = run("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, weights)
    assert files_in(tmp_path / "out") == []


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device here")
def test_a_device_that_is_not_there_is_refused_once_for_all_cases(
    run: Run, scan: Path, weights: Path, tmp_path: Path
) -> None:
    other = write_scan(tmp_path / "in" / "other.nii.gz", seed=3)
    outcome = run("segment", scan, other, "-o", tmp_path / "out", "--weights", weights, "--device", "cuda")
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, "cuda")
    assert files_in(tmp_path / "out") == []


def test_a_full_disk_leaves_the_old_result_whole(
    run: Run, scan: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert run(*command).code == 0
    before = contents(tmp_path / "out")

    def full(*_arguments: object, **_settings: object) -> None:
        raise OSError(28, "the disk is full")

    monkeypatch.setattr(nibabel, "save", full)
    outcome = run(*command, "--overwrite")
    assert outcome.code == 2
    assert is_one_sentence_about(outcome.err, "the disk is full")
    assert contents(tmp_path / "out") == before


def start(*words: str | Path, stderr: int = subprocess.PIPE) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "flare_gui", *map(str, words)],
        stdout=subprocess.PIPE,
        stderr=stderr,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


@pytest.mark.skipif(sys.platform == "win32", reason="SIGINT cannot be sent to another process on Windows")
def test_ctrl_c_ends_with_130_and_leaves_nothing_of_the_unfinished_case(weights: Path, tmp_path: Path) -> None:
    scans = [write_scan(tmp_path / "in" / f"ct{i}.nii.gz", i) for i in range(40)]
    process = start("segment", *scans, "-o", tmp_path / "out", "--weights", weights, "--device", "cpu")
    assert process.stdout is not None
    for line in process.stdout:
        if "(6 of 40)" in line:
            break
    process.send_signal(signal.SIGINT)
    begin = time.monotonic()
    out, err = process.communicate(timeout=60)
    assert time.monotonic() - begin < 20
    assert process.returncode == 130
    assert err.splitlines()[-1] == "flare-gui: interrupted"
    assert "Traceback" not in err
    assert str(tmp_path / "out" / "ct0.json") in out
    names = files_in(tmp_path / "out")
    assert names[:2] == ["ct0.json", "ct0.seg.nii.gz"]
    assert len(names) < 40
    assert {name.split(".")[0] for name in names if name.endswith(".json")} == {
        name.split(".")[0] for name in names if name.endswith(".nii.gz")
    }


@pytest.mark.skipif(sys.platform == "win32", reason="Windows reports a closed pipe in another way")
def test_a_reader_that_goes_away_ends_the_work_without_a_traceback(scan: Path, weights: Path, tmp_path: Path) -> None:
    process = start("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 130
    assert files_in(tmp_path / "out") == []


def test_a_log_gets_plain_lines(run: Run, scan: Path, weights: Path, tmp_path: Path) -> None:
    outcome = run("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert "\r" not in outcome.out + outcome.err
    assert re.search(r"^ct \(1 of 1\): \w+.* 100 %$", outcome.out, re.MULTILINE)


def test_a_terminal_gets_a_bar_that_is_gone_at_the_end(
    run: Run, scan: Path, weights: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(sys.stderr), "isatty", lambda _stream: True, raising=False)
    outcome = run("segment", scan, "-o", tmp_path / "out", "--weights", weights)
    assert re.search(r"\[#*\.*\] +\d+ %  \w+", outcome.err)
    assert outcome.err.endswith("\r") or outcome.err.endswith("\n")
    assert "%" not in outcome.out


def test_version_and_help_say_what_they_should(capsys: pytest.CaptureFixture[str]) -> None:
    for words, expected in (
        (["--version"], f"flare-gui {__version__}"),
        (["--help"], "segment INPUT... -o DIR"),
        (["segment", "--help"], "--allow-gaps"),
    ):
        with pytest.raises(SystemExit) as stop:
            main(words)
        assert not stop.value.code
        assert expected in capsys.readouterr().out


def test_a_folder_called_like_a_sub_command_can_be_opened(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "segment").mkdir()
    outcome = run("segment")
    assert outcome.code == 2
    assert "./segment" in outcome.err


def test_the_demo_scan_is_a_ct_that_can_be_segmented(run: Run, weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "demo" / "demo-ct.nii.gz"
    path.parent.mkdir()
    path.write_bytes(b"mine")
    refused = run("demo-scan", "-o", path)
    assert refused.code == 2
    assert "--overwrite" in refused.err
    assert path.read_bytes() == b"mine"
    outcome = run("demo-scan", "-o", path, "--overwrite")
    assert outcome.code == 0, outcome.err
    assert str(path) in outcome.out
    image = nibabel.load(path)
    assert image.get_data_dtype() == np.int16
    assert np.asarray(image.dataobj).min() < -500
    assert run("segment", path, "-o", path.parent, "--weights", weights).code == 0
    assert files_in(path.parent) == ["demo-ct.json", "demo-ct.nii.gz", "demo-ct.seg.nii.gz"]
    assert json.loads((path.parent / "demo-ct.json").read_text())["findings"] == []


@pytest.mark.parametrize("source", ["ct/ts_example/ct.nii.gz", "dicom/two_series", "dicom/jpeg2000_slab"])
def test_real_scans_go_through(
    run: Run, shared: Callable[[str], Path], weights: Path, tmp_path: Path, source: str
) -> None:
    outcome = run("segment", shared(source), "-o", tmp_path, "--weights", weights)
    assert outcome.code == 0, outcome.err
    (report,) = (json.loads(path.read_text()) for path in tmp_path.glob("*.json"))
    mask: Any = nibabel.load(tmp_path / f"{report['case']}.seg.nii.gz")
    assert list(mask.shape) == report["input"]["shape"]
    assert "patient" not in json.dumps(report).lower()
