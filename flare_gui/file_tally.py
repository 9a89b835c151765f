"""What became of the files that a reader met: used, left out on purpose, or not to be read. None goes uncounted."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# So many names are said; the rest is a number.
NAMED = 3


@dataclass(frozen=True)
class FileTally:
    """`used` files became the volume. `left_out` and `unreadable` hold the others' names by the reason, in a few words.

    Names come without their folders, which may name the patient.
    """

    used: int = 1
    left_out: tuple[tuple[str, tuple[str, ...]], ...] = ()
    unreadable: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @classmethod
    def of(
        cls, used: int, left_out: Iterable[tuple[str, Path]], unreadable: Iterable[tuple[str, Path]] = ()
    ) -> "FileTally":
        """The tally of `used` files and of (reason, file) pairs."""
        return cls(used, _by_reason(left_out), _by_reason(unreadable))

    @property
    def lost(self) -> int:
        """How many files could not be read."""
        return sum(len(names) for _, names in self.unreadable)

    def __str__(self) -> str:
        """What could not be read: "34 of 119 files could not be read (cut off: A, B, C and 31 more)"."""
        reasons = "; ".join(f"{reason}: {listed(names)}" for reason, names in self.unreadable)
        total = self.used + self.lost
        return f"{self.lost} of {total} file{'s' if total > 1 else ''} could not be read ({reasons})"

    def as_json(self) -> dict[str, Any]:
        """JSON-ready: the count of each reason, and the first names of what could not be read."""
        return {
            "used": self.used,
            "left_out": [{"reason": reason, "files": len(names)} for reason, names in self.left_out],
            "unreadable": [
                {"reason": reason, "files": len(names), "names": list(names[:NAMED])}
                for reason, names in self.unreadable
            ],
        }


def listed(names: Iterable[str]) -> str:
    """ "A, B, C and 31 more"."""
    known = list(names)
    more = f" and {len(known) - NAMED} more" if len(known) > NAMED else ""
    return ", ".join(known[:NAMED]) + more


def _by_reason(files: Iterable[tuple[str, Path]]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    names: dict[str, list[str]] = defaultdict(list)
    for reason, path in files:
        names[reason].append(path.name)
    return tuple((reason, tuple(sorted(found))) for reason, found in names.items())
