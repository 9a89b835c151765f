"""What a batch of many cases is promised, with real processes: they are killed here, and one case alone may suffer."""

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from flare_gui import io
from flare_gui.batch.run_batch import run_batch
from flare_gui.batch.run_case import CaseResult, Options, segment_case
from flare_gui.batch.supervisor import Supervisor
from flare_gui.batch.worker import Failure
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import Case
from flare_gui.model.card import card_of
from flare_gui.model.weights import load
from flare_gui.progress import Cancel
from tests.tiny import save_tiny, write_scan

needs_signals = pytest.mark.skipif(sys.platform == "win32", reason="Windows ends processes in another way")
FIXED = Options(device="cpu", precision="float32")


class Witness:
    """A observer that remembers, and does something when a case has come to a stage."""

    def __init__(
        self, at: tuple[str, str] = ("", ""), do: Callable[[], None] = lambda: None, *, always: bool = False
    ) -> None:
        self.results: dict[str, CaseResult] = {}
        self.failures: dict[str, Failure] = {}
        self._at, self._do, self._always = at, do, always

    def progressed(self, case: Case, stage: str, fraction: float) -> None:
        if (case.name, stage) == self._at:
            if not self._always:
                self._at = ("", "")
            self._do()

    def succeeded(self, case: Case, result: CaseResult) -> None:
        assert case.name not in self.results
        self.results[case.name] = result

    def failed(self, case: Case, failure: Failure) -> None:
        assert case.name not in self.failures
        self.failures[case.name] = failure


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return save_tiny(tmp_path_factory.mktemp("weights"), "tiny", 1)


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Case]:
    folder = tmp_path_factory.mktemp("in")
    return io.find_cases([write_scan(folder / f"ct{i}.nii.gz", i) for i in range(5)])


@pytest.fixture(scope="module")
def expected(cases: list[Case], weights: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The masks of the same cases one after another in one process."""
    out, model = tmp_path_factory.mktemp("one-by-one"), load(weights)
    return {case.name: segment_case(case, out, model, FIXED).mask.read_bytes() for case in cases}


def masks(witness: Witness) -> dict[str, bytes]:
    return {name: result.mask.read_bytes() for name, result in witness.results.items()}


def test_a_batch_writes_what_one_case_after_another_writes(
    cases: list[Case], weights: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    witness = Witness()
    run_batch(cases, tmp_path, weights, FIXED, witness, Cancel(), jobs=3)
    assert not witness.failures
    assert masks(witness) == expected
    report = witness.results["ct0"].report
    assert {"read", "prepare", "network", "finish"} <= report["seconds"].keys() and report["device"] == "cpu"
    assert witness.results["ct0"].picture.startswith(b"\xff\xd8")
    again = Witness()
    run_batch(cases, tmp_path, weights, FIXED, again, Cancel(), jobs=3)
    assert all(result.kept and result.picture for result in again.results.values()) and len(again.results) == 5


def kill_worker(supervisor: Supervisor) -> None:
    assert supervisor._worker is not None and supervisor._worker._process.pid is not None
    os.kill(supervisor._worker._process.pid, signal.SIGKILL)


@needs_signals
@pytest.mark.parametrize("stage", ["prepare", "network"])
def test_a_case_that_ends_its_process_fails_and_takes_no_other_along(
    cases: list[Case], weights: Path, expected: dict[str, bytes], tmp_path: Path, stage: str
) -> None:
    witness = Witness(("ct1", stage), lambda: kill_worker(supervisor), always=True)
    supervisor = Supervisor(tmp_path, weights, card_of(weights), FIXED, 3, witness)
    supervisor.run(cases, Cancel(), network_at_once=True)
    assert list(witness.failures) == ["ct1"] and "SIGKILL" in witness.failures["ct1"].message
    assert str(cases[1].path) in witness.failures["ct1"].message
    assert masks(witness) == {name: mask for name, mask in expected.items() if name != "ct1"}
    # The same command again does the one that failed.
    run_batch(cases, tmp_path, weights, FIXED, after := Witness(), Cancel(), jobs=2)
    assert masks(after) == expected and [name for name, r in after.results.items() if not r.kept] == ["ct1"]


@needs_signals
def test_when_memory_was_short_once_no_case_is_lost(
    cases: list[Case], weights: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    witness = Witness(("ct1", "finish"), lambda: kill_worker(supervisor))
    supervisor = Supervisor(tmp_path, weights, card_of(weights), FIXED, 3, witness)
    supervisor.run(cases, Cancel(), network_at_once=True)
    assert not witness.failures
    assert masks(witness) == expected
    assert supervisor._jobs == 2, "fewer at once may fit"


def test_a_batch_that_is_cancelled_leaves_no_half_files(cases: list[Case], weights: Path, tmp_path: Path) -> None:
    cancel = Cancel()
    witness = Witness(("ct2", "network"), cancel.set)
    with pytest.raises(Cancelled):
        run_batch(cases, tmp_path, weights, FIXED, witness, cancel, jobs=2)
    names = {path.name for path in tmp_path.iterdir()}
    assert not [name for name in names if name.startswith(".")] and len(witness.results) < 5
    for name in witness.results:
        assert {f"{name}.json", f"{name}.seg.nii.gz"} <= names


def test_with_damaged_weights_nothing_is_begun(cases: list[Case], weights: Path, tmp_path: Path) -> None:
    damaged = save_tiny(tmp_path / "weights", "damaged", 2)
    damaged.write_bytes(damaged.read_bytes()[:-1])
    with pytest.raises(FlareError, match="sha256 differs"):
        run_batch(cases, tmp_path / "b", damaged, FIXED, Witness(), Cancel(), jobs=2)


def test_files_that_a_killed_run_left_are_cleared_away(cases: list[Case], weights: Path, tmp_path: Path) -> None:
    (tmp_path / ".part-0.ct0.seg.nii.gz").write_bytes(b"half")
    (tmp_path / ".mine").write_bytes(b"keep")
    run_batch(cases[:2], tmp_path, weights, FIXED, witness := Witness(), Cancel(), jobs=2)
    assert {path.name for path in tmp_path.iterdir() if path.name.startswith(".")} == {".mine"}
    # A kill between the two files of a case: the report is there, its mask not yet.
    witness.results["ct0"].mask.unlink()
    run_batch(cases[:2], tmp_path, weights, FIXED, after := Witness(), Cancel(), jobs=2)
    assert not after.failures and not after.results["ct0"].kept and after.results["ct1"].kept


def test_a_folder_begun_in_one_precision_goes_on_in_it(cases: list[Case], weights: Path, tmp_path: Path) -> None:
    auto = Options(device="cpu")
    segment_case(cases[0], tmp_path, load(weights), auto)
    report = json.loads((tmp_path / "ct0.json").read_text())
    # As if the clock had been in favour of the other one on that day.
    begun = "float32" if report["precision"] == "bfloat16" else "bfloat16"
    (tmp_path / "ct0.json").write_text(json.dumps(report | {"precision": begun}))
    run_batch(cases[:2], tmp_path, weights, auto, witness := Witness(), Cancel(), jobs=2)
    assert witness.results["ct0"].kept and witness.results["ct1"].report["precision"] == begun
