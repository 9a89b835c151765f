"""The numbers of a cohort are what numpy says of the same table, and the page shows them all."""

import csv
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest

from flare_gui.analysis.cohort import change, limits_of_agreement, spread
from flare_gui.batch.case_files import CaseFiles, report_text
from flare_gui.batch.summary import CONTACT_SHEET, VOLUMES
from flare_gui.cli import main
from flare_gui.cohort import time_points
from flare_gui.cohort.cases import CohortCase, read_cohort
from flare_gui.cohort.time_points import Pair
from flare_gui.cohort.write import CASES, CHANGES, PAGE, SUMMARY, follow
from flare_gui.errors import FlareError
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from tests.cohort.results import made_up, report_of, say

HARM = "<script>alert(1)</script>"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def correct(out: Path, name: str, network_ml: float, dice: float) -> None:
    """As if a person had corrected the liver, which the network drew with `network_ml`."""
    files, report = CaseFiles(out, name), report_of(out, name)
    network = {organ.key: dict(report["organs"][organ.key]) for organ in ORGANS}
    network["liver"]["volume_ml"] = network_ml
    scores = {organ.key: {"dice": 1.0, "nsd": 1.0, "tolerance_mm": 3.0} for organ in ORGANS}
    scores["liver"] = {"dice": dice, "nsd": dice - 0.1, "tolerance_mm": 5.0}
    report["organs"]["liver"]["confidence"] = None
    report |= {"corrected_by_hand": ["liver"]}
    report |= {"network": {"file": "x", "organs": network, "warnings": [], "agreement": scores}}
    files.report.write_text(report_text(report), encoding="utf-8")


def test_spread_limits_and_change_are_the_textbooks() -> None:
    values = [3.0, 1.0, 4.0, 1.5, 9.0]
    found = spread(values)
    assert found is not None and found[1:4] == tuple(np.quantile(values, (0.5, 0.25, 0.75)))
    assert spread([]) is None and limits_of_agreement([], []) is None
    # Bland and Altman 1986, table 1: two peak flow meters, the first measurement of each.
    wright = [494, 395, 516, 434, 476, 557, 413, 442, 650, 433, 417, 656, 267, 478, 178, 423, 427]
    mini = [512, 430, 520, 428, 500, 600, 364, 380, 658, 445, 432, 626, 260, 477, 259, 350, 451]
    limits = limits_of_agreement(wright, mini)
    assert limits is not None and limits.sd is not None and limits.low is not None and limits.high is not None
    # They found a bias of -2.1 and a standard deviation of 38.8 litres a minute, and used 2 in place of 1.96.
    assert (round(limits.bias, 1), round(limits.sd, 1)) == (-2.1, 38.8)
    assert (limits.low, limits.high) == pytest.approx((-2.118 - 1.96 * 38.765, -2.118 + 1.96 * 38.765), abs=0.01)
    # A bias needs a pair, limits need three.
    assert limits_of_agreement([2.0], [1.0]) == (1, 1.0, None, None, None)
    assert limits_of_agreement([2.0, 4.0], [1.0, 1.0]) == (2, 2.0, None, None, None)
    assert change(200.0, 150.0) == (-50.0, -25.0)


def test_the_command_writes_the_numbers_of_the_cases(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    made_up(tmp_path, 14)
    report = report_of(tmp_path, "case0000")
    report["organs"]["spleen"]["volume_ml"] = 9.0
    CaseFiles(tmp_path, "case0000").report.write_text(report_text(report))
    network = {"case0001": 1200.0, "case0002": 1900.0, "case0003": 1500.0}
    for number, (name, ml) in enumerate(network.items()):
        correct(tmp_path, name, ml, 0.8 + number / 20)
    say(tmp_path, "case0004", "accepted")
    say(tmp_path, "case0005", "flagged", HARM)
    assert main(["cohort", str(tmp_path)]) == 0
    assert [Path(line).name for line in capsys.readouterr().out.splitlines() if line.endswith((".csv", ".html"))] == [
        CASES,
        SUMMARY,
        PAGE,
    ]
    cases = {row["case"]: row for row in rows(tmp_path / CASES)}
    livers = [report_of(tmp_path, name)["organs"]["liver"] for name in cases]
    volumes = [liver["volume_ml"] for liver in livers if liver["voxels"]]
    every, reviewed = (
        {row["organ"]: row for row in rows(tmp_path / SUMMARY) if row["cases"] == kind} for kind in ("all", "reviewed")
    )
    assert float(every["liver"]["volume_ml_median"]) == pytest.approx(np.median(volumes), abs=1e-3)
    assert float(every["liver"]["volume_ml_upper_quartile"]) == pytest.approx(np.quantile(volumes, 0.75), abs=1e-3)
    assert (reviewed["liver"]["volume_ml_n"], reviewed["liver"]["corrected"], reviewed["spleen"]["corrected"]) == (
        "4",
        "3",
        "0",
    )
    differences = [ml - report_of(tmp_path, name)["organs"]["liver"]["volume_ml"] for name, ml in network.items()] + [
        0.0
    ]
    assert float(every["liver"]["network_minus_person_ml_bias"]) == pytest.approx(np.mean(differences), abs=1e-3)
    low = np.mean(differences) - 1.96 * np.std(differences, ddof=1)
    assert float(every["liver"]["network_minus_person_ml_lower_limit"]) == pytest.approx(low, abs=1e-2)
    assert float(every["liver"]["dice_median"]) == pytest.approx(np.median([0.8, 0.85, 0.9, 1.0]))
    assert (cases["case0001"]["liver_by_hand"], cases["case0001"]["liver_confidence"]) == ("1", "")
    assert "spleen small" in cases["case0000"]["odd"] and cases["case0005"]["note"] == HARM


def test_the_page_escapes_loads_nothing_and_says_what_is_behind_it(tmp_path: Path) -> None:
    made_up(tmp_path, 5)
    correct(tmp_path, "case0001", 1200.0, 0.8)
    say(tmp_path, "case0002", "flagged", HARM)
    assert main(["cohort", str(tmp_path)]) == 0
    page = (tmp_path / PAGE).read_text(encoding="utf-8")
    tags: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append(tag)
            assert not any(key in ("src", "onload") for key, _ in attrs)
            assert all(str(value).startswith("#") for key, value in attrs if key.endswith("href"))

    Reader().feed(page)
    assert "script" not in tags and tags.count("svg") == 1 and HARM not in page
    # Of one case there is a bias and no limits, and why.
    assert "1 case: too few" in page and "from three cases on" in page
    assert "1 of them corrected by hand" in page and "@page" in page and "Not a medical device" in page
    # Files of others are left alone.
    (tmp_path / CASES).write_text("patient;age\n")
    assert main(["cohort", str(tmp_path)]) == 2
    assert (tmp_path / CASES).read_text() == "patient;age\n"


def test_tables_and_page_follow_a_decision_with_the_pairs_they_had(tmp_path: Path) -> None:
    made_up(tmp_path, 3)
    table = tmp_path / "pairs.csv"
    table.write_text("patient,first,second\nJohn,case0000,case0001\n")
    assert main(["cohort", str(tmp_path), "--pairs", str(table)]) == 0
    table.unlink()
    say(tmp_path, "case0001", "flagged", "look at the spleen")
    follow(tmp_path)
    for name in (CASES, PAGE, VOLUMES, CONTACT_SHEET):
        assert "look at the spleen" in (tmp_path / name).read_text(encoding="utf-8"), name
    assert "Change between two scans" in (tmp_path / PAGE).read_text(encoding="utf-8")


def test_two_scans_of_a_patient_are_matched_by_name_or_by_a_table(tmp_path: Path) -> None:
    names = ["p1_t1", "p1_t2", "p1_t10", "ann-baseline", "ann-followup", "x_20240501", "x_20230501", "alone"]
    cases = [CohortCase(name, say(tmp_path, name, "new")) for name in names]
    assert time_points.pairs_by_name(cases) == [
        Pair("ann", "ann-baseline", "ann-followup"),
        Pair("p1", "p1_t1", "p1_t2"),
        Pair("p1", "p1_t2", "p1_t10"),
        Pair("x", "x_20230501", "x_20240501"),
    ]
    with pytest.raises(FlareError, match="no two cases"):
        time_points.pairs_by_name(cases[-1:])
    made_up(tmp_path / "out", 3)
    report = report_of(tmp_path / "out", "case0001")
    report["organs"]["spleen"]["touches_border"] = True
    CaseFiles(tmp_path / "out", "case0001").report.write_text(report_text(report))
    table = tmp_path / "pairs.csv"
    table.write_text("patient,first,second\nJohn,case0000,case0001\n")
    assert main(["cohort", str(tmp_path / "out"), "--pairs", str(table)]) == 0
    liver, spleen = (
        next(row for row in rows(tmp_path / "out" / CHANGES) if row["organ"] == organ.key) for organ in (LIVER, SPLEEN)
    )
    first, second = (case.whole_ml(LIVER) for case in read_cohort(tmp_path / "out")[:2])
    assert first is not None and second is not None
    assert float(liver["change_ml"]) == pytest.approx(second - first, abs=0.01)
    assert float(liver["change_percent"]) == pytest.approx(100 * (second - first) / first, abs=0.01)
    assert spleen["change_ml"] == "" and spleen["why_not"] == "cut by the scan in case0001"
    assert "cut by the scan in case0001" in (tmp_path / "out" / PAGE).read_text(encoding="utf-8")
    table.write_text("patient,first,second\nJohn,case0000,case9\n")
    assert main(["cohort", str(tmp_path / "out"), "--pairs", str(table)]) == 2
