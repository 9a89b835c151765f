import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.geometry import apply
from flare_gui.io import list_series, read_scan

Shared = Callable[[str], Path]
MakeSeries = Callable[..., str]

RNG = np.random.default_rng(0)
HU = RNG.integers(-900, 900, (12, 10, 9)).astype(np.int16)
HEIGHTS = [3.0 * k for k in range(9)]


def lps(affine: np.ndarray, voxel: tuple[int, int, int]) -> np.ndarray:
    return apply(affine, np.array([voxel]))[0] * (-1, -1, 1)


def test_slices_are_sorted_by_position_and_not_by_name(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU, HEIGHTS, names=[f"{9 - k}.dcm" for k in range(9)])
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu, HU)
    assert volume.orientation == "LPS"
    assert volume.spacing == pytest.approx((1.5, 2.0, 3.0))
    assert lps(volume.affine, (2, 3, 4)) == pytest.approx((-17.0, -24.0, 12.0))
    assert volume.warnings == ()


def test_coronal_slices_lie_where_their_headers_say(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU, HEIGHTS, orientation=(1, 0, 0, 0, 0, -1))
    volume = read_scan(tmp_path)
    normal = np.cross((1, 0, 0), (0, 0, -1))
    expected = np.array([-20.0, -30.0, 0.0]) + 1.5 * 5 * np.array([1, 0, 0]) + 2.0 * 3 * np.array([0, 0, -1])
    assert lps(volume.affine, (5, 3, 7)) == pytest.approx(expected + 21.0 * normal)
    assert np.array_equal(volume.hu, HU)


def test_one_file_of_a_series_brings_its_siblings(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU[:, :, :4], HEIGHTS[:4], description="short", names=list("abcd"))
    long = make_series(tmp_path, HU, HEIGHTS)
    volume = read_scan(tmp_path / "b")
    assert volume.shape == (12, 10, 4)
    assert volume.series_uid != long


def test_the_largest_axial_ct_is_taken_and_the_others_are_named(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU[:, :, :1], [0.0], description="scout", image_type=("ORIGINAL", "PRIMARY", "LOCALIZER"))
    make_series(tmp_path, HU, HEIGHTS, description="coronal", orientation=(1, 0, 0, 0, 0, -1))
    short = make_series(tmp_path, HU[:, :, :5], HEIGHTS[:5], description="plain")
    long = make_series(tmp_path, HU[:, :, :7], HEIGHTS[:7], description="portal")
    volume = read_scan(tmp_path)
    assert volume.series_uid == long
    (warning,) = volume.warnings
    assert all(word in warning for word in ("localizer", "coronal", "5 slices"))
    # A description is free text, and may name the patient.
    assert not any(word in warning for word in ("scout", "portal", "plain"))
    assert "Do^Not^Show" not in warning
    assert read_scan(tmp_path, series=short).shape == (12, 10, 5)
    with pytest.raises(UnreadableScan, match=r"has no series 1\.2\.3") as refusal:
        read_scan(tmp_path, series="1.2.3")
    assert short in refusal.value.hint
    table = list_series(tmp_path)
    assert [row.description for row in table if row.proposed] == ["portal"]
    assert {row.modality for row in table} == {"CT", "localizer"}


def test_a_stray_slice_of_another_size_is_left_out_and_named(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU, HEIGHTS)
    make_series(tmp_path, HU[:6], [50.0], description="dose report of J. Doe")
    volume = read_scan(tmp_path)
    assert volume.shape == HU.shape
    # Named by what it is: the description is free text, and may name the patient.
    assert "left out: axial CT, 1 slice" in volume.warnings[0]
    assert "Doe" not in volume.warnings[0]


def test_a_gap_is_refused_unless_it_is_allowed(tmp_path: Path, make_series: MakeSeries) -> None:
    kept = [0, 1, 2, 5, 6, 7, 8]
    make_series(tmp_path, HU[:, :, kept], [HEIGHTS[k] for k in kept])
    with pytest.raises(UnreadableScan, match=r"slices are missing between slices 3 and 4 of 7 \(gap of 9.0 mm"):
        read_scan(tmp_path)
    volume = read_scan(tmp_path, allow_gaps=True)
    assert volume.shape == HU.shape
    assert np.array_equal(volume.hu[:, :, kept], HU[:, :, kept])
    between = HU[:, :, 2] * (2 / 3) + HU[:, :, 5] / 3
    assert np.abs(volume.hu[:, :, 3] - between).max() <= 1
    assert any("interpolation" in warning for warning in volume.warnings)


def test_uneven_spacing_is_resampled_with_a_warning(tmp_path: Path, make_series: MakeSeries) -> None:
    heights = np.array([0.0, 3.0, 6.0, 9.5, 12.0, 15.0, 18.0, 21.0, 24.0])
    ramp = np.broadcast_to(10 * heights, HU.shape).astype(np.int16)
    make_series(tmp_path, ramp, heights)
    volume = read_scan(tmp_path)
    assert "uneven slice spacing" in volume.warnings[0]
    assert volume.hu[4, 4] == pytest.approx(10 * 3.0 * np.arange(9), abs=1)


def test_a_tilted_gantry_is_set_upright_with_a_warning(tmp_path: Path, make_series: MakeSeries) -> None:
    """A bright column that is upright in the patient drifts across the tilted slices."""
    shift = 2.0 / 3.0  # mm sideways a mm upwards: exactly one pixel a slice
    tilted = np.full((12, 20, 9), -1000, np.int16)
    for k in range(9):
        tilted[5, 12 - k, k] = 1000
    make_series(tmp_path, tilted, HEIGHTS, shift_a_mm=shift)
    volume = read_scan(tmp_path)
    assert "tilted by 33.7 degrees" in volume.warnings[0]
    x, y, z = np.nonzero(volume.hu > 900)
    assert len(set(x)) == len(set(y)) == 1
    assert sorted(z) == list(range(9))
    assert lps(volume.affine, (x[0], y[0], 0)) == pytest.approx((-20 + 5 * 1.5, -30 + 12 * 2.0, 0.0))


def test_each_slices_own_slope_and_the_padding_value_are_honoured(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, (HU // 2) * 2, HEIGHTS, slopes=[1.0, 2.0, 1.0, 2.0, 1.0, 1.0, 1.0, 2.0, 1.0], padding=-2000)
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu[3:, 3:], ((HU // 2) * 2)[3:, 3:])
    assert (volume.hu[:2, :2] == -1024).all()


def test_two_phases_in_one_series_are_not_mixed(tmp_path: Path, make_series: MakeSeries) -> None:
    doubled = np.concatenate([HU, HU + 5], axis=2)
    uid = make_series(tmp_path, doubled, HEIGHTS * 2)
    volume = read_scan(tmp_path)
    assert np.array_equal(volume.hu, HU)
    assert "part 1 of 2 by instance number was read" in volume.warnings[0]
    assert np.array_equal(read_scan(tmp_path, series=f"{uid}#2").hu, HU + 5)


def test_mr_and_a_lone_slice_are_refused_by_name(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path / "mr", HU, HEIGHTS, modality="MR")
    make_series(tmp_path / "one", HU[:, :, :1], [0.0])
    with pytest.raises(NotAScan, match="holds MR but no CT"):
        read_scan(tmp_path / "mr")
    with pytest.raises(NotAScan, match="no CT series of two or more slices"):
        read_scan(tmp_path / "one")


def test_a_cut_off_file_is_named(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path, HU, HEIGHTS, names=[f"{k}.dcm" for k in range(9)])
    broken = tmp_path / "4.dcm"
    broken.write_bytes(broken.read_bytes()[:-100])
    with pytest.raises(UnreadableScan, match=r"4\.dcm"):
        read_scan(tmp_path)


def test_a_zip_of_a_dicom_folder_reads_like_the_folder(tmp_path: Path, make_series: MakeSeries) -> None:
    make_series(tmp_path / "study" / "series", HU, HEIGHTS)
    with zipfile.ZipFile(tmp_path / "patient7.zip", "w") as archive:
        for file in (tmp_path / "study" / "series").iterdir():
            archive.write(file, f"study/series/{file.name}")
        archive.writestr("study/notes.txt", "hello")
        archive.writestr("../outside.txt", "no")
    volume = read_scan(tmp_path / "patient7.zip")
    assert np.array_equal(volume.hu, HU)
    assert volume.name == "patient7"
    assert not (tmp_path.parent / "outside.txt").exists()


def test_a_real_folder_of_two_series_gives_the_long_one(shared: Shared) -> None:
    volume = read_scan(shared("dicom/two_series"))
    assert volume.shape == (512, 512, 99)
    assert volume.hu.min() == -1024  # its padding is -3024
    assert "12 slices" in volume.warnings[0]


def test_real_jpeg2000_slices_are_decoded(shared: Shared) -> None:
    volume = read_scan(shared("dicom/jpeg2000_slab"))
    assert volume.shape == (512, 512, 20)
    assert volume.hu.max() > 500
