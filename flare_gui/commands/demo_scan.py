"""`flare-gui demo-scan`: the synthetic CT that everybody can try the program on."""

from pathlib import Path

from flare_gui import io
from flare_gui.errors import FlareError, OutputExists
from flare_gui.phantom.demo import demo_scan


def run(path: Path, *, overwrite: bool) -> int:
    """Write the demo scan as NIfTI to `path`; returns the exit code.

    Raises `FlareError` when the name is not one of NIfTI or the file cannot be written, `OutputExists` when there is
    one already.
    """
    if not path.name.endswith((".nii", ".nii.gz")):
        raise FlareError(f"{path}: the demo scan is a NIfTI file", hint="Choose a name that ends in .nii.gz.")
    if path.exists() and not overwrite:
        raise OutputExists(
            f"{path}: there is a file already", hint="Replace it with --overwrite, or choose another name."
        )
    volume = demo_scan()
    io.write_volume(volume, path)
    print(f"The synthetic demo CT, {' × '.join(map(str, volume.shape))} voxels: {path}")
    return 0
