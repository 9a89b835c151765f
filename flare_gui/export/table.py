"""The formats, and the function that writes those a user wants."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flare_gui.export.context import DEFAULT, Context, ExportOptions, say_nothing
from flare_gui.files import clear_leftovers
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.volume import Segmentation, Volume, check_same_grid

__all__ = ["EVERYTHING", "FORMATS", "ExportOptions", "Format", "export"]


@dataclass(frozen=True)
class Format:
    """One row: `key` on the command line, `name` in the dialog, `module` and `function` that write it.

    Modules are named, not imported: masks do not wait for VTK. `identifies` the patient: never a part of "everything".
    `draws` with VTK: not beside a window, in a thread of its process.
    """

    key: str
    name: str
    module: str
    function: str
    identifies: bool = False
    draws: bool = False

    def write(self, context: Context) -> list[Path]:
        """The files that were written."""
        from importlib import import_module

        writer: Callable[[Context], list[Path]] = getattr(
            import_module(f"flare_gui.export.{self.module}"), self.function
        )
        return writer(context)


FORMATS = (
    Format("nifti", "Mask as NIfTI", "masks", "nifti"),
    Format("nrrd", "Mask as .seg.nrrd for 3D Slicer", "masks", "seg_nrrd"),
    Format("mha", "Mask as MetaImage", "masks", "mha"),
    Format("dicom-seg", "Mask as DICOM SEG, with the patient's name", "dicom_seg", "dicom_seg", identifies=True),
    Format("rtstruct", "Contours as DICOM RTSTRUCT, with the patient's name", "rtstruct", "rtstruct", identifies=True),
    Format("tables", "Label names and colours for 3D Slicer and ITK-SNAP", "masks", "label_tables"),
    Format("stl", "Meshes as STL, one file an organ", "meshes", "stl"),
    Format("ply", "Meshes as PLY, one file an organ", "meshes", "ply"),
    Format("obj", "Meshes as OBJ, all organs with colours", "meshes", "obj"),
    Format("glb", "Meshes as GLB, all organs with colours", "meshes", "glb"),
    Format("csv", "Numbers as CSV", "numbers", "write_csv"),
    Format("json", "Numbers as JSON", "numbers", "write_json"),
    Format("png", "Pictures as PNG, each view and all four", "pictures", "png", draws=True),
    Format("report", "Report as one HTML page", "report", "report", draws=True),
)

# What "everything" means: a folder to hand on tells nothing about the patient.
EVERYTHING = tuple(row.key for row in FORMATS if not row.identifies)


def export(
    volume: Volume,
    segmentation: Segmentation,
    folder: Path,
    wanted: Sequence[str],
    options: ExportOptions = DEFAULT,
    *,
    progress: Progress = ignore,
    cancel: Cancel = never,
    say: Callable[[str], None] = say_nothing,
) -> list[Path]:
    """Write the formats whose keys are in `wanted` into `folder`, made if need be; returns the files.

    `say` gets a sentence about what a format could not keep.

    Raises `GridMismatch` for a mask of another grid, `OutputExists` for a file in the way, `FlareError` when one cannot
    be written, `Cancelled`. Files that are complete by then stay; none is ever half-written.
    """
    check_same_grid(volume, segmentation)
    clear_leftovers(folder)
    context = Context(volume, segmentation, folder, options, cancel, say)
    chosen = [row for row in FORMATS if row.key in wanted]
    written = []
    for i, row in enumerate(chosen):
        progress(row.name, i / len(chosen))
        written += row.write(context)
    progress("done", 1.0)
    return written
