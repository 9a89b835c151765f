"""What many scans cost: units, the direction in which each figure moves, and the simulation beside the formula."""

import json
from dataclasses import replace

import pytest

from tools.scale import tables
from tools.scale.__main__ import STAGES
from tools.scale.cost import Case, Site, cost, limits, machines_until
from tools.scale.simulate import simulate

# 99 MB in and 1 MB out, 2 + 4 + 2 core-seconds.
CASE = Case(
    read_mb=99.0,
    written_mb=1.0,
    before_core_s=2.0,
    network_core_s=4.0,
    after_core_s=2.0,
    search_s=0.036,
    files=100,
    kept_mb=0.02,
    sheet_mb=0.02,
    row_mb=0.0001,
)
SITE = Site(machines=1, cores=2, jobs=3, link_mb_s=100, storage_mb_s=1000, dispatch_s=0.001)
MEMORY = {"case_mb": 1000.0, "network_mb": 2000.0}


def test_units_are_what_the_rows_say() -> None:
    """By hand: 8 core-seconds on 2 cores are 4 s a case, so 900 cases take an hour."""
    found = cost(900, CASE, SITE, MEMORY, price_per_hour=2.5)
    assert found.first_limit == "processor cores"
    assert found.hours == pytest.approx(1.0)
    assert found.machine_hours == pytest.approx(1.0)
    assert found.money == pytest.approx(2.5)
    assert found.core_hours == pytest.approx(2.0)
    assert found.read_tb == pytest.approx(0.0891)
    assert found.written_tb == pytest.approx(0.0009)
    assert (found.files_read, found.files_written) == (90_000, 1_800)
    assert found.machine_gb == pytest.approx(5.0)
    assert found.kept_gb == pytest.approx(0.018)
    assert found.search_hours == pytest.approx(900 * 0.036 / 3600)


@pytest.mark.parametrize(
    ("site", "first", "per_second"),
    [
        (SITE, "processor cores", 2 / 8),
        (replace(SITE, jobs=1), "cases at once (--jobs)", 1 / (1 + 4 + 4 / 2)),
        (replace(SITE, cores=64, jobs=64), "link of a machine", 100 / 100),
        (replace(SITE, machines=100, cores=64, jobs=64), "storage", 1000 / 100),
        (replace(SITE, machines=100, cores=64, jobs=64, dispatch_s=0.5), "handing out cases", 1 / 0.5),
    ],
)
def test_each_part_can_be_the_first_limit(site: Site, first: str, per_second: float) -> None:
    allowed = limits(CASE, site)
    assert min(allowed, key=allowed.__getitem__) == first
    assert allowed[first] == pytest.approx(per_second)


def test_a_device_for_the_network_takes_its_work_off_the_cores() -> None:
    fast, slow = (limits(replace(CASE, device_s=seconds), SITE) for seconds in (0.5, 10.0))
    assert fast["processor cores"] == pytest.approx(2 / 4)
    assert min(slow, key=slow.__getitem__) == "network on its device"


def test_more_of_anything_never_takes_longer() -> None:
    before = cost(1000, CASE, SITE, MEMORY)
    for name, factor in (("machines", 2), ("cores", 2), ("jobs", 2), ("link_mb_s", 2), ("storage_mb_s", 2)):
        assert cost(1000, CASE, replace(SITE, **{name: getattr(SITE, name) * factor}), MEMORY).hours <= before.hours
    assert cost(1000, CASE, replace(SITE, dispatch_s=10.0), MEMORY).hours > before.hours
    for name in ("read_mb", "before_core_s", "network_core_s", "after_core_s"):
        assert cost(1000, replace(CASE, **{name: 100 * getattr(CASE, name)}), SITE, MEMORY).hours > before.hours
    double = cost(2000, CASE, SITE, MEMORY, price_per_hour=1.0)
    for name in ("hours", "core_hours", "read_tb", "written_tb", "files_written", "kept_gb", "sheet_gb", "again_hours"):
        assert getattr(double, name) == pytest.approx(2 * getattr(before, name))


def test_the_storage_is_at_its_limit_from_the_number_of_machines_that_is_told() -> None:
    many = machines_until("storage", CASE, SITE)
    assert limits(CASE, replace(SITE, machines=round(many * 0.9)))["storage"] > 0
    for machines, first in ((many * 0.9, "processor cores"), (many * 1.1, "storage")):
        allowed = limits(CASE, replace(SITE, machines=round(machines), dispatch_s=1e-6))
        assert min(allowed, key=allowed.__getitem__) == first


@pytest.mark.parametrize("device_s", [None, 3.0], ids=["network on the cores", "network on a device"])
@pytest.mark.parametrize(
    "site",
    [
        SITE,
        replace(SITE, jobs=1),
        replace(SITE, cores=16, jobs=16, link_mb_s=500),
        replace(SITE, machines=8, cores=16, jobs=8, storage_mb_s=200),
        replace(SITE, machines=8, cores=16, jobs=8, dispatch_s=2.0),
    ],
)
def test_the_simulation_comes_within_a_tenth_of_the_formula_and_never_beats_it(
    site: Site, device_s: float | None
) -> None:
    cases = [replace(CASE, device_s=device_s)] * (60 * site.jobs * site.machines)
    bound = min(limits(cases[0], site).values())
    rate = len(cases) / simulate(cases, site).seconds
    assert 0.9 * bound < rate < 1.001 * bound


def test_one_case_alone_takes_the_sum_of_its_stages() -> None:
    """By hand: 99 MB at 100 MB/s, 2 s, 4 core-seconds on 2 cores, 2 s, 1 MB."""
    outcome = simulate([CASE], SITE)
    assert outcome.seconds == pytest.approx(0.001 + 0.99 + 2.0 + 2.0 + 2.0 + 0.01)
    assert outcome.network_busy == pytest.approx(2.0 / outcome.seconds)


def test_every_case_is_done_once_and_more_jobs_keep_the_network_busier() -> None:
    outcomes = [simulate([CASE] * 50, replace(SITE, cores=8, jobs=jobs)) for jobs in (1, 2, 4)]
    assert [len(outcome.done_at) for outcome in outcomes] == [50, 50, 50]
    busy = [outcome.network_busy for outcome in outcomes]
    assert busy == sorted(busy) and busy[0] < 0.5 * busy[2]


def test_the_tables_of_the_document_are_made_from_the_measured_stages() -> None:
    text = tables.DOCUMENT.read_text(encoding="utf-8")
    assert tables.rewritten(text, json.loads(STAGES.read_text(encoding="utf-8"))) == text
