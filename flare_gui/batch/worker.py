"""What runs in the process of a batch: a thread for each case that is worked on at once, and one that has the network.

Threads, because numpy, zlib and torch let go of Python's lock; another process would cost a second of start, and its
scans a way from one to the other. A process of its own, because some scans crash their reader and the system ends what
takes too much memory: then only this one is lost. It speaks with its supervisor (`flare_gui.batch.supervisor`) through
one pipe, and ends when that is closed: a supervisor that was killed leaves nobody behind.
"""

import ctypes
import os
import signal
import threading
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import NamedTuple

from flare_gui import next_steps
from flare_gui.batch.run_case import CaseResult, Options, run_case
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import Case
from flare_gui.model.card import ModelCard
from flare_gui.model.pipeline import Prediction, PredictionRequest, Predictor
from flare_gui.progress import Cancel, Progress

# How often progress is told. The pipe would carry more, but nobody could see it.
SECONDS_BETWEEN_MESSAGES = 0.1

# Of glibc's malloc.h.
_M_TRIM_THRESHOLD, _M_MMAP_THRESHOLD = -1, -3


class Backend(NamedTuple):
    """What the network runs on. As a message: it is loaded, and its device has passed the probe."""

    device: str
    precision: str


class Failure(NamedTuple):
    """A `FlareError` on its way through a pipe; `details` is a traceback when it is a fault of ours.

    As a message: the network cannot be had, so that nothing can be done.
    """

    message: str
    hint: str = ""
    details: str = ""


class CaseProgress(NamedTuple):
    """The worker's: a case has come this far in this stage, 0 to 1."""

    case: Case
    stage: str
    fraction: float


@dataclass(frozen=True, eq=False)
class CaseFinished:
    """The worker's: what became of a case; None when it was let go of."""

    case: Case
    outcome: CaseResult | Failure | None


class Stop(NamedTuple):
    """The supervisor's: let go of what you do."""


@dataclass(frozen=True, eq=False)
class BatchConfig:
    """What all cases have in common. `before` is the device and precision of earlier results that these join."""

    out: Path
    weights: Path | None
    card: ModelCard
    options: Options
    before: Backend | None = None


def run_worker(supervisor: Connection, config: BatchConfig, at_once: int, load_now: bool) -> None:
    """Take `Case`s, work on `at_once` of them at a time, and send `CaseProgress` and `CaseFinished` of each.

    `Backend` or `Failure` is sent once. The network is loaded when it is first asked, or at once with `load_now`.
    """
    # Ctrl-C in a terminal reaches every process; only the supervisor decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _suit_many_cases()
    cancel, cases, outbox = Cancel(), SimpleQueue[Case | None](), _Outbox(supervisor)
    with ThreadPoolExecutor(1, "network") as executor:
        predictor = _SharedPredictor(config, executor, outbox)
        if load_now:
            predictor.load()
        threads = [
            threading.Thread(target=_work_through, args=(cases, config, predictor, outbox, cancel), name=f"case {i}")
            for i in range(at_once)
        ]
        for thread in threads:
            thread.start()
        with suppress(EOFError, OSError):
            while True:
                message = supervisor.recv()
                if isinstance(message, Stop):
                    cancel.set()
                else:
                    cases.put(message)
        # The supervisor is gone, or has no more for us.
        cancel.set()
        for _ in threads:
            cases.put(None)
        for thread in threads:
            thread.join()


def _suit_many_cases() -> None:
    """Set up what one case alone gains nothing by. Before torch is loaded.

    OpenMP's threads are not to spin while they wait: other cases need the cores. And memory that the network has let go
    of stays for the next case: glibc would give large blocks back, and the system fill 400 MB with zeros for each case,
    a quarter of the network's time. Other C libraries have other ways, and go on as they do.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    with suppress(OSError, AttributeError, TypeError):
        mallopt = ctypes.CDLL(None).mallopt
        for option, value in ((_M_MMAP_THRESHOLD, 2**27), (_M_TRIM_THRESHOLD, 2**31 - 1)):
            mallopt(option, value)


class _Outbox:
    """Sends messages to the supervisor, one thread at a time; to nobody when it is gone."""

    def __init__(self, supervisor: Connection) -> None:
        self._supervisor, self._lock = supervisor, threading.Lock()

    def send(self, message: object) -> None:
        with self._lock, suppress(OSError):
            self._supervisor.send(message)


class _SharedPredictor:
    """One network for all cases, loaded once, that has one case at a time: it takes all cores, or the GPU.

    In one thread for its whole life, because OpenMP keeps a team of threads for each thread that asks it.
    """

    def __init__(self, config: BatchConfig, executor: ThreadPoolExecutor, outbox: _Outbox) -> None:
        self._config, self._executor, self._outbox = config, executor, outbox
        self._predictor: Predictor | None = None
        self._notes: tuple[str, ...] = ()

    def load(self) -> None:
        """Begin to load it, and tell the supervisor what came of it."""
        self._executor.submit(self._load)

    def predict(self, request: PredictionRequest) -> Prediction:
        """Wait for it. Raises `FlareError`, `Cancelled`."""
        return self._executor.submit(self._predict, request).result()

    def _predict(self, request: PredictionRequest) -> Prediction:
        request.cancel.check()
        predictor = self._predictor or self._load()
        if predictor is None:
            # The supervisor has been told and ends all of it.
            raise Cancelled
        request.log.notes.extend(self._notes)
        try:
            return predictor(request)
        except RuntimeError as error:
            raise FlareError(f"the network failed ({error})", hint=next_steps.DEVICE.command) from error

    def _load(self) -> Predictor | None:
        from flare_gui.model.device import choose_as_before
        from flare_gui.model.segmenter import predictor_on
        from flare_gui.model.weights import load

        options = self._config.options
        try:
            model = load(self._config.weights)
            chosen = choose_as_before(options.device, model, options.precision, self._config.before)
        except FlareError as error:
            self._outbox.send(Failure(error.message, error.hint))
            return None
        except Exception as error:  # noqa: BLE001 - it ends in a thread that nobody would hear of
            self._outbox.send(Failure(f"the network cannot be loaded ({error})", details=traceback.format_exc()))
            return None
        self._predictor, self._notes = predictor_on(chosen, model), chosen.notes
        self._outbox.send(Backend(chosen.name, chosen.precision))
        return self._predictor


def _work_through(
    cases: SimpleQueue[Case | None], config: BatchConfig, predictor: _SharedPredictor, outbox: _Outbox, cancel: Cancel
) -> None:
    """One case after another, until there is None."""
    while (case := cases.get()) is not None:
        outbox.send(CaseFinished(case, _work_on(case, config, predictor, outbox, cancel)))


def _work_on(
    case: Case, config: BatchConfig, predictor: _SharedPredictor, outbox: _Outbox, cancel: Cancel
) -> CaseResult | Failure | None:
    def predict(request: PredictionRequest) -> Prediction:
        try:
            return predictor.predict(request)
        except FlareError as error:
            raise FlareError(f"{case.path}: {error.message}", hint=error.hint) from error

    progress = _throttled(case, outbox)
    try:
        return run_case(
            case, config.out, config.card, predict, config.options, picture=True, progress=progress, cancel=cancel
        )
    except Cancelled:
        return None
    except FlareError as error:
        return Failure(error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - one case that finds a fault of ours must not end the others
        return fault(case, error)


def fault(case: Case, error: Exception) -> Failure:
    """What is said of a case in which an error came up that nobody foresaw."""
    what = f"{case.path}: this is a fault in flare-gui ({type(error).__name__}: {error})"
    return Failure(what, "Please report it; failures.csv has the details.", traceback.format_exc())


def _throttled(case: Case, outbox: _Outbox) -> Progress:
    """Progress that goes to the supervisor when a stage begins or ends, and now and then between."""
    last, told = "", 0.0

    def tell(stage: str, fraction: float) -> None:
        nonlocal last, told
        now = time.monotonic()
        if stage != last or fraction >= 1.0 or now - told > SECONDS_BETWEEN_MESSAGES:
            last, told = stage, now
            outbox.send(CaseProgress(case, stage, fraction))

    return tell
