"""What is thrown bytes at: each reader of the program, through the door that its users take.

A target is given bytes, puts them where a user would have a file, and reads that. Nothing but `FlareError` comes out.
"""

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import NamedTuple

import numpy as np

from flare_gui import workspace
from flare_gui.analysis import doctor
from flare_gui.errors import FlareError
from flare_gui.io import UnnamedMask, dicom_files, list_series, read_mask, read_scan
from flare_gui.model.card import ModelCard
from flare_gui.organs import LIVER
from flare_gui.volume import Volume
from tests.fuzz import seeds


class Target(NamedTuple):
    """`read(folder, data)` writes `data` into `folder` and reads it; `seeds` are good inputs.

    `inner` says what the bytes are inside: "gzip" and "zip" are mutated inside as well as outside.
    """

    read: Callable[[Path, bytes], None]
    seeds: Callable[[], Iterable[bytes]]
    inner: str = ""


def place() -> Path:
    """A folder in memory where there is one: a campaign writes a hundred thousand files."""
    memory = Path("/dev/shm")
    usable = memory.is_dir() and os.access(memory, os.W_OK)
    return Path(tempfile.mkdtemp(prefix="flare-fuzz-", dir=memory if usable else None))


def run(target: Target, folder: Path, data: bytes) -> str:
    """ "read" or "refused"; whatever else happens is a failure."""
    try:
        target.read(folder, data)
    except FlareError as refusal:
        sentence = str(refusal)
        assert "\n" not in sentence and len(sentence) < 4000, f"not one sentence: {sentence[:300]!r}"
        return "refused"
    return "read"


def _scan(name: str) -> Callable[[Path, bytes], None]:
    def read(folder: Path, data: bytes) -> None:
        path = folder / name
        # A slice's study lies above it, unless strangers lie there too.
        path.parent.mkdir(exist_ok=True)
        (folder / "stranger").mkdir(exist_ok=True)
        path.write_bytes(data)
        dicom_files.forget()
        volume = read_scan(path)
        assert volume.hu.dtype == np.int16 and np.isfinite(volume.affine).all()
        # It takes longer than reading so small a scan does.
        if data[-1:] < b"\x20":
            doctor.examine(volume)

    return read


def _pair(folder: Path, data: bytes) -> None:
    """Header and image of a NIfTI in two files, one behind the other in `data`."""
    (folder / "x.img").write_bytes(data[seeds.PAIR_HEADER :])
    _scan("x.hdr")(folder, data[: seeds.PAIR_HEADER])


def _mask(name: str) -> Callable[[Path, bytes], None]:
    volume = Volume(seeds.HU, seeds.AFFINE)

    def read(folder: Path, data: bytes) -> None:
        path = folder / name
        path.write_bytes(data)
        try:
            labels = read_mask(volume, path).labels
        except UnnamedMask as question:
            # The answer that a user gives.
            labels = read_mask(volume, path, {row.key: (LIVER,) for row in question.rows}).labels
        assert labels.max(initial=0) <= 4

    return read


def _series(good: Callable[[float], bytes]) -> Callable[[Path, bytes], None]:
    """One damaged slice among good ones."""

    def read(folder: Path, data: bytes) -> None:
        path = folder / "series"
        if not path.is_dir():
            path.mkdir()
            for k in range(4):
                (path / f"{k}.dcm").write_bytes(good(3.0 * k))
        (path / "1.dcm").write_bytes(data)
        dicom_files.forget()
        list_series(path)
        read_scan(path, allow_gaps=True)

    return read


def _workspace(folder: Path, data: bytes) -> None:
    (folder / "ct.nii").write_bytes(seeds.nifti())
    path = folder / "x.flare"
    path.write_bytes(data)
    workspace.read(path)


def _card(folder: Path, data: bytes) -> None:
    path = folder / "x.json"
    path.write_bytes(data)
    ModelCard.read(path)


def _weights(folder: Path, data: bytes) -> None:
    """The card says whatever the weights' hash is, so that they are looked into."""
    from flare_gui.model.weights import load  # heavy, and of no use to the other targets

    (folder / "w.safetensors").write_bytes(data)
    card = {**json.loads(seeds.card()), "sha256": hashlib.sha256(data).hexdigest()}
    (folder / "w.json").write_text(json.dumps(card))
    load(folder / "w.safetensors")


TARGETS: dict[str, Target] = {
    "nifti": Target(
        _scan("x.nii"),
        lambda: [seeds.nifti(), seeds.nifti2(), seeds.nifti(seeds.HU.astype(np.float32)), seeds.nifti_of_two_places()],
    ),
    "nifti-pair": Target(_pair, lambda: [seeds.nifti_pair()]),
    "nifti-gz": Target(_scan("x.nii.gz"), lambda: [seeds.packed(seeds.nifti()), seeds.packed(seeds.nifti2())], "gzip"),
    "nrrd": Target(
        _scan("x.nrrd"), lambda: [seeds.itk(".nrrd"), seeds.itk(".nrrd", compressed=True), seeds.nrrd_in_metres()]
    ),
    "metaimage": Target(
        _scan("x.mha"), lambda: [seeds.itk(".mha"), seeds.itk(".mha", compressed=True), seeds.meta_long()]
    ),
    "dicom": Target(
        _series(seeds.dicom),
        lambda: [
            seeds.dicom(3.0),
            seeds.dicom(3.0, implicit=True),
            seeds.bare(3.0),
            seeds.bare(3.0, meta=False),
            seeds.dicom(3.0, deflated=True),
        ],
    ),
    "dicom-packed": Target(
        _series(partial(seeds.compressed, "")),
        lambda: [seeds.compressed(syntax, 3.0) for syntax in ("RLE", "JPEG", "JPEG2000")],
    ),
    "dicom-frames": Target(
        _scan("study/x.dcm"),
        lambda: [seeds.multi_frame(), seeds.multi_frame(packed=True)],
    ),
    "zip": Target(
        _scan("x.zip"),
        lambda: [
            seeds.zipped({"a/x.nii": seeds.nifti()}),
            seeds.zipped({f"{k}.dcm": seeds.dicom(3.0 * k) for k in range(3)}),
        ],
        "zip",
    ),
    "mask-nifti": Target(
        _mask("x.nii"), lambda: [seeds.nifti(seeds.LABELS), seeds.nifti(seeds.LABELS, extension=True)]
    ),
    "mask-nrrd": Target(
        _mask("x.seg.nrrd"), lambda: [seeds.itk(".nrrd", seeds.LABELS), seeds.itk(".nrrd", seeds.LAYERS)]
    ),
    "mask-seg": Target(_mask("x.dcm"), lambda: [seeds.dicom_seg(), seeds.dicom_seg(fractional=True)]),
    "mask-rtstruct": Target(_mask("x.dcm"), lambda: [seeds.rtstruct(), seeds.rtstruct(implicit=True)]),
    "workspace": Target(_workspace, lambda: [seeds.workspace("ct.nii")], "zip"),
    "card": Target(_card, lambda: [seeds.card()]),
    "weights": Target(_weights, lambda: [seeds.weights()]),
}


def clear(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
