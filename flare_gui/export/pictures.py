"""Pictures as PNG: every view of a case, and all four in one."""

from pathlib import Path

from flare_gui.export.context import Context
from flare_gui.render.options import PICTURE_VIEWS
from flare_gui.render.picture import Pictures


def png(context: Context) -> list[Path]:
    """`.axial.png`, `.coronal.png`, `.sagittal.png`, `.3d.png` and `.layout.png`, of `options.picture_size`."""
    pictures, written = Pictures(context.volume, context.segmentation), []
    for view in PICTURE_VIEWS:
        context.cancel.check()
        picture = pictures.picture(view, context.options.picture_size)
        written.append(context.write(context.path(f".{view}.png"), picture.save))
    return written
