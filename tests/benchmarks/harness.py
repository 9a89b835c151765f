"""What a row of the benchmark is: our figure beside the reference's, taken in turns within one run.

Machines drift, so only ratios within a run say anything, and outputs are compared as well as times.
"""

import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple


class NotHere(Exception):
    """A part cannot be measured on this machine; the text says what it lacks."""


class Asked(NamedTuple):
    """What a ratio has to reach: at least `limit` times faster, or at most `limit` times the reference."""

    limit: float
    faster: bool

    def __str__(self) -> str:
        return f"{self.limit:g} times faster" if self.faster else f"at most {self.limit:g} times"

    def reached(self, ratio: float) -> bool:
        """Whether `ratio`, counted as this says, is enough."""
        return ratio >= self.limit if self.faster else ratio <= self.limit


def faster(limit: float) -> Asked:
    """The ratio is reference / ours and has to reach `limit`."""
    return Asked(limit, True)


def at_most(limit: float) -> Asked:
    """The ratio is ours / reference and must not pass `limit`."""
    return Asked(limit, False)


@dataclass(frozen=True)
class Row:
    """One line of the table. `ratio` is counted as `asked` says; `low` and `high` are its extremes over the rounds.

    `ours` and `reference` are medians in `unit`. `agrees` says whether the outputs are the same as far as they must be,
    `outputs` how that was looked at. A row is reached when its ratio is and its outputs agree.
    """

    key: str
    work: str
    beside: str
    asked: Asked
    unit: str
    ours: float
    reference: float
    ratio: float
    low: float
    high: float
    agrees: bool
    outputs: str
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def reached(self) -> bool:
        return self.agrees and self.asked.reached(self.ratio)

    def as_json(self) -> dict[str, Any]:
        """JSON-ready, with the verdict."""
        return asdict(self) | {"asked": str(self.asked), "reached": self.reached}


class Rounds:
    """Figures of "ours" and "reference", round by round; lower is better."""

    def __init__(self, ours: list[float], reference: list[float]) -> None:
        self.ours, self.reference = ours, reference

    def row(self, key: str, work: str, beside: str, asked: Asked, outputs: tuple[bool, str], **more: Any) -> Row:
        """The row of these rounds. The ratio is the median of the ratios within each round. `more`: unit, details."""
        pairs = zip(self.ours, self.reference, strict=True)
        ratios = [theirs / mine if asked.faster else mine / theirs for mine, theirs in pairs]
        return Row(
            key=key,
            work=work,
            beside=beside,
            asked=asked,
            unit=more.get("unit", "s"),
            ours=statistics.median(self.ours),
            reference=statistics.median(self.reference),
            ratio=statistics.median(ratios),
            low=min(ratios),
            high=max(ratios),
            agrees=outputs[0],
            outputs=outputs[1],
            details={"ours": self.ours, "reference": self.reference} | more.get("details", {}),
        )


def in_turns(
    ours: Callable[[], Any], reference: Callable[[], Any], rounds: int, *, warm_up: bool = True
) -> tuple[Rounds, Any, Any]:
    """Time both `rounds` times, each round in the other order, and hand back what each made last.

    The warm-up is one call of each that does not count: first calls load libraries and fill the disk's cache.
    """
    seconds: Mapping[str, list[float]] = {"ours": [], "reference": []}
    made = {}
    work = {"ours": ours, "reference": reference}
    if warm_up:
        made = {name: call() for name, call in work.items()}
    for number in range(rounds):
        for name in sorted(work, reverse=bool(number % 2)):
            made.pop(name, None)
            start = time.perf_counter()
            made[name] = work[name]()
            seconds[name].append(time.perf_counter() - start)
    return Rounds(seconds["ours"], seconds["reference"]), made["ours"], made["reference"]


def machine() -> dict[str, Any]:
    """What the figures were measured on, and how busy it was with other things when they were."""
    import torch

    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(_memory_gb()),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "torch": torch.__version__,
        "gpu": torch.cuda.get_device_name() if torch.cuda.is_available() else None,
        "load_before": round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None,
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown")
    flags = next((line.split() for line in lines if line.startswith("flags")), [])
    units = [unit for unit in ("avx2", "avx512f", "avx512_bf16", "amx_bf16") if unit in flags]
    return f"{name} ({', '.join(units)})"


def _memory_gb() -> float:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    except (AttributeError, ValueError, OSError):
        return float("nan")
