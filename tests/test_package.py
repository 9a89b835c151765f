"""What someone who installs flare-gui is promised before they open a single scan."""

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

import flare_gui
from flare_gui import assets
from flare_gui.app.dialogs.about import about_text
from flare_gui.cli import main
from flare_gui.errors import FlareError
from tests.tiny import save_tiny, write_scan

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
OURS = {"flare_gui", "trainer"}

# What makes a start slow: none of it is needed to print a help text or to refuse an option.
HEAVY = ("torch", "PySide6", "vtkmodules", "pyvista", "SimpleITK", "matplotlib")


def canonical(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def named(requirements: list[str]) -> set[str]:
    """The canonical names of the packages that a list of requirements asks for."""
    return {canonical(re.split(r"[^\w.-]", line, maxsplit=1)[0]) for line in requirements}


def imported_by(package: str) -> dict[str, str]:
    """The top-level modules that a package of ours imports, at any depth of any file, with one file that does."""
    found: dict[str, str] = {}
    for file in sorted((ROOT / package).rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                names = [node.module]
            else:
                continue
            found.update({name.split(".")[0]: str(file.relative_to(ROOT)) for name in names})
    return {name: file for name, file in found.items() if name not in sys.stdlib_module_names | OURS}


def run(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(part) for part in command], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize("package", sorted(OURS))
def test_every_package_that_is_imported_is_asked_for_by_its_own_name(package: str) -> None:
    distributions = packages_distributions()
    asked_for = named(PROJECT["dependencies"]) | named(PROJECT["optional-dependencies"]["dicom"])
    asked_for |= named(PROJECT["optional-dependencies"]["cluster"])
    for module, file in imported_by(package).items():
        # A module of an optional extra that is not installed here has no distribution: its name must do.
        providers = {canonical(name) for name in distributions.get(module, [module])}
        assert providers & asked_for, f"{file} imports {module}, which pyproject.toml does not name"


def test_ffmpeg_and_vtk_come_with_a_plain_install() -> None:
    assert any(line.startswith("imageio[ffmpeg]") for line in PROJECT["dependencies"])
    assert {"vtk", "torch", "pyside6-essentials"} <= named(PROJECT["dependencies"])


def test_all_is_every_extra() -> None:
    extras = set(PROJECT["optional-dependencies"])
    assert extras == {"test", "dicom", "cluster", "bench", "bundle", "fuzz", "all"}
    inside = re.fullmatch(r"flare-gui\[(.*)\]", PROJECT["optional-dependencies"]["all"][0])
    assert inside and set(inside[1].split(",")) == extras - {"all"}


@pytest.mark.parametrize(
    ("script", "words"),
    [
        ("flare_gui.cli", ["--help"]),
        ("flare_gui.cli", ["segment", "--help"]),
        ("flare_gui.cli", ["demo-scan", "--help"]),
        ("trainer.cli", ["--help"]),
        ("trainer.cli", ["fit", "--help"]),
    ],
)
def test_help_starts_at_once_without_torch_qt_or_vtk(script: str, words: list[str]) -> None:
    program = (
        f"import sys; from {script} import main\n"
        f"try:\n    main({words!r})\nexcept SystemExit as stop:\n    assert not stop.code, stop.code\n"
        f"loaded = [name for name in {HEAVY!r} if name in sys.modules]\n"
        "sys.exit(f'loaded: {loaded}' if loaded else 0)\n"
    )
    done = run(sys.executable, "-c", program)
    assert done.returncode == 0, done.stderr
    assert "usage" in done.stdout.lower()


def test_python_dash_m_and_the_script_are_the_same_program() -> None:
    beside = Path(sys.executable).parent / ("flare-gui.exe" if os.name == "nt" else "flare-gui")
    as_module = run(sys.executable, "-m", "flare_gui", "--version")
    assert as_module.returncode == 0, as_module.stderr
    assert flare_gui.__version__ in as_module.stdout
    if beside.exists():  # not where the tests run from a bare source tree
        assert run(beside, "--version").stdout == as_module.stdout


def test_the_version_stands_in_one_place_and_in_every_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    about_it = {"name": "flare-gui", "version": flare_gui.__version__}
    assert re.fullmatch(r"\d+\.\d+\.\d+", flare_gui.__version__) and "version" not in PROJECT
    files = [path for package in OURS for path in (ROOT / package).rglob("*.py")]
    literal = f'"{flare_gui.__version__}"'
    assert [path.name for path in files if literal in path.read_text(encoding="utf-8")] == ["__init__.py"]

    scan, weights = write_scan(tmp_path / "ct.nii.gz"), save_tiny(tmp_path, "tiny", seed=1)
    assert main(["segment", str(scan), "-o", str(tmp_path), "--weights", str(weights), "--device", "cpu"]) == 0
    mask = str(tmp_path / "ct.seg.nii.gz")
    assert main(["export", str(scan), "--mask", mask, "--json", "-o", str(tmp_path)]) == 0
    capsys.readouterr()
    main(["doctor", str(scan), "--json"])
    told = [capsys.readouterr().out, *((tmp_path / f"ct{end}.json").read_text("utf-8") for end in ("", ".organs"))]
    assert [json.loads(text)["software"] for text in told] == [about_it] * 3
    assert f"flare-gui {flare_gui.__version__}" in about_text(None)


def test_assets_lie_beside_the_package_in_a_source_tree() -> None:
    assert assets.folder() == ROOT / "assets"
    assert assets.asset("LICENSE-weights").read_text(encoding="utf-8").startswith("Licence of the trained weights")


def test_a_missing_asset_says_what_to_do() -> None:
    with pytest.raises(FlareError, match=r"no-such-weights.safetensors.*Install flare-gui again"):
        assets.asset("no-such-weights.safetensors")


def test_both_licences_and_ffmpeg_s_are_named() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for file in PROJECT["license-files"]:
        assert (ROOT / file).is_file()
        assert file in readme
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert re.search(r"ffmpeg.*GPL", readme, re.DOTALL)


def test_no_file_of_the_program_is_longer_than_a_reader_s_patience() -> None:
    lengths = {
        str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines())
        for package in sorted(OURS)
        for file in (ROOT / package).rglob("*.py")
    }
    assert {file: lines for file, lines in lengths.items() if lines > 400} == {}
