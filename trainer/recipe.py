"""What a training run depends on, as a TOML file that is kept beside its results."""

import tomllib
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

from flare_gui.errors import FlareError
from flare_gui.files import replacing
from flare_gui.model.preprocess import ABDOMEN
from flare_gui.model.vnet import VNetSettings


@dataclass(frozen=True)
class Augmentation:
    """Largest changes (mm, degrees, HU, factors) and the probabilities of those that are not always made."""

    rotation_degrees: float = 15.0
    scale: float = 0.18
    elastic_mm: float = 6.0
    elastic: float = 0.5
    flip: float = 0.05  # left-right, always with the kidneys' labels swapped
    cut: float = 0.3  # the scan ends inside the patch
    slab: float = 0.08  # it is a few centimetres long
    circle: float = 0.06  # and shows a circle inside the body
    streaks: float = 0.08  # from metal
    starved: float = 0.06  # rows of noise from side to side
    contrast: float = 0.2
    shift_hu: float = 20.0
    noise_hu: float = 25.0
    blur: float = 0.2
    low_resolution: float = 0.2
    mass: float = 0.2  # a tumour pushes the organs aside
    mass_beside: float = 0.6  # share of these that grow right beside an organ, most often above a kidney
    liver_tumour: float = 0.12  # or grows in the liver and is counted with it
    ascites: float = 0.12
    enhancement: float = 0.5  # of the organs of a real scan
    absent: float = 0.06  # an organ was taken out; fat or bowel lies in its bed
    thick_fat: float = 0.15  # around the kidneys of a painted patient
    long_lobe: float = 0.15  # of a painted liver, to the left as far as the spleen


@dataclass(frozen=True)
class Recipe:
    """A run's settings. `spacing_mm` is isotropic, `patch` voxels a side, `warm_up` and `epoch` count steps.

    Each sample is seen `again` times, the others drawn from the last `kept` samples: where a GPU waits for the cores.
    `crop` is the part of a patch, voxels a side, from which a cascade's finer network learns; 0 for all of it.
    """

    seed: int = 1
    steps: int = 3000
    batch: int = 2
    again: int = 1
    kept: int = 256
    patch: int = 80
    crop: int = 0
    spacing_mm: float = 3.0
    window: tuple[float, float] = (ABDOMEN.low, ABDOMEN.high)
    learning_rate: float = 1e-3
    weight_decay: float = 1e-4
    warm_up: int = 100
    clip: float = 1.0
    ema: float = 0.995
    epoch: int = 100
    precision: str = "bf16"
    network: VNetSettings = field(
        default_factory=lambda: VNetSettings(kernel=3, width=16, down=(1, 2, 3, 2, 2), up=(1, 1, 2, 2), norm="group")
    )
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        if self.crop > self.patch:
            raise FlareError(f"a crop of {self.crop} voxels of a patch of {self.patch}", hint="Choose a smaller crop.")
        wrong = next((side for side in (self.patch, self.crop) if side % self.network.multiple), None)
        if wrong is not None:
            raise FlareError(
                f"a patch of {wrong} voxels does not fit a network that halves {len(self.network.down) - 1} times",
                hint=f"Choose a multiple of {self.network.multiple}.",
            )
        if self.again < 1 or self.kept < self.batch:
            raise FlareError(
                f"again = {self.again} of kept = {self.kept}",
                hint="A sample is seen once or more often, and at least a batch of them is kept.",
            )
        if self.precision not in ("bf16", "fp32"):
            raise FlareError(f"the precision {self.precision!r} is unknown", hint="Choose bf16 or fp32.")


def read(path: Path) -> Recipe:
    """The recipe in a TOML file; what it leaves out keeps its default. Raises `FlareError` on unknown keys."""
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FlareError(f"{path}: there is no such recipe", hint="Check the name after --recipe.") from None
    except tomllib.TOMLDecodeError as error:
        raise FlareError(f"{path}: not valid TOML ({error})", hint="Correct the line it names.") from None
    return from_table(table, str(path))


def from_table(table: dict[str, Any], name: str) -> Recipe:
    """The recipe in a parsed table; `name` is what an error calls it."""
    try:
        nested = dict(table)
        if "network" in nested:
            nested["network"] = VNetSettings.from_card(nested["network"])
        if "augmentation" in nested:
            nested["augmentation"] = Augmentation(**nested["augmentation"])
        if "window" in nested:
            low, high = nested["window"]
            nested["window"] = (float(low), float(high))
        return Recipe(**nested)
    except (TypeError, ValueError) as error:
        known = ", ".join(f.name for f in fields(Recipe))
        raise FlareError(f"{name}: {error}", hint=f"A recipe has these keys: {known}.") from None


def to_table(recipe: Recipe) -> dict[str, Any]:
    """JSON- and TOML-ready tables; `from_table` is the way back."""
    table = asdict(recipe)
    table["network"] = recipe.network.as_card()
    table["window"] = list(recipe.window)
    return table


def write(recipe: Recipe, path: Path) -> None:
    """Write every setting, defaults too, so that a later version's defaults cannot change a run."""
    lines, nested = [], []
    for key, value in to_table(recipe).items():
        if isinstance(value, dict):
            nested += ["", f"[{key}]", *(f"{k} = {_toml(v)}" for k, v in value.items())]
        else:
            lines.append(f"{key} = {_toml(value)}")
    with replacing(path) as beside:
        beside.write_text("\n".join(lines + nested) + "\n", encoding="utf-8")


def _toml(value: Any) -> str:
    if isinstance(value, str):
        return f'"{value}"'
    if isinstance(value, list):
        return "[" + ", ".join(_toml(v) for v in value) + "]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{k} = {_toml(v)}" for k, v in value.items()) + " }"
    return str(value).lower() if isinstance(value, bool) else repr(value)
