"""Cases on a Dask cluster: the same bytes as here, one model a worker, and a lost worker takes nothing along."""

import importlib.util
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from distributed import Client, LocalCluster

from flare_gui import cluster, io
from flare_gui.batch.run_case import CaseResult, Options, segment_case
from flare_gui.batch.worker import Failure
from flare_gui.cli import main
from flare_gui.io import Case
from flare_gui.model.weights import load
from flare_gui.progress import Cancel
from tests.tiny import save_tiny, write_scan

pytestmark = [
    pytest.mark.cluster,
    # Dask's own, when its processes end.
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning"),
]
FIXED = Options(device="cpu", precision="float32")
ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def local() -> Iterator[LocalCluster]:
    """Two workers in processes of their own, with nannies that start a lost one again."""
    with LocalCluster(
        n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None, resources={"GPU": 1}
    ) as workers:
        yield workers


class Assassin:
    """A observer that, when the first case is done, kills the worker that has the most to do."""

    def __init__(self, client: Client) -> None:
        self.results: dict[str, CaseResult] = {}
        self.failures: list[Failure] = []
        self.killed = 0
        self._client = client

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        assert stage == "cluster"

    def succeeded(self, case: Case, result: CaseResult) -> None:
        self.results[case.name] = result
        if not self.killed:
            processing = self._client.processing()
            address = max(processing, key=lambda worker: len(processing[worker]))
            self.killed = self._client.run(os.getpid, workers=[address])[address]
            os.kill(self.killed, signal.SIGKILL)

    def failed(self, case: Case, failure: Failure) -> None:
        self.failures.append(failure)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
def test_a_lost_workers_cases_are_done_elsewhere_with_the_same_bytes(local: LocalCluster, tmp_path: Path) -> None:
    weights = save_tiny(tmp_path / "weights", "tiny", 1)
    cases = io.find_cases([write_scan(tmp_path / "in" / f"ct{i}.nii.gz", i) for i in range(8)])
    with Client(local) as client:
        observer = Assassin(client)
        address = local.scheduler_address
        cluster.run_on_cluster(cases, tmp_path / "out", weights, FIXED, observer, Cancel(), address)
        assert observer.killed and not observer.failures and len(observer.results) == 8
        loads = client.run(lambda: cluster._loaded.cache_info().misses)
        assert set(loads.values()) <= {0, 1}, "one model a worker, kept in memory"
    model = load(weights)
    for case in cases:
        here = segment_case(case, tmp_path / "here", model, FIXED)
        assert observer.results[case.name].mask.read_bytes() == here.mask.read_bytes()


def test_the_command_line_sends_cases_to_a_cluster_and_says_which_fail(
    local: LocalCluster, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    weights = save_tiny(tmp_path / "weights", "tiny", 1)
    write_scan(tmp_path / "in" / "ct.nii.gz")
    (tmp_path / "in" / "broken.nii.gz").write_bytes(b"not a scan")
    words = ["segment", tmp_path / "in", "-o", tmp_path / "out", "--weights", weights, "--dask"]
    assert main([str(word) for word in [*words, local.scheduler_address]]) == 3
    assert str(tmp_path / "in" / "broken.nii.gz") in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        "ct.seg.nii.gz", "ct.json", "volumes.csv", "failures.csv", "contact-sheet.html", "scans.csv", "thumbnails"
    }  # fmt: skip


def test_a_cluster_that_is_not_there_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cluster, "CONNECT_S", 1.0)
    scan = write_scan(tmp_path / "ct.nii.gz")
    assert main(["segment", str(scan), "-o", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:9"]) == 2
    err = capsys.readouterr().err
    assert "tcp://127.0.0.1:9" in err and "dask scheduler" in err and "Traceback" not in err


@pytest.fixture
def example() -> ModuleType:
    """docs/slurm_cluster.py, which a user copies."""
    spec = importlib.util.spec_from_file_location("slurm_cluster", ROOT / "docs" / "slurm_cluster.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_job_script_of_the_slurm_example_asks_for_what_a_worker_needs(example: ModuleType) -> None:
    with example.cluster(scheduler_options={"host": "127.0.0.1", "dashboard_address": None}) as slurm:
        script = slurm.job_script()
    assert script.startswith("#!")
    for line in ("#SBATCH -p gpu", "#SBATCH --gres=gpu:1", "#SBATCH -n 1", "#SBATCH --cpus-per-task=4"):
        assert line in script.splitlines()
    assert "#SBATCH -t 04:00:00" in script and "#SBATCH --mem=" in script
    assert "distributed.cli.dask_worker tcp://127.0.0.1:" in script or "dask worker tcp://127.0.0.1:" in script
    assert "--resources GPU=2" in script and "--nthreads 2" in script
