"""Cases on a Dask cluster that is there already. The only module with network code, imported when one is asked for.

Scans and results do not travel: every worker sees the folders under the same paths, as clusters have them, and writes
the two files of a case itself. What comes back is a report and a thumbnail. Dask runs the cases of a worker that is
lost again elsewhere; a case is written whole or not at all, so that nothing is wrong with that.
"""

import functools
import threading
import uuid
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from distributed import Client, Future, KilledWorker, get_worker, wait

from flare_gui import __version__
from flare_gui.batch.folder import make_folder
from flare_gui.batch.run_batch import sort_out
from flare_gui.batch.run_case import CaseResult, Options, run_case
from flare_gui.batch.supervisor import Observer
from flare_gui.batch.worker import Backend, Failure, fault
from flare_gui.errors import FlareError
from flare_gui.io import Case
from flare_gui.model.card import card_of
from flare_gui.model.pipeline import Prediction, PredictionRequest, Predictor
from flare_gui.progress import Cancel

CONNECT_S, POLL_S = 20.0, 0.5

GPU = "GPU"
"""The resource that workers with a GPU declare: `dask worker ... --resources GPU=1`, one for each case at a time."""

# Cases that wait at the scheduler for each thread of a worker: enough to keep it busy, few enough for a million cases.
AHEAD_PER_THREAD, LEAST_AHEAD = 3, 32

_SHARED_DISK = "Scans, results and weights must lie on a disk that every worker sees under the same path."


def run_on_cluster(
    cases: Sequence[Case],
    out: Path,
    weights: Path | None,
    options: Options,
    observer: Observer,
    cancel: Cancel,
    address: str,
) -> None:
    """As `batch.run_batch.run_batch`, on the workers of the Dask scheduler at `address`, such as tcp://10.0.0.1:8786.

    Paths are absolute, and the workers see what is there. Where workers have GPUs, they alone get cases unless
    `options.device` is another one. All workers compute in the precision that the first of them chose. Raises
    `FlareError` when the cluster cannot be reached, `Cancelled`: cases that are being worked on are then finished all
    the same, and kept by the next run.
    """
    found = sort_out(cases, out, weights, options, observer)
    ahead = deque([*found.perhaps_done, *found.to_do])
    if not ahead:
        return
    make_folder(out)
    with _connected(address) as client:
        demands = _demands(client, options)
        config = _BatchConfig(__version__, card_of(weights).sha256, out, weights, options, found.before)
        if options.precision == "auto" and config.before is None:
            config = replace(config, before=_first_backend(client, config, demands, cancel))
        running: dict[Future, Case] = {}
        try:
            while ahead or running:
                cancel.check()
                while ahead and len(running) < _most_ahead(client):
                    case = ahead.popleft()
                    key = f"flare-gui-{case.name}-{uuid.uuid4().hex}"
                    running[client.submit(run_on_worker, config, case, key=key, pure=False, **demands)] = case
                for future in _ended(running):
                    case = running.pop(future)
                    _tell(observer, case, _outcome(case, future))
        finally:
            client.cancel(list(running))


@dataclass(frozen=True)
class _BatchConfig:
    """What every case of a batch has in common, on its way to the workers."""

    version: str
    sha256: str
    out: Path
    weights: Path | None
    options: Options
    before: Backend | None


# On a worker


def run_on_worker(config: _BatchConfig, case: Case) -> CaseResult | Failure:
    """One case from scan to files, on a worker. The network is one for all threads, and has one case at a time."""
    try:
        _check_worker(config)
        if not case.path.exists():
            raise FlareError(
                f"{case.path}: the worker {get_worker().address} does not see this file", hint=_SHARED_DISK
            )
        return run_case(case, config.out, card_of(config.weights), _predictor(config), config.options, picture=True)
    except FlareError as error:
        return Failure(error.message, error.hint)
    except Exception as error:  # noqa: BLE001 - one case that finds a fault of ours must not end the others
        return fault(case, error)


def choose_backend(config: _BatchConfig) -> Backend | Failure:
    """The device and precision that a worker chooses for the network."""
    from flare_gui.model.device import choose

    try:
        _check_worker(config)
        chosen = choose(config.options.device, _model(config.weights, config.sha256), config.options.precision)
    except FlareError as error:
        return Failure(error.message, error.hint)
    return Backend(chosen.name, chosen.precision)


def _check_worker(config: _BatchConfig) -> None:
    if config.version != __version__:
        raise FlareError(
            f"the worker {get_worker().address} has flare-gui {__version__}, and this is {config.version}",
            hint="Install the same version on every worker.",
        )


_loading, _computing = threading.Lock(), threading.Lock()


def _model(weights: Path | None, sha256: str) -> Any:
    # Else two threads that begin together would load it twice.
    with _loading:
        return _loaded(weights, sha256)


@functools.lru_cache(maxsize=1)
def _loaded(weights: Path | None, sha256: str) -> Any:
    """The model, once for the life of the worker."""
    from flare_gui.model.weights import load

    model = load(weights)
    if model.card.sha256 != sha256:
        raise FlareError(
            f"the weights that the worker {get_worker().address} has are others than the ones here", hint=_SHARED_DISK
        )
    return model


def _predictor(config: _BatchConfig) -> Predictor:
    def run(request: PredictionRequest) -> Prediction:
        from flare_gui.model.device import choose_as_before
        from flare_gui.model.segmenter import predictor_on

        model = _model(config.weights, config.sha256)
        with _computing:
            with request.log.stage("device"):
                chosen = choose_as_before(config.options.device, model, config.options.precision, config.before)
                request.log.notes.extend(chosen.notes)
            return predictor_on(chosen, model)(request)

    return run


# At the client


@contextmanager
def _connected(address: str) -> Iterator[Client]:
    try:
        client = Client(address, timeout=CONNECT_S, name="flare-gui")
    except (OSError, TimeoutError, ValueError) as problem:
        raise FlareError(
            f"{address}: there is no Dask scheduler to be reached ({problem})",
            hint="Start one with `dask scheduler`, and give its address as it prints it.",
        ) from problem
    with client:
        yield client


def _demands(client: Client, options: Options) -> dict[str, Any]:
    """Where cases may run: on GPU workers if there are any, unless another device was asked for."""
    wanted = options.device == "cuda" or (options.device == "auto" and _has_gpu(client))
    return {"resources": {GPU: 1}} if wanted and _has_gpu(client) else {}


def _has_gpu(client: Client) -> bool:
    return any(worker["resources"].get(GPU) for worker in _workers(client))


def _workers(client: Client) -> list[dict[str, Any]]:
    return list(client.scheduler_info(n_workers=-1)["workers"].values())


def _most_ahead(client: Client) -> int:
    return max(LEAST_AHEAD, AHEAD_PER_THREAD * sum(client.nthreads().values()))


def _first_backend(client: Client, config: _BatchConfig, demands: dict[str, Any], cancel: Cancel) -> Backend:
    """The backend of one worker, for all: by the clock alone, two might choose differently."""
    future = client.submit(choose_backend, config, pure=False, **demands)
    while not _ended({future: None}):
        cancel.check()
    backend = future.result()
    if isinstance(backend, Failure):
        raise FlareError(backend.message, hint=backend.hint)
    assert isinstance(backend, Backend)
    return backend


def _ended(futures: dict[Future, Any]) -> set[Future]:
    """Those that are done by now, after a short wait."""
    try:
        done: set[Future] = wait(list(futures), timeout=POLL_S, return_when="FIRST_COMPLETED").done
    except TimeoutError:
        return set()
    return done


def _outcome(case: Case, future: Future) -> CaseResult | Failure:
    problem = future.exception()
    if problem is None:
        result: CaseResult | Failure = future.result()
        return result
    if isinstance(problem, KilledWorker):
        return Failure(
            f"{case.path}: every worker that tried it was lost, the last was {problem.last_worker.address}",
            "There may be too little memory on the workers.",
        )
    return Failure(f"{case.path}: the cluster could not do it ({problem})", "Look into the logs of its workers.")


def _tell(observer: Observer, case: Case, outcome: CaseResult | Failure) -> None:
    if isinstance(outcome, Failure):
        observer.failed(case, outcome)
    else:
        observer.progressed(case, "cluster", 1.0)
        observer.succeeded(case, outcome)
