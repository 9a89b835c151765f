"""NIfTI in two files: `ct.hdr` and `ct.img`, either of which a user may give. Both may be gzipped."""

from pathlib import Path

from flare_gui.errors import UnreadableScan

HEADER_SUFFIXES, IMAGE_SUFFIXES = (".hdr", ".hdr.gz"), (".img", ".img.gz")
SUFFIXES = HEADER_SUFFIXES + IMAGE_SUFFIXES


def is_half(path: Path) -> bool:
    """Whether the name is that of a header or an image."""
    return path.name.lower().endswith(SUFFIXES)


def header_beside(path: Path) -> Path | None:
    """The header of a pair of which `path` is one half; None where there is none, and for other files."""
    if path.name.lower().endswith(HEADER_SUFFIXES):
        return path
    return _other(path, HEADER_SUFFIXES) if is_half(path) else None


def is_header_of_pair(path: Path) -> bool:
    """Whether `path` is a header with its image beside it."""
    return path.name.lower().endswith(HEADER_SUFFIXES) and _other(path, IMAGE_SUFFIXES) is not None


def is_second_half(path: Path) -> bool:
    """Whether `path` is an image whose header stands for both."""
    return path.name.lower().endswith(IMAGE_SUFFIXES) and header_beside(path) is not None


def both(path: Path) -> tuple[Path, Path]:
    """Header and image of the pair of which `path` is one half. Raises `UnreadableScan` when the other is not there."""
    is_header = path.name.lower().endswith(HEADER_SUFFIXES)
    other = _other(path, IMAGE_SUFFIXES if is_header else HEADER_SUFFIXES)
    if other is None:
        missing, what = (".img", "voxels") if is_header else (".hdr", "header")
        raise UnreadableScan(
            path,
            f"is one half of a pair, and {_stem(path)}{missing} with its {what} is not there",
            hint="Put both files into one folder.",
            code="truncated",
        )
    return (path, other) if is_header else (other, path)


def _other(path: Path, suffixes: tuple[str, ...]) -> Path | None:
    names = (_stem(path) + spelled for suffix in suffixes for spelled in (suffix, suffix.upper()))
    return next((path.with_name(name) for name in names if path.with_name(name).is_file()), None)


def _stem(path: Path) -> str:
    suffix = next(suffix for suffix in sorted(SUFFIXES, key=len, reverse=True) if path.name.lower().endswith(suffix))
    return path.name[: -len(suffix)]
