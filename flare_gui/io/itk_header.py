"""The text header of an NRRD or MetaImage file, read here first: ITK believes every word of it.

What it promises is weighed before ITK makes room for it, and data in other files has to lie in the header's own folder.
"""

import os
import re
from pathlib import Path
from typing import NamedTuple

from flare_gui.errors import UnreadableScan
from flare_gui.io.limits import MOST_FILES, MOST_HEADER_BYTES, check_size, check_there

# Text headers are some 1 kB; 3D Slicer's segmentations reach 100 kB.
_FIRST_READ = 1 << 16

# MetaImage's and NRRD's names without "MET_", "signed", "unsigned", "u" in front and "int", "_t" behind. MetaImage's
# long has 4 bytes whatever the system's has; NRRD has none. https://github.com/Kitware/MetaIO, MET_ValueTypeSize
_BYTES = {"char": 1, "ascii_char": 1, "int8": 1, "short": 2, "int16": 2}
_BYTES |= dict.fromkeys(("int", "int32", "float", "long"), 4)
_BYTES |= dict.fromkeys(("long_long", "longlong", "int64", "double"), 8)


# A numbered series of files. ITK hands the pattern to sprintf, with a buffer of fixed size for what comes out.
_PATTERN = re.compile(r"[^%\s]{0,200}%0?[0-9]{0,2}d[^%\s]{0,50}(\s+\d{1,6}){2,4}")


class Header(NamedTuple):
    """Fields in lower case with their text, the byte behind the header, and where the voxels are.

    `data` are the files of the voxels, the header's own file when they follow it; `shape` has one entry an axis,
    channels included; `encoding` is "raw", "zlib" (MetaImage), "gzip" or another word of NRRD.
    """

    fields: dict[str, str]
    end: int
    data: tuple[Path, ...]
    shape: tuple[int, ...]
    itemsize: int
    encoding: str


def read(path: Path) -> Header:
    """The header of `path`. Raises `UnreadableScan` for one that is broken, too large, or points outside its folder."""
    with path.open("rb") as file:
        start = file.read(_FIRST_READ)
        if len(start) == _FIRST_READ and not _complete(start):
            start += file.read(MOST_HEADER_BYTES - _FIRST_READ)
    if not start:
        raise UnreadableScan(path, "is empty", hint="Copy it again.", code="truncated")
    header = _nrrd(path, start) if path.name.lower().endswith((".nrrd", ".nhdr")) else _meta(path, start)
    needed = check_size(path, header.shape, header.itemsize)
    if header.encoding != "other" and len(header.data) == 1:
        there = header.data[0].stat().st_size - (header.end if header.data[0] == path else 0)
        if header.encoding == "raw" and there == 2 * needed and "long" in header.fields.get("elementtype", "").lower():
            raise UnreadableScan(
                path,
                "has 8 bytes a voxel, but a MetaImage's long has 4",
                hint="Write it again with ElementType MET_LONG_LONG or MET_SHORT.",
                code="format",
            )
        check_there(path, needed, there, compressed=header.encoding != "raw")
    return header


def _complete(start: bytes) -> bool:
    ends = (rb"\n\r?\n", rb"(?mi)^\s*ElementDataFile\s*[=:][^\n]*\n")
    return any(re.search(end, start) for end in ends)


def _nrrd(path: Path, start: bytes) -> Header:
    if not start.startswith(b"NRRD000"):
        raise UnreadableScan(path, "is not an NRRD file in spite of its name", hint="Check what it is.", code="format")
    blank = re.search(rb"\r?\n\r?\n", start)
    text = start[: blank.start()] if blank else start
    fields: dict[str, str] = {}
    lines = _text(text).splitlines()[1:]
    for line in lines:
        name, colon, value = line.partition(":")
        if colon and not line.startswith("#") and not value.startswith("="):
            fields.setdefault(name.strip().lower(), value.strip())
    shape = _integers(path, fields.get("sizes", ""))
    itemsize = _itemsize(fields.get("type", ""))
    if fields.get("dimension", "") != str(len(shape)) or not itemsize:
        raise UnreadableScan(path, "its header is damaged (type, dimension or sizes)", hint="Copy or export it again.")
    encoding = {"gz": "gzip", "gzip": "gzip", "raw": "raw"}.get(fields.get("encoding", "").lower(), "other")
    named = fields.get("data file", fields.get("datafile"))
    if named is None and blank is None:
        raise UnreadableScan(path, "is cut off in its header", hint="Copy it again.", code="truncated")
    files: tuple[Path, ...] = (path,)
    if named is not None:
        first = next((i for i, line in enumerate(lines) if line.lower().startswith(("data file", "datafile"))), 0)
        files = _beside(path, lines[first + 1 :] if named.upper().startswith("LIST") else [named])
        encoding = encoding if files[0].is_file() else "other"
    if {"line skip", "lineskip", "byte skip", "byteskip"} & fields.keys():
        encoding = "other"
    return Header(fields, blank.end() if blank else len(start), files, shape, itemsize, encoding)


def _meta(path: Path, start: bytes) -> Header:
    fields: dict[str, str] = {}
    end = 0
    for line in start.splitlines(keepends=True):
        end += len(line)
        if b"\0" in line or len(line) > 65536:
            break
        field = re.match(r"\s*([^=:]*?)\s*[=:]\s*(.*?)\s*$", _text(line))
        if field is None:
            continue
        fields.setdefault(field[1].lower(), field[2])
        if field[1].lower() == "elementdatafile":
            break
    if "elementdatafile" not in fields:
        raise UnreadableScan(
            path, "is no MetaImage, or its header is cut off", hint="Copy or export it again.", code="truncated"
        )
    shape = _integers(path, fields.get("dimsize", ""))
    itemsize = _itemsize(fields.get("elementtype", "").lower().removeprefix("met_").removesuffix("_array"))
    if fields.get("ndims", "") != str(len(shape)) or not itemsize:
        raise UnreadableScan(
            path, "its header is damaged (NDims, DimSize or ElementType)", hint="Copy or export it again."
        )
    (channels,) = _integers(path, fields.get("elementnumberofchannels", "1"))[:1]
    named = fields["elementdatafile"]
    files: tuple[Path, ...] = (path,)
    if named.upper() != "LOCAL":
        listed = named.upper().startswith("LIST")
        names = [line for line in _text(start[end:]).splitlines() if line.strip()] if listed else [named]
        files = _beside(path, names)
    encoding = "zlib" if _true(fields, "compresseddata") else "raw" if _true(fields, "binarydata", "true") else "other"
    if not files[0].is_file() or fields.get("headersize", "0") not in ("0", "-1"):
        encoding = "other"
    return Header(fields, end, files, (*shape, channels) if channels != 1 else shape, itemsize, encoding)


def big_endian(fields: dict[str, str]) -> bool:
    """Whether a MetaImage's numbers have their high bytes first."""
    return _true(fields, "binarydatabyteordermsb") or _true(fields, "elementbyteordermsb")


def _true(fields: dict[str, str], name: str, otherwise: str = "false") -> bool:
    return fields.get(name, otherwise).lower() in ("true", "1")


def _itemsize(kind: str) -> int:
    """Bytes of a type by its name; 0 for an unknown one."""
    words = [word for word in kind.lower().split() if word not in ("signed", "unsigned")]
    name = "_".join(words) or ("int" if kind else "")
    return _BYTES.get(name.removesuffix("_int").removesuffix("_t").removeprefix("u"), 0)


def _beside(path: Path, names: list[str]) -> tuple[Path, ...]:
    """The files called `names`. Raises `UnreadableScan` for one that lies outside the header's folder."""
    home = path.parent.resolve()
    named = [name.strip() for name in names if name.strip()]
    if not named or len(named) > MOST_FILES:
        raise UnreadableScan(path, "its header names no data", hint="Copy or export it again.")
    files = []
    for name in named:
        # "slice%03d.raw 1 99 1" names many files; their folder is what matters.
        pattern = name.split()[0] if "%" in name else name
        if "%" in name and not _PATTERN.fullmatch(name):
            raise UnreadableScan(path, "its header names data by no file name", hint="Copy or export it again.")
        if "\0" in pattern or not (home / pattern).resolve().is_relative_to(home):
            raise UnreadableScan(
                path,
                "its header points to a file outside its own folder",
                hint="Put both files into one folder, and name the data file alone.",
                code="outside",
            )
        files.append(home / pattern)
    if len(named) == 1 and "%" not in named[0] and not files[0].is_file():
        raise UnreadableScan(path, f"its data file {files[0].name} is not there", hint="Put it beside the header.")
    return tuple(files)


def _text(line: bytes) -> str:
    """Names of files are what the system says they are, whatever their bytes mean."""
    return os.fsdecode(line)


def _integers(path: Path, text: str) -> tuple[int, ...]:
    words = text.split()
    if not words or len(words) > 8 or not all(re.fullmatch(r"[+-]?\d{1,12}", word) for word in words):
        raise UnreadableScan(path, "its header has no usable size", hint="Copy or export it again.")
    return tuple(map(int, words))
