"""What a compressed frame says of itself, before a decoder believes it: damaged headers end GDCM and the program.

Only what the decoders trust blindly is looked at; whether the rest can be decoded, they say themselves.
"""

import struct

from pydicom.uid import RLELossless

_MOST_BITS = 16
# Start and size of a JPEG 2000 codestream, which may lie in a JP2 box (ISO/IEC 15444-1, A.4.1 and A.5.1).
_SIZE_OF_J2K = b"\xff\x4f\xff\x51"
# Markers without a length, and those of a frame's header: JPEG's (ISO/IEC 10918-1, B.1.1.3) and JPEG-LS' own.
_ALONE = {0x01, *range(0xD0, 0xDA)}
_FRAME_HEADERS = {*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC}


def check_codestream(frame: bytes, syntax: str, rows: int, columns: int, width: int) -> None:
    """Raise `ValueError` or `struct.error` unless a frame is a grey picture of this size with `width` bytes a pixel."""
    if syntax == RLELossless:
        _check_rle(frame, width)
        return
    start = frame.find(_SIZE_OF_J2K)
    shown = _j2k(frame, start + len(_SIZE_OF_J2K)) if 0 <= start < 512 else _jpeg(frame)
    bits, *size, samples = shown
    if size != [rows, columns] or samples != 1 or not 1 < bits <= _MOST_BITS:
        raise ValueError(f"a picture of {size[1]} × {size[0]} pixels, {samples} samples and {bits} bits")


def _check_rle(frame: bytes, segments: int) -> None:
    """GDCM divides by the number of segments. PS3.5 G.5: that number, then where each segment begins, as 16 words."""
    count, *begins = struct.unpack_from("<16I", frame)
    used = begins[:segments]
    if count != segments or used[0] < 64 or sorted(set(used)) != used or used[-1] >= len(frame):
        raise ValueError("segments that lead nowhere")


def _j2k(frame: bytes, at: int) -> tuple[int, int, int, int]:
    """Bits, rows, columns and samples of a JPEG 2000 codestream whose size marker ends at `at`."""
    right, low, left, top, tile_x, tile_y = struct.unpack_from(">4x6I", frame, at)
    samples, depth, step_x, step_y = struct.unpack_from(">H3B", frame, at + 36)
    if not (tile_x and tile_y and step_x == step_y == 1):
        raise ValueError("tiles or samples without a size")
    return (depth & 0x7F) + 1, low - top, right - left, samples


def _jpeg(frame: bytes) -> tuple[int, int, int, int]:
    """Bits, rows, columns and samples of a JPEG or JPEG-LS picture."""
    at = 0
    while True:
        mark, marker = struct.unpack_from(">2B", frame, at)
        if mark != 0xFF:
            raise ValueError("no marker where one should be")
        if marker in _FRAME_HEADERS:
            bits, rows, columns, samples = struct.unpack_from(">BHHB", frame, at + 4)
            return bits, rows, columns, samples
        if marker == 0xFF:  # a marker may be filled up with these
            at += 1
        elif marker in _ALONE:
            at += 2
        else:
            (length,) = struct.unpack_from(">H", frame, at + 2)
            at += 2 + max(2, length)
