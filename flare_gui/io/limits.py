"""What a reader takes on: one place for all limits, so that a small file cannot fill the memory or the disk.

A reader asks here before it makes room for anything. A scan within them needs at most `MOST_BYTES` for what the file
holds, and as much again while it becomes int16.
"""

from pathlib import Path

from flare_gui.errors import UnreadableScan

# 1024 x 1024 slices, a thousand of them: more than any abdominal CT has.
MOST_VOXELS = 1_100_000_000
MOST_BYTES = 9 * 1024**3

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


def check_size(path: Path, shape: tuple[int, ...], itemsize: int) -> int:
    """The bytes that voxels of `shape` need. Raises `UnreadableScan` for a shape that is none, or too large."""
    if not shape or min(shape) < 1:
        raise UnreadableScan(path, f"its header gives it a size of {times(shape)}", hint="Export the scan again.")
    voxels = 1
    for side in shape:
        voxels *= int(side)
    if voxels > MOST_VOXELS or voxels * itemsize > MOST_BYTES:
        raise UnreadableScan(
            path,
            f"its header promises {times(shape)} voxels, {voxels * itemsize / 1e9:,.0f} GB: more than a scan has",
            hint=f"Crop it below {MOST_VOXELS / 1e9:.1f} billion voxels if that is true; else export it again.",
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
