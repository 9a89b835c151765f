"""What is about reading works in every command that reads."""

from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.cli import main
from flare_gui.io import read_scan
from tests.io.slices import patient, write


def test_every_command_that_reads_takes_the_options_of_reading(capsys: pytest.CaptureFixture[str]) -> None:
    for command in ("segment", "export", "report", "video", "doctor"):
        with pytest.raises(SystemExit):
            main([command, "--help"])
        said = capsys.readouterr().out
        assert "--allow-gaps" in said and "--series" in said, command


def test_a_gap_is_filled_in_export_and_report(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from flare_gui.cli import main

    write(tmp_path / "ct", patient(), slices=[k for k in range(12) if k not in (5, 6)])
    volume = read_scan(tmp_path / "ct", allow_gaps=True)
    labels = np.zeros(volume.shape, np.uint8)
    labels[4:8, 4:8, 3:6] = 1
    nibabel.save(nibabel.Nifti1Image(labels, volume.affine), tmp_path / "liver.nii.gz")
    words = [
        "export",
        str(tmp_path / "ct"),
        "--mask",
        str(tmp_path / "liver.nii.gz"),
        "--csv",
        "-o",
        str(tmp_path / "o"),
    ]
    assert main(words) == 2
    assert "--allow-gaps" in capsys.readouterr().err
    assert main([*words, "--allow-gaps"]) == 0
