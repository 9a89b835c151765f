"""What goes into the bundle and what stays out, with what that would be for. The spec reads it, a test holds it."""

from collections.abc import Iterator
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).resolve().parents[2]

OURS = ("flare_gui", "trainer")

WHOLE = (
    *("dateutil", "highdicom", "imageio", "imageio_ffmpeg", "isal", "networkx", "nibabel", "pydicom", "pyvista"),
    *("safetensors", "trimesh"),
)
"""Packages that import parts of their own by name, which nobody sees who reads the imports: taken with every module."""

VTK = (
    *("numpy_interface.array_overrides", "numpy_interface.dataset_adapter", "numpy_interface.vtk_aos_array"),
    *("numpy_interface.vtk_implicit_array", "qt.QVTKRenderWindowInteractor", "util.data_array_selection"),
    *("util.data_model", "util.execution_model", "util.numpy_support", "util.pickle_support", "util.vtkAlgorithm"),
    *("vtkChartsCore", "vtkCommonColor", "vtkCommonComputationalGeometry", "vtkCommonCore", "vtkCommonDataModel"),
    *("vtkCommonExecutionModel", "vtkCommonMath", "vtkCommonTransforms", "vtkFiltersCore", "vtkFiltersExtraction"),
    *("vtkFiltersFlowPaths", "vtkFiltersGeneral", "vtkFiltersGeometry", "vtkFiltersHybrid", "vtkFiltersModeling"),
    *("vtkFiltersPoints", "vtkFiltersSources", "vtkFiltersStatistics", "vtkFiltersTexture", "vtkImagingCore"),
    *("vtkImagingGeneral", "vtkImagingHybrid", "vtkImagingMorphological", "vtkImagingSources", "vtkImagingStencil"),
    *("vtkInteractionStyle", "vtkInteractionWidgets", "vtkPythonContext2D", "vtkRenderingAnnotation"),
    *("vtkRenderingContext2D", "vtkRenderingContextOpenGL2", "vtkRenderingCore", "vtkRenderingFreeType"),
    *("vtkRenderingLabel", "vtkRenderingMatplotlib", "vtkRenderingOpenGL2", "vtkRenderingUI", "vtkRenderingVolume"),
    *("vtkRenderingVolumeOpenGL2", "vtkViewsContext2D"),
)
"""The parts of VTK that pyvista asks for by name, less those that read and write files or model molecules."""

NAMED = ("certifi", "charset_normalizer", "cycler", "kiwisolver", "pyparsing")
"""Packages that others look for by name."""

HOOKED = ("PIL", "PySide6", "matplotlib", "numpy", "pyqtgraph", "scipy", "sympy", "torch")
"""Packages that import by name, too, and for which PyInstaller itself knows what."""

UNUSED_MODULES = {
    # Programs around other packages.
    "IPython": "notebooks",
    "PyInstaller": "builds this bundle",
    "dask": "clusters: their workers need an installation of their own, from the wheel",
    "distributed": "clusters",
    "dask_jobqueue": "clusters",
    "_gdbm": "a database; GNU dbm is under the GPL",
    "jupyter_client": "notebooks",
    "jpeg_ls": "writes JPEG-LS, which highdicom offers and ours does not use; SimpleITK reads it",
    "mypy": "type checks",
    "pip": "installs packages",
    "pytest": "tests",
    "readline": "editing lines in an interactive Python; GNU readline is under the GPL",
    "setuptools": "builds packages",
    "tkinter": "another toolkit for windows",
    "torch.utils.tensorboard": "a web page of training curves; ours are CSV and PNG",
    "vtk": "every part of VTK at once, 300 MB more than the parts above",
    "wheel": "builds packages",
    # Parts of packages.
    "imageio.plugins.pyav": "films through another library than ffmpeg",
    "matplotlib.backends.backend_qtagg": "matplotlib in a window: ours only writes files",
    "nibabel.tests": "tests",
    "pydicom.data.test_files": "tests",
    "PySide6.QtQml": "QML: the window is made of widgets",
    "PySide6.QtQuick": "QML",
}
"""Modules that are left out, and what they would be for."""

UNUSED_FILES = {
    "*/tests/*": "tests",
    "*/test_files/*": "DICOM of pydicom's tests",
    "libmvec.so.1": "part of glibc, of which the system has its own: parts of two do not go together",
    "torch/bin/*": "tests of torch, and a compiler of message formats",
    "torch/include/*": "headers",
    "torch/share/*": "build files",
    "torch/test/*": "tests of torch",
    "*.a": "static libraries",
    "*.lib": "static libraries",
    "*.pyi": "type hints",
    "PySide6/Qt/qml/*": "QML",
    "PySide6/Qt/plugins/egldeviceintegrations/*": "windows without a desktop, on bare devices",
    "PySide6/Qt/plugins/generic/*": "touch screens of bare devices",
    "PySide6/Qt/plugins/networkinformation/*": "the network, which the program does not use",
    "PySide6/Qt/plugins/platforms/libqeglfs.so": "windows on bare devices",
    "PySide6/Qt/plugins/platforms/libqlinuxfb.so": "windows on bare devices",
    "PySide6/Qt/plugins/platforms/libqvnc.so": "windows over a network",
    "PySide6/Qt/plugins/platformthemes/libqgtk3.so": "GTK's file dialogs; they bring 30 libraries along",
    "PySide6/Qt/plugins/tls/*": "the network",
    "PySide6/Qt/translations/*": "words of Qt's tools and of modules that are not there",
    "pyvista/examples/*": "example meshes",
    "matplotlib/mpl-data/sample_data/*": "example data",
    "matplotlib/mpl-data/images/*": "icons of matplotlib's own window",
}
"""Files that are left out, as patterns of their path in the bundle."""

NEEDED_FILES = ("torch/bin/torch_shm_manager*", "PySide6/Qt/translations/qtbase_*.qm")
"""Files that stay all the same: without the first torch refuses to be imported; the others have Qt's own buttons."""


def our_modules() -> list[str]:
    """Every module of the program and the trainer: some are named in tables and imported when they are needed."""
    return sorted(_modules())


def _modules() -> Iterator[str]:
    for package in OURS:
        for file in (ROOT / package).rglob("*.py"):
            parts = file.relative_to(ROOT).with_suffix("").parts
            yield ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def named_modules() -> list[str]:
    """All modules that PyInstaller is told of because it does not see them imported, but those of `WHOLE`."""
    return [*our_modules(), *(f"vtkmodules.{name}" for name in VTK), *NAMED]


def is_unused_module(name: str) -> bool:
    """Whether the module `name` is left out, by itself or with a package around it."""
    return any(name == unused or name.startswith(unused + ".") for unused in UNUSED_MODULES)


def is_unused_file(path: str) -> bool:
    """Whether the file at `path` in the bundle is left out."""
    place = PurePosixPath(path.replace("\\", "/"))
    if any(place.match(pattern) for pattern in NEEDED_FILES):
        return False
    return any(place.match(pattern) or _is_below(place, pattern) for pattern in UNUSED_FILES)


def _is_below(place: PurePosixPath, pattern: str) -> bool:
    """`PurePath.match` takes `*` for one part: `torch/test/*` is to hold at any depth."""
    return pattern.endswith("/*") and any(parent.match(pattern[:-2]) for parent in place.parents)
