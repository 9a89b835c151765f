"""What is prepared for a GPU is tried without one: the same call, small patches, half a minute."""

import subprocess
import sys
from pathlib import Path

import pytest

from tools.quarter_hour import _ALL, ROOT, join
from trainer import cache
from trainer.cache import TrainingCase
from trainer.phantoms import shapes
from trainer.release import load_run


@pytest.mark.slow
def test_one_call_trains_a_start_and_three_runs_and_what_comes_back_can_be_released(tmp_path: Path) -> None:
    from flare_gui.assets import asset

    for number, (name, patient) in enumerate(zip(_ALL, shapes(len(_ALL), 1), strict=True)):
        case = TrainingCase(f"p{number}", patient.labels, None, patient.spacing_mm, name, "Apache-2.0")
        cache.save(case, tmp_path / "cache" / name)
    out = tmp_path / "out"
    out.mkdir()
    weights = asset("vnet-3mm.safetensors")
    command = ["--cache", tmp_path / "cache", "--init", weights, "--out", out, "--runs", tmp_path / "runs"]
    small = ["--only", "training", "--device", "cpu", "--patch", "48", "--start", "0.1", "--forks", "0.1"]
    subprocess.run([sys.executable, "-m", "tools.quarter_hour", *map(str, command), *small], cwd=ROOT, check=True)
    assert all(path.stat().st_size < 16 * 2**20 for path in out.iterdir())
    join(out, tmp_path / "back")
    for name in ("first", "second", "all"):
        before, after = (load_run(tmp_path / where / name) for where in ("runs", "back"))
        assert before[2] == after[2] > 0
        for key, value in before[1].state_dict().items():
            assert (value - after[1].state_dict()[key]).abs().max() <= 0.01 * value.abs().max(), key
