"""The supervisor of a batch: hands cases to the process that works on them, and lives on when that one dies.

The process has several cases at a time, so that one is read and another one written while the network has a third. When
it dies, nobody knows which of them it died of: each is tried again alone, and only one that ends the process once more
has failed.
"""

import multiprocessing
import signal
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from flare_gui import next_steps
from flare_gui.batch.run_case import CaseResult, Options
from flare_gui.batch.worker import Backend, BatchConfig, CaseFinished, CaseProgress, Failure, Stop, run_worker
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import Case
from flare_gui.model.card import ModelCard
from flare_gui.progress import Cancel

POLL_S = 0.1
# How long a worker may take to clear up behind itself when a run is stopped.
LONGEST_END_S = 10.0


class Observer(Protocol):
    """Who wants to know what becomes of the cases."""

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        """A case has come this far in this stage."""

    def succeeded(self, case: Case, result: CaseResult) -> None:
        """A case is done, or was done already."""

    def failed(self, case: Case, failure: Failure) -> None:
        """A case could not be done."""


class Supervisor:
    """Runs cases, `jobs` at a time; `network_seconds` is how long the network was at work.

    `before` is the device and precision of an earlier run whose results these cases join.
    """

    def __init__(
        self,
        out: Path,
        weights: Path | None,
        card: ModelCard,
        options: Options,
        jobs: int,
        observer: Observer,
        before: Backend | None = None,
    ) -> None:
        self._config = BatchConfig(out, weights, card, options, before)
        self._jobs, self._observer = jobs, observer
        self._ahead: deque[Case] = deque()
        # Cases that a process died of, or of one of which it did.
        self._suspects: deque[Case] = deque()
        self._running: set[Case] = set()
        self._worker: _Worker | None = None
        self._network_at_once = False
        self._wait_for_network = False
        self.network_seconds = 0.0

    def run(self, cases: Sequence[Case], cancel: Cancel, *, network_at_once: bool) -> None:
        """Work until every case has succeeded or failed. `network_at_once` loads the network before it is asked.

        Raises `FlareError` when the network cannot be had at all, `Cancelled`.
        """
        self._ahead.extend(cases)
        self._jobs = min(self._jobs, len(cases))
        self._network_at_once = network_at_once
        try:
            while self._ahead or self._suspects or self._running:
                cancel.check()
                if self._worker is None:
                    self._worker = _Worker(self._config, self._jobs, network_at_once)
                self._give_work(self._worker)
                self._listen(self._worker)
        except Cancelled:
            self._ask_to_stop()
            raise
        finally:
            if self._worker is not None:
                self._worker.end()

    def _give_work(self, worker: "_Worker") -> None:
        """Hand out as many cases as are to be worked on at once: one, while a case is suspected."""
        if self._wait_for_network and not worker.ready:
            return
        if self._suspects:
            if not self._running:
                self._send(worker, self._suspects.popleft(), alone=True)
            return
        if worker.alone and self._running:
            return
        while self._ahead and len(self._running) < self._jobs:
            self._send(worker, self._ahead.popleft(), alone=False)

    def _send(self, worker: "_Worker", case: Case, *, alone: bool) -> None:
        self._running.add(case)
        worker.alone = alone
        worker.send(case)

    def _listen(self, worker: "_Worker") -> None:
        """Take the next message, if there is one after a short wait."""
        try:
            if not worker.pipe.poll(POLL_S):
                return
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._died(worker)
            return
        if isinstance(message, CaseProgress):
            self._observer.progressed(message.case, message.stage, message.fraction)
        elif isinstance(message, Backend):
            worker.ready = True
        elif isinstance(message, CaseFinished):
            self._running.discard(message.case)
            if isinstance(message.outcome, CaseResult):
                if not message.outcome.kept:
                    self.network_seconds += message.outcome.report["seconds"]["network"]
                self._observer.succeeded(message.case, message.outcome)
            elif message.outcome is not None:
                self._observer.failed(message.case, message.outcome)
        elif isinstance(message, Failure):
            # Nothing can be done without the network: this is not one case's fault.
            raise FlareError(message.message, hint=message.hint)

    def _died(self, worker: "_Worker") -> None:
        """Try what it had again, case by case, once the network is there; the next process takes the others."""
        worker.end()
        self._worker = None
        lost = sorted(self._running)
        self._running.clear()
        if not lost and not worker.ready:
            raise FlareError(
                f"the process of the network {worker.how_it_ended()} before it was ready",
                hint="There may be too little memory; close other programs.",
            )
        if worker.was_killed and len(lost) > 1:
            # As the system does when memory is short: then fewer at once may fit.
            self._jobs = max(1, self._jobs - 1)
        self._wait_for_network = self._network_at_once
        if len(lost) > 1:
            self._suspects.extend(lost)
        for case in lost if len(lost) == 1 else ():
            sentence = f"{case.path}: the process that worked on it {worker.how_it_ended()}"
            self._observer.failed(case, Failure(sentence, next_steps.FEWER_JOBS.command))

    def _ask_to_stop(self) -> None:
        """Let the worker remove what it has half written."""
        if self._worker is None:
            return
        self._worker.send(Stop())
        latest = time.monotonic() + LONGEST_END_S
        with suppress(EOFError, OSError):
            while self._running and time.monotonic() < latest:
                if self._worker.pipe.poll(POLL_S) and isinstance(message := self._worker.pipe.recv(), CaseFinished):
                    self._running.discard(message.case)


class _Worker:
    """A process that works on cases, and the pipe to it: `ready` once its network is loaded, `alone` with a suspect."""

    def __init__(self, config: BatchConfig, at_once: int, load_now: bool) -> None:
        context = multiprocessing.get_context("spawn")
        self.pipe, theirs = context.Pipe()
        self._process = context.Process(target=run_worker, args=(theirs, config, at_once, load_now), daemon=True)
        self._process.start()
        # Else the pipe would not be closed when the worker is gone.
        theirs.close()
        self.ready, self.alone = False, False

    def send(self, message: object) -> None:
        """Say something; a worker that is gone is heard of when the supervisor listens."""
        with suppress(OSError):
            self.pipe.send(message)

    def end(self) -> None:
        """End the process, which has nothing left to do."""
        self.pipe.close()
        self._process.join(0.2)
        if self._process.is_alive():
            self._process.kill()
        self._process.join()

    @property
    def was_killed(self) -> bool:
        """Whether SIGKILL ended it, after `end`."""
        return self._process.exitcode == -getattr(signal, "SIGKILL", 9)

    def how_it_ended(self) -> str:
        """Such as "was ended by SIGKILL"."""
        code = self._process.exitcode or 0
        if code >= 0:
            return f"ended without a word (exit code {code})"
        try:
            return f"was ended by {signal.Signals(-code).name}"
        except ValueError:
            return f"was ended by signal {-code}"
