"""Past failures stay mended, made-up headers are read or refused in one sentence. `make fuzz` finds new failures."""

import random
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.fuzz import seeds
from tests.fuzz.campaign import CORPUS
from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, clear, place, run

QUICK = settings(
    max_examples=40,
    deadline=10_000,
    database=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
LONG = settings(QUICK, max_examples=5_000)


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder in memory."""
    made = place()
    yield made
    clear(made)


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()) if CORPUS.is_dir() else [], ids=lambda path: path.name)
def test_what_once_broke_a_reader_is_read_or_refused(path: Path, folder: Path) -> None:
    run(TARGETS[path.name.rpartition("-")[0]], folder, path.read_bytes())


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_files_of_each_reader_are_read_or_refused(name: str, folder: Path) -> None:
    target, rng = TARGETS[name], random.Random(7)
    good = list(target.seeds())
    for data in good:
        if name not in ("workspace", "weights"):
            assert run(target, folder, data) == "read"
    for _ in range(15 if name in ("dicom", "zip", "weights") else 60):
        run(target, folder, mutated(rng.choice(good), rng.choice(good), rng, target.inner))


SHORTS = st.one_of(st.integers(-3, 9), st.sampled_from([32767, -32768, 512, 2048, 16384]))
FLOATS = st.one_of(st.sampled_from([0.0, 1.0, -1.0, 352.0, 1e-30, 1e30]), st.floats(width=32))
NIFTI = {
    "dim": st.tuples(st.integers(-1, 8), *[SHORTS] * 7),
    "type": st.tuples(
        st.sampled_from([0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 768, 1024, 1536, 2048, 2304, 99]), SHORTS
    ),
    "pixdim": st.tuples(*[FLOATS] * 8),
    "scale": st.tuples(*[FLOATS] * 3),
    "codes": st.tuples(SHORTS, SHORTS),
    "quatern": st.tuples(*[FLOATS] * 6),
    "srow": st.tuples(*[FLOATS] * 12),
}
PLACES = {
    "dim": (40, "<8h"), "type": (70, "<2h"), "pixdim": (76, "<8f"), "scale": (108, "<3f"), "codes": (252, "<2h"),
    "quatern": (256, "<6f"), "srow": (280, "<12f"),
}  # fmt: skip


@st.composite
def niftis(draw: st.DrawFn) -> bytes:
    """A good NIfTI with some of its header's fields made up."""
    data = bytearray(seeds.nifti())
    for field in draw(st.sets(st.sampled_from(sorted(NIFTI)), min_size=1)):
        struct.pack_into(PLACES[field][1], data, PLACES[field][0], *draw(NIFTI[field]))
    return bytes(data[: draw(st.integers(0, len(data))) if draw(st.booleans()) else None])


WORDS = st.one_of(
    st.integers().map(str), st.floats().map(str), st.sampled_from(["x.raw", "../x", "LIST", "short", "gzip"])
)
FIELDS = ["NDims", "DimSize", "ElementType", "ElementSpacing", "TransformMatrix", "CompressedData", "ElementDataFile"]
FIELDS += ["DistanceUnits", "space", "space units", "spacings"]
FIELDS += [
    "type",
    "dimension",
    "sizes",
    "encoding",
    "space directions",
    "space origin",
    "data file",
    "line skip",
    "kinds",
]


@st.composite
def headers(draw: st.DrawFn) -> bytes:
    """A text header of made-up fields, in front of a good one or instead of it."""
    good, sign, start = draw(
        st.sampled_from([(seeds.itk(".mha"), " = ", b""), (seeds.itk(".nrrd"), ": ", b"NRRD0004\n")])
    )
    lines = draw(st.lists(st.tuples(st.sampled_from(FIELDS), st.lists(WORDS, max_size=9)), min_size=1, max_size=6))
    text = "".join(f"{name}{sign}{' '.join(words)}\n" for name, words in lines).encode()
    return start + text + (good.removeprefix(start) if draw(st.booleans()) else b"\n" + bytes(100))


@given(data=niftis())
@QUICK
def test_made_up_nifti_headers_are_read_or_refused(data: bytes, folder: Path) -> None:
    run(TARGETS["nifti"], folder, data)


@given(data=headers())
@QUICK
def test_made_up_text_headers_are_read_or_refused(data: bytes, folder: Path) -> None:
    run(TARGETS["nrrd" if data.startswith(b"NRRD") else "metaimage"], folder, data)


@pytest.mark.slow
@given(data=niftis())
@LONG
def test_thousands_of_made_up_nifti_headers_are_read_or_refused(data: bytes, folder: Path) -> None:
    run(TARGETS["nifti"], folder, data)


@pytest.mark.slow
@given(data=headers())
@LONG
def test_thousands_of_made_up_text_headers_are_read_or_refused(data: bytes, folder: Path) -> None:
    run(TARGETS["nrrd" if data.startswith(b"NRRD") else "metaimage"], folder, data)
