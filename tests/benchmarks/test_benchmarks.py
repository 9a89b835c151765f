"""The benchmark's own promises: ratios within a round, no verdict without equal outputs, tables made from the JSON."""

import json

import pytest

from tests.benchmarks import table
from tests.benchmarks.__main__ import PUBLISHED
from tests.benchmarks.harness import Rounds, at_most, faster, in_turns


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
