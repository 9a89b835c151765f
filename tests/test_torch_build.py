"""Setting up a machine without an NVIDIA card takes PyTorch's CPU build where pip leads to one, and says if not."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
LINUX = sys.platform == "linux" and os.uname().machine == "x86_64"
pytestmark = pytest.mark.skipif(not LINUX, reason="elsewhere the plain build of PyTorch is the small one")

Choose = Callable[..., subprocess.CompletedProcess[str]]
IN_RANGE, PLAIN_AND_NEWER, TOO_NEW = "2.9.1+cpu", "2.10.0", "99.0.0+cpu"


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of a new environment with pip, borrowed because unpacking it takes long, and nothing else."""
    home = tmp_path_factory.mktemp("venv")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    (site,) = home.glob("lib/python*/site-packages")
    # Not by importing it: once pip is loaded, setuptools leaves distutils to Python, and torch.compile does not.
    (site / "pip").symlink_to(Path(str(metadata.distribution("pip").locate_file("pip"))))
    return home / "bin" / "python"


@pytest.fixture
def choose(python: Path, tmp_path: Path) -> Choose:
    """`choose("2.9.1+cpu", ...)` runs the script where pip knows wheels of these versions alone."""

    def run(*versions: str, card: bool = False) -> subprocess.CompletedProcess[str]:
        wheels, programs = tmp_path / "wheels", tmp_path / "programs"
        wheels.mkdir()
        programs.mkdir()
        for version in versions:
            (wheels / f"torch-{version}-py3-none-any.whl").touch()
        if card:
            (programs / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: NVIDIA A100'\n", encoding="utf-8")
            (programs / "nvidia-smi").chmod(0o755)
            (programs / "sh").symlink_to(shutil.which("sh") or "/bin/sh")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
        environment |= {"PATH": str(programs), "PIP_CONFIG_FILE": os.devnull}
        environment |= {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(wheels)}
        script = ROOT / "tools" / "torch_build.py"
        return subprocess.run([python, script], env=environment, capture_output=True, text=True, check=True)

    return run


def test_the_cpu_build_is_taken_even_when_a_newer_one_would_bring_cuda(choose: Choose) -> None:
    told = choose(IN_RANGE, PLAIN_AND_NEWER, TOO_NEW)
    assert told.stdout.split() == [f"torch=={IN_RANGE}"]
    assert "CPU build is installed" in told.stderr


def test_without_a_cpu_build_in_reach_the_gigabytes_are_announced(choose: Choose) -> None:
    told = choose(PLAIN_AND_NEWER, TOO_NEW)
    assert told.stdout == ""
    assert "gigabytes of CUDA" in told.stderr and "docs/installing.md" in told.stderr
    assert (ROOT / "docs" / "installing.md").is_file()


def test_with_a_card_pip_chooses_itself(choose: Choose) -> None:
    told = choose(IN_RANGE, PLAIN_AND_NEWER, card=True)
    assert told.stdout + told.stderr == ""


def test_where_pip_cannot_say_nothing_is_claimed(choose: Choose) -> None:
    told = choose()
    assert told.stdout + told.stderr == ""
