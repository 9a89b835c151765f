"""What the command line says on a terminal, into a log and into a pipe, and how it ends when it is stopped."""

import re
import signal
import sys
import time
from pathlib import Path

import pytest

from flare_gui import __version__
from flare_gui.cli import main
from tests.cli.conftest import Run
from tests.cli.helpers import files_in, start
from tests.tiny import write_scan


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
