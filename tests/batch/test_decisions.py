"""What people say of cases is kept: by several at once, on a drive that several computers share, through kills."""

import os
import platform
import random
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flare_gui.batch import review
from flare_gui.batch.review import ACCEPTED, CORRECTED, FLAGGED, NEW, REVIEW, Decision
from flare_gui.errors import FlareError
from flare_gui.shared_lock import STALE_AFTER_S, Locked, held

NOW = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
# Decides on one case after another, and says so once `decide` has returned.
REVIEWER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from flare_gui.batch.review import Decision, decide
for number in range(int(sys.argv[3])):
    decide(Path(sys.argv[1]), Decision(f"{sys.argv[2]}{number}", "accepted", "ok", sys.argv[2], datetime.now(UTC)))
    print(f"{sys.argv[2]}{number}", flush=True)
"""


def start_reviewer(folder: Path, name: str, count: int) -> "subprocess.Popen[str]":
    words = [sys.executable, "-c", REVIEWER, str(folder), name, str(count)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, text=True)


def test_a_decision_comes_back_as_it_was_said_also_after_a_spreadsheet_saved_it(tmp_path: Path) -> None:
    said = Decision("=ct,1", FLAGGED, 'half of the "spleen"; see ü', "Ann", NOW)
    assert review.decide(tmp_path, said) == said
    assert review.read(tmp_path) == {"=ct,1": said}
    text = (tmp_path / REVIEW).read_text(encoding="utf-8")
    assert "'=ct,1" in text, "a spreadsheet must not run what a case is called"
    # As spreadsheets of other countries write: semicolons, a mark of the encoding, other line ends.
    other = "case;status;note;reviewer;time\r\nct2;Accepted;;Bob;\r\n"
    (tmp_path / REVIEW).write_bytes(b"\xef\xbb\xbf" + other.encode())
    assert review.read(tmp_path)["ct2"].status == ACCEPTED
    assert review.decide(tmp_path, replace(said, case="ct2")).status == FLAGGED, "a time that was lost is long ago"


def test_what_cannot_be_understood_is_refused_and_stays(tmp_path: Path) -> None:
    for text, what in (("case,status,note,reviewer,time\na,maybe,,,\n", "line 2"), ("patient,age\n", "no column")):
        (tmp_path / REVIEW).write_text(text)
        with pytest.raises(FlareError, match=what):
            review.decide(tmp_path, Decision("b", ACCEPTED, time=NOW))
        assert (tmp_path / REVIEW).read_text() == text
    assert [path.name for path in tmp_path.iterdir()] == [REVIEW]


def test_of_two_decisions_on_one_case_the_later_stands_whoever_writes_last(tmp_path: Path) -> None:
    late = review.decide(tmp_path, Decision("a", ACCEPTED, "", "Ann", NOW))
    early = Decision("a", FLAGGED, "", "Bob", NOW - timedelta(minutes=1))
    assert review.decide(tmp_path, early) == late
    # Bob's clock is slow, but he saw what Ann said before he said otherwise.
    changed = review.decide(tmp_path, early, seen=late)
    assert (changed.status, changed.reviewer) == (FLAGGED, "Bob") and changed.time > late.time
    review.decide(tmp_path, Decision("b", CORRECTED, "kept", "Ann", NOW))
    review.start_again(tmp_path, ["a", "c"])
    rows = review.read(tmp_path)
    assert rows["a"].status == NEW and rows["b"].status == CORRECTED and "c" not in rows


def test_two_people_on_one_folder_do_not_overwrite_each_other(tmp_path: Path) -> None:
    both = [start_reviewer(tmp_path, name, 25) for name in ("ann", "bob")]
    assert [process.wait(60) for process in both] == [0, 0]
    for process in both:
        process.communicate()
    assert set(review.read(tmp_path)) == {f"{name}{i}" for name in ("ann", "bob") for i in range(25)}
    assert [path.name for path in tmp_path.iterdir()] == [REVIEW]


def kill_reviewers(folder: Path, times: int, seed: int) -> int:
    """Kill one reviewer after another while it decides; how many decisions had been said to be kept, all of which are.

    The next one is not held up by what the killed one left.
    """
    chance, promised = random.Random(seed), set[str]()
    for number in range(times):
        process = start_reviewer(folder, f"r{number}-", 100000)
        assert process.stdout is not None
        promised.add(process.stdout.readline().strip())
        time.sleep(chance.uniform(0, 0.1))
        os.kill(process.pid, signal.SIGKILL)
        promised |= {line.strip() for line in process.communicate()[0].splitlines(keepends=True) if line.endswith("\n")}
        assert promised <= set(review.read(folder))
    return len(promised)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
def test_a_kill_loses_no_decision_and_blocks_nobody(tmp_path: Path) -> None:
    assert kill_reviewers(tmp_path, 5, 1) >= 5


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
def test_fifty_kills_lose_no_decision(tmp_path: Path) -> None:
    count = kill_reviewers(tmp_path, 50, 2)
    print(f"50 kills, {count} decisions, none lost")


def test_a_lock_is_for_one_and_that_of_a_program_that_is_gone_is_taken_over(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    with held(lock), pytest.raises(Locked, match="another program is writing"), held(lock, 0.1):
        pass
    assert not list(tmp_path.iterdir())
    # Of another computer: nobody can ask whether its program runs, but the drive knows how old it is.
    lock.write_text("elsewhere 1 abc")
    with pytest.raises(Locked), held(lock, 0.1):
        pass
    old = time.time() - STALE_AFTER_S - 1
    os.utime(lock, (old, old))
    with held(lock, 0.5) as still_ours:
        still_ours()
        # Somebody found this program asleep for too long.
        lock.write_text("elsewhere 2 def")
        with pytest.raises(Locked, match="taken over"):
            still_ours()
    assert lock.read_text() == "elsewhere 2 def", "the lock of another one is not removed"


@pytest.mark.parametrize("left", [".lock", ".lock.stale"])
def test_a_program_killed_before_it_named_itself_holds_nobody_up(tmp_path: Path, left: str) -> None:
    lock = tmp_path / ".lock"
    # Of a program that is gone: a process id that no program can have.
    lock.write_text(f"{platform.node()} {2**31 - 1} abc")
    (tmp_path / left).write_text("")
    with held(lock) as ours:
        ours()
    assert not list(tmp_path.iterdir())
