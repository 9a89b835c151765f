"""The benchmark's own promises: ratios within a round, no verdict without equal outputs, tables made from the JSON."""

import json
import sys
from pathlib import Path

import nibabel
import numpy as np
import pytest

from tests.benchmarks import table
from tests.benchmarks.__main__ import PUBLISHED, main
from tests.benchmarks.harness import Rounds, at_most, faster, in_turns
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
