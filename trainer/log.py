"""What a run leaves to look at: a CSV row a step, one an epoch, and the curve of Dice per organ."""

import csv
from pathlib import Path

from flare_gui.files import replacing
from flare_gui.organs import ORGANS

_STEPS, _EPOCHS = ("step", "loss", "learning_rate", "seconds"), ("step", *(organ.key for organ in ORGANS))


class Journal:
    """Appends to `run/log.csv` and `run/validation.csv`; rows of steps that a kill undid are dropped at the start."""

    def __init__(self, run: Path, start: int) -> None:
        self._run = run
        run.mkdir(parents=True, exist_ok=True)
        _keep_until(run / "log.csv", _STEPS, start - 1)
        _keep_until(run / "validation.csv", _EPOCHS, start)

    def step(self, step: int, loss: float, rate: float, seconds: float) -> None:
        """One training step; `seconds` since this start of the run."""
        _append(self._run / "log.csv", [step, f"{loss:.6f}", f"{rate:.3e}", f"{seconds:.1f}"])

    def epoch(self, step: int, dice: dict[str, float]) -> None:
        """Validation after `step` steps; draws the curve anew."""
        _append(self._run / "validation.csv", [step, *(f"{dice[organ.key]:.4f}" for organ in ORGANS)])
        draw_dice(self._run)


def draw_dice(run: Path) -> None:
    """`run/dice.png`: Dice per organ against training steps. Left out where matplotlib is not installed."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    with (run / "validation.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.add_subplot()
    for organ in ORGANS:
        axes.plot(
            [int(r["step"]) for r in rows],
            [float(r[organ.key]) for r in rows],
            color=organ.colour,
            label=organ.name,
            marker=".",
        )
    axes.set(xlabel="step", ylabel="Dice on validation patches", ylim=(0, 1))
    axes.grid(alpha=0.3)
    axes.legend(loc="lower right")
    with replacing(run / "dice.png") as beside:
        figure.savefig(beside, dpi=120)


def _keep_until(path: Path, header: tuple[str, ...], last: int) -> None:
    rows: list[list[str]] = []
    if path.exists():
        # A kill or a full disk may have cut the last row.
        whole = [line for line in path.read_text(encoding="utf-8").splitlines(keepends=True) if line.endswith("\n")]
        rows = [row for row in list(csv.reader(whole))[1:] if row and int(row[0]) <= last]
    with replacing(path) as beside, beside.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])


def _append(path: Path, row: list[object]) -> None:
    with path.open("a", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow(row)
