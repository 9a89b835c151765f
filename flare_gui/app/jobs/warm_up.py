"""What the program needs soon after its window is on the screen, loaded in a thread while the user looks for a scan.

The rule this goes with: until the window is painted, nothing but numpy, Qt and pyqtgraph is loaded. Libraries that read
scans, resample, compare, segment, mesh or draw in 3D are imported inside the functions that use them, in this package
and in all that it imports at once. `tests/app/window/test_start.py` holds that.
"""

from importlib import import_module

from flare_gui.progress import Cancel, Progress

# What opening a scan loads (SimpleITK, nibabel, pydicom, scipy), and what the 3D view does (VTK).
READING = ("flare_gui.io", "flare_gui.analysis.doctor")
DRAWING = ("flare_gui.render.scene", "pyvistaqt")


def warm_up(modules: tuple[str, ...], *, progress: Progress, cancel: Cancel) -> None:
    """Import `modules` one after another."""
    for done, name in enumerate(modules):
        cancel.check()
        import_module(name)
        progress(name, (done + 1) / len(modules))
