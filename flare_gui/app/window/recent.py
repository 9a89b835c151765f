"""Recent files by names that tell them apart."""

from collections.abc import Sequence
from pathlib import Path


def told_apart(paths: Sequence[Path]) -> list[str]:
    """The end of each path, with its folder at least, as long as it takes to be like none of the others."""
    return [_end(path, [other for other in paths if other != path]) for path in paths]


def _end(path: Path, others: Sequence[Path]) -> str:
    parts = path.parts
    for count in range(2, len(parts)):
        end = parts[-count:]
        if not any(other.parts[-count:] == end for other in others):
            return ("…/" if count < len(parts) - 1 else "/") + "/".join(end)
    return str(path)
