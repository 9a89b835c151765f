"""Which build of PyTorch is to be installed here: prints `torch==2.13.0+cpu`, or nothing where pip chooses well itself.

.venv/bin/python tools/torch_build.py

On Linux the plain build brings CUDA along, several gigabytes that are of no use without an NVIDIA card. A CPU build can
only be taken where pip's configuration leads to one: an index of them, or a folder with a wheel. No index is
named here, so that nothing is fetched from where the user did not point. Elsewhere than on Linux the plain build is
already the small one.
"""

import platform
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from pip._vendor.packaging.requirements import Requirement
from pip._vendor.packaging.version import Version

PROJECT = Path(__file__).resolve().parents[1] / "pyproject.toml"


def requirement() -> Requirement:
    """What pyproject.toml asks for."""
    project = tomllib.loads(PROJECT.read_text(encoding="utf-8"))["project"]
    (found,) = (line for line in map(Requirement, project["dependencies"]) if line.name == "torch")
    return found


def has_nvidia_card() -> bool:
    """Whether the driver lists a card. A driver without one, as in a container, has none."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return False
    listed = subprocess.run([tool, "-L"], capture_output=True, text=True, check=False)
    return listed.returncode == 0 and "GPU" in listed.stdout


def is_there(wanted: Requirement) -> bool:
    """Whether this environment has a PyTorch that will do; it stays."""
    try:
        return wanted.specifier.contains(version("torch"))
    except PackageNotFoundError:
        return False


def offered(wanted: Requirement) -> list[Version]:
    """The versions in the range wanted that pip's configuration leads to. Empty, too, when pip cannot say."""
    command = [sys.executable, "-m", "pip", "index", "versions", "torch"]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    found = re.search(r"^Available versions: (.*)$", told.stdout, re.M)
    return list(wanted.specifier.filter(map(Version, found[1].split(", ")))) if found else []


def main() -> int:
    wanted = requirement()
    if platform.system() != "Linux" or is_there(wanted) or has_nvidia_card():
        return 0
    versions = offered(wanted)
    builds = [found for found in versions if found.local == "cpu"]
    if builds:
        print("No NVIDIA card here: PyTorch's CPU build is installed.", file=sys.stderr)
        print(f"torch=={max(builds)}")
    elif versions and platform.machine() == "x86_64":
        print(
            "No NVIDIA card here, but pip's configuration leads to no CPU build of PyTorch: several gigabytes of CUDA "
            "come along. docs/installing.md says how to do without.",
            file=sys.stderr,
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
