"""What everything that works beside the window promises to it."""

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import QCoreApplication

from flare_gui.app.jobs.job import Job
from flare_gui.errors import Cancelled, FlareError
from flare_gui.progress import Cancel, Progress
from tests.app.conftest import WaitFor

HOW = {
    "done": None,
    "failed": FlareError("there is no memory for it"),
    "cancelled": Cancelled(),
    "at fault": ZeroDivisionError("division by zero"),
}


def heard_of(job: Job) -> list[tuple[Any, ...]]:
    """Name, thread and arguments of each signal, as they come."""
    heard: list[tuple[Any, ...]] = []

    def listener(name: str) -> Callable[..., None]:
        return lambda *arguments: heard.append((name, threading.current_thread(), *arguments))

    for name in ("progressed", "done", "failed", "cancelled"):
        getattr(job, name).connect(listener(name))
    return heard


def ending(how: str) -> Callable[..., str]:
    def work(*, progress: Progress, cancel: Cancel) -> str:
        progress("half", 0.5)
        problem = HOW[how]
        if problem is not None:
            raise problem
        return "result"

    return work


@pytest.mark.parametrize("how", HOW)
def test_progress_and_one_end_are_told_in_the_windows_thread(qapp: object, wait_for: WaitFor, how: str) -> None:
    job = Job(ending(how))
    heard = heard_of(job)
    job.start()
    wait_for(lambda: len(heard) == 2)
    assert {told[1] for told in heard} == {threading.main_thread()}
    assert heard[0][::2] == ("progressed", "half") and heard[0][3] == 0.5
    name, _, *said = heard[1]
    if how == "done":
        assert (name, said) == ("done", ["result"])
    elif how == "cancelled":
        assert (name, said) == ("cancelled", [])
    else:
        assert name == "failed" and ("Traceback" in said[1]) == (how == "at fault")


@pytest.mark.parametrize("how", HOW)
def test_who_lets_go_of_a_job_hears_nothing_of_it_not_even_what_was_said_before(qapp: object, how: str) -> None:
    job = Job(ending(how))
    heard = heard_of(job)
    job.start()
    assert job.wait(30)
    # All has been said; Qt delivers it when it is next at work.
    job.let_go()
    for _ in range(3):
        QCoreApplication.processEvents()
    assert not heard


def test_a_job_and_what_it_worked_on_are_freed_after_its_last_word(qapp: object, wait_for: WaitFor) -> None:
    class Scan:
        pass

    scan = Scan()
    left = weakref.ref(scan)
    job = Job(lambda scan=scan, *, progress, cancel: cancel.check())
    job.start()
    job.let_go()
    del scan, job

    def freed() -> bool:
        gc.collect()
        return left() is None

    wait_for(freed)
