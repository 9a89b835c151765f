"""A wheel, installed where there is no source tree, is the whole program: scripts, assets, weights."""

import json
import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest

import flare_gui
from flare_gui import assets

ROOT = Path(__file__).resolve().parents[1]
Run = Callable[..., subprocess.CompletedProcess[str]]


def checked(command: list[str | Path], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run `command` in `folder` without what could lead it back to the source tree; its output when it fails."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(part) for part in command],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
    return done


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """`clean("flare-gui", "--help")` runs a script of a new environment that holds the wheel and nothing else of ours.

    The packages that the wheel asks for are borrowed from the running environment: installing them again would take
    gigabytes and show nothing about the wheel.
    """
    folder = tmp_path_factory.mktemp("wheel")
    checked([sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT], folder)
    (wheel,) = folder.glob("flare_gui-*.whl")
    home = folder / "clean"
    checked([sys.executable, "-m", "venv", "--without-pip", home], folder)
    programs = home / ("Scripts" if os.name == "nt" else "bin")
    python = programs / Path(sys.executable).name
    # The wheel first, then the borrowed packages: the other way round, pip would find our own editable install there.
    checked([sys.executable, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel], folder)
    site = checked([python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"], folder).stdout.strip()
    borrowed = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    # A .pth file found on a path that a .pth file adds is not read, so the editable install stays out of sight.
    (Path(site) / "borrowed.pth").write_text("\n".join(sorted(borrowed)) + "\n", encoding="utf-8")

    def run(program: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
        return checked([programs / program, *arguments], folder)

    where = run("python", "-c", "import flare_gui, trainer; print(flare_gui.__file__); print(trainer.__file__)").stdout
    assert all(Path(line).is_relative_to(home) for line in where.splitlines()), where
    return run


@pytest.mark.parametrize("script", ["flare-gui", "flare-train"])
def test_the_scripts_run_outside_the_source_tree(clean: Run, script: str) -> None:
    assert "usage" in clean(script, "--help").stdout.lower()


def test_python_dash_m_flare_gui_works_too(clean: Run) -> None:
    assert flare_gui.__version__ in clean("python", "-m", "flare_gui", "--version").stdout


def test_the_wheel_carries_every_asset(clean: Run) -> None:
    listing = (
        "import json; from flare_gui import assets\n"
        "top = assets.folder()\n"
        "print(json.dumps([str(top), sorted(f.relative_to(top).as_posix() for f in top.rglob('*') if f.is_file())]))"
    )
    top, files = json.loads(clean("python", "-c", listing).stdout)
    assert not Path(top).is_relative_to(ROOT)
    ours = assets.folder()
    assert files == sorted(f.relative_to(ours).as_posix() for f in ours.rglob("*") if f.is_file())


def test_the_shipped_weights_load_from_the_wheel(clean: Run) -> None:
    if not list(assets.folder().glob("*.safetensors")):
        pytest.skip("no weights in assets/ yet: `flare-train release` puts them there")
    loading = "from flare_gui.model.weights import load; model = load(); print(model.path)"
    path = clean("python", "-c", loading).stdout.strip()
    assert not Path(path).is_relative_to(ROOT)
