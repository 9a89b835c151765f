"""Damage as files get it, and as an attacker gives it: bits, lengths, numbers, cuts, repeats, mixes."""

import gzip
import io
import random
import re
import struct
import zipfile
import zlib

_WHOLE = (0, 1, 2, 3, 4, 7, 8, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1)
_FLOATS = (0.0, -1.0, 1e-30, 1e30, float("nan"), float("inf"), float("-inf"), 3.4e38, 0.5)
_WORDS = (
    b"nan", b"inf", b"-1", b"0", b"1e400", b"99999999999", b"-99999999999999999999", b"../x", b"/etc/passwd", b"LIST",
    b"x%09999d.raw 1 999999999 1", b"True", b"gzip", b"bzip2", b"hex", b"ascii", b"double", b"block", b"\xff\xfe",
    b"[", b"{",
)  # fmt: skip


def mutated(data: bytes, other: bytes, rng: random.Random, inner: str) -> bytes:
    """`data` damaged one to six times; half of the time inside its compression, when it has one."""
    if inner == "gzip" and rng.random() < 0.6:
        return _inside_gzip(data, other, rng)
    if inner == "zip" and rng.random() < 0.6:
        return _inside_zip(data, other, rng)
    buffer = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        buffer = rng.choice(_STEPS)(buffer, other, rng)
    return bytes(buffer[: 1 << 18])


def _flip(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    if data:
        data[_at(data, rng)] ^= 1 << rng.randrange(8)
    return data


def _byte(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    if data:
        data[_at(data, rng)] = rng.randrange(256)
    return data


def _number(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """A number of a header: aligned, either end first."""
    if rng.random() < 0.3:
        layout, value = rng.choice("<>") + rng.choice("fd"), rng.choice(_FLOATS)
    else:
        layout, value = rng.choice("<>") + rng.choice("bhiq"), rng.choice(_WHOLE)
    size = struct.calcsize(layout)
    if len(data) < size:
        return data
    at = min(_at(data, rng) // 2 * 2, len(data) - size)
    try:
        struct.pack_into(layout, data, at, value)
    except (struct.error, OverflowError):
        struct.pack_into(layout[0] + layout[1].upper().replace("F", "f").replace("D", "d"), data, at, 0)
    return data


def _word(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    """A word of a text header."""
    found = list(re.finditer(rb"[\w.+-]+", bytes(data[:4096])))
    if not found:
        return data
    one = rng.choice(found)
    return bytearray(data[: one.start()] + rng.choice(_WORDS) + data[one.end() :])


def _cut(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    return data[: _at(data, rng)] if data else data


def _drop(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    start = _at(data, rng) if data else 0
    return bytearray(data[:start] + data[start + rng.choice((1, 2, 4, 16, 300)) :])


def _repeat(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    start = _at(data, rng) if data else 0
    piece = bytes(data[start : start + rng.choice((1, 4, 16, 64))])
    return bytearray(data[:start] + piece * rng.choice((2, 3, 50)) + data[start:])


def _mix(data: bytearray, other: bytes, rng: random.Random) -> bytearray:
    cut = _at(data, rng) if data else 0
    return bytearray(data[:cut] + other[cut:])


_STEPS = (_flip, _byte, _number, _number, _number, _word, _word, _cut, _drop, _repeat, _mix)


def _at(data: bytearray, rng: random.Random) -> int:
    """A place, more often in the header than in the voxels."""
    return min(len(data) - 1, int(rng.expovariate(1 / 120))) if rng.random() < 0.6 else rng.randrange(len(data))


def _inside_gzip(data: bytes, other: bytes, rng: random.Random) -> bytes:
    try:
        whole, more = gzip.decompress(data), gzip.decompress(other)
    except (OSError, EOFError, zlib.error):
        return data
    packed = gzip.compress(mutated(whole, more, rng, ""), 1, mtime=0)
    return packed + bytes(rng.choice((0, 0, 0, 1, 100))) if rng.random() < 0.9 else packed + packed


def _inside_zip(data: bytes, other: bytes, rng: random.Random) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        return data
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, content in members.items():
            new = mutated(content, other, rng, "") if rng.random() < 0.7 else content
            archive.writestr(rng.choice((name, name, name, f"../{name}", f"/{name}", f"{name}.x")), new)
    return target.getvalue()
