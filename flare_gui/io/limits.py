"""What a reader takes on: one place for all limits, so that a small file cannot fill the memory or the disk.

A reader asks here before it makes room for anything. What a scan may need is the memory at hand.
"""

import math
from pathlib import Path

from flare_gui.errors import UnreadableScan
from flare_gui.memory import available_mb

# Scans that need less are not weighed; where the system does not tell how much memory is free, no scan may need more.
SURELY_THERE_BYTES, MOST_BYTES = 512 * 1024**2, 16 * 1024**3
_HU_BYTES = 2

# Headers of text (NRRD, MetaImage) end within this, and NIfTI's extensions too.
MOST_HEADER_BYTES = 16 * 1024**2

# Slices of DICOM are 512 or 1024 pixels wide.
MOST_SIDE = 8192
MOST_FILES = 100_000

# No deflated stream (zlib, gzip, zip) can become larger than 1032 times itself. (zlib.net/zlib_tech.html)
DEFLATE_RATIO = 1032

# Archives of CT unpack to 2 to 5 times their size; beyond this an archive is a mistake or an attack.
MOST_UNPACKED_BYTES = 16 * 1024**3
MOST_ARCHIVE_RATIO, ARCHIVE_GRACE_BYTES = 200, 256 * 1024**2


def check_size(path: Path, shape: tuple[int, ...], itemsize: int, *, mapped: bool = False) -> int:
    """The bytes that voxels of `shape` take in the file. Raises `UnreadableScan` for no shape, or too large a one.

    They are in memory while they become int16, unless they are `mapped` to the file.
    """
    if not shape or min(shape) < 1:
        raise UnreadableScan(path, f"its header gives it a size of {times(shape)}", hint="Export the scan again.")
    voxels = math.prod(map(int, shape))
    needed = voxels * (_HU_BYTES if mapped else _HU_BYTES + itemsize)
    if needed > SURELY_THERE_BYTES:
        free_mb = available_mb()
        free = MOST_BYTES if free_mb is None else free_mb * 2**20
        if needed > free:
            raise UnreadableScan(
                path,
                f"its header promises {times(shape)} voxels, for which {needed / 1e9:,.1f} GB of memory are needed, "
                f"and {free / 1e9:,.1f} GB can be had",
                hint="Close other programs, crop it to the abdomen, or export it again if it should be smaller.",
                code="too-large",
            )
    return voxels * itemsize


def check_there(path: Path, needed: int, there: int, *, compressed: bool = False) -> None:
    """Raise `UnreadableScan` when `there` bytes of the file cannot be the `needed` ones."""
    if there * (DEFLATE_RATIO if compressed else 1) < needed:
        unit = "of compressed data for" if compressed else "of"
        raise UnreadableScan(
            path, f"is cut off: it has {there:,} bytes {unit} {needed:,}", hint="Copy it again.", code="truncated"
        )


def times(shape: tuple[int, ...]) -> str:
    """ "512 × 512 × 99"."""
    return " × ".join(map(str, shape))
