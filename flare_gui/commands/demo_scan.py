"""`flare-gui demo-scan`: the synthetic CT that everybody can try the program on."""

from pathlib import Path

import nibabel
import numpy as np

from flare_gui.errors import FlareError, OutputExists
from flare_gui.files import replacing
from flare_gui.phantom.demo import demo_scan
from flare_gui.volume import Volume


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
    try:
        with replacing(path) as new:
            nibabel.save(_image(volume), new)
    except OSError as problem:
        raise FlareError(
            f"{path}: the demo scan cannot be written ({problem.strerror or problem})",
            hint="Choose another place with -o.",
        ) from problem
    print(f"The synthetic demo CT, {' × '.join(map(str, volume.shape))} voxels: {path}")
    return 0


def _image(volume: Volume) -> "nibabel.Nifti1Image":
    image = nibabel.Nifti1Image(volume.hu, volume.affine)
    image.header.set_xyzt_units("mm")
    # Both codes: programs differ in which of the two affines they read.
    image.set_sform(volume.affine, code=1)
    image.set_qform(volume.affine, code=1)
    image.header.set_slope_inter(1, 0)
    assert image.get_data_dtype() == np.int16
    return image
