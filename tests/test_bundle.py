"""The bundle has every module that the program may ask for, and offers itself for every file that it opens."""

import json
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path, PurePosixPath

import pytest

from flare_gui.workspace import SUFFIX
from tests.test_package import imported_by
from tools.bundle import contents, file_types

ROOT = Path(__file__).resolve().parents[1]
# Workers of a cluster need an installation of their own: nothing of it is in the bundle, and segment --dask says so.
OF_THE_CLUSTER = {"dask", "distributed"}


@pytest.fixture(scope="module")
def imported_by_name(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """The modules that a session asked for by names made at run time, without the modules that are left out."""
    command = [sys.executable, "-m", "tests.one_of_everything", tmp_path_factory.mktemp("session")]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert told.returncode == 0, told.stdout[-2000:] + told.stderr[-4000:]
    names: list[str] = json.loads(told.stdout.splitlines()[-1])
    return names


def test_every_command_works_without_what_the_bundle_leaves_out(imported_by_name: list[str]) -> None:
    assert "flare_gui.export.dicom_seg" in imported_by_name


def test_what_is_imported_by_name_is_in_the_spec_s_list(imported_by_name: list[str]) -> None:
    listed, whole = set(contents.named_modules()), (*contents.WHOLE, *contents.HOOKED)
    assert [name for name in imported_by_name if name not in listed and name.split(".")[0] not in whole] == []


def test_what_the_spec_lists_is_there() -> None:
    # The cluster's module is there, and what it imports need not be.
    missing = [name for name in (*contents.named_modules(), *contents.WHOLE) if find_spec(name) is None]
    assert missing == []


@pytest.mark.parametrize("package", contents.OURS)
def test_no_package_that_ours_import_is_left_out(package: str) -> None:
    imported = set(imported_by(package)) - OF_THE_CLUSTER
    assert [name for name in sorted(imported) if contents.is_unused_module(name)] == []


@pytest.mark.parametrize(
    ("path", "unused"),
    [
        ("torch/include/ATen/ops/add.h", True),
        ("torch/test/op_registration_test", True),
        ("pyvista/examples/cow.ply", True),
        ("PySide6/Qt/translations/qt_de.qm", True),
        ("nibabel/tests/data/x.nii.gz", True),
        ("torch/lib/libtorch_cpu.so", False),
        ("torch/bin/test_api", True),
        ("torch/bin/torch_shm_manager", False),
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("flare_gui/_assets/vnet-3mm.safetensors", False),
        ("imageio_ffmpeg/binaries/ffmpeg-linux-x86_64-v9.0.2", False),
    ],
)
def test_files_are_left_out_at_any_depth_and_no_others(path: str, unused: bool) -> None:
    assert contents.is_unused_file(path) is unused


def test_the_system_is_told_of_every_ending_that_the_program_opens() -> None:
    root = ET.fromstring(file_types.mime_package())
    space = f"{{{file_types.SHARED_MIME_INFO}}}"
    patterns = {glob.get("pattern") for glob in root.iter(f"{space}glob")}
    assert {"*.nii", "*.nii.gz", "*.nrrd", "*.mha", "*.mhd", f"*{SUFFIX}"} <= patterns
    declared = {kind.get("type") for kind in root.iter(f"{space}mime-type")}
    offered = set(file_types.mime_types().strip(";").split(";"))
    # DICOM files and folders have types everywhere.
    assert offered - declared == {"application/dicom", "inode/directory"}


def test_macos_and_windows_are_told_of_the_same_files() -> None:
    expected = {PurePosixPath(f"x{ending}").suffix for row in file_types.FILE_TYPES for ending in row.endings}
    of_macos = {f".{ending}" for row in file_types.document_types() for ending in row.get("CFBundleTypeExtensions", ())}
    recipe = (ROOT / "tools" / "bundle" / "windows" / "flare-gui.iss").read_text(encoding="utf-8")
    of_windows = set(re.findall(r'SupportedTypes";.*ValueName: "(\.\w+)"', recipe))
    assert of_macos == of_windows == expected


@pytest.mark.skipif(shutil.which("desktop-file-validate") is None, reason="desktop-file-utils are not installed")
def test_the_menu_entry_is_valid(tmp_path: Path) -> None:
    entry = tmp_path / "flare-gui.desktop"
    entry.write_text(file_types.menu_entry("flare-gui"), encoding="utf-8")
    told = subprocess.run(["desktop-file-validate", entry], capture_output=True, text=True, check=False)
    assert told.stdout + told.stderr == ""
