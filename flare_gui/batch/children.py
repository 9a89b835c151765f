"""What runs in the processes of a batch: workers that see a case through, and the one process that has the network.

Each speaks with the hub (`flare_gui.batch.hub`) through one pipe, and ends when that is closed: a hub that was killed
leaves nobody behind. A worker never loads torch.
"""

import os
import signal
import time
import traceback
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

import numpy as np

from flare_gui.batch.case import CaseResult, Options, run_case
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import Case
from flare_gui.model.around import Answer, Task
from flare_gui.model.card import ModelCard
from flare_gui.progress import Cancel, Progress

# How often progress is told. The pipe would carry more, but nobody could see it.
SECONDS_BETWEEN_WORDS = 0.1

# The network comes first: while it computes, readers and writers take what is left of the processor.
NICENESS = 5


class Step(NamedTuple):
    """Progress of a stage, 0 to 1."""

    stage: str
    fraction: float


@dataclass(frozen=True, eq=False)
class Question:
    """A worker's: what does the network see in this image, float32 (x, y, z)?"""

    image: np.ndarray


@dataclass(frozen=True, eq=False)
class Reply:
    """The network's, with what it logged."""

    answer: Answer
    seconds: dict[str, float]
    peak_memory_mb: dict[str, float]
    notes: list[str]


class Choice(NamedTuple):
    """What the network runs on. As a word: it is loaded, and its device has passed the probe."""

    device: str
    precision: str


class Trouble(NamedTuple):
    """A `FlareError` on its way through a pipe; `details` is a traceback when it is a fault of ours."""

    message: str
    hint: str = ""
    details: str = ""


class Stop(NamedTuple):
    """The hub's: let go of what you do."""


class Stopped(NamedTuple):
    """A child's: done so."""


def see_cases_through(hub: Connection, out: Path, card: ModelCard, options: Options) -> None:
    """Take one `Case` after another and send back its `CaseResult`, `Trouble` or `Stopped`."""
    _be_a_child()
    with suppress(AttributeError, OSError):
        os.nice(NICENESS)
    with suppress(EOFError, OSError):
        while isinstance(case := hub.recv(), Case):
            hub.send(_one(case, hub, out, card, options))


def _one(case: Case, hub: Connection, out: Path, card: ModelCard, options: Options) -> CaseResult | Trouble | Stopped:
    cancel = _HubCancel(hub)

    def network(task: Task) -> Answer:
        hub.send(Question(task.image))
        reply = hub.recv()
        if isinstance(reply, Trouble):
            raise FlareError(f"{case.path}: {reply.message}", hint=reply.hint)
        if not isinstance(reply, Reply):
            raise Cancelled
        task.log.seconds.update(reply.seconds)
        task.log.peak_memory_mb.update(reply.peak_memory_mb)
        task.log.notes.extend(reply.notes)
        return reply.answer

    try:
        return run_case(case, out, card, network, options, picture=True, progress=_seldom(hub), cancel=cancel)
    except Cancelled:
        return Stopped()
    except FlareError as error:
        return Trouble(error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - one case that finds a fault of ours must not end the others
        return fault(case, error)


def fault(case: Case, error: Exception) -> Trouble:
    """What is said of a case in which an error came up that nobody foresaw."""
    what = f"{case.path}: this is a fault in flare-gui ({type(error).__name__}: {error})"
    return Trouble(what, "Please report it; failures.csv has the details.", traceback.format_exc())


def answer_questions(hub: Connection, weights: Path | None, device: str, precision: str, before: Choice | None) -> None:
    """Load the network and send the `Choice`, then answer each image with a `Reply`, `Trouble` or `Stopped`."""
    _be_a_child()
    with suppress(EOFError, OSError):
        try:
            from flare_gui.model.device import choose_as_before
            from flare_gui.model.runlog import RunLog
            from flare_gui.model.segmenter import network_on
            from flare_gui.model.weights import load

            model = load(weights)
            chosen = choose_as_before(device, model, precision, before)
        except FlareError as error:
            hub.send(Trouble(error.message, error.hint))
            return
        network = network_on(chosen, model)
        hub.send(Choice(chosen.name, chosen.precision))
        while isinstance(question := hub.recv(), Question):
            log = RunLog(notes=list(chosen.notes))
            try:
                answer = network(Task(question.image, log, _seldom(hub), _HubCancel(hub)))
                hub.send(Reply(answer, log.seconds, log.peak_memory_mb, log.notes))
            except Cancelled:
                hub.send(Stopped())
            except FlareError as error:
                hub.send(Trouble(error.message, error.hint))
            except RuntimeError as error:
                hub.send(Trouble(f"the network failed ({error})", "Try another --device.", traceback.format_exc()))


class _HubCancel(Cancel):
    """Set by a word from the hub, or by its end."""

    def __init__(self, hub: Connection) -> None:
        super().__init__()
        self._hub = hub

    def check(self) -> None:
        try:
            if self._hub.poll() and isinstance(self._hub.recv(), Stop):
                self.set()
        except (EOFError, OSError):
            self.set()
        super().check()


def _seldom(hub: Connection) -> Progress:
    """Progress that goes to the hub when a stage begins or ends, and now and then between."""
    last, told = "", 0.0

    def tell(stage: str, fraction: float) -> None:
        nonlocal last, told
        now = time.monotonic()
        if stage != last or fraction >= 1.0 or now - told > SECONDS_BETWEEN_WORDS:
            last, told = stage, now
            hub.send(Step(stage, fraction))

    return tell


def _be_a_child() -> None:
    """Ctrl-C in a terminal reaches every process; only the hub decides what it means."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
