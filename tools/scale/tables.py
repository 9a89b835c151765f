"""The tables of docs/scale.md, made from docs/scale.json."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from tools.scale.cost import Case, Cost, Site, cases_of, cost, limits, machines_until, mean_case
from tools.scale.simulate import simulate

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "scale.md"

# Enough for the start and the end of a run, when not all machines are busy, to weigh little.
_CASES_A_JOB = 40
_MOST_SIMULATED = 2000

_LAPTOP = Site(cores=2)
_SERVER = Site(cores=16)
_SERVER_16 = Site(cores=16, jobs=16)
_CLUSTER = Site(machines=50, cores=16, jobs=16)
SITES: Mapping[str, Site] = {
    "2 cores": _LAPTOP,
    "16 cores": _SERVER,
    "16 cores, `--jobs 16`": _SERVER_16,
    "50 x 16 cores, `--jobs 16`": _CLUSTER,
}

_ROWS: Sequence[tuple[str, Callable[[Cost], str]]] = (
    ("first limit", lambda c: c.first_limit),
    ("time", lambda c: _hours(c.hours)),
    ("before the first case starts: looking for cases", lambda c: _hours(c.search_hours)),
    ("the same command once more, all done", lambda c: _hours(c.again_hours)),
    ("machine-hours", lambda c: _number(c.machine_hours)),
    ("core-hours of work", lambda c: _number(c.core_hours)),
    ("read, through the network of the site", lambda c: _bytes(c.read_tb * 1e12)),
    ("written", lambda c: _bytes(c.written_tb * 1e12)),
    ("files read", lambda c: _number(c.files_read)),
    ("files written, into one folder", lambda c: _number(c.files_written)),
    ("memory of a machine", lambda c: _bytes(c.machine_gb * 1e9)),
    ("memory for results until the end", lambda c: _bytes(c.kept_gb * 1e9)),
    ("contact sheet", lambda c: _bytes(c.sheet_gb * 1e9)),
    ("table of volumes", lambda c: _bytes(c.table_gb * 1e9)),
)


def stage_table(stages: Mapping[str, Any]) -> str:
    """What was measured."""
    names = ("read", "prepare", "network", "finish", "write")
    rows = [
        [
            f"{scan['scan']}, {'x'.join(str(n) for n in scan['shape'])}",
            _bytes(scan["bytes"]["scan"]),
            *(f"{scan['core_seconds'][name]:.2f}" for name in names),
            _bytes(scan["bytes"]["mask"]),
        ]
        for scan in stages["scans"]
    ]
    machine = stages["machine"]
    where = (
        f"On {machine['cores']} cores of {machine['processor']}, {machine['memory_gb']} GB, torch {machine['torch']}, "
    )
    how = f"the network in {stages['precision']}; load {machine['load_before']:.0f} from other work at the start."
    return _table(["scan", "on disk", *names, "mask"], rows) + f"\n\n{where}{how}"


def costs(
    stages: Mapping[str, Any],
    site: Site,
    counts: Sequence[int],
    *,
    device_s: float | None = None,
    price_per_hour: float | None = None,
) -> str:
    """One site, a column for each number of cases, and what would be at its limit next."""
    case = mean_case(cases_of(stages, device_s=device_s))
    columns = [cost(n, case, site, stages["memory"], price_per_hour=price_per_hour) for n in counts]
    rows = [[name, *(show(one) for one in columns)] for name, show in _ROWS]
    if price_per_hour is not None:
        rows.append([f"money at {price_per_hour:g} a machine-hour", *(_number(one.money or 0.0) for one in columns)])
    allowed = [[name, f"{3600 * rate:,.0f}"] for name, rate in columns[0].limits]
    reach = [
        [f"{part} is at its limit from", f"{machines_until(part, case, site):,.1f} such machines on"]
        for part in ("storage", "handing out cases")
    ]
    return "\n\n".join(
        [
            _table(["", *(f"{n:,} scans" for n in counts)], rows),
            _table(["limit", "scans an hour"], allowed),
            _table(["", ""], reach),
        ]
    )


def site_table(stages: Mapping[str, Any], cases: int) -> str:
    """The sites of the document side by side."""
    case, dispatch_s = mean_case(cases_of(stages)), stages["dispatch"]["seconds_per_task"]
    columns = [cost(cases, case, replace(site, dispatch_s=dispatch_s), stages["memory"]) for site in SITES.values()]
    return _table([f"{cases:,} scans", *SITES], [[name, *(show(one) for one in columns)] for name, show in _ROWS])


def check(stages: Mapping[str, Any], sites: Sequence[Site], *, device_s: float | None = None) -> str:
    """The formula beside the simulation of the same sites with cases drawn from the measured scans."""
    rows = []
    for site in sites:
        cases = drawn(stages, min(_MOST_SIMULATED, _CASES_A_JOB * site.jobs * site.machines), device_s=device_s)
        outcome = simulate(cases, site)
        rate = len(cases) / outcome.seconds
        bound = min(limits(mean_case(cases), site).values())
        rows.append(
            [
                f"{site.machines} x {site.cores} cores, {site.jobs} at once",
                f"{len(cases):,}",
                f"{3600 * bound:,.0f}",
                f"{3600 * rate:,.0f}",
                f"{100 * rate / bound:.0f} %",
                f"{100 * outcome.network_busy:.0f} %",
            ]
        )
    head = ["site", "cases", "scans an hour, formula", "simulated", "simulated / formula", "network busy"]
    return _table(head, rows)


def real_check(stages: Mapping[str, Any]) -> str:
    """Real batches of the measured scans beside simulated ones on as many cores as the real ones were given."""
    rows = []
    for real in stages["real"]:
        cases = [case for _ in range(len(real["done_at"]) // len(stages["scans"])) for case in cases_of(stages)]
        simulated = simulate(cases, Site(cores=real["cores"], jobs=real["jobs"], link_mb_s=1e6, storage_mb_s=1e6))
        # From the first result to the last: both without the start of processes, which is no case's.
        there, here = (done[-1] - done[0] for done in (simulated.done_at, real["done_at"]))
        rows.append(
            [
                f"`--jobs {real['jobs']}`",
                f"{len(cases)}",
                f"{real['cores']:.2f}",
                f"{here:.1f} s",
                f"{there:.1f} s",
                f"{100 * there / here:.0f} %",
            ]
        )
    head = ["real batch", "cases", "cores it had", "first result to last", "simulated", "simulated / real"]
    return _table(head, rows)


def drawn(stages: Mapping[str, Any], count: int, *, device_s: float | None = None, seed: int = 1) -> list[Case]:
    """Cases drawn from the measured scans, the same ones for the same seed."""
    return random.Random(seed).choices(cases_of(stages, device_s=device_s), k=count)


def document(stages: Mapping[str, Any]) -> dict[str, str]:
    """The tables of docs/scale.md by the name in their marker."""
    dispatch_s = stages["dispatch"]["seconds_per_task"]
    return {
        "stages": stage_table(stages),
        "2000": site_table(stages, 2_000),
        "1000000": site_table(stages, 1_000_000),
        **({"real": real_check(stages)} if "real" in stages else {}),
        "check": check(stages, [replace(site, dispatch_s=dispatch_s) for site in SITES.values()]),
    }


def rewritten(text: str, stages: Mapping[str, Any]) -> str:
    """`text` with the tables between its markers made anew."""
    for name, table in document(stages).items():
        begin, end = f"<!-- scale: {name} -->\n", f"\n<!-- end: {name} -->"
        before, rest = text.split(begin)
        text = before + begin + table + end + rest.split(end, 1)[1]
    return text


def rewrite(stages: Mapping[str, Any]) -> None:
    """Bring docs/scale.md up to date."""
    DOCUMENT.write_text(rewritten(DOCUMENT.read_text(encoding="utf-8"), stages), encoding="utf-8")


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _hours(hours: float) -> str:
    if hours < 2 / 60:
        return f"{3600 * hours:.2g} s"
    if hours < 2:
        return f"{60 * hours:.0f} min"
    return f"{hours:.1f} h" if hours < 48 else f"{hours / 24:,.0f} days"


def _bytes(size: float) -> str:
    for unit, factor in (("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if size >= factor:
            return f"{size / factor:.3g} {unit}"
    return f"{size:.0f} B"


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.2g}"
