"""What a mask file holds, before it is known what it means: its segments on the grid of the scan."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

# Coding scheme's meaning of an organ and of its side, as in DICOM: ("64033007", "7771000").
Codes = tuple[str, str]


@dataclass(frozen=True, eq=False)
class Segment:
    """One thing that a mask marks.

    `key` is what a user calls it by: its number where it has one, else its name. `name` and `codes` are what the file
    says of it, both may be empty. `mask` makes its voxels, bool (x, y, z) on the grid of the scan.
    """

    key: str
    name: str
    mask: Callable[[], np.ndarray]
    codes: Codes = ("", "")
    remark: Callable[[], str] = str

    def __str__(self) -> str:
        return f"{self.name} ({self.key})" if self.name and self.key.isdigit() else self.name or self.key


@dataclass(frozen=True, eq=False)
class Contents:
    """The segments of the mask at `path`, and in `notes` sentences on what was found while it was read.

    `one_organ` is whether the file's own name may tell which organ its only segment is. `unread` are names of what lies
    there and is none of ours, so that nobody opened it. `ours` is whether this program wrote the file, and `made` what
    `how_made` says of it.
    """

    path: Path
    segments: tuple[Segment, ...]
    notes: tuple[str, ...] = ()
    one_organ: bool = False
    unread: tuple[str, ...] = ()
    ours: bool = False
    made: dict[str, Any] = field(default_factory=dict)
