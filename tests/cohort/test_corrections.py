"""A mask that a person has corrected, here or in another program, is the case's own from then on."""

import shutil
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui import io
from flare_gui.analysis.compare import compare
from flare_gui.analysis.measure import measure
from flare_gui.batch import corrections
from flare_gui.batch.case_files import CaseFiles, is_changed, own_report
from flare_gui.batch.summary import CONTACT_SHEET, VOLUMES
from flare_gui.cli import main
from flare_gui.cohort.cases import catch_up, read_cohort
from flare_gui.cohort.write import follow
from flare_gui.model.weights import load
from flare_gui.organs import LEFT_KIDNEY, LIVER
from flare_gui.volume import Segmentation, Volume
from tests.cohort.results import report_of, rows_of, say, segmented
from tests.tiny import save_tiny, write_scan


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("weights"), "tiny", 1)


@pytest.fixture(scope="module")
def segmented_once(weights: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with scans in `in` and results in `out`."""
    folder = tmp_path_factory.mktemp("made")
    segmented(folder / "in", folder / "out", load(weights), 3)
    return folder


@pytest.fixture
def out(segmented_once: Path, tmp_path: Path) -> Path:
    """The results of three scans, `ct0` to `ct2`, which lie in `in` beside them."""
    for name in ("in", "out"):
        shutil.copytree(segmented_once / name, tmp_path / name)
    return tmp_path / "out"


def case_called(name: str, out: Path) -> io.Case:
    return io.Case(out.parent / "in" / f"{name}.nii.gz", name)


def opened(case: io.Case, out: Path) -> tuple[Volume, Segmentation]:
    volume = io.read_scan(case.path)
    return volume, io.read_mask(volume, CaseFiles(out, case.name).mask)


def carved(segmentation: Segmentation) -> Segmentation:
    """Less liver, as with an eraser."""
    labels = segmentation.labels.copy()
    liver = np.argwhere(labels == LIVER.label)
    part = liver[liver[:, 2] < np.median(liver[:, 2])]
    labels[tuple(part.T)] = 0
    return Segmentation(labels, segmentation.affine, run=segmentation.run).corrected_by_hand({LIVER.label})


def test_a_saved_correction_is_the_cases_own_mask_and_the_networks_stays_beside(out: Path) -> None:
    case, other = case_called("ct0", out), case_called("ct1", out)
    files, before = CaseFiles(out, case.name), report_of(out, case.name)
    network = files.mask.read_bytes()
    volume, segmentation = opened(case, out)
    person = carved(segmentation)
    corrections.save_correction(files, volume, person)
    again = carved(person)
    corrections.save_correction(files, volume, again)
    assert files.network_mask.read_bytes() == network, "the first original stays, however often one corrects"
    report = corrections.with_agreement(files)
    assert np.array_equal(io.read_mask(volume, files.mask).labels, again.labels)
    assert report["corrected_by_hand"] == ["liver"] and report["organs"]["liver"]["confidence"] is None
    measured = measure(volume, again)["liver"]
    assert report["organs"]["liver"]["volume_ml"] == pytest.approx(measured.volume_ml, abs=1e-3)
    assert report["network"]["organs"] == before["organs"]
    (liver, *_) = compare(segmentation.labels, again.labels, volume.spacing)
    assert report["network"]["agreement"]["liver"]["dice"] == pytest.approx(liver.dice, abs=1e-4)
    assert not is_changed(files, report)
    corrections.draw_picture(files, volume, again)
    follow(out)
    table = rows_of(out / VOLUMES)
    assert (table[case.name]["by_hand"], table[case.name]["status"]) == ("liver", "corrected")
    assert (table[other.name]["by_hand"], table[other.name]["status"]) == ("", "new")
    assert float(table[case.name]["liver_ml"]) == pytest.approx(measured.volume_ml, abs=0.01)
    assert (out / CONTACT_SHEET).read_text(encoding="utf-8").count("by hand") == 1


def test_a_rerun_keeps_what_a_person_accepted_or_corrected_and_redoes_it_only_by_name(
    out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    corrected, accepted, flagged = (case_called(f"ct{i}", out) for i in range(3))
    volume, segmentation = opened(corrected, out)
    corrections.save_correction(CaseFiles(out, corrected.name), volume, carved(segmentation))
    say(out, accepted.name, "accepted")
    say(out, flagged.name, "flagged", "look at the liver")
    masks = {case.name: CaseFiles(out, case.name).mask.read_bytes() for case in (corrected, accepted, flagged)}
    # Other weights, another scan, and everything in the way is to be replaced.
    other = save_tiny(tmp_path / "others", "other", 2)
    write_scan(accepted.path, seed=7)
    command = [
        "segment",
        str(tmp_path / "in"),
        "-o",
        str(out),
        "--weights",
        str(other),
        "--overwrite",
        "--device",
        "cpu",
    ]
    assert main(command) == 0
    assert "2 cases are kept as a person accepted or corrected them: ct0, ct1." in capsys.readouterr().out
    now = {name: CaseFiles(out, name).mask.read_bytes() for name in masks}
    assert [name for name in masks if now[name] != masks[name]] == ["ct2"]
    assert {case.name: case.status for case in read_cohort(out)} == {
        "ct0": "corrected",
        "ct1": "accepted",
        "ct2": "new",
    }
    assert next(case for case in read_cohort(out) if case.name == "ct2").said.note == "look at the liver"
    assert main(["segment", str(corrected.path), *command[2:], "--redo", "ct0"]) == 0
    assert CaseFiles(out, "ct0").replaced_mask.read_bytes() == masks["ct0"], "a person's work is not thrown away"
    assert not CaseFiles(out, "ct0").network_mask.exists() and report_of(out, "ct0").get("network") is None
    assert {case.name: case.status for case in read_cohort(out)}["ct0"] == "new"
    assert main([*command, "--redo", "ct9"]) == 2
    assert "there is no case ct9" in capsys.readouterr().err


def test_a_mask_that_another_program_has_corrected_counts_the_same(out: Path) -> None:
    case, kept = case_called("ct0", out), case_called("ct1", out)
    for one, change in ((case, True), (kept, False)):
        mask = CaseFiles(out, one.name).mask
        image = nibabel.load(mask)
        labels = np.asarray(image.dataobj).copy()
        if change:
            labels[labels == LEFT_KIDNEY.label] = 0
        # Without our names, and as another program compresses.
        nibabel.save(nibabel.Nifti1Image(labels.astype(np.uint16), image.affine), mask)
    cases = read_cohort(out)
    assert [one.changed for one in cases] == [True, True, False] and cases[0].measured(LIVER) is None
    assert catch_up(out, cases) == []
    first, second, _ = read_cohort(out)
    assert first.by_hand == {"left_kidney"} and first.status == "corrected" and not first.changed
    assert second.by_hand == frozenset() and second.status == "new", "saved again is not corrected"
    assert first.report is not None and first.report["network"]["file"] is None
    assert first.report["network"]["organs"]["left_kidney"]["voxels"] > 0 and first.measured(LEFT_KIDNEY) is None


def test_a_changed_mask_whose_scan_is_gone_has_no_numbers_and_that_is_said(out: Path) -> None:
    case = case_called("ct0", out)
    mask = CaseFiles(out, case.name).mask
    image = nibabel.load(mask)
    nibabel.save(nibabel.Nifti1Image(np.zeros(image.shape, np.uint8), image.affine), mask)
    case.path.unlink()
    (problem,) = catch_up(out, read_cohort(out))
    assert "its scan is not where it was" in problem
    assert main(["cohort", str(out)]) == 3
    assert "not measured" in (out / "cohort.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("moment", ["mask", "report"])
def test_killed_between_mask_and_numbers_the_correction_still_counts(
    out: Path, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    case = case_called("ct0", out)
    files = CaseFiles(out, case.name)
    volume, segmentation = opened(case, out)

    class Killed(BaseException):
        pass

    def die(*_: object, **__: object) -> None:
        raise Killed

    if moment == "mask":
        monkeypatch.setattr(corrections, "_write_mask", die)
    else:
        monkeypatch.setattr(corrections, "_write_text", die)
    with pytest.raises(Killed):
        corrections.save_correction(files, volume, carved(segmentation))
    monkeypatch.undo()
    report = own_report(files.report)
    assert report is not None and is_changed(files, report) == (moment == "report")
    assert catch_up(out, read_cohort(out)) == []
    now = read_cohort(out)[0]
    assert now.by_hand == (frozenset({"liver"}) if moment == "report" else frozenset())
    if moment == "report":
        assert now.report is not None and now.report["network"]["agreement"]["liver"]["dice"] < 1
