"""The table of the benchmark, made from its JSON and put between marks into its page. Never edited by hand."""

from collections.abc import Iterable
from typing import Any

from tests.benchmarks.scans import ROOT

DOCUMENT = ROOT / "docs" / "benchmarks.md"
BEGIN, END = "<!-- benchmarks: made by `make bench ARGS=--table` -->", "<!-- end of benchmarks -->"


def markdown(rows: Iterable[dict[str, Any]]) -> str:
    """One line a row, and below it what they were measured on."""
    rows = list(rows)
    lines = ["| work | beside | asked | measured | ours / theirs | |", "|---|---|---|---|---|---|"]
    lines += [_line(row) for row in rows]
    machines = {_machine(row["machine"]) for row in rows}
    dates = sorted({row["date"] for row in rows})
    when = " to ".join(dict.fromkeys((dates[0], dates[-1]))) if dates else ""
    note = f"Measured {when} on {'; '.join(sorted(machines))}. Medians of rounds taken in turns; extremes in brackets."
    lines += ["", note]
    return "\n".join(lines)


def render(rows: list[dict[str, Any]]) -> None:
    """Replace what stands between the marks in docs/benchmarks.md."""
    whole = DOCUMENT.read_text(encoding="utf-8")
    if BEGIN not in whole or END not in whole:
        raise SystemExit(f"{DOCUMENT.name}: the marks for the table are missing: {BEGIN} and {END}")
    before, rest = whole.split(BEGIN, 1)
    after = rest.split(END, 1)[1]
    DOCUMENT.write_text(f"{before}{BEGIN}\n{markdown(rows)}\n{END}{after}", encoding="utf-8")


def _line(row: dict[str, Any]) -> str:
    times = "times faster" if row["asked"].endswith("faster") else "times"
    low, high = _number(row["low"]), _number(row["high"])
    ratio = f"{_number(row['ratio'])} {times}" + (f" ({low} to {high})" if low != high else "")
    figures = f"{_figure(row['ours'], row['unit'])} / {_figure(row['reference'], row['unit'])}"
    verdict = "reached" if row["reached"] else "**missed**"
    return f"| {row['work']} | {row['beside']} | {row['asked']} | {ratio} | {figures} | {verdict} |"


def _figure(value: float, unit: str) -> str:
    if unit == "s" and value < 0.2:
        return f"{_number(1000 * value)} ms"
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    """Three digits that count."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def _machine(machine: dict[str, Any]) -> str:
    gpu = f", {machine['gpu']}" if machine["gpu"] else ""
    return (
        f"{machine['cores']} cores of {machine['processor']}{gpu}, {machine['memory_gb']} GB, {machine['system']}, "
        f"torch {machine['torch']}"
    )
