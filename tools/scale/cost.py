"""The formula: from what one case takes to what N cases take, and which part of a site is at its limit first."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

HOUR_S = 3600.0
MB = 1e6


@dataclass(frozen=True)
class Case:
    """What one case takes: megabytes read and written, core-seconds before, in and after the network, and so on.

    `search_s` is what finding it takes before the first one starts; `kept_mb` of it stay in memory until the end,
    `sheet_mb` go into the contact sheet and `row_mb` into the table. With `device_s` the network runs on a device of
    its own for that long and takes no cores.
    """

    read_mb: float
    written_mb: float
    before_core_s: float
    network_core_s: float
    after_core_s: float
    search_s: float
    files: float
    kept_mb: float
    sheet_mb: float
    row_mb: float
    device_s: float | None = None

    @property
    def around_core_s(self) -> float:
        """Core-seconds of everything but the network."""
        return self.before_core_s + self.after_core_s

    @property
    def core_s(self) -> float:
        """Core-seconds of everything."""
        return self.around_core_s + (0.0 if self.device_s is not None else self.network_core_s)


@dataclass(frozen=True)
class Site:
    """Where it is computed: alike machines at one storage, which gives `link_mb_s` to each and `storage_mb_s` to all.

    `dispatch_s` is the time the one process that hands out cases needs for each.
    """

    machines: int = 1
    cores: int = 2
    jobs: int = 3
    link_mb_s: float = 200.0
    storage_mb_s: float = 1000.0
    dispatch_s: float = 0.001


@dataclass(frozen=True)
class Cost:
    """What `cases` cost on a site; `limits` are the cases per second that each part allows, least first.

    `again_hours` is what a run over finished results takes: every scan is read once more to see that it is the same.
    """

    cases: int
    limits: tuple[tuple[str, float], ...]
    hours: float
    search_hours: float
    again_hours: float
    machine_hours: float
    core_hours: float
    read_tb: float
    written_tb: float
    files_read: int
    files_written: int
    machine_gb: float
    kept_gb: float
    sheet_gb: float
    table_gb: float
    money: float | None

    @property
    def first_limit(self) -> str:
        """The part that is at its limit."""
        return self.limits[0][0]


def limits(case: Case, site: Site) -> dict[str, float]:
    """Cases per second that each part of the site allows (Denning and Buzen 1978: no schedule beats the least)."""
    moved = case.read_mb + case.written_mb
    network_s = case.network_core_s / site.cores if case.device_s is None else case.device_s
    alone_s = moved / site.link_mb_s + case.around_core_s + network_s
    return {
        "storage": site.storage_mb_s / moved,
        "link of a machine": site.machines * site.link_mb_s / moved,
        "processor cores": site.machines * site.cores / case.core_s,
        "network on its device": site.machines / network_s if network_s else float("inf"),
        "cases at once (--jobs)": site.machines * site.jobs / alone_s,
        "handing out cases": 1 / site.dispatch_s,
    }


def cost(
    cases: int, case: Case, site: Site, memory: Mapping[str, float], *, price_per_hour: float | None = None
) -> Cost:
    """What `cases` of this kind cost at best; `memory` has "case_mb" and "network_mb", the price is per machine."""
    allowed = limits(case, site)
    hours = cases / min(allowed.values()) / HOUR_S
    reading = Case(**{**vars(case), "written_mb": 0.0, "network_core_s": 0.0, "after_core_s": 0.0, "device_s": None})
    return Cost(
        cases=cases,
        limits=tuple(sorted(allowed.items(), key=lambda pair: pair[1])),
        hours=hours,
        search_hours=cases * case.search_s / HOUR_S,
        again_hours=cases / min(limits(reading, site).values()) / HOUR_S,
        machine_hours=hours * site.machines,
        core_hours=cases * case.core_s / HOUR_S,
        read_tb=cases * case.read_mb / 1e6,
        written_tb=cases * case.written_mb / 1e6,
        files_read=round(cases * case.files),
        files_written=2 * cases,
        machine_gb=(site.jobs * memory["case_mb"] + memory["network_mb"]) / 1e3,
        kept_gb=cases * case.kept_mb / 1e3,
        sheet_gb=cases * case.sheet_mb / 1e3,
        table_gb=cases * case.row_mb / 1e3,
        money=None if price_per_hour is None else hours * site.machines * price_per_hour,
    )


def machines_until(part: str, case: Case, site: Site) -> float:
    """How many machines like the site's the shared `part` ("storage", "handing out cases") can keep busy."""
    allowed = limits(case, site)
    shared = ("storage", "handing out cases")
    return allowed[part] / min(rate / site.machines for name, rate in allowed.items() if name not in shared)


def mean_case(cases: Sequence[Case]) -> Case:
    """One case that takes what `cases` take on average. All of them run the network in the same place."""
    names = [name for name in vars(cases[0]) if name != "device_s"]
    return Case(**{name: mean(getattr(case, name) for case in cases) for name in names}, device_s=cases[0].device_s)


def cases_of(stages: Mapping[str, Any], *, device_s: float | None = None) -> list[Case]:
    """Each measured scan as a case."""
    return [_case(scan, stages, device_s) for scan in stages["scans"]]


def _case(scan: Mapping[str, Any], stages: Mapping[str, Any], device_s: float | None) -> Case:
    core_s, size, per_case = scan["core_seconds"], scan["bytes"], stages["per_case"]
    return Case(
        read_mb=size["scan"] / MB,
        written_mb=(size["mask"] + size["report"]) / MB,
        before_core_s=core_s["read"] + core_s["prepare"],
        network_core_s=core_s["network"],
        after_core_s=core_s["finish"] + core_s["write"],
        search_s=stages["search"]["seconds_per_file"] * scan["files"],
        files=scan["files"],
        kept_mb=per_case["kept_bytes"] / MB,
        sheet_mb=per_case["sheet_bytes"] / MB,
        row_mb=per_case["row_bytes"] / MB,
        device_s=device_s,
    )
