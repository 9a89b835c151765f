"""What every test may ask for."""

import os
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


# In this process and, by their PYTHONPATH, in all that it starts.
GUARD = Path(__file__).parent / "guard"
sys.path.insert(0, str(GUARD))
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (str(GUARD), os.environ.get("PYTHONPATH"))))
os.environ["FLARE_GUI_NETWORK"] = "forbidden"
# Tests read what the window says, wherever they run.
os.environ["FLARE_GUI_LANGUAGE"] = "en"
runpy.run_path(str(GUARD / "sitecustomize.py"))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Nobody opens a socket, see `tests/guard`; tests marked `cluster` or `distributed` stay on this computer."""
    local = any(item.get_closest_marker(mark) for mark in ("cluster", "distributed"))
    os.environ["FLARE_GUI_NETWORK"] = "local" if local else "forbidden"


@pytest.fixture(scope="session")
def shared() -> Callable[[str], Path]:
    """`shared("ct/ircad17")`: a real scan beside the repository; the test is skipped where there is none."""

    def find(name: str) -> Path:
        path = SHARED / name
        if not path.exists():
            pytest.skip(f"needs the real data ../shared/data/{name}")
        return path

    return find
