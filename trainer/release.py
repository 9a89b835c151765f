"""From a run to weights that the program loads: half precision, a card that says where they come from, a hash."""

import json
import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import nn

from flare_gui.errors import FlareError
from flare_gui.files import replacing
from flare_gui.model import weights
from flare_gui.model.preprocess import Window
from flare_gui.model.vnet import VNet, VNetSettings
from trainer import checkpoint, recipe
from trainer.calibrate import CONFIDENCE
from trainer.fit import CHECKPOINT
from trainer.recipe import Recipe
from trainer.window import WINDOW, narrowed

STEM = "vnet-3mm"
NOTES = "notes.json"
"""What a person has to say about a run: intended use, known failures, the table of tries. Goes on the card."""


class Part(NamedTuple):
    """Another run, or weights, in a mean: `share` of it, or as much as each of the others."""

    path: Path
    share: float | None = None

    @classmethod
    def parse(cls, text: str) -> "Part":
        """From `PATH[=SHARE]`. Raises `FlareError` for a share that leaves nothing to one of the two."""
        path, separator, share = text.rpartition("=")
        if not separator:
            return cls(Path(text))
        try:
            value = float(share)
        except ValueError:
            return cls(Path(text))  # a path with an equals sign in it
        if not 0 < value < 1:
            raise FlareError(
                f"--average-with {text}: a share lies between 0 and 1", hint="Write PATH=0.3, for example."
            )
        return cls(Path(path), value)


def release(
    run: Path,
    folder: Path,
    *,
    measured_by: Path | None = None,
    averaged_with: Sequence[Part] = (),
    stem: str = STEM,
) -> Path:
    """Write the run's EMA weights as `folder/<stem>.safetensors` with card and recipe beside them.

    With `averaged_with`, the mean of its weights and of those of other runs or files: runs that began from one another
    find different ways to fit what they saw, and their mean may err less on what they did not (Wortsman et al. 2022,
    "Model soups").
    Scores, window and confidence are those that `flare-train evaluate` and `calibrate` left in the run's folder, or in
    that of `measured_by`: a run that did not see the scans on which this one was trained too. Raises `FlareError`
    without a checkpoint, and when runs to be averaged have other networks.
    """
    settings, network, step = load_run(run)
    card = _card(run, settings, step, stem) | _measured(measured_by or run, settings)
    if averaged_with:
        _average(network, settings, averaged_with)
        card["recipe"]["averaged_with"] = [_about(other, stem) for other in averaged_with]
    if measured_by is not None:
        card["scores"]["measured_by"] = _card(measured_by, *_recipe_and_step(measured_by), stem)["id"]
        card["scores"]["measuring_recipe"] = (measured_by / "recipe.toml").read_text(encoding="utf-8")
        card["scores"]["measuring_data"] = _training_data(measured_by)
    folder.mkdir(parents=True, exist_ok=True)
    path = weights.save(network, card, folder, stem)
    runs = [run, *(other.path for other in averaged_with if other.path.is_dir())]
    for number, one in enumerate(runs, 1):
        with replacing(folder / (f"{stem}.toml" if number == 1 else f"{stem}.{number}.toml")) as beside:
            beside.write_text(_command(one) + (one / "recipe.toml").read_text(encoding="utf-8"), encoding="utf-8")
    return path


def _average(network: VNet, settings: Recipe, others: Sequence[Part]) -> None:
    """Put the mean of its own weights and of the others' into `network`."""
    equal = 1 / (1 + len(others))
    shares = [equal if other.share is None else other.share for other in others]
    if sum(shares) >= 1:
        raise FlareError(f"the shares of the others come to {sum(shares):g}", hint="Leave something to the run itself.")
    total = {key: value * (1 - sum(shares)) for key, value in network.state_dict().items()}
    kind = (settings.network, settings.spacing_mm, settings.window)
    for other, share in zip(others, shares, strict=True):
        their_kind, theirs = _kind_and_network(other.path)
        if their_kind != kind:
            raise FlareError(f"{other.path}: another network, spacing or window", hint="Average runs of one kind.")
        for key, value in theirs.state_dict().items():
            total[key] += share * value
    network.load_state_dict(total)


def _kind_and_network(path: Path) -> tuple[tuple[VNetSettings, float, tuple[float, float]], nn.Module]:
    if path.is_dir():
        settings, network, _ = load_run(path)
        return (settings.network, settings.spacing_mm, settings.window), network
    model = weights.load(path)
    low, high = model.card.recipe["window"]
    architecture = VNetSettings.from_card(model.card.architecture)
    return (architecture, model.card.spacing_mm[0], (low, high)), model.network.float()


def _about(other: Part, stem: str) -> dict[str, Any]:
    path = other.path
    if path.is_dir():
        card = _card(path, *_recipe_and_step(path), stem)
    else:
        card = json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))
    return {key: card[key] for key in ("id", "training_data", "recipe")} | {"share": other.share}


def _recipe_and_step(run: Path) -> tuple[Recipe, int]:
    settings, _, step = load_run(run)
    return settings, step


def load_run(run: Path) -> tuple[Recipe, VNet, int]:
    """A run's recipe, a network with its EMA weights, and the number of steps they were trained for."""
    if not (run / CHECKPOINT).exists():
        raise FlareError(f"{run}: no checkpoint here", hint="Give the folder that flare-train fit wrote with --out.")
    settings = recipe.read(run / "recipe.toml")
    network = VNet(settings.network)
    ema = {key: value.float() for key, value in network.state_dict().items()}
    optimizer = torch.optim.AdamW(network.parameters())
    step = int(checkpoint.load(run / CHECKPOINT, network, ema, optimizer)["step"])
    network.load_state_dict(ema)
    return settings, network.eval(), step


def _card(run: Path, settings: Recipe, step: int, stem: str) -> dict[str, Any]:
    initial = _initial(run)
    trained = step + ((initial or {}).get("steps") or 0)
    return {
        "id": f"{stem}-{date.today():%Y%m%d}-{trained}",
        "spacing_mm": [settings.spacing_mm] * 3,
        "patch": [settings.patch] * 3,
        "training_data": _training_data(run),
        "recipe": recipe.to_table(settings) | {"trained_steps": step, "initial": initial},
        "commit": _commit(),
        "notes": _read(run / NOTES),
    }


def _measured(run: Path, settings: Recipe) -> dict[str, Any]:
    """Scores, the window to see scans through, and the curves of confidence with what they are worth."""
    confidence, window = _read(run / CONFIDENCE), _read(run / WINDOW)
    scores = _scores(run / "scores.json")
    if "quality" in confidence:
        scores["confidence"] = confidence["quality"]
    if window:
        scores["window"] = window
    seen = narrowed(Window(*settings.window), window.get("contrast", 1.0))
    return {"scores": scores, "window_hu": seen._asdict(), "confidence": confidence.get("curves", {})}


def _training_data(run: Path) -> list[dict[str, Any]]:
    """Each origin with its licence and the share of samples that came from it."""
    data = [part for part in json.loads((run / "data.json").read_text(encoding="utf-8")) if part["train"]]
    total = sum(part["weight"] for part in data)
    return [
        source | {"share": round(source["share"] * part["weight"] / total, 3)}
        for part in data
        for source in part["sources"]
    ]


def _initial(run: Path) -> dict[str, Any] | None:
    """The weights that a run started from, None for random ones."""
    return _read(run / "initial.json") or None


def _read(path: Path) -> dict[str, Any]:
    """A JSON file of the run, empty where there is none."""
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.exists() else {}


def _command(run: Path) -> str:
    """How to train these weights again, as comments above the recipe."""
    data = json.loads((run / "data.json").read_text(encoding="utf-8"))
    lines = ["# flare-train fit --recipe THIS_FILE --out RUN"]
    initial = _initial(run)
    if initial is not None:
        lines.append(f"#   --init {initial['id']} (sha256 {initial['sha256']})")
    for part in data:
        lines.append(
            f"#   --data {part['path']}={part['weight']}" if part["train"] else f"#   --validate {part['path']}"
        )
    return "\n".join(lines) + "\n\n"


def _scores(path: Path) -> dict[str, Any]:
    """What `flare-train evaluate` found: the test cases and mean Dice and NSD by organ. Empty if it was not run."""
    scores = _read(path)
    if not scores:
        return {}
    by_case: dict[str, dict[str, Any]] = {}
    for row in scores["cases"]:
        by_case.setdefault(row["case"], {})[row["organ"]] = {"dice": row["dice"], "nsd": row["nsd"]}
    return {"cases": sorted(by_case), "mean": scores["mean"], "by_case": by_case}


def _commit() -> str:
    """The source's commit, empty outside a git checkout and without git."""
    try:
        answer = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=Path(__file__).parent, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return answer.stdout.strip()
