"""The folder of a training run: which data, which split, which recipe, all written down before the first step."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from flare_gui.errors import FlareError
from flare_gui.files import replacing
from flare_gui.model.card import ModelCard
from flare_gui.organs import ORGANS
from flare_gui.progress import Progress, ignore
from trainer import cache, recipe
from trainer.cache import TrainingCase
from trainer.fit import Source
from trainer.recipe import Recipe


@dataclass(frozen=True)
class Data:
    """One `--data PATH[=WEIGHT][:ORGANS]`: where cases come from, how often they are drawn, which organs they show.

    `organs` are keys; None leaves it to the source itself. A tenth of a source that is for "both" is held back for
    validation.
    """

    path: str
    weight: float = 1.0
    organs: tuple[str, ...] | None = None
    use: Literal["both", "training", "validation"] = "both"

    @classmethod
    def parse(cls, text: str) -> "Data":
        """From the command line. Raises `FlareError` when the weight is no positive number."""
        text, organs = _organs(text)
        path, separator, weight = text.rpartition("=")
        if not separator:
            return cls(text, organs=organs)
        try:
            value = float(weight)
        except ValueError:
            return cls(text, organs=organs)  # a path with an equals sign in it
        if not value > 0:
            raise FlareError(f"--data {text}: the weight must be above 0", hint="Write PATH=WEIGHT, such as ct=0.5.")
        return cls(path, value, organs)


def _organs(text: str) -> tuple[str, tuple[str, ...] | None]:
    """What stands before `:liver,spleen`, and the organs; None where what follows the colon names none (C:\\scans)."""
    before, _, names = text.rpartition(":")
    keys = tuple(name.strip() for name in names.split(","))
    return (before, keys) if before and set(keys) <= {organ.key for organ in ORGANS} else (text, None)


def prepare(
    run: Path, settings: Recipe, data: Sequence[Data], *, writes: bool = True, progress: Progress = ignore
) -> tuple[list[Source], list[Source]]:
    """Training and validation sources of a run that begins or goes on.

    Writes `recipe.toml`, `data.json` (sources, weights, licences, the fixed split) and, for what is not yet a cache,
    compact arrays below `run/cache`; unless `writes`, another process has done so. Raises `FlareError` when the folder
    holds a run with other settings.
    """
    if writes:
        run.mkdir(parents=True, exist_ok=True)
        _keep_recipe(run / "recipe.toml", settings)
    training: list[Source] = []
    validation: list[Source] = []
    about = []
    for number, source in enumerate(data):
        loaded = _cached(source, run / "cache" / str(number), settings.seed, progress)
        if source.organs is not None:
            loaded = [case.showing(source.organs) for case in loaded]
        names = [case.name for case in loaded]
        parts = _parts(source, names, settings.seed)
        for part, sources in (("train", training), ("validation", validation)):
            if parts[part]:
                sources.append((source.weight, [case for case in loaded if case.name in parts[part]]))
        about.append({"path": source.path, "weight": source.weight, "sources": _sources(loaded), **parts})
    if writes:
        with replacing(run / "data.json") as beside:
            beside.write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    return training, validation


def _parts(source: Data, names: list[str], seed: int) -> dict[str, list[str]]:
    """Which cases of a source are learned from, and which are measured on."""
    if source.use == "both":
        return cache.split(names, seed)
    learned = source.use == "training"
    return {"train": names if learned else [], "validation": [] if learned else names}


def _sources(loaded: Sequence[TrainingCase]) -> list[dict[str, Any]]:
    """What the card will name: each origin with its licence and its share of the cases."""
    counts = Counter((case.source, case.licence) for case in loaded)
    return [
        {"name": name, "licence": licence, "share": count / len(loaded)}
        for (name, licence), count in sorted(counts.items())
    ]


def _keep_recipe(path: Path, settings: Recipe) -> None:
    if path.exists() and recipe.read(path) != settings:
        raise FlareError(
            f"{path.parent}: holds a run with another recipe",
            hint="Choose another --out, or leave --recipe out to go on with the one that is there.",
        )
    recipe.write(settings, path)


def keep_initial(run: Path, card: ModelCard) -> None:
    """Note in `run/initial.json` which weights the run started from: they belong to its recipe."""
    run.mkdir(parents=True, exist_ok=True)
    before = (card.recipe.get("initial") or {}).get("steps") or 0
    known = {"id": card.id, "sha256": card.sha256, "steps": before + (card.recipe.get("trained_steps") or 0)}
    with replacing(run / "initial.json") as beside:
        beside.write_text(json.dumps(known) + "\n", encoding="utf-8")


def _cached(source: Data, folder: Path, seed: int, progress: Progress) -> list[TrainingCase]:
    place = Path(source.path)
    if place.is_dir() and any(place.glob("*.npz")):
        return cache.load_all(place)
    if not (folder / "complete").exists():
        # Only here: readers need nibabel and SimpleITK, which a machine that trains from a cache can do without.
        from trainer.sources import cases_of

        for case in cases_of(source.path, seed, progress=progress):
            cache.save(case, folder)
        (folder / "complete").write_text("", encoding="utf-8")
    return cache.load_all(folder)
