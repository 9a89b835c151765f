"""Training with torchrun: several processes on this machine make what one process makes."""

import csv
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from flare_gui.model.vnet import VNetSettings
from trainer import cache, recipe
from trainer.cache import TrainingCase
from trainer.cli import main
from trainer.fit import CHECKPOINT
from trainer.losses import soft_dice_loss
from trainer.recipe import Augmentation, Recipe

pytestmark = pytest.mark.distributed

STEPS = 18
SMALL = Recipe(
    steps=STEPS,
    patch=24,
    spacing_mm=6.0,
    batch=4,
    epoch=6,
    warm_up=5,
    learning_rate=6e-3,
    ema=0.9,
    clip=1e6,
    precision="fp32",
    network=VNetSettings(kernel=3, width=4, down=(1, 1, 1), up=(1, 1)),
    augmentation=Augmentation(rotation_degrees=5, scale=0.05, elastic=0, cut=0, flip=0, blur=0, low_resolution=0),
)


class Place:
    """A folder with data, a recipe and the runs of one test."""

    def __init__(self, folder: Path, phantoms: list[TrainingCase]) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[str]] = []
        for case in phantoms:
            cache.save(case, folder / "data")
        recipe.write(SMALL, folder / "r.toml")

    def start(self, ranks: int, run: str, *more: str) -> "subprocess.Popen[str]":
        """`flare-train fit`, with torchrun if there is more than one rank; the output of all processes in one pipe."""
        with socket.socket() as listener:
            listener.bind(("127.0.0.1", 0))
            port = listener.getsockname()[1]
        address = ["--master_addr", "127.0.0.1", "--master_port", str(port)]
        torchrun = ["-m", "torch.distributed.run", "--nproc_per_node", str(ranks), *address] if ranks > 1 else []
        fit = ["-m", "trainer", "fit", "--recipe", "r.toml", "--data", "data", "--workers", "1", "--out", run, *more]
        process = subprocess.Popen(
            [sys.executable, *torchrun, *fit],
            cwd=self.folder,
            env=os.environ | {"OMP_NUM_THREADS": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.started.append(process)
        return process

    def fit(self, ranks: int, run: str, *more: str) -> str:
        """Train to the end and give back what was printed."""
        process = self.start(ranks, run, *more)
        said = process.communicate(timeout=120)[0]
        assert process.returncode == 0, said
        return said

    def losses(self, run: str) -> list[float]:
        path = self.folder / run / "log.csv"
        if not path.exists():
            return []
        with path.open() as file:
            return [float(row["loss"]) for row in csv.DictReader(file)]

    def wait_for(self, run: str, losses: int) -> None:
        deadline = time.monotonic() + 120
        while len(self.losses(run)) < losses:
            assert time.monotonic() < deadline
            time.sleep(0.02)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, phantom_cases: list[TrainingCase]) -> Iterator[Place]:
    """Where `one` is a run of one process, which the others are held against."""
    place = Place(tmp_path_factory.mktemp("ranks"), phantom_cases)
    place.fit(1, "one")
    assert len(place.losses("one")) == STEPS
    assert place.losses("one")[-1] < 0.8 * place.losses("one")[0]
    yield place
    for process in place.started:
        process.terminate()  # torchrun takes its processes along; those that have ended do not mind


def test_two_processes_train_as_one_does_with_the_same_batch(place: Place) -> None:
    said = place.fit(2, "two")
    assert place.losses("two") == pytest.approx(place.losses("one"), abs=1e-3)
    one, two = (load_file(place.folder / run / CHECKPOINT) for run in ("one", "two"))
    assert one.keys() == two.keys()  # a checkpoint does not tell how many processes made it
    # Adam takes the same steps whatever the gradients are multiplied with, but its moments would tell.
    moments = [key for key in one if key.endswith("/exp_avg")]
    norms = [float(torch.cat([state[key].flatten() for key in moments]).norm()) for state in (one, two)]
    assert norms[1] == pytest.approx(norms[0], rel=0.1)
    # One process validates, logs and reports.
    validation = (place.folder / "two" / "validation.csv").read_text().splitlines()
    assert [row.split(",")[0] for row in validation] == ["step", "6", "12", "18"]
    assert said.count("training 100 %") == said.count("Log, curves and checkpoint") == 1


def test_a_run_goes_on_with_another_number_of_processes(place: Place) -> None:
    place.fit(1, "changing", "--until", "6")
    place.fit(2, "changing", "--until", "12")
    place.fit(1, "changing")
    assert place.losses("changing") == pytest.approx(place.losses("one"), abs=1e-3)


@pytest.mark.skipif(sys.platform != "linux", reason="finds the processes in /proc")
@pytest.mark.parametrize("victim", [pytest.param(0, marks=pytest.mark.slow), 1])
def test_a_killed_process_ends_the_others_with_one_sentence_and_the_run_goes_on(place: Place, victim: int) -> None:
    run = f"killed-{victim}"
    torchrun = place.start(2, run)
    place.wait_for(run, 7)  # one epoch, and one step that only a checkpoint made in time can keep
    os.kill(_rank(torchrun.pid, victim), signal.SIGKILL)
    said = torchrun.communicate(timeout=60)[0]
    assert torchrun.returncode != 0
    sentences = [line for line in said.splitlines() if line.startswith("flare-train:")]
    assert len(sentences) == 1, said
    assert "another process of this training has ended. Start the same command again" in sentences[0]
    done = len(place.losses(run))
    assert 7 <= done < STEPS
    reported = place.fit(1, run).splitlines()[0]
    # The survivor's weights were kept if it is the one that writes; otherwise the last epoch's are there.
    assert reported == f"training {100 * ((done if victim else done // 6 * 6) + 1) // STEPS} %"
    assert place.losses(run) == pytest.approx(place.losses("one"), abs=1e-3)


def _rank(torchrun: int, rank: int) -> int:
    """The process id of a rank: its environment says which one it is."""
    for child in Path(f"/proc/{torchrun}/task/{torchrun}/children").read_text().split():
        if f"\0RANK={rank}\0".encode() in b"\0" + Path(f"/proc/{child}/environ").read_bytes():
            return int(child)
    raise AssertionError(f"torchrun has no rank {rank}")


def test_an_interrupted_run_of_two_leaves_a_checkpoint_of_the_last_step(place: Place) -> None:
    torchrun = place.start(2, "interrupted")
    place.wait_for("interrupted", 3)
    torchrun.send_signal(signal.SIGINT)
    said = torchrun.communicate(timeout=60)[0]
    assert [line for line in said.splitlines() if line.startswith("flare-train:")] == ["flare-train: interrupted"]
    done = len(place.losses("interrupted"))
    assert 3 <= done < STEPS
    with safe_open(place.folder / "interrupted" / CHECKPOINT, "pt") as file:
        assert json.loads(file.metadata()["state"])["step"] == done


def test_a_batch_that_cannot_be_shared_evenly_is_said_once(place: Place) -> None:
    recipe.write(Recipe(**{**vars(SMALL), "batch": 3}), place.folder / "odd.toml")
    process = place.start(2, "refused", "--recipe", "odd.toml")
    said = process.communicate(timeout=60)[0]
    assert process.returncode != 0
    lines = [line for line in said.splitlines() if line.startswith("flare-train:")]
    assert len(lines) == 1, said
    assert "a batch of 3 cannot be shared evenly by 2 ranks" in lines[0]
    assert not place.losses("refused")


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_a_gpu_that_is_not_there_is_one_sentence(place: Place, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main(["fit", "--device", "cuda", "--data", str(place.folder / "data"), "--out", str(place.folder / "c")]) == 2
    )
    assert capsys.readouterr().err.startswith("flare-train: PyTorch sees 0 GPUs on this computer")


def test_dice_of_a_batch_is_not_the_mean_of_its_parts() -> None:
    """Why the ranks' sums have to meet: were it the mean, `total` could be left out and nothing above would fail."""
    generator = torch.Generator().manual_seed(1)
    logits = torch.randn(2, 5, 8, 8, 8, generator=generator)
    labels = torch.randint(0, 5, (2, 8, 8, 8), generator=generator)
    labels[0][labels[0] == 3] = 0  # an organ that only one of the two patches holds
    logits[1, 3] += 4.0
    found, known = torch.softmax(logits, 1), torch.ones(2, 5, dtype=torch.bool)
    parts = torch.stack([soft_dice_loss(found[i : i + 1], labels[i : i + 1], known[i : i + 1]) for i in range(2)])
    assert abs(float(parts.mean() - soft_dice_loss(found, labels, known))) > 0.01
