"""Good files as bytes, and what is done to them."""

import struct
from collections.abc import Callable
from pathlib import Path

import nibabel
import numpy as np
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

Refused = Callable[..., str]
Whole = Callable[[str], bytes]
MakeSeries = Callable[..., str]

RNG = np.random.default_rng(0)
HU = RNG.integers(-900, 900, (12, 10, 9)).astype(np.int16)
AFFINE = np.diag([-20.0, -20.0, 20.0, 1.0])


def nifti_bytes(array: np.ndarray = HU, affine: np.ndarray = AFFINE) -> bytearray:
    return bytearray(nibabel.Nifti1Image(array, affine).to_bytes())


def write(path: Path, data: bytes | bytearray) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def itk_bytes(folder: Path, name: str, *, compressed: bool = False) -> bytes:
    folder.mkdir(parents=True, exist_ok=True)
    sitk.WriteImage(sitk.GetImageFromArray(HU.T), str(folder / name), compressed)
    return (folder / name).read_bytes()


def patched(data: bytearray, offset: int, layout: str, *values: float) -> bytearray:
    struct.pack_into(layout, data, offset, *values)
    return data
