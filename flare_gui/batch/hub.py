"""The hub of a batch: workers that each see one case through, around one process that has the network.

A worker reads a scan, asks the network, finishes and writes. While one waits for its answer the others read the next
scan and write the last, so that the network is kept busy. As many scans are in memory as there are workers. Because
every process has one case at a time, one that dies takes that case along and no other.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, Protocol

from flare_gui.batch.case import CaseResult, Options
from flare_gui.batch.children import (
    Choice,
    Question,
    Step,
    Stop,
    Stopped,
    Trouble,
    answer_questions,
    see_cases_through,
)
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import Case
from flare_gui.model.card import ModelCard
from flare_gui.progress import Cancel

POLL_S = 0.1
# How long children may take to clear up behind themselves when a run is stopped.
LONGEST_END_S = 10.0


class Watcher(Protocol):
    """Who wants to know what becomes of the cases."""

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        """A case has come this far in this stage."""

    def succeeded(self, case: Case, result: CaseResult) -> None:
        """A case is done, or was done already."""

    def failed(self, case: Case, trouble: Trouble) -> None:
        """A case could not be done."""


class Hub:
    """Runs cases with `jobs` workers; `network_seconds` is how long the network was at work.

    `before` is the device and precision of an earlier run whose results these cases join.
    """

    def __init__(
        self,
        out: Path,
        weights: Path | None,
        card: ModelCard,
        options: Options,
        jobs: int,
        watcher: Watcher,
        before: Choice | None = None,
    ) -> None:
        self._task = (out, card, options)
        self._network_task = (weights, options.device, options.precision, before)
        self._jobs, self._watcher = jobs, watcher
        self._ahead: deque[Case] = deque()
        self._workers: list[_Worker] = []
        self._network: _NetworkChild | None = None
        self._questions: deque[tuple[_Worker, Question]] = deque()
        self.network_seconds = 0.0

    def run(self, cases: Sequence[Case], cancel: Cancel, *, network_at_once: bool) -> None:
        """Work until every case has succeeded or failed. `network_at_once` loads the network before it is asked.

        Raises `FlareError` when the network cannot be had at all, `Cancelled`.
        """
        self._ahead.extend(cases)
        try:
            for _ in range(min(self._jobs, len(cases))):
                self._workers.append(_Worker(*self._task))
            if network_at_once:
                self._network = _NetworkChild(*self._network_task)
            while self._give_work():
                cancel.check()
                for child in _spoken(self._children()):
                    self._hear(child)
        except Cancelled:
            self._ask_to_stop()
            raise
        finally:
            for child in self._children():
                child.end()

    def _children(self) -> list["_Child"]:
        return [*self._workers, *([self._network] if self._network else [])]

    def _give_work(self) -> bool:
        """Hand out cases and questions; whether there is anything left to wait for."""
        for worker in self._workers:
            if worker.case is None and self._ahead:
                worker.begin(self._ahead.popleft())
        if self._questions and self._network is None:
            self._network = _NetworkChild(*self._network_task)
        if self._questions and self._network is not None and self._network.idle:
            self._network.ask(*self._questions.popleft())
        return any(worker.case is not None for worker in self._workers)

    def _hear(self, child: "_Child") -> None:
        try:
            word = child.pipe.recv()
        except (EOFError, OSError):
            child.end()
            word = None
        if isinstance(child, _NetworkChild):
            self._hear_network(child, word)
        elif isinstance(child, _Worker):
            self._hear_worker(child, word)

    def _hear_worker(self, worker: "_Worker", word: object) -> None:
        case = worker.case
        if case is None:
            # It died between two cases: nothing is lost.
            self._replace(worker)
        elif isinstance(word, Step):
            self._watcher.progressed(case, word.stage, word.fraction)
        elif isinstance(word, Question):
            self._questions.append((worker, word))
        else:
            worker.case = None
            if isinstance(word, CaseResult):
                self._watcher.succeeded(case, word)
            elif isinstance(word, Trouble):
                self._watcher.failed(case, word)
            else:
                sentence = f"{case.path}: the process that worked on it {worker.how_it_ended()}"
                self._watcher.failed(case, Trouble(sentence, "There may be too little memory; try --jobs 1."))
                self._replace(worker)

    def _replace(self, worker: "_Worker") -> None:
        """A worker died: what it had asked is forgotten, another one takes its place if it is needed."""
        self._questions = deque(pair for pair in self._questions if pair[0] is not worker)
        if self._network is not None and self._network.asked_by is worker:
            self._network.asked_by = None
        self._workers.remove(worker)
        if self._ahead:
            self._workers.append(_Worker(*self._task))

    def _hear_network(self, network: "_NetworkChild", word: object) -> None:
        asked_by = network.asked_by
        if isinstance(word, Step):
            if asked_by is not None and asked_by.case is not None:
                self._watcher.progressed(asked_by.case, word.stage, word.fraction)
        elif isinstance(word, Choice):
            network.ready = True
        elif not network.ready:
            self._no_network(network, word)
        else:
            self.network_seconds += network.answered()
            if word is None:
                word = Trouble(
                    f"the process of the network {network.how_it_ended()}",
                    "There may be too little memory; close other programs.",
                )
                self._network = None
            if asked_by is not None:
                asked_by.send(word)

    def _no_network(self, network: "_NetworkChild", word: object) -> None:
        """Nothing can be done without: this is not one case's fault."""
        if isinstance(word, Trouble):
            raise FlareError(word.message, hint=word.hint)
        raise FlareError(
            f"the process of the network {network.how_it_ended()} before it was ready",
            hint="There may be too little memory; close other programs.",
        )

    def _ask_to_stop(self) -> None:
        """Let the children remove what they have half written."""
        busy: list[_Child] = [worker for worker in self._workers if worker.case is not None]
        for child in [*busy, *([self._network] if self._network else [])]:
            child.send(Stop())
        latest = time.monotonic() + LONGEST_END_S
        while busy and time.monotonic() < latest:
            for child in _spoken(busy):
                try:
                    ended = isinstance(child.pipe.recv(), Stopped | Trouble | CaseResult)
                except (EOFError, OSError):
                    ended = True
                if ended:
                    busy.remove(child)


class _Child:
    """A process and the pipe to it."""

    def __init__(self, work: Callable[..., None], *arguments: Any) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=work, args=(theirs, *arguments), daemon=True)
        self._process.start()
        # Else the pipe would not be closed when the child is gone.
        theirs.close()

    def send(self, word: object) -> None:
        """Say something; a child that is gone is heard of when the hub listens."""
        with suppress(OSError):
            self.pipe.send(word)

    def end(self) -> None:
        """End the process, which has nothing left to do."""
        self.pipe.close()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    def how_it_ended(self) -> str:
        """Such as "was ended by SIGKILL"."""
        code = self._process.exitcode or 0
        if code >= 0:
            return f"ended without a word (exit code {code})"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"


def _spoken(children: Sequence[_Child]) -> list[_Child]:
    """Those that have said something, or have ended, after a short wait."""
    heard = wait([child.pipe for child in children], POLL_S)
    return [child for child in children if child.pipe in heard]


class _Worker(_Child):
    def __init__(self, out: Path, card: ModelCard, options: Options) -> None:
        super().__init__(see_cases_through, out, card, options)
        self.case: Case | None = None

    def begin(self, case: Case) -> None:
        """Send it a case."""
        self.case = case
        self.send(case)


class _NetworkChild(_Child):
    """`ready` once it is loaded; `asked_by` is whose question it has, None when nobody waits for the answer."""

    def __init__(self, weights: Path | None, device: str, precision: str, before: Choice | None) -> None:
        super().__init__(answer_questions, weights, device, precision, before)
        self.asked_by: _Worker | None = None
        self.ready, self._busy = False, False
        self._asked_at = 0.0

    @property
    def idle(self) -> bool:
        """Whether it waits for a question."""
        return self.ready and not self._busy

    def ask(self, worker: _Worker, question: Question) -> None:
        """Give it a worker's question."""
        self.asked_by, self._busy, self._asked_at = worker, True, time.monotonic()
        self.send(question)

    def answered(self) -> float:
        """It has answered, or died: the seconds it was at work since it was asked."""
        seconds = time.monotonic() - self._asked_at if self._busy else 0.0
        self.asked_by, self._busy = None, False
        return seconds
