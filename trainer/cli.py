"""`flare-train`: fit, evaluate, calibrate, release, cache, label, adapt."""

import argparse
import math
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, NamedTuple

from flare_gui import __version__
from flare_gui.errors import Cancelled, FlareError
from flare_gui.progress import Cancel, ignore

if TYPE_CHECKING:
    from torch import Tensor

    from flare_gui.model.card import ModelCard
    from flare_gui.model.weights import Model
    from trainer.recipe import Recipe
    from trainer.run import Data


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; 0 done, 2 bad usage or data, 130 interrupted (a checkpoint was written)."""
    options = _parser().parse_args(arguments)
    cancel = _cancel_on_interrupt()
    try:
        return int(options.command(options, cancel))
    except FlareError as error:
        print(f"flare-train: {error}", file=sys.stderr)
        return 2
    except Cancelled:
        print("flare-train: interrupted", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="flare-train", description="Make the weights that flare-gui segments with.")
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    fit = commands.add_parser("fit", help="train, or go on with a run that was stopped")
    fit.add_argument("--recipe", type=Path, metavar="R.toml", help="settings; default: the run's own, or the built-in")
    fit.add_argument("--init", type=Path, metavar="RUN|WEIGHTS", help="start from these weights, or where a run ended")
    fit.add_argument(
        "--coarse", type=Path, metavar="RUN|WEIGHTS", help="and these for the coarse network that sees the whole first"
    )
    fit.add_argument(
        "--data",
        action="append",
        metavar="PATH[=WEIGHT][:ORGANS]",
        help="FLARE22Train.zip, folder or `phantom`, how often it is drawn, and which organs it shows if not all",
    )
    fit.add_argument(
        "--validate",
        action="append",
        metavar="PATH[:ORGANS]",
        help="measure on these and learn from all of --data; without it a tenth of --data is measured on",
    )
    fit.add_argument("--out", type=Path, required=True, metavar="RUN")
    fit.add_argument("--device", default="cpu", choices=("cpu", "cuda", "mps"))
    fit.add_argument("--workers", type=int, default=1, help="processes that make samples (default 1)")
    fit.add_argument("--compile", action="store_true", help="faster steps by torch.compile; needs a C++ compiler")
    fit.add_argument("--until", type=int, metavar="STEP", help="stop here; the same command goes on later")
    fit.add_argument(
        "--minutes", type=float, default=math.inf, metavar="M", help="end after these, the learning rate with them"
    )
    fit.set_defaults(command=_fit)

    evaluate = commands.add_parser("evaluate", help="Dice and NSD on whole scans with labels")
    evaluate.add_argument("weights", type=Path, metavar="RUN|WEIGHTS", help="a run's folder or a .safetensors file")
    evaluate.add_argument("--data", action="append", required=True, type=Path, metavar="PATH")
    evaluate.add_argument(
        "--out", type=Path, help="folder for scores.csv and scores.json (default: beside the weights)"
    )
    evaluate.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    evaluate.set_defaults(command=_evaluate)

    calibrate = commands.add_parser("calibrate", help="find the best window, and what confidence is worth")
    calibrate.add_argument("weights", type=Path, metavar="RUN|WEIGHTS", help="a run's folder or a .safetensors file")
    calibrate.add_argument("--data", action="append", required=True, metavar="PATH", help="real scans with labels")
    calibrate.add_argument("--out", type=Path, help="folder for window.json and confidence.* (default: the run)")
    calibrate.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    calibrate.set_defaults(command=_calibrate)

    release = commands.add_parser("release", help="write a run's weights and card")
    release.add_argument("run", type=Path, metavar="RUN")
    release.add_argument("--to", type=Path, metavar="DIR", help="default: the program's assets")
    release.add_argument(
        "--measured-by", type=Path, metavar="RUN", help="take scores and confidence from this run, which saw less data"
    )
    release.add_argument(
        "--average-with",
        action="append",
        metavar="RUN|WEIGHTS[=SHARE]",
        help="ship the mean with these, of which SHARE is theirs",
    )
    release.set_defaults(command=_release)

    cache = commands.add_parser("cache", help="write compact training arrays")
    cache.add_argument("--data", action="append", required=True, metavar="PATH")
    cache.add_argument("--out", type=Path, required=True, metavar="DIR")
    cache.add_argument("--seed", type=int, default=1)
    cache.set_defaults(command=_cache)

    label = commands.add_parser("label", help="training arrays of unlabelled scans, by the network's own vote")
    label.add_argument("scans", nargs="+", type=Path, metavar="CT")
    label.add_argument("--weights", type=Path, required=True, metavar="WEIGHTS")
    label.add_argument("--out", type=Path, required=True, metavar="DIR")
    label.add_argument("--licence", default="see the data's own licence", help="goes on the model card")
    label.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    label.set_defaults(command=_label)

    adapt = commands.add_parser(
        "adapt", help="go on from weights with the cases of a cohort that a person looked through"
    )
    adapt.add_argument(
        "cohort", type=Path, metavar="COHORT", help="a folder of results with accepted or corrected cases"
    )
    adapt.add_argument("--weights", type=Path, metavar="WEIGHTS", help="start from these (default: the program's)")
    adapt.add_argument("--out", type=Path, required=True, metavar="RUN")
    adapt.add_argument("--steps", type=int, default=250, help="steps of training (default 250)")
    adapt.add_argument("--device", default="auto", choices=("auto", "cpu", "cuda", "mps"))
    adapt.add_argument("--workers", type=int, default=1, help="processes that make samples (default 1)")
    adapt.set_defaults(command=_adapt)
    return parser


def _fit(options: argparse.Namespace, cancel: Cancel) -> int:
    _wait_quietly()
    from trainer import fit, ranks, recipe, run
    from trainer.recipe import Recipe

    with ranks.join(options.device) as own:
        kept = options.out / "recipe.toml"
        settings = recipe.read(options.recipe or kept) if options.recipe or kept.exists() else Recipe()
        if not options.minutes > 0:
            raise FlareError(f"--minutes {options.minutes:g}: no time to train in", hint="Give it more than 0.")
        if own.world > 1 and options.minutes < math.inf:
            raise FlareError("--minutes goes by one process's clock", hint="With several, give the recipe its steps.")
        sources = _data(options.data or ["phantom"], options.validate or ())
        initial = _initial(options.init, options.coarse, settings)
        progress = Lines() if own.is_first else ignore
        with own.first_alone():
            if initial is not None and own.is_first:
                run.keep_initial(options.out, initial.card)
            training, validation = run.prepare(options.out, settings, sources, writes=own.is_first, progress=progress)
        fit.fit(
            settings,
            training,
            validation,
            options.out,
            initial=None if initial is None else initial.tensors,
            ranks=own,
            workers=options.workers,
            compiled=options.compile,
            until=options.until,
            seconds=60 * options.minutes,
            progress=progress,
            cancel=cancel,
        )
        if own.is_first:
            print(f"Log, curves and checkpoint: {options.out}")
    return 0


def _data(data: Sequence[str], validate: Sequence[str]) -> "list[Data]":
    from trainer.run import Data

    sources = [Data.parse(text) for text in data]
    if not validate:
        return sources
    measured = [replace(Data.parse(text), use="validation") for text in validate]
    return [replace(source, use="training") for source in sources] + measured


class _Initial(NamedTuple):
    """What a run starts from."""

    card: "ModelCard"
    tensors: "dict[str, Tensor]"


def _initial(path: Path | None, coarse: Path | None, settings: "Recipe") -> _Initial | None:
    """Weights to start from. Raises `FlareError` when they are of another network than the recipe's."""
    from trainer import cascade

    if path is None:
        if coarse is not None:
            raise FlareError("--coarse goes with --init", hint="Name the weights of the finer network too.")
        return None
    model = _released(path)
    if coarse is not None:
        return _Initial(model.card, cascade.joined(settings.network, model, _released(coarse)))
    if model.card.architecture != settings.network.as_card():
        raise FlareError(f"{path}: another network than the recipe's", hint="Copy its [network] settings.")
    return _Initial(model.card, model.network.state_dict())


def _evaluate(options: argparse.Namespace, cancel: Cancel) -> int:
    from trainer import evaluate

    model = _released(options.weights)
    out = options.out or _beside(options.weights)
    rows = list(
        evaluate.evaluate(
            model,
            options.data,
            device=options.device,
            pictures=out / "errors",
            progress=Lines(),
            cancel=cancel,
        )
    )
    evaluate.write(rows, model, out)
    for row in rows:
        print(f"{row['case']:24s} {row['organ']:14s} Dice {row['dice']:.3f}  NSD {row['nsd']:.3f}")
    print(f"Scores: {out / 'scores.csv'}, {out / 'scores.json'}; where it is most wrong: {out / 'errors'}")
    return 0


def _calibrate(options: argparse.Namespace, cancel: Cancel) -> int:
    from trainer import calibrate, window
    from trainer.sources import cases_of

    model = _released(options.weights)
    cases = [case for path in options.data for case in cases_of(path, seed=1)]
    out = options.out or _beside(options.weights)
    trained = window.as_trained(model)
    views = list(window.measure(trained, cases, device=options.device, progress=Lines(), cancel=cancel))
    if not views:
        raise FlareError("no real scan with labels in this data", hint="Give scans with labels: phantoms do not count.")
    contrast = window.write(views, out)
    seeing = window.seeing(trained, contrast)
    points = list(calibrate.measure(seeing, cases, device=options.device, progress=Lines(), cancel=cancel))
    if not points:
        raise FlareError("no organ was found in this data", hint="Train for longer before calibrating.")
    known = calibrate.write(points, out)
    print(f"Window: {contrast:g} times the contrast of the training: {out / window.WINDOW}")
    print(", ".join(f"{key} {value:.3f}" for key, value in known.items()))
    print(f"Confidence: {out / 'confidence.csv'}, {out / calibrate.CONFIDENCE}")
    return 0


def _released(path: Path) -> "Model":
    """The model of a file of weights or of a run, which is released first: half precision, EMA, what would ship."""
    import tempfile

    from flare_gui.model import weights
    from trainer.release import release

    with tempfile.TemporaryDirectory() as folder:
        return weights.load(release(path, Path(folder)) if path.is_dir() else path)


def _beside(path: Path) -> Path:
    return path if path.is_dir() else path.parent


def _release(options: argparse.Namespace, cancel: Cancel) -> int:
    from flare_gui.assets import asset
    from trainer.release import Part, release

    folder = options.to or asset("LICENSE-weights").parent
    others = [Part.parse(text) for text in options.average_with or ()]
    path = release(options.run, folder, measured_by=options.measured_by, averaged_with=others)
    print(f"Weights and card: {path}, {path.with_suffix('.json')}")
    return 0


def _cache(options: argparse.Namespace, cancel: Cancel) -> int:
    from trainer import cache
    from trainer.sources import cases_of

    for place in options.data:
        for case in cases_of(place, options.seed, progress=Lines()):
            cancel.check()
            cache.save(case, options.out)
    size = sum(path.stat().st_size for path in options.out.glob("*.npz"))
    print(f"{options.out}: {size / 1e6:.1f} MB")
    return 0


def _label(options: argparse.Namespace, cancel: Cancel) -> int:
    from flare_gui.io import find_cases, read_scan
    from flare_gui.model import weights
    from trainer import cache, selftrain
    from trainer.sources import as_case

    model = weights.load(options.weights)
    left_out = 0
    for found in find_cases(options.scans):
        volume = read_scan(found.path)
        try:
            result = selftrain.label(volume, model, device=options.device, progress=Lines(), cancel=cancel)
        except FlareError as error:
            print(f"flare-train: left out: {error}", file=sys.stderr)
            left_out += 1
            continue
        source = f"{found.name}, self-labelled"
        path = cache.save(as_case(found.name, volume, result.segmentation, source, options.licence), options.out)
        print(f"{path}: " + ", ".join(f"{key} {value:.2f}" for key, value in result.agreement.items()))
    return 2 if left_out else 0


def _adapt(options: argparse.Namespace, cancel: Cancel) -> int:
    _wait_quietly()
    import torch

    from flare_gui.model import weights
    from trainer import adapt, ranks

    device = options.device
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device == "cpu" and hasattr(os, "nice"):
        # Somebody works on this computer.
        os.nice(10)
    model = weights.load(options.weights)
    with ranks.join(device) as own:
        lesson = adapt.adapt(
            options.cohort,
            options.out,
            model,
            steps=options.steps,
            ranks=own,
            workers=options.workers,
            progress=Lines(),
            cancel=cancel,
        )
    for key, before in lesson.before.items():
        print(
            f"{key:14s} Dice {before:.3f} -> {lesson.after.get(key, 0.0):.3f} on {len(lesson.held_out)} cases not seen"
        )
    print(f"{'check':14s} Dice {lesson.check_before:.3f} -> {lesson.check_after:.3f} on synthetic patients")
    print(f"{'Worth using' if lesson.is_better else 'Not worth using'}: {lesson.reason}.")
    print(f"Weights and card: {options.out / lesson.weights}")
    return 0


def _wait_quietly() -> None:
    """To be called before torch and numpy start their threads.

    Threads that spin while they wait take the core that makes the next sample (a step took 6 s instead of 1.5 s on two
    cores). numpy's help with nothing in a sample, and cost 8 % of its time.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("GOMP_SPINCOUNT", "0")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


class Lines:
    """Progress as plain lines, one a percent at most: a training's log must stay readable."""

    def __init__(self) -> None:
        self._last = ("", -1)

    def __call__(self, stage: str, fraction: float) -> None:
        now = (stage, int(100 * fraction))
        if now != self._last:
            print(f"{stage} {now[1]} %", flush=True)
        self._last = now


def _cancel_on_interrupt() -> Cancel:
    """Ctrl-C, and the SIGTERM of a cluster whose time is up, end the training after its step, with a checkpoint."""
    cancel = Cancel()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()
        # A second Ctrl-C does not wait for the step. torchrun passes on the one that the terminal has sent already.
        if "TORCHELASTIC_RUN_ID" not in os.environ:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    signal.signal(signal.SIGINT, stop)
    signal.signal(signal.SIGTERM, stop)
    return cancel
