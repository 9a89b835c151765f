"""The benchmark's own promises: ratios within a round, no verdict without equal outputs, tables made from the JSON."""

import json
import subprocess
import sys
from itertools import count
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen
from flare_gui.volume import Segmentation, Volume
from tests.benchmarks import __main__ as bench
from tests.benchmarks import bench_gpu, table
from tests.benchmarks.__main__ import PUBLISHED, main
from tests.benchmarks.harness import Rounds, at_most, faster, in_turns, machine
from tests.benchmarks.scans import Scan
from tests.benchmarks.strokes import study
from tests.tiny import save_tiny, write_scan


def test_the_ratio_is_taken_within_each_round_so_that_a_drifting_machine_cancels_out() -> None:
    drifting = Rounds(ours=[1.0, 10.0, 100.0], reference=[2.0, 20.0, 200.0])
    assert drifting.row("a", "", "", faster(2), (True, "")).ratio == 2
    assert drifting.row("a", "", "", at_most(0.5), (True, "")).ratio == 0.5


@pytest.mark.parametrize(("asked", "reached"), [(faster(2), True), (faster(2.1), False), (at_most(0.5), True)])
def test_a_verdict_follows_the_ratio(asked: object, reached: bool) -> None:
    assert Rounds([1.0], [2.0]).row("a", "", "", asked, (True, "")).reached is reached  # type: ignore[arg-type]


def test_a_faster_wrong_answer_is_missed() -> None:
    row = Rounds([1.0], [100.0]).row("a", "", "", faster(2), (False, "the arrays differ"))
    assert not row.reached
    assert row.as_json()["reached"] is False


def test_both_sides_take_turns_and_begin_in_turns() -> None:
    calls: list[str] = []
    in_turns(lambda: calls.append("ours"), lambda: calls.append("reference"), 2, warm_up=False)
    assert calls == ["ours", "reference", "reference", "ours"]


def test_the_table_of_the_document_is_made_from_the_published_results() -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))["rows"]
    assert table.markdown(published) in table.DOCUMENT.read_text(encoding="utf-8")


def test_the_rows_of_a_gpu_compare_masks_and_add_up_memory_as_flare22_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bench_gpu, "ROUNDS", 1)
    monkeypatch.setattr(bench_gpu, "PROCESSES", 1)
    monkeypatch.setattr(bench_gpu, "WARM_UPS", 0)
    spacing, rng = (4.0, 4.0, 5.0), np.random.default_rng(5)
    tissues, affine = abdomen(rng, spacing, z_range_mm=(-150.0, 175.0))
    hu = paint(tissues, spacing, rng, Look(phase="portal", noise_hu=11.0, blur_mm=0.9)).astype(np.int16)
    nibabel.save(nibabel.Nifti1Image(hu, affine), tmp_path / "ct.nii.gz")
    scan = Scan(Volume(hu, affine, name="ct"), Segmentation(np.zeros(hu.shape, np.uint8), affine), "synthetic")
    # A card that is 10 MB fuller each time one looks.
    card = count(500.0, 10.0)
    speed, memory = bench_gpu.rows(scan, tmp_path / "ct.nii.gz", "cpu", lambda: next(card))
    assert speed.agrees and memory.agrees, (speed.outputs, memory.outputs)
    assert set(speed.details["runs"][0]["seconds"]) == {"device", "prepare", "network", "finish"}
    (run,) = memory.details["runs"]
    samples = len(run["samples_mb"])
    assert memory.ours == 10 * samples and memory.reference == 2048
    assert run["area_mb_s"] == pytest.approx(0.1 * 10 * samples * (samples + 1) / 2)
    assert f"{run['area_mb_s']:.0f} MB s" in memory.work
    about = {"machine": machine(), "date": "2026-01-01"}
    assert len(table.markdown([speed.as_json() | about, memory.as_json() | about]).splitlines()) == 6


def test_memory_is_sampled_every_tenth_of_a_second_until_the_process_ends() -> None:
    spent = bench_gpu.watched([sys.executable, "-c", "import time; time.sleep(0.55)"], lambda: 0.0)
    assert spent.seconds >= 0.55
    assert abs(len(spent.samples_mb) - spent.seconds / 0.1) < 2
    with pytest.raises(subprocess.CalledProcessError):
        bench_gpu.watched([sys.executable, "-c", "raise SystemExit(3)"], lambda: 0.0)


def test_a_mask_without_an_organ_or_with_another_border_is_not_the_same() -> None:
    labels = np.repeat(np.arange(5, dtype=np.uint8), 100)
    moved = labels.copy()
    moved[99:100] = 1
    assert bench_gpu._same(labels, labels)[0]
    assert bench_gpu._same(moved, labels)[0], "one voxel of 100"
    moved[95:100] = 1
    assert not bench_gpu._same(moved, labels)[0]
    without = np.where(labels == 3, 0, labels)
    assert not bench_gpu._same(without, without)[0]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_its_rows_stay_and_only_who_asks_for_them_hears_of_a_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "bench.json")
    before = json.dumps({"rows": [{"part": "gpu"}]})
    bench.RESULTS.write_text(before)
    assert bench._run("gpu", asked=False)
    assert "gpu is not measured here: PyTorch sees no CUDA device" in capfd.readouterr().err
    assert not bench._run("gpu", asked=True)
    assert bench.RESULTS.read_text() == before


def test_rows_of_another_machine_are_added_in_their_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    published = json.loads(PUBLISHED.read_text(encoding="utf-8"))["rows"]
    here = [row for row in published if row["part"] != "gpu"]
    there = [here[0] | {"part": "gpu", "key": "gpu", "work": "on a card"}]
    for name, rows in (("bench.json", here), ("there.json", there)):
        (tmp_path / name).write_text(json.dumps({"rows": rows}))
    monkeypatch.setattr(bench, "RESULTS", tmp_path / "bench.json")
    monkeypatch.setattr(sys, "argv", ["bench", "--join", str(tmp_path / "there.json")])
    assert main() == main() == 0
    joined = json.loads(bench.RESULTS.read_text(encoding="utf-8"))["rows"]
    parts = [row["part"] for row in joined]
    assert parts.count("gpu") == 1 and len(joined) == len(here) + 1
    assert parts.index("memory") < parts.index("gpu") < parts.index("read")


def test_strokes_are_counted_on_scans_from_elsewhere_in_the_form_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scan = write_scan(tmp_path / "cases" / "a patient" / "ct.nii.gz")
    labels = np.zeros((40, 34, 30), np.uint8)
    labels[12:20, 10:24, 10:20], labels[:, :, 19], labels[22:26, 12:16, 10:14] = 1, 255, 4
    nibabel.save(nibabel.Nifti1Image(labels, nibabel.load(scan).affine), scan.with_name("label.nii.gz"))
    weights = save_tiny(tmp_path, "tiny", seed=1)
    monkeypatch.setattr(study, "MOST_STROKES", 2)
    words = ["strokes", "--data", str(tmp_path / "cases"), "--json", str(tmp_path / "out.json")]
    monkeypatch.setattr(sys, "argv", ["bench", *words, "--weights", str(weights)])
    assert main() == 0
    answer = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert list(answer) == ["a patient"] and set(answer["a patient"]) == {"liver", "left_kidney"}
    for methods in answer["a patient"].values():
        assert set(methods) == {"teach", "brush", "grow"}
        assert len({counts["start"] for counts in methods.values()}) == 1
        for counts in methods.values():
            assert set(counts) == {"start", "0.90", "0.95", "0.97"} and 0 <= counts["start"] <= 1
            assert all(counts[target] is None or 0 <= counts[target] <= 2 for target in ("0.90", "0.95", "0.97"))
    assert answer["a patient"]["liver"]["brush"]["0.97"] is None, "noise is no organ: two strokes cannot do"
