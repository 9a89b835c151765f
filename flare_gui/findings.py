"""What is worth telling about a scan before anything is made of it: said by the readers and by the doctor alike."""

from dataclasses import asdict, dataclass
from typing import Any

CERTAIN, LIKELY = 0.95, 0.7

MISSING_SLICES = "missing-slices"
"""The one finding that its reader repairs, by interpolation, when the user allows it."""


def low_confidence(organ: str, expected: float) -> str:
    """What a result says of an organ, by its name, whose `expected` Dice is too low to use it unseen."""
    return f"the {organ.lower()} has a confidence of {expected:.2f} only: look at it before using it"


def not_found(organ: str) -> str:
    """What a result says of an organ, by its name, that is not in it."""
    return f"no {organ.lower()} was found"


@dataclass(frozen=True)
class Finding:
    """One doubt about a scan.

    `code` is stable and meant for programs, `sentence` says what is wrong, `todo` is a full sentence with the next
    step, `sure` goes from 0 to 1. After a `fatal` one no result means anything. `fix` names a safe repair, in the words
    of a button, that `flare_gui.analysis.doctor.fixed` makes; empty where there is none.
    """

    code: str
    sentence: str
    sure: float
    todo: str
    fatal: bool = False
    fix: str = ""

    @property
    def certainty(self) -> str:
        """`sure` as a word."""
        return "certain" if self.sure >= CERTAIN else "likely" if self.sure >= LIKELY else "possible"

    def as_json(self) -> dict[str, Any]:
        """JSON-ready."""
        return asdict(self)
