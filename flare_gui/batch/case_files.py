"""The files of one case in a folder of results, and what its JSON keeps of them."""

import hashlib
import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui import io
from flare_gui.analysis.measure import OrganMeasure
from flare_gui.files import is_part
from flare_gui.findings import MISSING_SLICES
from flare_gui.io.masks import Organs
from flare_gui.organs import ORGANS, LabelScheme, label_lookup
from flare_gui.volume import Segmentation

PICTURES = "thumbnails"


@dataclass(frozen=True)
class CaseFiles:
    """Where the files of the case `name` lie in `folder`, there or not."""

    folder: Path
    name: str

    @property
    def mask(self) -> Path:
        """The labels: the network's, or what a person made of them."""
        return self.folder / f"{self.name}.seg.nii.gz"

    @property
    def report(self) -> Path:
        """The numbers, and how they came about."""
        return self.folder / f"{self.name}.json"

    @property
    def network_mask(self) -> Path:
        """The network's labels, once `mask` holds a person's."""
        return self.folder / f"{self.name}.network.seg.nii.gz"

    @property
    def replaced_mask(self) -> Path:
        """A person's labels of a case that was segmented anew because somebody asked for it."""
        return self.folder / f"{self.name}.replaced.seg.nii.gz"

    @property
    def picture(self) -> Path:
        """A JPEG of a slice with outlines."""
        return self.folder / PICTURES / f"{self.name}.jpg"

    def read_picture(self) -> bytes:
        """The JPEG; empty where there is none."""
        try:
            return self.picture.read_bytes()
        except OSError:
            return b""


def own_report(path: Path) -> dict[str, Any] | None:
    """The JSON of a case, or None when there is none or another program wrote it."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
        ours = isinstance(report["made_from"]["scan_sha256"], str) and isinstance(report["mask"]["sha256"], str)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return report if ours else None


def reports_in(folder: Path) -> Iterator[tuple[CaseFiles, dict[str, Any]]]:
    """Every case of ours in a folder of results that has both of its files, in the order of their names."""
    for path in sorted(folder.glob("*.json"), key=lambda path: path.name.lower()):
        files = CaseFiles(folder, path.name.removesuffix(".json"))
        report = None if is_part(path) else own_report(path)
        if report is not None and files.mask.exists():
            yield files, report


def report_text(report: Mapping[str, Any]) -> str:
    """The JSON as it is written."""
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def sha256_of(path: Path) -> str | None:
    """The sha256 of a file; None where it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return None


def mask_record(written: Path, name: str) -> dict[str, Any]:
    """What the JSON keeps of a mask that was just written: enough to see whether somebody has changed it since."""
    status = written.stat()
    return {
        "file": name,
        "sha256": sha256_of(written),
        "bytes": status.st_size,
        "modified_ns": status.st_mtime_ns,
    }


def is_changed(files: CaseFiles, report: Mapping[str, Any]) -> bool:
    """Whether the mask is another one than its JSON is about: another program has written it since.

    A mask of the same size and time is not read: two thousand of them would take seconds.
    """
    kept = report["mask"]
    try:
        status = files.mask.stat()
    except OSError:
        return False
    if (status.st_size, status.st_mtime_ns) == (kept.get("bytes"), kept.get("modified_ns")):
        return False
    return sha256_of(files.mask) != kept["sha256"]


def by_hand(report: Mapping[str, Any]) -> frozenset[str]:
    """Keys of the organs whose numbers are a person's."""
    return frozenset(report.get("corrected_by_hand", ()))


def has_filled_gaps(report: Mapping[str, Any]) -> bool:
    """Whether slices of the scan were missing and were made up: it is to be read so again."""
    return any(finding["code"] == MISSING_SLICES for finding in report.get("findings", ()))


def organ_numbers(
    measures: Mapping[str, OrganMeasure], segmentation: Segmentation, scheme: LabelScheme, corrected: Collection[str]
) -> dict[str, Any]:
    """The part of the JSON about each organ. What a person made has no confidence."""
    return {
        organ.key: {
            "label": organ.flare22 if scheme == "flare22" else organ.label,
            **{key: _rounded(value) for key, value in measures[organ.key]._asdict().items()},
            "confidence": None if organ.key in corrected else segmentation.confidence(organ.key),
        }
        for organ in ORGANS
    }


def read_own_labels(path: Path, scheme: LabelScheme) -> tuple[np.ndarray, np.ndarray]:
    """Labels and affine of a case's mask without its scan: uint8 (x, y, z) with our numbers, 4x4 to RAS+ mm.

    Raises `UnreadableScan` when it cannot be read.
    """
    back = np.zeros(256, np.uint8)
    lookup = label_lookup(scheme)
    for organ in ORGANS:
        back[lookup[organ.label]] = organ.label
    labels, affine = io.read_labels(path)
    return back[labels], affine


def meaning_of(scheme: LabelScheme) -> dict[str, Organs]:
    """What the numbers in our masks mean, for one that another program has written without names."""
    lookup = label_lookup(scheme)
    return {str(int(lookup[organ.label])): (organ,) for organ in ORGANS}


def _rounded(value: float | None) -> float | None:
    return round(value, 4) if isinstance(value, float) else value
