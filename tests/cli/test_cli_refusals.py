"""What the command line refuses, in one sentence, and what it leaves as it was."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import nibabel
import pytest
import torch

from tests.cli.conftest import Run
from tests.cli.helpers import contents, files_in, is_one_sentence_about, start
from tests.tiny import save_tiny, write_scan


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
    aside = ["ct.replaced.seg.nii.gz"] if change == "corrected mask" else []
    assert files_in(out) == ["ct.json", *aside, "ct.seg.nii.gz"]


def test_files_in_the_way_are_known_before_the_network_runs(scan: Path, weights: Path, tmp_path: Path) -> None:
    last, out = write_scan(tmp_path / "in" / "zz.nii.gz", seed=3), tmp_path / "out"
    out.mkdir()
    (out / "zz.json").write_text("{}")
    with start("segment", scan, last, "-o", out, "--weights", weights, stderr=subprocess.STDOUT) as process:
        printed, _ = process.communicate(timeout=60)
    assert process.returncode == 3
    assert 0 <= printed.index(str(out / "zz.json")) < printed.index("ct (1 of 2): ")
    assert files_in(out) == ["ct.json", "ct.seg.nii.gz", "zz.json"]


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


def test_a_folder_called_like_a_sub_command_can_be_opened(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "segment").mkdir()
    outcome = run("segment")
    assert outcome.code == 2
    assert "./segment" in outcome.err
