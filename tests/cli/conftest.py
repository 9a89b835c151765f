"""A command line with a tiny, untrained network: what it finds means nothing, what becomes of it must be right."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from flare_gui.cli import main
from tests.tiny import save_tiny, write_scan


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("segment", path, "-o", folder)`: the exit code and what was printed."""

    def call(*words: str | Path) -> Outcome:
        code = main([str(word) for word in words])
        return Outcome(code, *capsys.readouterr())

    return call


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An untrained network of 4 channels that works at 6 mm."""
    return save_tiny(tmp_path_factory.mktemp("weights"), "tiny", 1)


@pytest.fixture
def scan(tmp_path: Path) -> Path:
    return write_scan(tmp_path / "in" / "ct.nii.gz")
