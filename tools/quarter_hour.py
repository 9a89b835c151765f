"""All that a GPU is needed for, as one call that fits a quarter of an hour: tests, benchmark, and training to the end.

    python -m tools.quarter_hour --cache cache.tar.xz --init WEIGHTS --out OUT
    python -m tools.quarter_hour --join OUT RUNS

Three runs go on from one start that saw no labelled scan. Two leave some real scans out and are measured on these, the
third learns from all: what it can do on other people's scans is what the two can on those that they never saw.
`--cache` holds a folder of arrays a source, as `flare-train cache` writes them. Weights come back in halves of half
precision, small enough for any mail; `--join` makes runs of them again that `flare-train` evaluates, calibrates and
releases.
"""

import argparse
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file

from flare_gui.model.vnet import VNet
from trainer import checkpoint, recipe
from trainer.fit import CHECKPOINT
from trainer.recipe import Augmentation, Recipe
from trainer.release import load_run

ROOT = Path(__file__).resolve().parents[1]
# How often each source is drawn. No scan of the first lot was labelled by a person or by another network.
_UNLABELLED = {"phantom": 0.5, "ircadb": 0.16, "self_two": 0.17, "self_tcga": 0.17}
_ALL = {
    "phantom": 0.25,
    "ircadb": 0.11,
    "self_two": 0.05,
    "self_tcga": 0.06,
    "real_ircad17": 0.13,
    "real_ts_example": 0.1,
    "agreed_ccth_a01": 0.1,
    "agreed_c3n_00249": 0.11,
    "agreed_c3l_00189": 0.09,
}
_HELD_OUT = {
    "first": ("agreed_c3n_00249", "agreed_c3l_00189"),
    "second": ("real_ircad17", "real_ts_example", "agreed_ccth_a01"),
    "all": (),
}
# A patch of the start is most of an abdomen, one of the forks all of it: 38 cm.
_START = Recipe(
    seed=401,
    steps=100_000,
    batch=4,
    again=8,
    patch=96,
    warm_up=100,
    epoch=500,
    augmentation=Augmentation(
        flip=0.02,
        cut=0.25,
        slab=0.07,
        circle=0.05,
        streaks=0.06,
        starved=0.05,
        blur=0.15,
        low_resolution=0.15,
        mass=0.36,
        mass_beside=0.7,
        liver_tumour=0.1,
        ascites=0.06,
        enhancement=0.4,
        absent=0.07,
        thick_fat=0.2,
        long_lobe=0.2,
    ),
)
_FORK = replace(_START, seed=402, batch=2, patch=128, learning_rate=6e-4, warm_up=40, ema=0.99, epoch=150)
_HALVES = 2
# Where there is a GPU there may be no reader of DICOM, without which other tests cannot be collected.
_CUDA_TESTS = ("tests/model/test_device.py", "tests/model/test_infer.py", "tests/trainer/test_fit.py")


def main() -> int:
    """0 when all of it went well; 1 when something failed, of which the output tells."""
    parser = argparse.ArgumentParser(prog="python -m tools.quarter_hour", description=__doc__)
    parser.add_argument("--cache", type=Path, help="a folder, or a tar file of one")
    parser.add_argument("--init", type=Path, help="what the start begins with")
    parser.add_argument("--out", type=Path, help="what comes back")
    parser.add_argument("--runs", type=Path, default=ROOT / "build" / "quarter-hour", help="where the runs lie")
    parser.add_argument("--only", choices=("checks", "training"), help="one half of it")
    parser.add_argument("--start", type=float, default=4.0, metavar="MINUTES")
    parser.add_argument("--forks", type=float, default=5.0, metavar="MINUTES")
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--workers", type=int, default=(os.cpu_count() or 2) - 1)
    parser.add_argument("--compile", action="store_true", help="as flare-train fit")
    parser.add_argument("--patch", type=int, help="smaller ones, to try it")
    parser.add_argument("--join", type=Path, nargs=2, metavar=("OUT", "RUNS"))
    given = parser.parse_args()
    if given.join:
        join(*given.join)
        return 0
    good = given.only == "training" or checks(given.out)
    if given.only != "checks":
        cache = unpacked(given.cache, given.runs)
        good &= train(given, cache)
        pack(given.runs, given.out)
    return 0 if good else 1


def checks(out: Path) -> bool:
    """The tests that need CUDA, and the benchmark's rows that do. `out` gets the rows."""
    tests = _run("tests", ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "cuda or gpu", *_CUDA_TESTS])
    bench = _run("benchmark", ["-m", "tests.benchmarks", "gpu"])
    rows = ROOT / "bench.json"
    if rows.exists():
        (out / rows.name).write_bytes(rows.read_bytes())
    return tests and bench


def train(given: argparse.Namespace, cache: Path) -> bool:
    """The start, then the three runs at once; whether all of them came to their end."""
    began = time.perf_counter()
    start = _fit(given, "start", _START, _UNLABELLED, cache, minutes=given.start, init=given.init)
    good = start.wait() == 0
    print(f"start: {time.perf_counter() - began:.0f} s", flush=True)
    forks = [
        _fit(
            given,
            name,
            _FORK,
            {source: share for source, share in _ALL.items() if source not in held_out},
            cache,
            held_out,
            minutes=given.forks,
            init=given.runs / "start",
        )
        for name, held_out in _HELD_OUT.items()
    ]
    good &= sum(fork.wait() for fork in forks) == 0
    print(f"start and forks: {time.perf_counter() - began:.0f} s", flush=True)
    return good


def _fit(
    given: argparse.Namespace,
    name: str,
    settings: Recipe,
    sources: Mapping[str, float],
    cache: Path,
    held_out: tuple[str, ...] = (),
    *,
    minutes: float,
    init: Path,
) -> "subprocess.Popen[bytes]":
    run = given.runs / name
    given.runs.mkdir(parents=True, exist_ok=True)
    if given.patch:
        settings = replace(settings, patch=given.patch)
    recipe.write(settings, given.runs / f"{name}.toml")
    together = 1 if name == "start" else len(_HELD_OUT)
    command = [sys.executable, "-m", "trainer", "fit", "--recipe", str(given.runs / f"{name}.toml"), "--out", str(run)]
    command += ["--init", str(init), "--device", given.device, "--minutes", str(minutes)]
    command += ["--workers", str(max(1, given.workers // together))]
    command += ["--compile"] if given.compile else []
    for source, share in sources.items():
        command += ["--data", f"{cache / source}={share}"]
    for source in held_out:
        command += ["--validate", str(cache / source)]
    log = (given.runs / f"{name}.log").open("wb")
    return subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)


def unpacked(cache: Path, runs: Path) -> Path:
    """The folder of sources in `cache`."""
    if cache.is_dir():
        return cache
    with tarfile.open(cache) as tar:
        tar.extractall(runs, filter="data")
    return runs / "cache"


def pack(runs: Path, out: Path) -> None:
    """EMA weights of every run in halves, and one archive of all that is small."""
    for name in _HELD_OUT:
        if (runs / name / CHECKPOINT).exists():
            _, network, _ = load_run(runs / name)
            tensors = {key: value.bfloat16().contiguous() for key, value in network.state_dict().items()}
            for half in range(_HALVES):
                save_file(_half(tensors, half), out / f"{name}.{half}.safetensors")
    with tarfile.open(out / "runs.tar.gz", "w:gz") as tar:
        for path in sorted(runs.rglob("*")):
            if path.suffix in (".csv", ".json", ".toml", ".log") and "cache" not in path.parts:
                tar.add(path, path.relative_to(runs))


def _half(tensors: Mapping[str, torch.Tensor], half: int) -> dict[str, torch.Tensor]:
    """Tensors in the order of their size are dealt out in turns, so that the halves are about as large."""
    ordered = sorted(tensors, key=lambda key: -tensors[key].numel())
    return {key: tensors[key] for key in ordered[half::_HALVES]}


def join(out: Path, runs: Path) -> None:
    """Runs with a checkpoint again, without an optimizer's moments."""
    with tarfile.open(out / "runs.tar.gz") as tar:
        tar.extractall(runs, filter="data")
    for name in _HELD_OUT:
        halves = [out / f"{name}.{half}.safetensors" for half in range(_HALVES)]
        tensors = {key: value.float() for half in halves for key, value in load_file(half).items()}
        settings = recipe.read(runs / name / "recipe.toml")
        network = VNet(settings.network)
        network.load_state_dict(tensors)
        rows = (runs / name / "log.csv").read_text(encoding="utf-8").splitlines()
        state = {"step": int(rows[-1].split(",")[0]) + 1}
        checkpoint.save(runs / name / CHECKPOINT, network, tensors, torch.optim.AdamW(network.parameters()), state)


def _run(what: str, arguments: list[str]) -> bool:
    began = time.perf_counter()
    done = subprocess.run([sys.executable, *arguments], cwd=ROOT, check=False)
    print(
        f"{what}: {'passed' if done.returncode == 0 else 'FAILED'} in {time.perf_counter() - began:.0f} s", flush=True
    )
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
