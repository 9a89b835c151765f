"""Masks of other programs open as segmentation, by the names their files give the numbers."""

from pathlib import Path
from xml.etree import ElementTree

import nibabel
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from nibabel.nifti1 import Nifti1Extension

from flare_gui.errors import FlareError
from flare_gui.export import ExportOptions, export
from flare_gui.io import read_mask
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, LabelScheme
from flare_gui.volume import Segmentation, Volume

AFFINE = np.diag([-1.5, -1.5, 3.0, 1.0])


@pytest.fixture
def case() -> tuple[Volume, Segmentation]:
    labels = np.random.default_rng(2).integers(0, 5, (12, 10, 8)).astype(np.uint8)
    return Volume(np.zeros(labels.shape, np.int16), AFFINE, "ct"), Segmentation(labels, AFFINE)


def test_totalsegmentators_numbers_are_read_by_their_names(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    volume, ours = case
    # Its own numbering: liver is 5, and 4 is the gallbladder.
    numbers = {
        SPLEEN: (1, "spleen"),
        RIGHT_KIDNEY: (2, "kidney_right"),
        LEFT_KIDNEY: (3, "kidney_left"),
        LIVER: (5, "liver"),
    }
    theirs = np.zeros_like(ours.labels)
    for organ, (number, _) in numbers.items():
        theirs[ours.labels == organ.label] = number
    theirs[0, 0, 0] = 4
    expected = ours.labels.copy()
    expected[0, 0, 0] = 0
    # With and without CDATA: TotalSegmentator itself writes it.
    rows = "".join(f'<Label Key="{n}" Red="1" Alpha="1"><![CDATA[{name}]]></Label>\n' for n, name in numbers.values())
    image = nibabel.Nifti1Image(theirs, AFFINE)
    text = f'<CaretExtension><LabelTable><Label Key="4">gallbladder</Label>{rows}</LabelTable></CaretExtension>'
    image.header.extensions.append(Nifti1Extension(0, text.encode()))
    nibabel.save(image, tmp_path / "total.nii.gz")
    assert np.array_equal(read_mask(volume, tmp_path / "total.nii.gz").labels, expected)


@pytest.mark.parametrize("scheme", ["organs", "flare22"])
def test_our_nifti_names_and_colours_its_numbers_as_totalsegmentator_does(
    case: tuple[Volume, Segmentation], tmp_path: Path, scheme: LabelScheme
) -> None:
    export(*case, tmp_path, ["nifti"], ExportOptions(labels=scheme))
    image = nibabel.load(tmp_path / "ct.seg.nii.gz")
    # The way `load_multilabel_nifti` goes, with the standard library's parser.
    table = ElementTree.fromstring(image.header.extensions[0].get_content()).find("VolumeInformation/LabelTable")
    assert table is not None
    found = {int(row.attrib["Key"]): row for row in table}
    for organ in ORGANS:
        row = found[organ.flare22 if scheme == "flare22" else organ.label]
        assert row.text == organ.name
        assert [round(255 * float(row.attrib[c])) for c in ("Red", "Green", "Blue")] == list(organ.rgb)
    assert np.array_equal(read_mask(case[0], tmp_path / "ct.seg.nii.gz").labels, case[1].labels)
    assert np.array_equal(sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / "ct.seg.nii.gz"))).T, image.dataobj)


def test_a_file_of_one_organ_says_which(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    export(*case, tmp_path, ["nifti"], ExportOptions(per_organ=True))
    read = read_mask(case[0], tmp_path / "ct.left_kidney.nii.gz").labels
    assert np.array_equal(read, np.where(case[1].labels == LEFT_KIDNEY.label, LEFT_KIDNEY.label, 0))


def test_slicers_segmentation_is_read_by_its_names(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    export(*case, tmp_path, ["nrrd", "mha"], ExportOptions(labels="flare22"))
    for name in ("ct.seg.nrrd", "ct.seg.mha"):
        assert np.array_equal(read_mask(case[0], tmp_path / name).labels, case[1].labels)


def test_a_mask_of_another_grid_or_none_at_all_is_one_sentence(
    case: tuple[Volume, Segmentation], tmp_path: Path
) -> None:
    other = AFFINE @ np.diag([1.1, 1.1, 1, 1])
    nibabel.save(nibabel.Nifti1Image(np.ones((3, 3, 3), np.uint8), other), tmp_path / "other.nii.gz")
    for name, words in (("other.nii.gz", "the mask has"), ("none.nii.gz", "there is no such mask")):
        with pytest.raises(FlareError, match=words):
            read_mask(case[0], tmp_path / name)
