import zipfile
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import FlareError
from flare_gui.organs import LEFT_KIDNEY, RIGHT_KIDNEY
from trainer import phantoms
from trainer.cli import main
from trainer.sources import cases_of

RECIPE = """
steps = 2
patch = 32
spacing_mm = 4.0
epoch = 2
[network]
kernel = 3
width = 4
down = [1, 1, 1]
up = [1, 1]
"""


def test_the_challenges_zip_trains_as_it_is_downloaded(flare_zip: Path, tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text(RECIPE)
    run = tmp_path / "run"
    command = ["fit", "--recipe", str(tmp_path / "r.toml"), "--data", str(flare_zip), "--workers", "0"]
    assert main([*command, "--out", str(run)]) == 0
    assert len((run / "log.csv").read_text().splitlines()) == 3
    assert (run / "dice.png").exists()
    assert "FLARE22_Tr_0001" in (run / "data.json").read_text()


def test_the_unpacked_challenge_gives_the_same_cases(flare_zip: Path, tmp_path: Path) -> None:
    folder = tmp_path / "unpacked"
    zipfile.ZipFile(flare_zip).extractall(folder)
    zipped, unpacked = list(cases_of(str(flare_zip), 1)), list(cases_of(str(folder), 1))
    assert [case.name for case in zipped] == ["FLARE22_Tr_0001", "FLARE22_Tr_0002"] == [c.name for c in unpacked]
    for a, b in zip(zipped, unpacked, strict=True):
        assert np.array_equal(a.labels, b.labels)
        assert a.hu is not None and b.hu is not None
        assert np.array_equal(a.hu, b.hu)


def test_flares_ids_become_ours_and_the_right_kidney_lies_right(flare_zip: Path) -> None:
    for case in cases_of(str(flare_zip), 1):
        assert set(np.unique(case.labels)) == {0, 1, 2, 3, 4}
        right, left = (np.argwhere(case.labels == k.label)[:, 0].mean() for k in (RIGHT_KIDNEY, LEFT_KIDNEY))
        assert right > left


def test_a_real_pair_becomes_a_case_without_losing_volume(shared) -> None:  # type: ignore[no-untyped-def]
    (case,) = cases_of(str(shared("ct/ircad17")), 1)
    assert case.hu is not None
    voxel_ml = float(np.prod(case.spacing_mm)) / 1000
    volumes = np.bincount(case.labels.ravel(), minlength=5)[1:] * voxel_ml
    import nibabel

    reference = nibabel.load(shared("ct/ircad17") / "label.nii.gz")
    there = np.bincount(np.asarray(reference.dataobj).astype(np.uint8).ravel(), minlength=5)[1:]
    there_ml = there * abs(np.linalg.det(reference.affine[:3, :3])) / 1000
    assert volumes == pytest.approx(there_ml, rel=0.02)


def test_the_scan_that_tests_the_weights_is_never_a_phantom(shared) -> None:  # type: ignore[no-untyped-def]
    names = [path.name for path in phantoms.label_maps_in(shared("labelmaps"))]
    assert len(names) > 30
    assert not any("ts_example" in name for name in names)


def test_without_label_maps_phantoms_are_made_of_own_shapes(tmp_path: Path) -> None:
    case = next(phantoms.phantoms(tmp_path, seed=1))
    assert {1, 2, 3, 4} <= set(np.unique(case.labels))
    assert case.source == "shapes of flare-gui"


@pytest.mark.parametrize(("name", "content"), [("broken.zip", b"PK\x03\x04 not a zip"), ("absent", None)])
def test_data_that_cannot_be_trained_on_is_one_sentence(
    name: str, content: bytes | None, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    assert main(["fit", "--data", str(tmp_path / name), "--out", str(tmp_path / "run")]) == 2
    error = capsys.readouterr().err
    assert name in error
    assert error.count("\n") == 1


def test_a_zip_of_something_else_says_what_is_missing(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "other.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FlareError, match=r"images/\*_0000"):
        list(cases_of(str(tmp_path / "other.zip"), 1))
