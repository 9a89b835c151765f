"""What comes with a scan is read as carefully as the scan: masks, workspaces, weights."""

import json
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest

from flare_gui.errors import FlareError
from flare_gui.io import read_mask
from flare_gui.model.weights import load as load_weights
from flare_gui.volume import Volume
from flare_gui.workspace import read as read_workspace
from tests.io.damage import AFFINE, HU, nifti_bytes, patched, write


def test_masks_are_read_as_carefully_as_scans(tmp_path: Path) -> None:
    volume = Volume(HU, AFFINE)
    labels = nifti_bytes((HU > 0).astype(np.uint8))
    assert read_mask(volume, write(tmp_path / "liver.nii", labels)).labels.sum() == (HU > 0).sum()
    for name, data in (
        ("cut.nii", labels[:-100]),
        ("huge.nii", patched(bytearray(labels), 40, "<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1)),
        ("nan.nii", nifti_bytes(np.full((12, 10, 9), np.nan, np.float32))),
        ("flat.nii", patched(bytearray(labels), 280, "<12f", *[1.0] * 12)),
        ("empty.nii", b""),
    ):
        with pytest.raises(FlareError):
            read_mask(volume, write(tmp_path / name, data))


def test_workspaces_that_lie_are_one_sentence(tmp_path: Path) -> None:
    scan = write(tmp_path / "ct.nii", nifti_bytes())
    about = {
        "flare_gui_workspace": 1,
        "scan": str(scan),
        "scan_relative": None,
        "series": None,
        "scan_sha256": "0",
        "warnings": [],
        "run": {},
        "view": {},
    }
    huge = bytes(patched(nifti_bytes((HU > 0).astype(np.uint8)), 40, "<8h", 3, 32000, 32000, 32000, 1, 1, 1, 1))
    for k, (json_text, mask) in enumerate(
        (
            (json.dumps(about), huge),
            (json.dumps(about), b"nothing"),
            (json.dumps({**about, "view": 5}), None),
            (json.dumps({**about, "warnings": 5}), huge),
            ("[" * 100_000, None),
            ("[]", None),
            ("5", None),
            (json.dumps({**about, "scan": "\0"}), None),
            (json.dumps({**about, "scan": 7}), None),
        )
    ):
        path = tmp_path / f"{k}.flare"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("workspace.json", json_text)
            if mask is not None:
                archive.writestr("mask.nii", mask)
        with pytest.raises(FlareError) as refusal:
            read_workspace(path)
        assert "\n" not in str(refusal.value)


@pytest.mark.parametrize("card", ["", "[" * 100_000, "{}", '{"architecture": {"down": [1000000000]}}', "\0\1\2"])
def test_weights_with_a_card_that_lies_are_one_sentence(card: str, tmp_path: Path) -> None:
    weights = write(tmp_path / "w.safetensors", struct.pack("<Q", 2**62) + b"{}")
    (tmp_path / "w.json").write_text(card)
    with pytest.raises(FlareError) as refusal:
        load_weights(weights)
    assert "\n" not in str(refusal.value)
