"""One stack is one acquisition: phases, breath holds and reconstructions under one UID are never mixed."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom.uid import generate_uid

from flare_gui.errors import UnreadableScan
from flare_gui.io import list_series, read_scan
from tests.io.slices import STEP, patient, write

HU = patient()
DEPTH = HU.shape[2]
QUICK = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def phase(number: int) -> np.ndarray:
    return HU if number == 0 else patient(seed=number)


# What tells phase `p` from the others in slice `k`, as scanners and archives write it.
PHASE_TAGS: dict[str, Callable[[int, int], dict[str, Any]]] = {
    "acquisition number": lambda p, k: {"AcquisitionNumber": p + 1},
    "acquisition time": lambda p, k: {"AcquisitionTime": f"1200{20 * p:02d}"},
    "a time for each slice": lambda p, k: {"AcquisitionTime": f"12{p:02d}{k:02d}.5", "AcquisitionNumber": 1},
    "content time for each slice": lambda p, k: {"ContentTime": f"12{p:02d}{k:02d}"},
    "temporal position": lambda p, k: {"TemporalPositionIdentifier": p + 1, "NumberOfTemporalPositions": 3},
    "cardiac phase": lambda p, k: {"NominalPercentageOfCardiacPhase": 30.0 + 10 * p},
    "trigger time": lambda p, k: {"TriggerTime": 100 * p},
    "energy": lambda p, k: {"KVP": (80, 100, 140)[p]},
    "kernel": lambda p, k: {"ConvolutionKernel": ("B30f", "B45f", "B70f")[p]},
    "image type": lambda p, k: {"ImageType": ["DERIVED", "PRIMARY", "AXIAL", f"E{p}"]},
    "irradiation event": lambda p, k: {"IrradiationEventUID": f"1.2.{p + 1}"},
    "an acquisition number for each turn": lambda p, k: {"AcquisitionNumber": 1 + 100 * p + k // 2},
    "running instance numbers": lambda p, k: {"InstanceNumber": 1 + p * DEPTH + k},
}


@pytest.mark.parametrize(
    ("kind", "phases", "offset_mm"),
    [(kind, 2 + n % 2, (0.0, STEP / 2, 0.7)[n % 3]) for n, kind in enumerate(PHASE_TAGS)],
)
def test_of_phases_in_one_series_one_is_read_and_the_others_can_be_chosen(
    kind: str, offset_mm: float, phases: int, tmp_path: Path
) -> None:
    uid, chance = generate_uid(), random.Random(1)
    for p in range(phases):
        write(
            tmp_path,
            phase(p),
            series=uid,
            start_mm=p * offset_mm / (phases - 1),
            tags=lambda k, p=p: PHASE_TAGS[kind](p, k),
            names=lambda k: f"{chance.getrandbits(64):016x}.dcm",
        )
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu, HU)
    (other,) = (finding for finding in volume.findings if finding.code == "other-parts")
    assert f"{uid}#2" in other.sentence and "left out" in other.sentence
    for p in range(phases):
        assert np.array_equal(read_scan(tmp_path, series=f"{uid}#{p + 1}").hu, phase(p))
    rows = list_series(tmp_path)
    assert len(rows) == phases and sum(row.proposed for row in rows) == 1
    assert len({row.part for row in rows}) == phases


def test_breath_holds_that_overlap_are_not_blended(tmp_path: Path) -> None:
    uid = generate_uid()
    write(tmp_path, HU, series=uid, slices=range(8), tags={"AcquisitionNumber": 1}, names="A{}".format)
    second = phase(1)
    write(
        tmp_path, second, series=uid, slices=range(5, 12), start_mm=STEP / 2, tags={"AcquisitionNumber": 2},
        names="B{}".format,
    )  # fmt: skip
    assert np.array_equal(read_scan(tmp_path).hu, HU[:, :, :8])
    assert np.array_equal(read_scan(tmp_path, series=f"{uid}#2").hu, second[:, :, 5:])


def test_mips_and_other_reconstructions_in_a_series_are_left_out(tmp_path: Path) -> None:
    """A vendor's thick MIPs every 4 mm, and two kernels of two phases."""
    uid = generate_uid()
    write(tmp_path / "a", HU, series=uid)
    mip = {"ImageType": ["DERIVED", "SECONDARY", "AXIAL", "MIP"], "SliceThickness": 10}
    write(tmp_path / "b", phase(1), series=uid, slices=range(0, 12, 2), tags=mip)
    assert np.array_equal(read_scan(tmp_path).hu, HU)
    # More MIPs than slices: still no scan.
    write(tmp_path / "c", patient(30, seed=2), series=uid, heights=[0.5 * k for k in range(30)], tags=mip)
    shutil.rmtree(tmp_path / "b")
    assert np.array_equal(read_scan(tmp_path).hu, HU)


def test_two_phases_in_two_kernels_are_four_parts(tmp_path: Path) -> None:
    uid = generate_uid()
    for p in range(2):
        for kernel in range(2):
            write(
                tmp_path / f"{p}{kernel}", phase(2 * p + kernel), series=uid,
                tags={"AcquisitionNumber": p + 1, "ConvolutionKernel": ("B30f", "B70f")[kernel]},
            )  # fmt: skip
    rows = list_series(tmp_path)
    assert sorted(row.part for row in rows) == [
        f"acquisition {p}, kernel {kernel}" for p in (1, 2) for kernel in ("B30f", "B70f")
    ]
    for row in rows:
        wanted = 2 * (row.part[12] == "2") + row.part.endswith("B70f")
        assert np.array_equal(read_scan(tmp_path, series=row.uid).hu, phase(wanted))


def test_slices_at_one_place_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    uid = generate_uid()
    same = {"InstanceNumber": 1}
    write(tmp_path / "a", HU, series=uid, tags=same)
    write(tmp_path / "b", phase(1), series=uid, tags=same)
    with pytest.raises(UnreadableScan, match="12 of 24 slices lie where another one lies, and nothing"):
        read_scan(tmp_path)


def test_a_phase_with_a_missing_slice_is_not_filled_from_the_other(tmp_path: Path) -> None:
    uid = generate_uid()
    for p in range(2):
        write(
            tmp_path / str(p), phase(p), series=uid, start_mm=p * STEP / 2, tags={"AcquisitionNumber": p + 1},
            slices=[k for k in range(DEPTH) if p == 0 or k != 6],
        )  # fmt: skip
    assert np.array_equal(read_scan(tmp_path).hu, HU)
    with pytest.raises(UnreadableScan, match=r"slices are missing between slices 6 and 7 of 11 \(gap of 4.0 mm"):
        read_scan(tmp_path, series=f"{uid}#2")


@pytest.mark.parametrize("again", ["byte for byte", "with new instance numbers", "cut off"])
def test_files_that_were_sent_twice_are_copies_and_no_phases(again: str, tmp_path: Path) -> None:
    uid = generate_uid()
    files = write(tmp_path, HU, series=uid)
    if again == "with new instance numbers":
        write(tmp_path / "again", HU, series=uid)
    else:
        for file in files:
            copy = file.with_name(f"{file.stem} (1).dcm")
            copy.write_bytes(file.read_bytes()[: -100 if again == "cut off" else None])
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu, HU)
    assert not any(finding.code == "other-parts" for finding in volume.findings)
    if again == "byte for byte":
        assert volume.warnings == ()
        assert volume.files.left_out[0][0] == "copy of a file that is used"


@given(data=st.data())
@QUICK
def test_a_series_split_at_random_reads_as_the_whole(data: st.DataObject, tmp_path: Path) -> None:
    """Acquisitions in runs, folders, orders, names and last digits at random: the same volume."""
    folder = tmp_path / generate_uid()
    numbers = data.draw(st.permutations(range(1, DEPTH + 1)), label="instance numbers")
    # An acquisition is a run of slices; every other slice of one would be a phase.
    cuts = data.draw(st.sets(st.integers(1, DEPTH - 1)), label="where acquisitions begin")
    acquisitions = np.cumsum([k in cuts for k in range(DEPTH)])
    folders = data.draw(st.lists(st.sampled_from("abc"), min_size=DEPTH, max_size=DEPTH), label="folders")
    jitter = data.draw(st.lists(st.sampled_from([0.0049, 0.0051]), min_size=DEPTH, max_size=DEPTH), label="cosines")
    names = data.draw(st.permutations(range(DEPTH)), label="names")

    def tags(k: int) -> dict[str, Any]:
        return {
            "InstanceNumber": numbers[k],
            "AcquisitionNumber": int(acquisitions[k]),
            "AcquisitionTime": f"12{int(acquisitions[k]):02d}{k:02d}",
            "ImageOrientationPatient": [1, 0, jitter[k], 0, 1, 0],
            "PixelSpacing": [1.5, 1.5 + 0.00001 * (numbers[k] % 2)],
        }

    write(folder, HU, tags=tags, names=lambda k: f"{folders[k]}/{names[k]:03d}")
    volume = read_scan(folder)
    assert np.array_equal(volume.hu, HU)
    assert volume.warnings == ()
    assert volume.spacing == pytest.approx((1.5, 1.5, STEP), abs=1e-3)


@given(st.lists(st.integers(0, 2), min_size=DEPTH, max_size=DEPTH), st.sampled_from(sorted(PHASE_TAGS)))
@QUICK
def test_tags_at_random_do_not_take_a_series_apart(tmp_path: Path, numbers: list[int], kind: str) -> None:
    """But for those that make regular stacks, which are phases indeed."""
    places = [[k for k in range(DEPTH) if numbers[k] == n] for n in set(numbers)]
    if all(len({b - a for a, b in zip(p, p[1:], strict=False)}) < 2 for p in places):
        return
    folder = tmp_path / generate_uid()
    tags = PHASE_TAGS[kind]
    write(folder, HU, tags=lambda k: tags(numbers[k], k) | {"InstanceNumber": k + 1})
    assert np.array_equal(read_scan(folder).hu, HU)


def test_two_slice_distances_of_a_complete_series_are_resampled_and_said(tmp_path: Path) -> None:
    heights = [2.0 * k for k in range(7)] + [12.0 + 6.0 * k for k in range(1, 6)]
    ramp = np.broadcast_to(np.array(heights, float) * 10, HU.shape).astype(np.int16)
    write(tmp_path, ramp, heights=heights, tags=lambda k: {"SliceThickness": 2 if k < 7 else 6})
    volume = read_scan(tmp_path)
    assert volume.spacing[2] == pytest.approx(2.0)
    assert volume.hu[4, 4] == pytest.approx(20.0 * np.arange(22), abs=1)
    assert "the slices lie 2 and 6 mm apart: resampled to 2.00 mm" in volume.warnings[0]


def test_rounded_positions_are_even(tmp_path: Path) -> None:
    write(tmp_path, HU, heights=[round(0.625 * k, 1) for k in range(DEPTH)])
    volume = read_scan(tmp_path)
    assert volume.shape == HU.shape
    assert not any(finding.code == "other-parts" for finding in volume.findings)
