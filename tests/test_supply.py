"""What comes along with the program: listed with its licence, none of it under the GPL, and bounded where it breaks."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_every_package_is_listed_with_its_licence_and_none_is_gpl() -> None:
    command = [sys.executable, ROOT / "tools" / "licences.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr


def test_packages_have_an_upper_bound_where_a_new_series_may_break_them() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    # A folder of a system and a file format of weights: both have stood still for years.
    stable = ("platformdirs", "safetensors")
    unbounded = [line for line in project["dependencies"] if "<" not in line and not line.startswith(stable)]
    assert unbounded == []


def test_what_is_in_the_shared_page_is_as_it_was_fetched_and_has_its_licences() -> None:
    command = [sys.executable, ROOT / "tools" / "vendor_niivue.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    source = json.loads((ROOT / "assets" / "niivue" / "source.json").read_text(encoding="utf-8"))
    licences = (ROOT / "assets" / "niivue" / "LICENSES.txt").read_text(encoding="utf-8")
    listed = (ROOT / "docs" / "licences.md").read_text(encoding="utf-8")
    for package in (source["package"], *source["inside"]):
        assert f"{package} (" in licences and f"| {package.rpartition('@')[0]} |" in listed
    assert "GPL" not in licences
