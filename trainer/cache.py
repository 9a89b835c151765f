"""Training cases as compact arrays: one `.npz` a case, in canonical RAS, that numpy alone can read."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from flare_gui.errors import FlareError
from flare_gui.files import is_part, replacing
from flare_gui.organs import ORGANS

# Finer than the network's grid, so that a sample that is rotated and scaled still has detail to lose.
SPACING_MM = 2.5

UNKNOWN = 255
"""The label of voxels of which nobody knows what they are: nothing is learned from them."""


@dataclass(frozen=True, eq=False)
class TrainingCase:
    """A real case has `hu` (int16) and `labels` (uint8 `Organ.label`); a phantom has `hu` None and tissues as labels.

    Arrays are (x, y, z) in canonical RAS with voxels of `spacing_mm`. Labels may be `UNKNOWN`. `organs` are the keys of
    those that were drawn: background may be one of the others. `source` and `licence` go on the model card.
    """

    name: str
    labels: np.ndarray
    hu: np.ndarray | None
    spacing_mm: tuple[float, float, float]
    source: str = ""
    licence: str = ""
    organs: tuple[str, ...] = tuple(organ.key for organ in ORGANS)

    @property
    def known(self) -> np.ndarray:
        """Boolean, by class of the network: background and the organs that were drawn."""
        return np.array([True, *(organ.key in self.organs for organ in ORGANS)])

    def showing(self, organs: Collection[str]) -> "TrainingCase":
        """The case as one in which nobody drew other organs than these and those that it has."""
        kept = tuple(key for key in self.organs if key in organs)
        dropped = [organ.label for organ in ORGANS if organ.key not in kept]
        if self.is_phantom:  # what is painted there may stay: its label is that of the tissue
            return replace(self, organs=kept)
        return replace(self, labels=np.where(np.isin(self.labels, dropped), 0, self.labels), organs=kept)

    @property
    def is_phantom(self) -> bool:
        """Whether the CT is painted anew for each sample."""
        return self.hu is None


def save(case: TrainingCase, folder: Path) -> Path:
    """Write `folder/<name>.npz`."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{case.name}.npz"
    about = json.dumps({"source": case.source, "licence": case.licence, "organs": case.organs})
    arrays = {"labels": case.labels, "spacing_mm": np.array(case.spacing_mm), "about": np.array(about)}
    if case.hu is not None:
        arrays["hu"] = case.hu
    with replacing(path) as beside:
        np.savez_compressed(beside, **arrays)  # type: ignore[arg-type]
    return path


def load(path: Path) -> TrainingCase:
    """Read what `save` wrote. Raises `FlareError` when it is something else."""
    try:
        with np.load(path, allow_pickle=False) as arrays:
            x, y, z = (float(v) for v in arrays["spacing_mm"])
            hu = arrays.get("hu")
            about = json.loads(str(arrays["about"]))
            case = TrainingCase(path.stem, arrays["labels"], hu, (x, y, z), about["source"], about["licence"])
            return replace(case, organs=tuple(about.get("organs", case.organs)))
    except (OSError, ValueError, KeyError) as error:
        raise FlareError(
            f"{path}: not a training case ({error})", hint="Make it again with flare-train cache."
        ) from None


def load_all(folder: Path) -> list[TrainingCase]:
    """Every case in a folder, by name."""
    return [load(path) for path in sorted(folder.glob("*.npz")) if not is_part(path)]


def split(names: Iterable[str], seed: int) -> dict[str, list[str]]:
    """A fixed 90-10 split of names by subject: `map01@0` and `map01@1` are two bodies around the same organs.

    A source of one subject trains on it and validates on it too: better than not looking.
    """
    names = sorted(names)
    subjects = sorted({_subject(name) for name in names})
    if len(subjects) == 1:
        return {"train": names, "validation": names}
    order = np.random.default_rng(seed).permutation(len(subjects))
    held = {subjects[i] for i in order[: max(1, round(0.1 * len(subjects)))]}
    return {
        "train": [name for name in names if _subject(name) not in held],
        "validation": [name for name in names if _subject(name) in held],
    }


def _subject(name: str) -> str:
    return name.split("@")[0]
