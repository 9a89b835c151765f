"""Who the patient is, when and where the scan was made, stays in the DICOM files: nothing that we write repeats it."""

import base64
import gzip
import re
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pydicom
import pytest
from PySide6.QtWidgets import QApplication

from flare_gui import io, workspace
from flare_gui.app.settings import Settings
from flare_gui.cli import main
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation
from tests.io.conftest import make_series  # noqa: F401 - a fixture

PLANTED = {
    "PatientName": "Zaphodsson^Trillian",
    "PatientID": "PID-7734-QX",
    "PatientBirthDate": "19470613",
    "PatientAddress": "Hyperspace Lane 42",
    "StudyDate": "20191127",
    "SeriesDate": "20191128",
    "AcquisitionDate": "20191129",
    "AccessionNumber": "ACC-55189-Z",
    "StudyID": "STU-90210",
    "InstitutionName": "Megadodo Hospital",
    "ReferringPhysicianName": "Prosser^Lester",
    "OperatorsName": "Beeblebrox^Op",
    "StudyDescription": "Zaphodsson abdomen",
    "SeriesDescription": "Zaphodsson portal venous",
    "ProtocolName": "Zaphodsson protocol",
    "StationName": "CT-Magrathea",
}
# Dates are looked for as numbers, with dashes and as people write them.
NEEDLES = sorted(
    {part for value in PLANTED.values() for part in value.replace("^", " ").split() if len(part) > 5}
    - {"abdomen", "portal", "venous", "protocol", "Hospital"}
    | {"1947-06-13", "2019-11-27", "27.11.2019", "Zaphodsson", "Lester"}
)


@pytest.fixture
def planted(make_series: Callable[..., str], tmp_path: Path) -> Path:  # noqa: F811
    """A DICOM series, and a smaller one beside it, that say who and when in every field that has room for it."""
    rng = np.random.default_rng(0)
    hu = rng.integers(-50, 60, (60, 50, 24)).astype(np.int16)
    hu[10:50, 10:40, 4:20] = 110
    folder = tmp_path / "series"
    for name, slices in (("a", 24), ("b", 5)):
        uid = make_series(
            folder, hu[:, :, :slices], np.arange(slices) * 5.0, names=[f"{name}{k}" for k in range(slices)]
        )
        assert uid
    for path in folder.iterdir():
        data = pydicom.dcmread(path)
        for key, value in PLANTED.items():
            setattr(data, key, value)
        data.save_as(path)
    return folder


def everything_in(path: Path) -> bytes:
    """The bytes of a file as they are and unpacked, where something in it is packed."""
    data = path.read_bytes()
    found = [str(path).encode(), data]
    if data[:2] == b"\x1f\x8b":
        found.append(gzip.decompress(data))
    if zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            found += [archive.read(name) for name in archive.namelist()]
    if path.suffix == ".html":
        found += [gzip.decompress(base64.b64decode(part)) for part in re.findall(rb">(H4sI[\w+/=]+)<", data)]
    # NRRD and MetaImage pack their pixels behind a header of text.
    for mark in (b"\n\n", b"LOCAL\n"):
        if path.suffix in (".nrrd", ".mha") and mark in data:
            packed = data.split(mark, 1)[1]
            found.append(gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else zlib.decompress(packed))
    return b"\n".join(found)


def told(data: bytes) -> list[str]:
    """Which planted words are in `data`, as UTF-8 or UTF-16, in any case."""
    lower = data.lower()
    return [word for word in NEEDLES if word.lower().encode() in lower or word.lower().encode("utf-16-le") in lower]


def test_the_search_finds_what_is_there(planted: Path) -> None:
    found = told(everything_in(next(planted.iterdir())))
    assert {"Zaphodsson", "PID-7734-QX", "19470613", "20191127", "ACC-55189-Z", "Megadodo"} <= set(found)


def test_nothing_that_is_written_or_said_tells_who_the_patient_is(
    planted: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    case = [str(planted)]
    assert main(["segment", *case, "-o", str(out), "--device", "cpu"]) == 0
    volume = io.read_scan(planted)
    labels = np.zeros(volume.shape, np.uint8)
    for i, organ in enumerate(ORGANS):
        labels[10 + 10 * i : 18 + 10 * i, 10:40, 4:20] = organ.label
    mask = tmp_path / "mask.nii.gz"
    io.write_segmentation(Segmentation(labels, volume.affine), mask)
    with_mask = [*case, "--mask", str(mask)]
    assert main(["export", *with_mask, "--everything", "-o", str(out / "export")]) == 0
    assert main(["report", *with_mask, "-o", str(out / "page.html")]) == 0
    for name, more in (("shared.html", []), ("shared-no-ct.html", ["--no-ct"])):
        assert main(["share", *with_mask, "-o", str(out / name), *more]) == 0
    film = ["--seconds", "1", "--fps", "4", "--size", "160x120"]
    assert main(["video", *with_mask, "-o", str(out / "film.mp4"), "--kind", "sweep", *film]) == 0
    workspace.write(out / "work.flare", volume, Segmentation(labels, volume.affine), {})
    assert main(["segment", *case, "-o", str(out), "--device", "cpu", "--series", "1.2.3"]) == 2
    assert main(["doctor", *case]) in (0, 2)
    files = [path for path in out.rglob("*") if path.is_file()]
    assert len(files) > 15
    assert {path.name: told(everything_in(path)) for path in files if told(everything_in(path))} == {}
    said = capfd.readouterr()
    assert told((said.out + said.err).encode()) == []


def test_settings_and_what_is_kept_against_a_crash_do_not_tell_either(
    qapp: QApplication, planted: Path, tmp_path: Path
) -> None:
    settings = Settings(tmp_path / "kept" / "settings.ini")
    settings.add_recent(planted)
    settings._store.sync()
    volume = io.read_scan(planted)
    labels = np.zeros(volume.shape, np.uint8)
    # What `autosave` writes.
    workspace.write(settings.recovery_folder / "x.flare", volume, Segmentation(labels, volume.affine), {})
    files = [path for path in (tmp_path / "kept").rglob("*") if path.is_file()]
    assert len(files) == 2
    assert [told(everything_in(path)) for path in files] == [[], []]
