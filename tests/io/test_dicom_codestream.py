"""Compressed frames with a damaged header are refused before a decoder that would end the program sees them."""

import struct
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.encaps import get_frame
from pydicom.uid import JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from flare_gui.io.dicom_codestream import check_codestream


def j2k(bits: int = 16, rows: int = 16, columns: int = 20, samples: int = 1, tile: int = 32, step: int = 1) -> bytes:
    size = struct.pack(">HH8IH3B", 41, 0, columns, rows, 0, 0, tile, tile, 0, 0, samples, bits - 1, step, step)
    return b"\xff\x4f\xff\x51" + size + b"\xff\x52rest"


def jpeg(marker: int, bits: int = 16, rows: int = 16, columns: int = 20, samples: int = 1) -> bytes:
    before = b"\xff\xd8" + b"\xff\xe0" + struct.pack(">H", 6) + b"JFIF" + b"\xff\xff"
    return before + struct.pack(">BBHBHHB", 0xFF, marker, 11, bits, rows, columns, samples) + b"rest"


@pytest.mark.parametrize(
    ("frame", "syntax"),
    [(j2k(), JPEG2000Lossless), (jpeg(0xC3), JPEGLosslessSV1), (jpeg(0xF7, 12), JPEGLSLossless)],
    ids=["JPEG 2000", "JPEG", "JPEG-LS"],
)
def test_a_sound_header_passes(frame: bytes, syntax: str) -> None:
    check_codestream(frame, syntax, 16, 20, 2)


@pytest.mark.parametrize(
    "frame",
    [
        j2k(bits=127),  # ended the program
        j2k(rows=17),
        j2k(columns=60_000),
        j2k(samples=3),
        j2k(tile=0),
        j2k(step=0),
        j2k()[:20],
        jpeg(0xC3, bits=64),
        jpeg(0xC3, rows=15),
        jpeg(0xF7, samples=3),
        jpeg(0xC4),
        b"",
        b"\xff" * 64,
        bytes(64),
    ],
)
def test_a_header_that_is_another_pictures_or_none_is_refused(frame: bytes) -> None:
    for syntax in (JPEG2000Lossless, JPEGLosslessSV1):
        with pytest.raises((ValueError, struct.error)):
            check_codestream(frame, syntax, 16, 20, 2)


def test_rle_segments_that_lead_nowhere_are_refused() -> None:
    sound = struct.pack("<16I", 2, 64, 70, *[0] * 13) + bytes(20)
    check_codestream(sound, RLELossless, 16, 20, 2)
    for count, first in ((0, 64), (3, 64), (2, 0), (2, 90)):
        with pytest.raises((ValueError, struct.error)):
            check_codestream(struct.pack("<16I", count, first, 70, *[0] * 13) + bytes(20), RLELossless, 16, 20, 2)


def test_what_real_scanners_wrote_passes(shared) -> None:  # type: ignore[no-untyped-def]
    for path in sorted(Path(shared("dicom/jpeg2000_slab")).iterdir())[:5]:
        data = pydicom.dcmread(path)
        frame = get_frame(data.PixelData, 0, number_of_frames=1)
        check_codestream(frame, data.file_meta.TransferSyntaxUID, data.Rows, data.Columns, 2)
        assert np.prod((data.Rows, data.Columns)) == 512 * 512
