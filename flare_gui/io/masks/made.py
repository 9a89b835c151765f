"""What a mask's file keeps of how it was made: a confidence outlives being saved, for the very voxels it is about."""

import hashlib
import json
from pathlib import Path
from typing import Any

import nibabel
import numpy as np
from nibabel.nifti1 import Nifti1Extension

from flare_gui.io.masks import words
from flare_gui.io.masks.header_names import DESCRIPTION, nifti_names
from flare_gui.organs import ORGANS
from flare_gui.volume import Segmentation

# NIfTI's code for plain text.
_COMMENT = 6
_MOST_BYTES = 1 << 16


def made_extensions(segmentation: Segmentation, labels: np.ndarray) -> list[Nifti1Extension]:
    """A header extension that says how `labels` (uint8 (x, y, z), as they are written) were made, if that is known.

    No date and no timings: the same mask is the same file.
    """
    run = segmentation.run
    about = {key: run[key] for key in ("model", "confidence", "corrected") if run.get(key)}
    if not about:
        return []
    text = json.dumps({"flare_gui_mask": about, "labels_sha256": _fingerprint(labels)})
    return [Nifti1Extension(_COMMENT, text.encode())]


def how_made(path: Path, labels: np.ndarray) -> dict[str, Any]:
    """`Segmentation.run` of a mask of ours whose file holds `labels`; empty when it says nothing.

    Another program may have changed the voxels and kept the header: then nothing of it is true any more.
    """
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return {}
    image = nibabel.load(path)
    for extension in image.header.extensions if isinstance(image, nibabel.Nifti1Pair) else ():
        content = extension.get_content()
        if extension.get_code() != _COMMENT or len(content) > _MOST_BYTES:
            continue
        try:
            said = json.loads(content)
            if said["labels_sha256"] == _fingerprint(labels):
                return _checked(said["flare_gui_mask"])
        except (ValueError, KeyError, TypeError, AttributeError):
            continue
    return {}


def is_ours(path: Path) -> bool:
    """Whether a mask's file is one of ours with our own numbers: writing the same mask there again loses nothing."""
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return False
    image = nibabel.load(path)
    ours = isinstance(image, nibabel.Nifti1Pair) and image.header["descrip"].tobytes().startswith(DESCRIPTION)
    named = {one.number: words.meant_by(one.name) for one in nifti_names(path)[0]} if ours else {}
    return named == {organ.label: (organ,) for organ in ORGANS}


def _checked(about: dict[str, Any]) -> dict[str, Any]:
    """What is known of it. Raises `ValueError`, `KeyError`, `TypeError` or `AttributeError` when it is not ours."""
    keys = {organ.key for organ in ORGANS}
    run: dict[str, Any] = {}
    if "model" in about:
        run["model"] = {name: str(about["model"][name]) for name in ("id", "sha256")}
    confidence = {str(key): float(value) for key, value in about.get("confidence", {}).items()}
    corrected = sorted(map(str, about.get("corrected", [])))
    if not keys.issuperset(confidence) or not keys.issuperset(corrected):
        raise ValueError("other organs than ours")
    if not all(0 <= value <= 1 for value in confidence.values()):
        raise ValueError("a confidence is a Dice, from 0 to 1")
    return run | {"confidence": confidence, "corrected": corrected}


def _fingerprint(labels: np.ndarray) -> str:
    digest = hashlib.sha256(repr(labels.shape).encode())
    for z in range(labels.shape[2]):
        digest.update(labels[:, :, z].tobytes(order="F"))
    return digest.hexdigest()
