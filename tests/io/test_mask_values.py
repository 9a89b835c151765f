"""What a mask's values mean: by its names in every usual spelling, by its file, by our numbers; else it is asked."""

from collections.abc import Callable
from pathlib import Path

import nibabel
import nrrd
import numpy as np
import pytest

from flare_gui.cli import main
from flare_gui.errors import FlareError
from flare_gui.io import UnnamedMask, read_mask, write_volume
from flare_gui.io.masks import parse
from flare_gui.io.masks.words import KIDNEYS, meant_by, meant_by_file, says_nothing
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Volume
from tests.bodies import AFFINE, body, ellipsoid

VOLUME, LABELS = body()


def renumbered(numbers: dict[Organ, int], dtype: type = np.uint8) -> np.ndarray:
    theirs = np.zeros(LABELS.shape, dtype)
    for organ, number in numbers.items():
        theirs[organ.label == LABELS] = number
    return theirs


def by_number(*numbers: int) -> dict[Organ, int]:
    return dict(zip(ORGANS, numbers, strict=True))


def saved(path: Path, array: np.ndarray, affine: np.ndarray = AFFINE) -> Path:
    path.parent.mkdir(exist_ok=True)
    nibabel.save(nibabel.Nifti1Image(array, affine), path)
    return path


def segmented(path: Path, layers: np.ndarray, names: list[tuple[str, int, int]]) -> Path:
    """A .seg.nrrd of (layer, x, y, z), with (name, number, layer) of its segments."""
    flip = np.diag([-1.0, -1, 1])
    header = {
        "space": "left-posterior-superior",
        "space directions": np.vstack([[np.nan] * 3, (flip @ AFFINE[:3, :3]).T]),
        "space origin": flip @ AFFINE[:3, 3],
        "kinds": ["list", "domain", "domain", "domain"],
        "encoding": "gzip",
    }
    for i, (name, number, layer) in enumerate(names):
        header |= {f"Segment{i}_ID": f"s{i}", f"Segment{i}_Name": name, f"Segment{i}_LabelValue": str(number)}
        header[f"Segment{i}_Layer"] = str(layer)
    if len(layers) == 1:
        layers = layers[0]
        header["space directions"], header["kinds"] = header["space directions"][1:], header["kinds"][1:]
    nrrd.write(str(path), layers, header)
    return path


SPELLINGS = {
    LIVER: "Liver|LIVER|liver |Leber|Hépar|foie|hígado|fegato|lever|肝臓|печень|1 liver|Liver_001|the whole liver",
    SPLEEN: "spleen|Milz|lien|rate|bazo|milza|milt|脾臓|Spleen seg",
    RIGHT_KIDNEY: "Kidney R|right kidney|kidney_right|KidneyRight|RK|Rt. kidney|rkidney|kidney (R)|ren dexter|Niere re."
    "|Rechte Niere|rein droit|rene dx|riñón derecho|右腎|Kidney-Rt|R_Kidney|правая почка",
    LEFT_KIDNEY: "Kidney_L|Left Kidney|left-kidney|leftKidney|LK|lt kidney|ren sinister|Niere li|linke Niere"
    "|rein gauche|rene sin.|riñón izquierdo|左腎臓|kidney l|LNiere|nier links",
}


@pytest.mark.parametrize("organ", SPELLINGS)
def test_organs_are_known_by_the_names_that_people_give_them(organ: Organ) -> None:
    names = SPELLINGS[organ].split("|")
    assert {name: meant_by(name) for name in names} == dict.fromkeys(names, (organ,))


@pytest.mark.parametrize("name", ["Nieren", "kidneys", "Kidney", "both kidneys", "left and right kidney", "reins"])
def test_a_kidney_without_a_side_is_both(name: str) -> None:
    assert meant_by(name) == KIDNEYS


@pytest.mark.parametrize(
    "name",
    ["liver tumour", "liver_segment_4", "left liver", "kidney_cyst_left", "Kidney_Cortex_L", "adrenal_gland_left",
     "Gallbladder", "liver vessels", "Liver-GTV", "liver and spleen", "hepatic vein", "Segment_1", ""],
)  # fmt: skip
def test_what_only_sounds_like_an_organ_is_none(name: str) -> None:
    assert meant_by(name) == () == meant_by_file(name)


def test_names_of_files_may_say_more_than_the_organ() -> None:
    said = {
        "s0011_kidney_left": (LEFT_KIDNEY,),
        "case_l_7_kidney_right": (RIGHT_KIDNEY,),
        "ct.spleen.seg": (SPLEEN,),
        "Mueller-Leber": (LIVER,),
        "liver_spleen": (),
        "mask": (),
    }
    assert {name: meant_by_file(name) for name in said} == said
    assert all(says_nothing(name) for name in ("Segment_12", "label 3", "ROI-2", "7", "", "a"))


@pytest.mark.parametrize(
    ("whose", "numbers"),
    [
        ("TotalSegmentator", by_number(5, 2, 1, 3)),
        ("AMOS and BTCV", by_number(6, 2, 1, 3)),
        ("WORD", by_number(1, 4, 2, 3)),
        ("CHAOS", by_number(63, 126, 252, 189)),
        ("sides exchanged", by_number(1, 4, 3, 2)),
        ("AbdomenCT-1K and FLARE21", {LIVER: 1, RIGHT_KIDNEY: 2, LEFT_KIDNEY: 2, SPLEEN: 3}),
        ("KiTS", {RIGHT_KIDNEY: 1, LEFT_KIDNEY: 1}),
        ("a spleen", {SPLEEN: 1}),
        ("kidneys", {RIGHT_KIDNEY: 2, LEFT_KIDNEY: 3}),
    ],
)
@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.int16])
def test_numbers_of_other_programs_are_asked_about(
    tmp_path: Path, whose: str, numbers: dict[Organ, int], dtype: type
) -> None:
    path = saved(tmp_path / "mask.nii.gz", renumbered(numbers, dtype))
    with pytest.raises(UnnamedMask, match="does not say which organ") as asked:
        read_mask(VOLUME, path)
    # What anatomy proposes is right, and saying it is enough.
    proposed = {row.key: row.proposed for row in asked.value.rows}
    expected: dict[str, tuple[Organ, ...]] = {}
    for organ, number in numbers.items():
        expected[str(number)] = (*expected.get(str(number), ()), organ)
    if whose != "a spleen":
        assert proposed == expected
    read = read_mask(VOLUME, path, expected).labels
    assert np.array_equal(read, np.where(np.isin(LABELS, [organ.label for organ in numbers]), LABELS, 0))


def test_a_tumour_with_a_number_is_no_kidney(tmp_path: Path) -> None:
    """LiTS and the Decathlon: 1 is liver, 2 the tumour in it."""
    labels = renumbered({LIVER: 1})
    labels[ellipsoid((80, -30, -25), (25, 22, 25)) & (labels == 1)] = 2
    with pytest.raises(UnnamedMask):
        read_mask(VOLUME, saved(tmp_path / "segmentation-0.nii", labels))


@pytest.mark.parametrize("numbers", [by_number(1, 2, 3, 4), by_number(1, 2, 3, 13), {LIVER: 1, SPLEEN: 3}])
def test_our_numbers_and_flare22s_are_understood_and_said(tmp_path: Path, numbers: dict[Organ, int]) -> None:
    theirs = renumbered(numbers)
    if 13 in numbers.values():
        theirs[ellipsoid((0, -10, -40), (10, 10, 60)) & (theirs == 0)] = 5
    found = read_mask(VOLUME, saved(tmp_path / "labels.nii.gz", theirs))
    assert np.array_equal(found.labels, np.where(np.isin(LABELS, [organ.label for organ in numbers]), LABELS, 0))
    assert any("its numbers were taken as" in sentence for sentence in found.warnings)
    assert any("not used" in sentence and "5" in sentence for sentence in found.warnings) == (13 in numbers.values())


def test_mirrored_organs_keep_our_numbers(tmp_path: Path) -> None:
    found = read_mask(Volume(VOLUME.hu[::-1], AFFINE), saved(tmp_path / "situs.nii.gz", LABELS[::-1]))
    assert np.array_equal(found.labels, LABELS[::-1])
    assert any("lies left of" in sentence for sentence in found.warnings)


def test_channels_of_zeros_and_ones_are_numbers_too(tmp_path: Path) -> None:
    hot = np.stack([number == LABELS for number in range(5)], axis=-1).astype(np.float32)
    for name, array in (("with_background.nii.gz", hot), ("without.nii.gz", hot[..., 1:])):
        assert np.array_equal(read_mask(VOLUME, saved(tmp_path / name, array)).labels, LABELS)
    with pytest.raises(UnnamedMask):
        read_mask(VOLUME, saved(tmp_path / "other.nii.gz", hot[..., [3, 2, 4, 1]]))


def test_a_file_called_like_an_organ_is_this_organ_and_no_other(tmp_path: Path) -> None:
    for organ, name in zip(ORGANS, ("Leber", "kidney_right", "spleen", "s0001_kidney_left"), strict=True):
        for array in (organ.label == LABELS, (organ.label == LABELS) * 255, (organ.label == LABELS) * 0.9):
            found = read_mask(VOLUME, saved(tmp_path / f"{name}.nii.gz", array.astype(np.float32)))
            assert np.array_equal(found.labels, np.where(organ.label == LABELS, organ.label, 0))
    two = renumbered({LIVER: 1, SPLEEN: 2})
    with pytest.raises(UnnamedMask):
        read_mask(VOLUME, saved(tmp_path / "liver_0.nii.gz", two))


def test_a_file_of_both_kidneys_is_parted_by_side_and_said(tmp_path: Path) -> None:
    both = np.isin(LABELS, [organ.label for organ in KIDNEYS])
    found = read_mask(VOLUME, saved(tmp_path / "Nieren.nii.gz", both.astype(np.uint8)))
    assert np.array_equal(found.labels, np.where(both, LABELS, 0))
    assert any("names no side" in sentence for sentence in found.warnings)


def test_a_folder_of_one_file_an_organ_is_a_mask(tmp_path: Path) -> None:
    folder = tmp_path / "segmentations"
    for organ, name in zip(ORGANS, ("liver", "kidney_right", "spleen", "kidney_left"), strict=True):
        saved(folder / f"{name}.nii.gz", (organ.label == LABELS).astype(np.uint8))
    for name in ("aorta", "kidney_cyst_left", "stomach"):
        saved(folder / f"{name}.nii.gz", np.zeros_like(LABELS))
    found = read_mask(VOLUME, folder)
    assert np.array_equal(found.labels, LABELS)
    assert any("aorta, kidney_cyst_left and stomach" in sentence for sentence in found.warnings)
    with pytest.raises(FlareError, match="none of the 1 masks here is called like an organ"):
        read_mask(VOLUME, saved(tmp_path / "empty" / "aorta.nii.gz", LABELS).parent)


def test_segments_are_read_from_their_layers(tmp_path: Path) -> None:
    layers = np.stack([np.where(LEFT_KIDNEY.label == LABELS, 0, LABELS), renumbered({LEFT_KIDNEY: 1, LIVER: 2})])
    names = [("liver", 1, 0), ("right kidney", 2, 0), ("spleen", 3, 0), ("left kidney", 1, 1), ("liver margin", 2, 1)]
    found = read_mask(VOLUME, segmented(tmp_path / "a.seg.nrrd", layers, names))
    assert np.array_equal(found.labels, LABELS)
    assert any("liver margin" in sentence for sentence in found.warnings)


def test_what_two_segments_claim_is_said(tmp_path: Path) -> None:
    kidney = (RIGHT_KIDNEY.label == LABELS).astype(np.uint8)
    liver = ((LIVER.label == LABELS) | (kidney > 0)).astype(np.uint8)
    path = segmented(tmp_path / "a.seg.nrrd", np.stack([kidney, liver]), [("RK", 1, 0), ("Leber", 1, 1)])
    found = read_mask(VOLUME, path)
    assert np.array_equal(found.labels, np.where(RIGHT_KIDNEY.label >= LABELS, LABELS, 0))
    assert any("lie in two organs at once" in sentence for sentence in found.warnings)


def test_names_that_are_not_understood_are_named(tmp_path: Path) -> None:
    names = [("Liver", 1, 0), ("Kidny R", 2, 0), ("Spleen", 3, 0), ("Kidney L", 4, 0)]
    path = segmented(tmp_path / "a.seg.nrrd", LABELS[None], names)
    found = read_mask(VOLUME, path)
    assert np.array_equal(found.labels, np.where(RIGHT_KIDNEY.label == LABELS, 0, LABELS))
    assert any("Kidny R (2)" in sentence for sentence in found.warnings)
    for told in ("2=right kidney", "Kidny R=RK"):
        assert np.array_equal(read_mask(VOLUME, path, parse(told)).labels, LABELS)


def test_names_that_say_nothing_are_as_no_names(tmp_path: Path) -> None:
    names = [(f"Segment_{number}", number, 0) for number in range(1, 5)]
    path = segmented(tmp_path / "a.seg.nrrd", renumbered(by_number(4, 2, 1, 3))[None], names)
    with pytest.raises(UnnamedMask, match="Segment_1, Segment_2, Segment_3 and Segment_4"):
        read_mask(VOLUME, path)
    told = parse("Segment_4=liver,2=right_kidney,1=Milz,Segment_3=Kidney L")
    assert np.array_equal(read_mask(VOLUME, path, told).labels, LABELS)


def test_the_command_line_asks_and_takes_the_answer(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_volume(VOLUME, tmp_path / "ct.nii.gz")
    theirs = renumbered(by_number(5, 2, 1, 3))
    theirs[ellipsoid((20, 60, 0), (20, 20, 20)) & (theirs == 0)] = 4
    mask = saved(tmp_path / "mask.nii.gz", theirs)
    words = ["export", str(tmp_path / "ct.nii.gz"), "--mask", str(mask), "--csv", "-o", str(tmp_path / "out")]
    assert main(words) == 2
    said = capsys.readouterr().err
    answer = "1=spleen,2=right_kidney,3=left_kidney,5=liver"
    assert answer in said and not (tmp_path / "out").exists()
    assert main([*words, "--mask-labels", answer]) == 0
    assert "not used, as nothing says that it is one of the four organs: 4" in capsys.readouterr().err
    rows = (tmp_path / "out" / "ct.organs.csv").read_text().splitlines()[1:]
    expected = [np.count_nonzero(organ.label == LABELS) * 0.18 for organ in ORGANS]
    assert [float(row.split(",")[1]) for row in rows] == pytest.approx(expected, abs=0.01)
    for wrong, sentence in (("5=lung", "does not say which organ"), ("9=liver", "has no 9"), ("liver", "does not say")):
        assert main([*words, "--overwrite", "--mask-labels", wrong]) == 2
        assert sentence in capsys.readouterr().err
    assert main(["export", str(tmp_path / "ct.nii.gz"), "--csv", "-o", "x", "--mask-labels", "1=liver"]) == 2


@pytest.mark.parametrize("case", ["12_mask_on_flipped_rows", "14_mask_cropped"])
def test_the_same_voxels_in_another_order_or_a_part_of_them_are_the_same_grid(tmp_path: Path, case: str) -> None:
    rng = np.random.default_rng(0)
    for attempt in range(12):
        axes, flips = rng.permutation(3), rng.integers(0, 2, 3).astype(bool)
        start, end = rng.integers(0, 5, 3), np.array(LABELS.shape) - rng.integers(0, 5, 3)
        if case != "14_mask_cropped":
            start, end = np.zeros(3, int), np.array(LABELS.shape)
        box = tuple(slice(a, b) for a, b in zip(start, end, strict=True))
        part = LABELS[box]
        turn = nibabel.orientations.axcodes2ornt("RAS")
        turn[:, 0], turn[:, 1] = axes, np.where(flips, -1, 1)
        turned = nibabel.orientations.apply_orientation(part, turn)
        move = np.eye(4)
        move[:3, 3] = start
        affine = AFFINE @ move @ nibabel.orientations.inv_ornt_aff(turn, part.shape)
        affine[:3, 3] += rng.uniform(-0.02, 0.02, 3)
        found = read_mask(VOLUME, saved(tmp_path / f"{attempt}.nii.gz", turned, affine))
        kept = np.zeros_like(LABELS)
        kept[box] = part
        assert np.array_equal(found.labels, kept) and np.array_equal(found.affine, VOLUME.affine)


def test_what_lies_outside_of_the_scan_is_said_and_a_mask_beside_it_refused(tmp_path: Path) -> None:
    wide = np.pad(LABELS, 3)
    wide[0, 0, 0] = 2
    move = np.eye(4)
    move[:3, 3] = -3
    found = read_mask(VOLUME, saved(tmp_path / "wide.nii.gz", wide, AFFINE @ move))
    assert np.array_equal(found.labels, LABELS)
    assert any("0.2 ml of it lie where the scan has no voxels" in sentence for sentence in found.warnings)
    move[:3, 3] = 500
    with pytest.raises(FlareError, match="beside the scan"):
        read_mask(VOLUME, saved(tmp_path / "far.nii.gz", LABELS, AFFINE @ move))
    move[:3, 3] = 0.4
    with pytest.raises(FlareError, match="mm away from the scan"):
        read_mask(VOLUME, saved(tmp_path / "off.nii.gz", LABELS, AFFINE @ move))


def test_real_label_maps_are_told_apart_by_anatomy(shared: Callable[[str], Path], tmp_path: Path) -> None:
    """People whose organs are drawn: our numbers are taken, and the file's own (BTCV's) are asked about."""
    numbers = by_number(5, 2, 1, 3)
    for path in sorted(shared("labelmaps/abdomen8").glob("*.nii.gz"))[::4]:
        image = nibabel.load(path)
        theirs = np.asarray(image.dataobj).astype(np.uint8)[::2, ::2, ::2]
        affine = image.affine @ np.diag([2, 2, 2, 1])
        volume = Volume(np.where(theirs > 0, 100, 40).astype(np.int16), affine)
        ours = np.zeros_like(theirs)
        for organ, number in numbers.items():
            ours[theirs == number] = organ.label
        assert np.array_equal(read_mask(volume, saved(tmp_path / "ours.nii.gz", ours, affine)).labels, ours)
        with pytest.raises(UnnamedMask) as asked:
            read_mask(volume, saved(tmp_path / "theirs.nii.gz", theirs, affine))
        proposed = {int(row.key): row.proposed for row in asked.value.rows if row.proposed}
        assert proposed == {number: (organ,) for organ, number in numbers.items()}
