"""Headers that contradict themselves or say too little: read as a CT of a body can be, and said with both readings."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.errors import UnreadableScan
from flare_gui.io import itk_place, read_mask, read_scan, write_segmentation
from flare_gui.volume import Segmentation

SHAPE, SIZE = (60, 56, 24), (6.2, 6.2, 5.0)
LPS = np.array([[-6.2, 0, 0, 190.0], [0, -6.2, 0, 170.0], [0, 0, 5.0, -60.0], [0, 0, 0, 1]])


def body() -> np.ndarray:
    """int16 HU: an ellipse of soft tissue, 310 x 220 mm, in air."""
    x, y, _ = np.indices(SHAPE)
    inside = ((x - 30) / 25) ** 2 + ((y - 28) / 18) ** 2 < 1
    noise = np.random.default_rng(0).normal(0, 10, SHAPE)
    return np.maximum(np.where(inside, 50 + noise, -1000 + noise), -1024).astype(np.int16)


HU = body()


def two_forms(
    path: Path,
    sform: np.ndarray,
    qform: np.ndarray | None = LPS,
    codes: tuple[int, int] = (1, 1),
    sizes: tuple[float, ...] | None = None,
    unit: str = "mm",
) -> Path:
    image = nibabel.Nifti1Image(HU, None)
    image.set_sform(sform, codes[0])
    image.set_qform(qform, codes[1])
    if sizes is not None:
        image.header["pixdim"][1:4] = sizes
    image.header.set_xyzt_units(unit)
    nibabel.save(image, path)
    return path


def moved(degrees: float = 0, scale: float = 1, shift: tuple[float, float, float] = (0, 0, 0)) -> np.ndarray:
    angle, move = np.radians(degrees), np.eye(4)
    turn = [[np.cos(angle), -np.sin(angle), 0], [np.sin(angle), np.cos(angle), 0], [0, 0, 1]]
    move[:3, :3], move[:3, 3] = scale * np.array(turn), shift
    return np.asarray(move @ LPS)


def without_size(affine: np.ndarray) -> np.ndarray:
    bare = affine.copy()
    bare[:3, :3] /= np.linalg.norm(affine[:3, :3], axis=0)
    return bare


UNIT = without_size(LPS)
FLIPPED = LPS * np.array([[-1.0], [1], [1], [1]])
TWO_PLACES: dict[str, tuple[Callable[[Path], Path], np.ndarray, str]] = {
    "an sform from a registration": (lambda p: two_forms(p, moved(8, 1.02, (15, -20, 30)), codes=(4, 1)), LPS, "qform"),
    "an aligned qform": (lambda p: two_forms(p, LPS, moved(5), codes=(1, 2)), LPS, "sform"),
    "two of the scanner's": (lambda p: two_forms(p, moved(shift=(0, 0, 40))), moved(shift=(0, 0, 40)), "sform"),
    "sides exchanged": (lambda p: two_forms(p, FLIPPED, codes=(2, 1)), LPS, "qform"),
    "an sform without voxel size": (lambda p: two_forms(p, UNIT), LPS, "qform"),
    "a qform without voxel size": (lambda p: two_forms(p, LPS, UNIT), LPS, "sform"),
    "no qform, and pixdim knows the size": (lambda p: two_forms(p, UNIT, None, (1, 0), SIZE), LPS, "pixdim"),
    "an sform of the scan before it was made smaller": (lambda p: two_forms(p, moved(scale=0.5)), LPS, "qform"),
    "a qform of the scan before it was made smaller": (lambda p: two_forms(p, LPS, moved(scale=0.5)), LPS, "sform"),
    "an sform of a giant": (lambda p: two_forms(p, moved(scale=1.9)), LPS, "qform"),
    "an sform in metres": (lambda p: two_forms(p, moved(scale=0.001), codes=(1, 2)), LPS, "qform"),
}


def places(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Where nibabel and where SimpleITK place the corners of the first three axes, each as a matrix."""
    image = sitk.ReadImage(str(path))
    points = [image.TransformIndexToPhysicalPoint(index) for index in ((0, 0, 0), (9, 0, 0), (0, 9, 0), (0, 0, 9))]
    return nibabel.load(path).affine, np.array(points)


@pytest.mark.parametrize("what", TWO_PLACES)
def test_a_scan_that_is_placed_twice_is_read_as_a_body_can_be_and_its_mask_lies_on_it_in_every_program(
    what: str, tmp_path: Path
) -> None:
    write, true, taken = TWO_PLACES[what]
    scan = write(tmp_path / "ct.nii.gz")
    volume = read_scan(scan)
    assert np.abs(volume.affine - true).max() < 1e-3
    (finding,) = volume.findings
    assert finding.code == "two-places" and f"{taken} was taken" in finding.sentence.replace("voxel size in ", "")
    assert "6.2 × 6.2 × 5 mm" in finding.sentence
    labels = (volume.hu > 0).astype(np.uint8)
    mask = tmp_path / "ct.seg.nii.gz"
    write_segmentation(Segmentation(labels, volume.affine), mask, place=volume.nifti_place)
    for ours, theirs in zip(places(mask), places(scan), strict=True):
        assert np.array_equal(ours, theirs)
    assert np.array_equal(read_mask(volume, mask).labels, labels)
    # A mask of a program that knows one of the two forms alone.
    for affine in (nibabel.load(scan).affine, true):
        write_segmentation(Segmentation(labels, affine), tmp_path / "other.nii.gz")
        read = read_mask(volume, tmp_path / "other.nii.gz")
        assert np.array_equal(read.labels, labels) and np.array_equal(read.affine, volume.affine)


def test_a_form_that_places_nothing_leaves_the_other_one(tmp_path: Path) -> None:
    volume = read_scan(two_forms(tmp_path / "ct.nii", np.zeros((4, 4))))
    assert np.abs(volume.affine - LPS).max() < 1e-3


@pytest.mark.parametrize("shift", [0, 1e-4, 0.02])
def test_forms_that_agree_to_the_last_digits_get_no_word(shift: float, tmp_path: Path) -> None:
    assert read_scan(two_forms(tmp_path / "ct.nii", moved(shift=(shift, 0, -shift)))).findings == ()


@pytest.mark.parametrize(("unit", "factor"), [("micron", 1000.0), ("meter", 0.001)])
def test_lengths_in_other_units_are_read_and_said(unit: str, factor: float, tmp_path: Path) -> None:
    affine = np.diag([factor] * 3 + [1.0]) @ LPS
    volume = read_scan(two_forms(tmp_path / "ct.nii", affine, affine, unit=unit))
    assert np.abs(volume.affine - LPS).max() < 1e-3
    assert [finding.code for finding in volume.findings] == ["units"]
    write_segmentation(
        Segmentation((volume.hu > 0).astype(np.uint8), volume.affine), tmp_path / "m.nii", place=volume.nifti_place
    )
    assert np.array_equal(places(tmp_path / "m.nii")[1], places(tmp_path / "ct.nii")[1])
    read_mask(volume, tmp_path / "m.nii")


@pytest.mark.parametrize(("unit", "factor"), [("micron", 1.0), ("meter", 1.0), ("unknown", 1000.0), ("mm", 0.001)])
def test_a_unit_that_no_body_ct_can_have_is_not_believed(unit: str, factor: float, tmp_path: Path) -> None:
    affine = np.diag([factor] * 3 + [1.0]) @ LPS
    volume = read_scan(two_forms(tmp_path / "ct.nii", affine, affine, unit=unit))
    assert np.abs(volume.affine - LPS).max() < 1e-3
    (finding,) = volume.findings
    assert finding.code == "units" and "as no body CT has" in finding.sentence and "6.2 × 6.2 × 5" in finding.sentence


def nrrd(path: Path, *lines: str) -> Path:
    header = [
        "NRRD0004", "type: short", "dimension: 3", f"sizes: {' '.join(map(str, SHAPE))}", "encoding: raw",
        "endian: little", *lines,
    ]  # fmt: skip
    path.write_bytes("\n".join([*header, "", ""]).encode() + HU.tobytes(order="F"))
    return path


# The same place in the three spaces that name the sides of the body.
SPACES = {
    "left-posterior-superior": ("(6.2,0,0) (0,6.2,0) (0,0,5)", "(-190,-170,-60)"),
    "LPS": ("(6.2,0,0) (0,6.2,0) (0,0,5)", "(-190,-170,-60)"),
    "left-anterior-superior": ("(6.2,0,0) (0,-6.2,0) (0,0,5)", "(-190,170,-60)"),
    "LAS": ("(6.2,0,0) (0,-6.2,0) (0,0,5)", "(-190,170,-60)"),
    "right-anterior-superior": ("(-6.2,0,0) (0,-6.2,0) (0,0,5)", "(190,170,-60)"),
}


@pytest.mark.parametrize("space", SPACES)
def test_nrrd_lies_where_its_header_says_whatever_itk_makes_of_that(space: str, tmp_path: Path) -> None:
    directions, origin = SPACES[space]
    path = nrrd(tmp_path / "ct.nrrd", f"space: {space}", f"space directions: {directions}", f"space origin: {origin}")
    volume = read_scan(path)
    assert np.array_equal(volume.hu, HU) and np.abs(volume.affine - LPS).max() < 1e-9 and volume.findings == ()
    fields = {"space": space, "space directions": directions, "space origin": origin}
    turned_by_itk = np.diag([1.0, 1.0, -1.0, 1.0]) @ LPS
    affine, _ = itk_place.nrrd(path, fields, turned_by_itk)
    assert np.abs(affine - LPS).max() < 1e-9


@pytest.mark.parametrize(
    "lines",
    [
        ("spacings: 6.2 6.2 5",),
        ("space dimension: 3", "space directions: (6.2,0,0) (0,6.2,0) (0,0,5)"),
        ("space: scanner-xyz", "space directions: (6.2,0,0) (0,6.2,0) (0,0,5)"),
    ],
)
def test_an_nrrd_that_names_no_sides_of_the_body_is_doubted(lines: tuple[str, ...], tmp_path: Path) -> None:
    volume = read_scan(nrrd(tmp_path / "ct.nrrd", *lines))
    assert volume.spacing == pytest.approx(SIZE)
    assert [finding.code for finding in volume.findings] == ["no-orientation"]


def test_an_nrrd_without_voxel_size_is_doubted(tmp_path: Path) -> None:
    codes = [finding.code for finding in read_scan(nrrd(tmp_path / "ct.nrrd")).findings]
    assert codes == ["no-orientation", "spacing"]


@pytest.mark.parametrize(("word", "factor"), [("um", 1000), ("m", 0.001), ("cm", 0.1), ("micrometer", 1000)])
def test_the_space_units_of_an_nrrd_are_read(word: str, factor: float, tmp_path: Path) -> None:
    x, z, origin = (" ".join(str(n * factor) for n in numbers) for numbers in ([6.2], [5], [-190, -170, -60]))
    volume = read_scan(
        nrrd(
            tmp_path / "ct.nrrd", "space: left-posterior-superior", f"space directions: ({x},0,0) (0,{x},0) (0,0,{z})",
            f"space origin: ({origin.replace(' ', ',')})", f'space units: "{word}" "{word}" "{word}"',
        )
    )  # fmt: skip
    assert np.abs(volume.affine - LPS).max() < 1e-3
    assert [finding.code for finding in volume.findings] == ["units"]


def test_an_nrrd_in_several_units_is_refused(tmp_path: Path) -> None:
    path = nrrd(tmp_path / "ct.nrrd", "spacings: 6.2 6.2 5", 'units: "mm" "mm" "cm"')
    with pytest.raises(UnreadableScan, match="several units"):
        read_scan(path)


def meta(path: Path, *lines: str, kind: str = "MET_SHORT", voxels: bytes = HU.tobytes(order="F")) -> Path:
    header = [
        "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False", *lines,
        f"DimSize = {' '.join(map(str, SHAPE))}", f"ElementType = {kind}", "ElementDataFile = LOCAL\n",
    ]  # fmt: skip
    path.write_bytes("\n".join(header).encode() + voxels)
    return path


MATRIX, SPACING = "TransformMatrix = 1 0 0 0 1 0 0 0 1", "ElementSpacing = 6.2 6.2 5"


@pytest.mark.parametrize(
    ("lines", "codes"),
    [
        ((MATRIX, SPACING), []),
        ((SPACING,), ["no-orientation"]),
        ((MATRIX,), ["spacing"]),
        ((MATRIX, "ElementSpacing = 6200 6200 5000", "DistanceUnits = um"), ["units"]),
        ((MATRIX, SPACING, "DistanceUnits = mm"), []),
    ],
)
def test_a_metaimage_that_says_too_little_or_in_other_units_is_doubted(
    lines: tuple[str, ...], codes: list[str], tmp_path: Path
) -> None:
    volume = read_scan(meta(tmp_path / "ct.mha", *lines))
    assert [finding.code for finding in volume.findings] == codes
    assert "spacing" in codes or volume.spacing == pytest.approx(SIZE)


@pytest.mark.parametrize("kind", ["MET_LONG", "MET_ULONG"])
@pytest.mark.parametrize("compressed", [False, True])
def test_a_metaimages_long_has_four_bytes_as_itk_has_it(kind: str, compressed: bool, tmp_path: Path) -> None:
    values = HU.astype(np.int32) + (1024 if kind == "MET_ULONG" else 0)
    image = sitk.GetImageFromArray(values.T)
    sitk.WriteImage(image, str(tmp_path / "x.mha"), compressed)
    data = (tmp_path / "x.mha").read_bytes()
    (tmp_path / "x.mha").write_bytes(data.replace(b"MET_INT", kind.encode(), 1))
    assert np.array_equal(read_scan(tmp_path / "x.mha").hu, values)


def test_a_metaimage_of_longs_with_eight_bytes_is_refused_with_the_true_reason(tmp_path: Path) -> None:
    path = meta(tmp_path / "x.mha", kind="MET_LONG", voxels=HU.astype(np.int64).tobytes(order="F"))
    with pytest.raises(UnreadableScan, match="8 bytes a voxel"):
        read_scan(path)
