import csv
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from flare_gui.model.vnet import VNetSettings
from flare_gui.organs import ORGANS
from trainer import cache, recipe
from trainer import losses as losses_module
from trainer.cache import TrainingCase
from trainer.fit import CHECKPOINT, fit, learning_rate
from trainer.ranks import Ranks
from trainer.recipe import Augmentation, Recipe

SMALL = Recipe(
    steps=200,
    patch=32,
    spacing_mm=4.0,
    epoch=40,
    warm_up=5,
    learning_rate=6e-3,
    ema=0.9,
    network=VNetSettings(kernel=3, width=8, down=(1, 1, 1), up=(1, 1)),
    augmentation=Augmentation(
        rotation_degrees=5, scale=0.05, elastic=0, cut=0, flip=0, blur=0, low_resolution=0, mass=0, ascites=0
    ),
)


def losses(run: Path) -> list[float]:
    with (run / "log.csv").open() as file:
        return [float(row["loss"]) for row in csv.DictReader(file)]


def dice(run: Path) -> list[dict[str, str]]:
    with (run / "validation.csv").open() as file:
        return list(csv.DictReader(file))


def test_training_on_phantoms_lowers_the_loss_raises_dice_and_draws_the_curve(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    sources = [(1.0, phantom_cases)]
    fit(SMALL, sources, sources, tmp_path, workers=0)
    curve = losses(tmp_path)
    assert len(curve) == SMALL.steps
    assert np.mean(curve[-10:]) < 0.6 * np.mean(curve[:5])
    first, last = dice(tmp_path)[0], dice(tmp_path)[-1]
    assert all(float(last[organ.key]) > float(first[organ.key]) for organ in ORGANS)
    assert float(last["liver"]) > 0.8
    assert (tmp_path / "dice.png").stat().st_size > 5000


@pytest.mark.skipif(shutil.which("g++") is None, reason="torch.compile needs a C++ compiler")
def test_a_compiled_network_learns_as_one_that_is_not(tmp_path: Path, phantom_cases: list[TrainingCase]) -> None:
    sources = [(1.0, phantom_cases)]
    short = replace(SMALL, steps=6, epoch=6, precision="fp32")
    for name, compiled in (("plain", False), ("compiled", True)):
        fit(short, sources, sources, tmp_path / name, workers=0, compiled=compiled)
    assert losses(tmp_path / "compiled") == pytest.approx(losses(tmp_path / "plain"), rel=1e-3)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(("precision", "tolerance"), [("fp32", 5e-3), ("bf16", 3e-2)])
def test_the_first_step_on_cuda_has_the_loss_that_it_has_on_the_cpu(
    tmp_path: Path, phantom_cases: list[TrainingCase], precision: str, tolerance: float
) -> None:
    sources = [(1.0, phantom_cases)]
    one = replace(SMALL, steps=1, epoch=1, precision=precision)
    for device in ("cpu", "cuda"):
        fit(one, sources, sources, tmp_path / device, ranks=Ranks(device=device), workers=0)
    assert losses(tmp_path / "cuda") == pytest.approx(losses(tmp_path / "cpu"), rel=tolerance)
    assert (tmp_path / "cuda" / CHECKPOINT).exists()


def test_a_killed_run_ends_with_the_loss_curve_of_one_that_was_not_killed(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    for case in phantom_cases:
        cache.save(case, tmp_path / "data")
    recipe.write(Recipe(**{**vars(SMALL), "steps": 12, "epoch": 4}), tmp_path / "r.toml")

    def start(run: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "trainer", "fit", "--recipe", tmp_path / "r.toml", "--workers", "0"]
        return subprocess.Popen([*command, "--data", tmp_path / "data", "--out", tmp_path / run])

    assert start("whole").wait(120) == 0
    victim = start("killed")
    deadline = time.monotonic() + 120
    while not (tmp_path / "killed" / CHECKPOINT).exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    victim.send_signal(signal.SIGKILL)
    victim.wait()
    assert (tmp_path / "killed" / CHECKPOINT).exists()
    assert start("killed").wait(120) == 0
    assert losses(tmp_path / "killed") == pytest.approx(losses(tmp_path / "whole"), abs=1e-4)
    assert len(losses(tmp_path / "whole")) == 12


def test_an_interrupted_run_leaves_a_checkpoint_and_exits_130(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    for case in phantom_cases:
        cache.save(case, tmp_path / "data")
    recipe.write(Recipe(**{**vars(SMALL), "steps": 100_000}), tmp_path / "r.toml")
    command = [sys.executable, "-m", "trainer", "fit", "--recipe", tmp_path / "r.toml", "--workers", "0"]
    run = subprocess.Popen([*command, "--data", tmp_path / "data", "--out", tmp_path / "run"])
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline and not ((tmp_path / "run/log.csv").exists() and losses(tmp_path / "run")):
        time.sleep(0.1)
    run.send_signal(signal.SIGINT)
    assert run.wait(60) == 130
    assert (tmp_path / "run" / CHECKPOINT).exists()


def test_the_learning_rate_warms_up_and_ends_at_zero() -> None:
    settings = Recipe(steps=100, warm_up=10, learning_rate=1.0)
    rates = [learning_rate(settings, step) for step in range(101)]
    assert rates[0] == pytest.approx(0.1)
    assert max(rates) == pytest.approx(1.0)
    assert rates[100] == pytest.approx(0.0)
    assert rates[10:] == sorted(rates[10:], reverse=True)


def test_a_recipe_survives_its_file(tmp_path: Path) -> None:
    settings = Recipe(**{**vars(SMALL), "augmentation": Augmentation(flip=0.25)})
    recipe.write(settings, tmp_path / "r.toml")
    assert recipe.read(tmp_path / "r.toml") == settings


def test_a_cache_trains_with_numpy_scipy_torch_and_safetensors_alone(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    """A lent GPU machine has no more: every other package that the program knows is made unimportable."""
    for case in phantom_cases:
        cache.save(case, tmp_path / "data")
    recipe.write(Recipe(**{**vars(SMALL), "steps": 2, "epoch": 2}), tmp_path / "r.toml")
    words = ["fit", "--recipe", "r.toml", "--data", "data", "--out", "run", "--workers", "0"]
    absent = ["nibabel", "SimpleITK", "pydicom", "matplotlib", "PySide6", "vtk", "vtkmodules", "pyvista", "imageio"]
    program = (
        f"import sys\nfor name in {absent!r}: sys.modules[name] = None\n"
        f"from trainer.cli import main\nsys.exit(main({words!r}))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(losses(tmp_path / "run")) == 2
    assert not (tmp_path / "run" / "dice.png").exists()


def test_released_weights_are_what_the_program_loads(tmp_path: Path, phantom_cases: list[TrainingCase]) -> None:
    from flare_gui.model import weights
    from trainer.cli import main

    for case in phantom_cases:
        cache.save(case, tmp_path / "data")
    recipe.write(Recipe(**{**vars(SMALL), "steps": 2, "epoch": 2}), tmp_path / "r.toml")
    words = ["--recipe", str(tmp_path / "r.toml"), "--data", f"{tmp_path / 'data'}=2", "--workers", "0"]
    assert main(["fit", *words, "--out", str(tmp_path / "run")]) == 0
    assert main(["release", str(tmp_path / "run"), "--to", str(tmp_path / "out")]) == 0
    (path,) = (tmp_path / "out").glob("*.safetensors")
    model = weights.load(path)
    assert model.card.spacing_mm == (4.0, 4.0, 4.0)
    assert model.card.training_data == ({"name": "blocks", "licence": "Apache-2.0", "share": 1.0},)
    assert main(["fit", *words, "--init", str(path), "--out", str(tmp_path / "second")]) == 0
    assert recipe.read(path.with_suffix(".toml")) == recipe.read(tmp_path / "r.toml")


def test_a_run_of_minutes_ends_with_them_and_its_learning_rate_with_it(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    sources = [(1.0, phantom_cases)]
    short = replace(SMALL, steps=100_000, warm_up=1)
    fit(short, sources, sources, tmp_path, workers=0, seconds=6)
    with (tmp_path / "log.csv").open() as file:
        rows = list(csv.DictReader(file))
    rates = [float(row["learning_rate"]) for row in rows]
    assert rates[0] == SMALL.learning_rate and rates == sorted(rates, reverse=True) and rates[-1] < rates[0] / 2
    assert float(rows[-1]["seconds"]) >= 6 >= float(rows[-2]["seconds"])
    assert int(dice(tmp_path)[-1]["step"]) == len(rows)
    # Its time is over: it goes on by one step, and not from the start of the clock.
    fit(short, sources, sources, tmp_path, workers=0, seconds=6)
    assert len(losses(tmp_path)) == len(rows) + 1


def test_a_step_whose_gradient_overflows_changes_nothing(
    tmp_path: Path, phantom_cases: list[TrainingCase], monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = [(1.0, phantom_cases)]
    before = fit(replace(SMALL, steps=3), sources, sources, tmp_path, workers=0)
    right = losses_module.soft_dice_loss
    monkeypatch.setattr(losses_module, "soft_dice_loss", lambda *given: right(*given) * torch.inf)
    after = fit(replace(SMALL, steps=4), sources, sources, tmp_path, workers=0)
    assert not np.isfinite(losses(tmp_path)[-1])
    assert all(value.isfinite().all() for value in after.values())
    monkeypatch.undo()
    fit(replace(SMALL, steps=5), sources, sources, tmp_path, workers=0)
    assert np.isfinite(losses(tmp_path)[-1]) and before.keys() == after.keys()
