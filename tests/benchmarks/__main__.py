"""`python -m tests.benchmarks [ROW ...]`: measures, writes `bench.json` and prints the table. `make bench` is this.

Each part runs in a process of its own, so that none inherits another's memory, threads or loaded libraries, and one
that fails takes no other with it. Rows of earlier runs stay in `bench.json` until they are measured again. A part that
this machine cannot measure says so, which is a failure only where it was asked for by name; `--join` adds its rows from
the `bench.json` of a machine that can.
"""

import argparse
import datetime
import json
import subprocess
import sys
import tempfile
import time
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.benchmarks import table
from tests.benchmarks.harness import NotHere, machine
from tests.benchmarks.scans import ROOT

PARTS = {
    "pipeline": "tests.benchmarks.bench_pipeline",
    "memory": "tests.benchmarks.bench_memory",
    "gpu": "tests.benchmarks.bench_gpu",
    "read": "tests.benchmarks.bench_read",
    "start": "tests.benchmarks.bench_start",
    "scroll": "tests.benchmarks.bench_scroll",
    "surfaces": "tests.benchmarks.bench_surfaces",
    "brush": "tests.benchmarks.bench_brush",
    "length": "tests.benchmarks.bench_length",
    "train": "tests.benchmarks.bench_train",
    "batch": "tests.benchmarks.bench_batch",
    "films": "tests.benchmarks.bench_films",
    "cohort": "tests.benchmarks.bench_cohort",
    "teach": "tests.benchmarks.bench_teach",
    "strokes": "tests.benchmarks.bench_strokes",
}

RESULTS = ROOT / "bench.json"
PUBLISHED = ROOT / "docs" / "benchmarks.json"

# The exit status of a part that this machine cannot measure.
NOT_HERE = 77


def main() -> int:
    """0 when every part ran, reached or not; 1 when one failed, or was asked for and cannot be measured here."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which to run: {', '.join(PARTS)}; all by default")
    parser.add_argument("--publish", action="store_true", help="afterwards copy the results to docs/ and do --table")
    parser.add_argument("--table", action="store_true", help="only write the published results into docs/benchmarks.md")
    parser.add_argument("--join", type=Path, metavar="FILE", help="only add the rows of another machine's bench.json")
    parser.add_argument("--data", type=Path, metavar="DIR", help="strokes: a folder a case with ct and label.nii.gz")
    parser.add_argument("--json", type=Path, metavar="FILE", help="strokes: where the counts of --data go")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="strokes: other weights for --data")
    parser.add_argument("--kinds", nargs="+", default=["plain"], help="strokes: plain, mass, damaged; plain by default")
    parser.add_argument("--part", nargs=2, metavar=("ROW", "FILE"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    unknown = [name for name in given.rows if name not in PARTS]
    if unknown:
        parser.error(f"there is no row {unknown[0]}; choose from {', '.join(PARTS)}")
    if (given.data is None) != (given.json is None) or (given.data and given.rows != ["strokes"]):
        parser.error("--data DIR and --json FILE belong together, and to the row strokes alone")
    if given.data:
        _count_strokes(given.data, given.json, given.kinds, given.weights)
        return 0
    if given.part:
        _measure(*given.part)
        return 0
    if given.join:
        _keep(_read(given.join))
    only_show = given.table or given.join
    failed = [] if only_show else [name for name in given.rows or PARTS if not _run(name, asked=bool(given.rows))]
    if given.publish:
        PUBLISHED.write_text(RESULTS.read_text(encoding="utf-8"), encoding="utf-8")
    if given.publish or given.table:
        table.render(_read(PUBLISHED))
    elif RESULTS.exists():
        print(table.markdown(_read(RESULTS)))
    for name in failed:
        print(f"{name} failed: its message is above", file=sys.stderr)
    return 1 if failed else 0


def _count_strokes(data: Path, answer: Path, kinds: list[str], weights: Path | None) -> None:
    """`{case: {organ: {method: {"start": dice, "0.90": strokes, ...}}}}` of the cases in `data`, as JSON."""
    from tests.benchmarks.strokes.study import study

    folders = sorted(path.parent for path in data.glob("*/ct.nii.gz"))
    if not folders:
        sys.exit(f"{data}: there is no folder with a ct.nii.gz in it")
    study(folders, kinds, weights, keep=lambda counts: answer.write_text(json.dumps(counts, indent=1) + "\n", "utf-8"))


def _run(name: str, asked: bool) -> bool:
    """Measure one part in its own process and keep its rows; whether it ended well. `asked`: for this one by name."""
    print(f"{name} ...", file=sys.stderr, flush=True)
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        answer = Path(folder) / "rows.json"
        command = [sys.executable, "-m", "tests.benchmarks", "--part", name, str(answer)]
        status = subprocess.run(command, cwd=ROOT, check=False).returncode
        if status:
            return status == NOT_HERE and not asked
        rows = json.loads(answer.read_text(encoding="utf-8"))
    _keep([row | {"part": name} for row in rows])
    print(f"{name}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    return True


def _keep(rows: list[dict[str, Any]]) -> None:
    """Put `rows` into `bench.json` in the place of earlier ones of the same parts."""
    parts = {row["part"] for row in rows}
    others = [row for row in _read(RESULTS) if row["part"] not in parts] if RESULTS.exists() else []
    order = list(PARTS)
    ranked = sorted(others + rows, key=lambda row: order.index(row["part"]) if row["part"] in order else len(order))
    RESULTS.write_text(json.dumps({"rows": ranked}, indent=1) + "\n", encoding="utf-8")


def _measure(name: str, answer: str) -> None:
    about: dict[str, Any] = {"machine": machine(), "date": datetime.date.today().isoformat()}
    try:
        rows = [row.as_json() | about for row in import_module(PARTS[name]).measure()]
    except NotHere as lacking:
        print(f"{name} is not measured here: {lacking}", file=sys.stderr)
        sys.exit(NOT_HERE)
    Path(answer).write_text(json.dumps(rows), encoding="utf-8")


def _read(path: Path) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["rows"]
    return rows


if __name__ == "__main__":
    sys.exit(main())
