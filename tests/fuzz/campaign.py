"""A campaign: `python -m tests.fuzz.campaign --seconds 60` throws mutated files at every reader and counts them.

Each target runs in a process of its own, so that a crash in C++ is found too: the parent sees it die, or not get on,
and keeps the input. Limits: 10 s an input, `MEMORY_MB` above what an idle reader has. What fails goes to
tests/fuzz/corpus/TARGET-HASH, which the quick tests replay.
"""

import argparse
import hashlib
import json
import multiprocessing
import os
import random
import resource
import signal
import sys
import time
import traceback
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType

from tests.fuzz.mutate import mutated
from tests.fuzz.targets import TARGETS, clear, place, run

CORPUS = Path(__file__).parent / "corpus"
SECONDS_AN_INPUT, MEMORY_MB = 10, 1024
SECONDS_A_REPORT = 1.0


class Hang(Exception):
    """An input took too long."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=120, help="in all (default: 120)")
    parser.add_argument("--target", choices=TARGETS, action="append", help="only these (default: all)")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="for the same mutations again")
    parser.add_argument("--log", type=Path, help="add the counts to this JSON")
    given = parser.parse_args()
    names = given.target or list(TARGETS)
    totals: dict[str, dict[str, float]] = {}
    for name in names:
        totals[name] = _campaign(name, given.seconds / len(names), given.seed)
        print(f"{name:12s} " + ", ".join(f"{key} {value:,.0f}" for key, value in totals[name].items()), flush=True)
    inputs = sum(int(one["inputs"]) for one in totals.values())
    failures = sum(int(one["failures"]) for one in totals.values())
    print(f"{inputs:,} inputs, {failures} failures")
    if given.log is not None:
        before = json.loads(given.log.read_text()) if given.log.exists() else []
        given.log.write_text(json.dumps([*before, totals], indent=1))
    return 1 if failures else 0


def _campaign(name: str, seconds: float, seed: int) -> dict[str, float]:
    """Run children until the time is over; each failure ends one."""
    if name == "weights":
        import torch  # noqa: F401 - before the fork, or it is loaded after every failure
    counts = {"inputs": 0.0, "read": 0.0, "refused": 0.0, "failures": 0.0, "peak_mb": 0.0, "slowest_ms": 0.0}
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        folder = place()
        ours, theirs = multiprocessing.Pipe(duplex=False)
        seed += 1
        child = multiprocessing.get_context("fork").Process(target=_child, args=(name, seed, end, folder, theirs))
        child.start()
        theirs.close()
        failed = _watch(child, ours, counts)
        if failed is not None:
            counts["failures"] += 1
            data = (folder / "input").read_bytes() if (folder / "input").exists() else b""
            kept = CORPUS / f"{name}-{hashlib.sha256(data).hexdigest()[:12]}"
            CORPUS.mkdir(exist_ok=True)
            kept.write_bytes(data)
            print(f"--- {name}: {failed.strip()}\n    kept as {kept}", file=sys.stderr, flush=True)
        clear(folder)
    return counts


def _watch(child: multiprocessing.process.BaseProcess, pipe: Connection, counts: dict[str, float]) -> str | None:
    """Take the child's counts; the reason when it failed, crashed or hung."""
    while True:
        if not pipe.poll(6 * SECONDS_AN_INPUT):
            child.kill()
            child.join()
            return "hung in native code"
        try:
            kind, value = pipe.recv()
        except EOFError:
            child.join()
            return None if child.exitcode == 0 else f"crashed with exit code {child.exitcode}"
        if kind == "failed":
            child.join()
            return str(value)
        for key, number in value.items():
            counts[key] = max(counts[key], number) if key in ("peak_mb", "slowest_ms") else counts[key] + number


def _child(name: str, seed: int, end: float, folder: Path, pipe: Connection) -> None:
    # What readers print goes nowhere; a silent reader is tested elsewhere.
    silent = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silent, 1)
    os.dup2(silent, 2)
    rng = random.Random(seed)
    target = TARGETS[name]
    seeds = [*target.seeds(), *(path.read_bytes() for path in sorted(CORPUS.glob(f"{name}-*")))]
    for data in target.seeds():
        run(target, folder, data)
    base = _peak_mb()
    signal.signal(signal.SIGALRM, _hang)
    while time.monotonic() < end:
        counts = {"inputs": 0, "read": 0, "refused": 0, "slowest_ms": 0.0, "peak_mb": 0.0}
        sent = time.monotonic()
        while time.monotonic() < sent + SECONDS_A_REPORT:
            data = mutated(rng.choice(seeds), rng.choice(seeds), rng, target.inner)
            (folder / "input").write_bytes(data)
            begin = time.monotonic()
            signal.alarm(SECONDS_AN_INPUT)
            try:
                counts[run(target, folder, data)] += 1
                if _peak_mb() - base > MEMORY_MB:
                    raise MemoryError(f"{_peak_mb() - base:.0f} MB for {len(data)} bytes")
            except BaseException:  # noqa: BLE001 - whatever it is, it is what a campaign looks for
                pipe.send(("failed", traceback.format_exc()))
                os._exit(1)
            finally:
                signal.alarm(0)
            counts["inputs"] += 1
            counts["slowest_ms"] = max(counts["slowest_ms"], 1000 * (time.monotonic() - begin))
        counts["peak_mb"] = _peak_mb() - base
        pipe.send(("counts", counts))
    pipe.close()
    os._exit(0)


def _hang(_signal: int, _frame: FrameType | None) -> None:
    raise Hang(f"more than {SECONDS_AN_INPUT} s")


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
