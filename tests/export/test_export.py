"""What is written is opened again by programs that no one here wrote."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import nibabel
import nrrd
import numpy as np
import pytest
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
import trimesh

from flare_gui import geometry
from flare_gui.cli import main
from flare_gui.errors import Cancelled, OutputExists
from flare_gui.export import EVERYTHING, ExportOptions, export
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY
from flare_gui.progress import Cancel
from flare_gui.render.options import MeshOptions
from flare_gui.volume import Segmentation, Volume


@pytest.fixture(scope="module")
def case() -> tuple[Volume, Segmentation]:
    """An oblique scan, front to back first, with a liver that its end cuts, both kidneys, and no spleen."""
    turn = np.array([[0.96, -0.28, 0], [0.28, 0.96, 0], [0, 0, 1]])
    affine = np.eye(4)
    affine[:3, :3] = turn @ np.array([[0, 0, -1.5], [-1.2, 0, 0], [0, 2.0, 0]])
    affine[:3, 3] = (40, 30, -80)
    shape = (80, 50, 90)
    x, y, z = np.indices(shape)
    labels = np.zeros(shape, np.uint8)
    labels[((x - 30) / 26) ** 2 + ((y - 45) / 18) ** 2 + ((z - 60) / 24) ** 2 < 1] = LIVER.label
    labels[((x - 55) / 12) ** 2 + ((y - 14) / 11) ** 2 + ((z - 66) / 10) ** 2 < 1] = RIGHT_KIDNEY.label
    labels[((x - 55) / 12) ** 2 + ((y - 14) / 11) ** 2 + ((z - 20) / 10) ** 2 < 1] = LEFT_KIDNEY.label
    hu = (labels.astype(np.int16) * 30 + np.random.default_rng(0).integers(-9, 9, shape)).astype(np.int16)
    return Volume(hu, affine, "case"), Segmentation(labels, affine)


@pytest.fixture(scope="module")
def folder(case: tuple[Volume, Segmentation], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Every format of `case`."""
    out = tmp_path_factory.mktemp("export")
    export(*case, out, EVERYTHING)
    return out


def centre_mm(segmentation: Segmentation, label: int) -> np.ndarray:
    return geometry.apply(segmentation.affine, np.argwhere(segmentation.labels == label)).mean(axis=0)


def test_masks_lie_where_the_scan_lies(case: tuple[Volume, Segmentation], folder: Path) -> None:
    _, segmentation = case
    image = nibabel.load(folder / "case.seg.nii.gz")
    assert np.array_equal(np.asarray(image.dataobj), segmentation.labels)
    assert np.abs(image.affine - segmentation.affine).max() < 1e-4
    for name in ("case.seg.mha", "case.seg.nrrd"):
        read = sitk.ReadImage(str(folder / name))
        labels = sitk.GetArrayFromImage(read).transpose(2, 1, 0)
        assert np.array_equal(labels, segmentation.labels), name
        corner = np.array(read.TransformIndexToPhysicalPoint((7, 11, 13)))
        expected = geometry.apply(segmentation.affine, np.array([[7, 11, 13]]))[0]
        assert corner * (-1, -1, 1) == pytest.approx(expected, abs=1e-3)


def test_slicers_segmentation_has_names_colours_and_terms(folder: Path) -> None:
    data, header = nrrd.read(str(folder / "case.seg.nrrd"))
    assert data.dtype == np.uint8 and header["space"] == "left-posterior-superior"
    for i, organ in enumerate(ORGANS):
        assert header[f"Segment{i}_Name"] == organ.name
        assert int(header[f"Segment{i}_LabelValue"]) == organ.label
        assert organ.snomed in header[f"Segment{i}_Tags"]
        colour = [round(255 * float(part)) for part in header[f"Segment{i}_Color"].split()]
        assert "#{:02X}{:02X}{:02X}".format(*colour) == organ.colour


def test_label_tables_name_every_number(folder: Path) -> None:
    rows = [line.split() for line in (folder / "case.ctbl").read_text().splitlines() if line[0] != "#"]
    assert [(int(row[0]), row[1]) for row in rows[1:]] == [(o.label, o.name.replace(" ", "_")) for o in ORGANS]
    text = (folder / "case.label.txt").read_text()
    assert all(f'"{organ.name}"' in text for organ in ORGANS)


@pytest.mark.parametrize("kind", ["stl", "ply"])
def test_meshes_are_closed_in_place_and_as_large_as_the_mask(
    case: tuple[Volume, Segmentation], folder: Path, kind: str
) -> None:
    _, segmentation = case
    assert not (folder / f"case.spleen.{kind}").exists()
    for organ in (LIVER, RIGHT_KIDNEY, LEFT_KIDNEY):
        mesh = trimesh.load(folder / f"case.{organ.key}.{kind}")
        assert mesh.is_watertight and mesh.is_winding_consistent
        volume = np.count_nonzero(segmentation.labels == organ.label) * segmentation.voxel_ml * 1000
        # A positive volume is also that its normals point outwards.
        assert mesh.volume == pytest.approx(volume, rel=0.01)
        assert mesh.center_mass == pytest.approx(centre_mm(segmentation, organ.label), abs=0.5)


@pytest.mark.parametrize("options", [MeshOptions(0), MeshOptions(60), MeshOptions(20, 0.8)])
def test_smoothing_and_reduction_keep_the_volume(
    case: tuple[Volume, Segmentation], tmp_path: Path, options: MeshOptions
) -> None:
    _, segmentation = case
    export(*case, tmp_path, ["stl"], ExportOptions(mesh=options))
    mesh = trimesh.load(tmp_path / "case.liver.stl")
    volume = np.count_nonzero(segmentation.labels == LIVER.label) * segmentation.voxel_ml * 1000
    assert mesh.is_watertight and mesh.volume == pytest.approx(volume, rel=0.01)


def test_one_file_holds_all_organs_with_names_and_colours(case: tuple[Volume, Segmentation], folder: Path) -> None:
    scene = trimesh.load(folder / "case.glb")
    assert set(scene.geometry) == {"Liver", "Right kidney", "Left kidney"}
    base = scene.geometry["Liver"].visual.material.baseColorFactor
    assert "#{:02X}{:02X}{:02X}".format(*base[:3]) == LIVER.colour
    assert scene.geometry["Liver"].centroid == pytest.approx(centre_mm(case[1], LIVER.label), abs=3)
    groups = trimesh.load(folder / "case.obj", group_material=False, split_object=True)
    assert len(groups.geometry) == 3
    assert f"newmtl {LIVER.key}" in (folder / "case.mtl").read_text()


def test_numbers_are_those_of_numpy(case: tuple[Volume, Segmentation], folder: Path) -> None:
    volume, segmentation = case
    with (folder / "case.organs.csv").open() as file:
        rows = {row["organ"]: row for row in csv.DictReader(file)}
    values = volume.hu[segmentation.labels == LIVER.label]
    assert float(rows["liver"]["median_hu"]) == np.median(values)
    assert float(rows["liver"]["p95_hu"]) == pytest.approx(np.percentile(values, 95))
    assert float(rows["liver"]["volume_ml"]) == pytest.approx(values.size * segmentation.voxel_ml, abs=0.01)
    assert rows["liver"]["touches_border"] == "True" and rows["left_kidney"]["touches_border"] == "False"
    assert rows["spleen"]["mean_hu"] == ""
    assert float(rows["left_kidney"]["extent_up_down_mm"]) == pytest.approx(2 * 11 * 2.0, abs=2.1)
    assert json.loads((folder / "case.organs.json").read_text())["liver"]["median_hu"] == np.median(values)


def test_flare22_numbers_and_one_file_an_organ_on_request(case: tuple[Volume, Segmentation], tmp_path: Path) -> None:
    export(*case, tmp_path, ["nifti", "mha"], ExportOptions(labels="flare22"))
    assert set(np.unique(np.asarray(nibabel.load(tmp_path / "case.seg.nii.gz").dataobj))) == {0, 1, 2, 13}
    export(*case, tmp_path, ["nifti"], ExportOptions(per_organ=True))
    alone = np.asarray(nibabel.load(tmp_path / "case.left_kidney.nii.gz").dataobj)
    assert np.array_equal(alone == 1, case[1].labels == LEFT_KIDNEY.label)


def test_existing_files_are_replaced_only_when_that_was_asked_for(
    case: tuple[Volume, Segmentation], tmp_path: Path
) -> None:
    old = tmp_path / "case.organs.csv"
    old.write_text("mine")
    with pytest.raises(OutputExists):
        export(*case, tmp_path, ["csv"])
    assert old.read_text() == "mine"
    export(*case, tmp_path, ["csv"], ExportOptions(overwrite=True))
    assert old.read_text().startswith("organ,")


@pytest.mark.parametrize("key", EVERYTHING)
def test_a_cancel_leaves_no_half_file_and_the_old_one_whole(
    case: tuple[Volume, Segmentation], folder: Path, tmp_path: Path, key: str
) -> None:
    names = [path.name for path in folder.iterdir()]
    for name in names:
        (tmp_path / name).write_text("old")
    cancel = Cancel()

    def stop(_stage: str, _fraction: float) -> None:
        cancel.set()

    with pytest.raises(Cancelled):
        export(*case, tmp_path, [key], ExportOptions(overwrite=True), progress=stop, cancel=cancel)
    assert {path.name for path in tmp_path.iterdir()} == set(names)
    assert all((tmp_path / name).read_text() == "old" for name in names)


def test_the_command_line_writes_what_is_asked(
    shared: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shared("ct/ts_example")
    words = ["export", str(source / "ct.nii.gz"), "--mask", str(source / "label.nii.gz"), "-o", str(tmp_path)]
    assert main([*words, "--stl", "--csv"]) == 0
    assert {path.suffix for path in tmp_path.iterdir()} == {".stl", ".csv"}
    assert main([*words, "--csv"]) == 2
    assert "there is a file already" in capsys.readouterr().err
    assert main(words) == 2


@pytest.mark.parametrize("frame", ["RAS", "LPS"])
def test_meshes_say_their_frame_where_3d_slicer_looks_for_it(
    case: tuple[Volume, Segmentation], tmp_path: Path, frame: Literal["RAS", "LPS"]
) -> None:
    export(*case, tmp_path, ["stl", "ply", "obj", "glb"], ExportOptions(mesh=MeshOptions(frame=frame)))
    said = f"SPACE={frame}"
    assert said.encode() in (tmp_path / "case.liver.stl").read_bytes()[:80]
    header = (tmp_path / "case.liver.ply").read_bytes().split(b"end_header")[0].decode().splitlines()
    assert any(line.startswith("comment ") and said in line for line in header)
    # VTK hands on the comments before the first other line.
    assert (tmp_path / "case.obj").read_text().splitlines()[0] == f"# flare-gui {said}"
    assert trimesh.load(tmp_path / "case.glb").metadata["SPACE"] == frame
    expected = centre_mm(case[1], LIVER.label) * ((1, 1, 1) if frame == "RAS" else (-1, -1, 1))
    liver = np.count_nonzero(case[1].labels == LIVER.label) * case[1].voxel_ml * 1000
    for name in ("case.liver.stl", "case.liver.ply"):
        mesh = trimesh.load(tmp_path / name)
        assert mesh.center_mass == pytest.approx(expected, abs=0.5) and mesh.volume == pytest.approx(liver, rel=0.01)
    whole = trimesh.load(tmp_path / "case.obj", force="mesh")
    parts = [trimesh.load(path).bounds for path in tmp_path.glob("*.stl")]
    assert whole.bounds[0] == pytest.approx(np.min(parts, axis=0)[0], abs=0.01)
