"""A fix is offered when its result is known to be right: the offset that is there, padding, and nothing else."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flare_gui import geometry
from flare_gui.analysis import doctor
from flare_gui.analysis.doctor import Finding
from flare_gui.io import read_scan
from flare_gui.volume import Volume

Shared = Callable[[str], Path]
SCANS = ["ct/ts_example/ct.nii.gz", "ct/ircad17/ct.nii.gz", "ct_agreed/c3l_00189/ct.nii.gz"]


@pytest.fixture(scope="module")
def scan(shared: Shared) -> Callable[[str], Volume]:
    """Real scans, every other voxel in plane of large ones."""

    def small(name: str) -> Volume:
        volume = read_scan(shared(name))
        if volume.shape[0] < 200:
            return volume
        return replace(
            volume, hu=np.asfortranarray(volume.hu[::2, ::2]), affine=volume.affine @ np.diag([2.0, 2.0, 1.0, 1.0])
        )

    read: dict[str, Volume] = {}
    return lambda name: read[name] if name in read else read.setdefault(name, small(name))


def with_values(volume: Volume, values: np.ndarray) -> Volume:
    return doctor.examined(replace(volume, hu=np.asfortranarray(np.rint(values).astype(np.int16))))


@pytest.mark.parametrize("unsigned", [True, False], ids=["cut at 0", "with a sign"])
@pytest.mark.parametrize("offset", [1000, 1024])
@pytest.mark.parametrize("name", SCANS)
def test_the_offset_that_is_there_is_taken_away(
    scan: Callable[[str], Volume], name: str, offset: int, unsigned: bool
) -> None:
    good = scan(name)
    shifted = good.hu.astype(np.int32) + offset
    spoilt = with_values(good, np.maximum(shifted, 0) if unsigned else shifted)
    (finding,) = spoilt.findings
    assert (finding.code, finding.fix) == ("hu-offset", f"Subtract {offset}")
    fixed = doctor.fixed(spoilt, "hu-offset")
    tissue = good.hu > -900
    assert np.array_equal(fixed.hu[tissue], good.hu[tissue])
    assert doctor.examine(fixed) == ()


@pytest.mark.parametrize(
    "spoil",
    [
        lambda hu: hu + 2048,
        lambda hu: np.maximum(hu + 900, 0),
        lambda hu: np.maximum(hu + 1000 + np.random.default_rng(0).normal(0, 60, hu.shape), 0),
        lambda hu: hu * 0.9 + 1000,
    ],
    ids=["2048", "900", "1000 and noise", "scaled"],
)
@pytest.mark.parametrize("name", SCANS)
def test_no_fix_is_offered_where_it_could_be_wrong(
    scan: Callable[[str], Volume], name: str, spoil: Callable[[np.ndarray], np.ndarray]
) -> None:
    spoilt = with_values(scan(name), spoil(scan(name).hu.astype(np.float32)))
    assert spoilt.findings and not any(finding.fix for finding in spoilt.findings)
    assert doctor.repaired(spoilt, ("hu-offset", "padding")) is spoilt


def outside_circle(volume: Volume) -> np.ndarray:
    upright = geometry.reorient(volume.affine, volume.shape)
    x, y = (np.linspace(-1, 1, n) for n in upright.apply(volume.hu).shape[:2])
    corners = np.hypot(x[:, None], y[None]) > 1
    shape = upright.apply(volume.hu).shape
    return np.asarray(upright.undo(np.broadcast_to(corners[:, :, None], shape)))


@pytest.mark.parametrize("value", [1072, 3071, 40])
def test_padding_that_lost_its_sign_is_padding_and_no_offset(scan: Callable[[str], Volume], value: int) -> None:
    good = scan("ct/ircad17/ct.nii.gz")
    ring = outside_circle(good)
    spoilt = with_values(good, np.where(ring, value, good.hu))
    (finding,) = spoilt.findings
    assert (finding.code, finding.fix) == ("padding", "Set padding to air") and str(value) in finding.sentence
    fixed = doctor.fixed(spoilt, "padding")
    assert (fixed.hu[ring] == -1024).all() and (fixed.hu[~ring] != good.hu[~ring]).mean() < 1e-5
    assert doctor.examine(fixed) == ()


def test_padding_below_air_is_nothing_to_doubt(scan: Callable[[str], Volume]) -> None:
    good = scan("ct/ts_example/ct.nii.gz")
    assert with_values(good, np.where(outside_circle(good), -1024, good.hu)).findings == ()


@pytest.mark.parametrize("unit", ["MGML", "Z_EFF", "EDW"])
def test_a_map_that_its_reader_knows_is_not_called_a_picture(scan: Callable[[str], Volume], unit: str) -> None:
    known = Finding("not-hu", f"its values are no Hounsfield units: RescaleType says {unit}", 0.95, "Open the CT.")
    good = scan("ct/ts_example/ct.nii.gz")
    for values in (np.clip((good.hu + 30) / 25, 0, 40), np.clip(good.hu + 1024, 0, 255), good.hu):
        volume = replace(good, hu=np.asfortranarray(values.astype(np.int16)), findings=(known,))
        assert doctor.examined(volume).findings == (known,)


@pytest.mark.parametrize("name", SCANS)
@pytest.mark.parametrize(("quarters", "code"), [(1, "on-the-side"), (3, "on-the-side"), (2, "front-back")])
def test_a_patient_who_did_not_lie_as_the_header_says_is_noticed(
    scan: Callable[[str], Volume], name: str, quarters: int, code: str
) -> None:
    upright = geometry.reorient(scan(name).affine, scan(name).shape)
    hu = np.rot90(upright.apply(scan(name).hu), quarters)
    size = geometry.spacing(upright.affine)
    x, y = (size[1], size[0]) if quarters % 2 else (size[0], size[1])
    turned = Volume(np.asfortranarray(hu), np.diag([x, y, size[2], 1.0]))
    findings = doctor.examine(turned)
    assert [finding.code for finding in findings] == [code] and "the spine lies" in findings[0].sentence
