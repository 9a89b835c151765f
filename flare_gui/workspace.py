"""A piece of work to go on with later: which scan by path and fingerprint, its mask, and how it was looked at.

The file is a zip of `workspace.json` and masks. Scans are not in it: they stay where they are. An earlier scan that
stood beside is kept in the same way.
"""

import io
import json
import time
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.files import replacing
from flare_gui.organs import ORGANS
from flare_gui.strokes import Stroke, as_json, from_json
from flare_gui.volume import Segmentation, Volume, check_same_grid, scan_sha256

SUFFIX = ".flare"
VERSION = 1
MASK, BEFORE_STROKES, EARLIER_MASK = "mask.nii", "mask-before-strokes.nii", "mask-earlier.nii"

# What a workspace of ours may hold, so that a file made to fill the memory is refused before it is unpacked.
MOST_JSON_BYTES, MOST_MASK_BYTES = 1 << 20, 4 << 30


@dataclass(frozen=True, eq=False)
class Workspace:
    """What a file of ours says. `view` is for the window alone: cursor, brightness, looks of organs, rulers.

    `repairs` are those of the `Volume` it was made with. `scan` is None for the demo scan, which is made anew.
    `strokes` are what the mask was corrected with, `before_strokes` the mask without them, uint8 on the scan's grid.
    `earlier` is the scan that stood beside, with its mask; `earlier_gone` says why there is none any more.
    """

    scan: Path | None
    series: str | None
    sha256: str
    segmentation: Segmentation | None = None
    view: dict[str, Any] = field(default_factory=dict)
    repairs: tuple[str, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    before_strokes: np.ndarray | None = None
    earlier: "Workspace | None" = None
    earlier_gone: str = ""

    def segmentation_on(self, volume: Volume) -> Segmentation | None:
        """The mask, once `volume` is seen to be the scan it was made on. Raises `FlareError` when it is not."""
        if scan_sha256(volume) != self.sha256:
            raise FlareError(
                f"{self.scan or 'demo scan'}: this is not the scan that the workspace was made with; its voxels differ",
                hint="Put the original scan back at this place, or open the scan alone.",
            )
        if self.segmentation is not None:
            check_same_grid(volume, self.segmentation)
        if self.before_strokes is not None and self.before_strokes.shape != volume.shape:
            raise FlareError(
                "the mask before the strokes is of another size than the scan", hint="Open the scan and its mask alone."
            )
        return self.segmentation


def write(
    path: Path,
    volume: Volume,
    segmentation: Segmentation | None,
    view: dict[str, Any],
    *,
    sha256: str | None = None,
    strokes: Sequence[Stroke] = (),
    before_strokes: np.ndarray | None = None,
    earlier: tuple[Volume, Segmentation | None] | None = None,
) -> None:
    """Write a workspace in one move. `sha256` is the scan's fingerprint where it is known already.

    `strokes` and `before_strokes` are those of `Workspace`, `earlier` is the scan beside and its mask.
    """
    folder = path.resolve().parent
    about = {
        "flare_gui_workspace": VERSION,
        **_described(volume, segmentation, folder, sha256),
        "view": view,
        "strokes": as_json(strokes),
        "earlier": None if earlier is None else _described(*earlier, folder),
    }
    with replacing(path) as beside, zipfile.ZipFile(beside, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("workspace.json", json.dumps(about, indent=2, ensure_ascii=False))
        if segmentation is not None:
            _write_mask(archive, MASK, segmentation)
            if before_strokes is not None:
                _write_mask(archive, BEFORE_STROKES, replace(segmentation, labels=before_strokes))
        if earlier is not None and earlier[1] is not None:
            _write_mask(archive, EARLIER_MASK, earlier[1])


def _described(
    volume: Volume, segmentation: Segmentation | None, folder: Path, sha256: str | None = None
) -> dict[str, Any]:
    """Where a scan lies, seen from the workspace's `folder` too, its fingerprint, and what its mask is."""
    scan = volume.source.resolve() if volume.source is not None else None
    return {
        "scan": None if scan is None else str(scan),
        "scan_relative": None if scan is None else _relative(scan, folder),
        "series": volume.series_uid,
        "scan_sha256": sha256 or scan_sha256(volume),
        "repairs": list(volume.repairs),
        "warnings": list(segmentation.warnings) if segmentation else [],
        "run": segmentation.run if segmentation else {},
    }


def _write_mask(archive: zipfile.ZipFile, name: str, segmentation: Segmentation) -> None:
    """Slice by slice: a window whose corrections are kept meanwhile does not wait for a copy of the whole."""
    import nibabel

    header = nibabel.Nifti1Image(segmentation.labels, segmentation.affine).header
    header.set_data_offset(header.single_vox_offset)
    member = zipfile.ZipInfo(name, time.localtime()[:6])
    member.compress_type = zipfile.ZIP_DEFLATED
    archive.compresslevel = 1
    with archive.open(member, "w", force_zip64=True) as file:
        # Four zeros after the header: no extensions.
        file.write(header.binaryblock + bytes(header.single_vox_offset - len(header.binaryblock)))
        for z in range(segmentation.labels.shape[2]):
            file.write(segmentation.labels[:, :, z].tobytes(order="F"))


def read(path: Path, scan: Path | None = None) -> Workspace:
    """The workspace in a file. Raises `FlareError` when it is none, is broken, or its scan is gone.

    `scan` says where the scan lies, for those who have found it.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            about = json.loads(_member(archive, "workspace.json", MOST_JSON_BYTES))
            mask, before, of_earlier = (_mask(archive, name) for name in (MASK, BEFORE_STROKES, EARLIER_MASK))
        if about["flare_gui_workspace"] != VERSION or not isinstance(about["view"], dict):
            raise ValueError("another version")
        kept = _scan(path, about, mask, scan)
        before_strokes = _segmentation(before, about).labels if before is not None else None
        strokes = tuple(from_json(about.get("strokes", [])))
        earlier, gone = _earlier(path, about.get("earlier"), of_earlier)
        return replace(
            kept,
            view=about["view"],
            strokes=strokes,
            before_strokes=before_strokes,
            earlier=earlier,
            earlier_gone=gone,
        )
    except UnreadableScan as problem:
        raise _broken(path, problem) from None
    except FlareError:
        raise
    except OSError as problem:
        raise FlareError(
            f"{path}: cannot be read ({problem.strerror})", hint="Check that the file is there."
        ) from problem
    # What a broken zip, JSON or NIfTI raises.
    except (
        zipfile.BadZipFile,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        EOFError,
        RuntimeError,
        zlib.error,
    ) as problem:
        raise _broken(path, problem) from problem


def _scan(path: Path, about: dict[str, Any], mask: bytes | None, scan: Path | None = None) -> Workspace:
    """A scan of the workspace at `path`, as `_described` has it. Raises `FlareError` when it is gone."""
    segmentation = _segmentation(mask, about) if mask is not None else None
    repairs = tuple(str(code) for code in about.get("repairs", []))
    place, series = scan or _find(path, about), about["series"]
    return Workspace(place, series, str(about["scan_sha256"]), segmentation, repairs=repairs)


def _earlier(path: Path, about: dict[str, Any] | None, mask: bytes | None) -> tuple[Workspace | None, str]:
    """The scan that stood beside, or why it is not there any more: no reason to refuse the other one."""
    if about is None:
        return None, ""
    try:
        return _scan(path, about, mask), ""
    except FlareError as problem:
        return None, str(problem)


def _broken(path: Path, problem: Exception) -> FlareError:
    return FlareError(
        f"{path}: this is no workspace of flare-gui, or it is broken ({problem})", hint="Open the scan itself."
    )


def _mask(archive: zipfile.ZipFile, name: str) -> bytes | None:
    return _member(archive, name, MOST_MASK_BYTES) if name in archive.namelist() else None


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    if archive.getinfo(name).file_size > most:
        raise ValueError(f"{name} is too large")
    return archive.read(name)


def _segmentation(mask: bytes, about: dict[str, Any]) -> Segmentation:
    from flare_gui.io import nifti

    stored = nifti.stored_in(Path("mask.nii"), io.BytesIO(mask), len(mask))
    warnings = tuple(str(sentence) for sentence in about["warnings"])
    run = dict(about["run"])
    if run.get("corrected") is True:
        # The first version did not say which organs.
        run["corrected"] = [organ.key for organ in ORGANS]
    affine = np.asarray(stored.header.get_best_affine(), float)
    return Segmentation(stored.values.astype(np.uint8), affine, warnings, run)


def _relative(scan: Path, folder: Path) -> str | None:
    return str(scan.relative_to(folder)) if scan.is_relative_to(folder) else None


def _find(path: Path, about: dict[str, Any]) -> Path | None:
    """The scan where it was, or where it lies beside the workspace when both were moved together."""
    if about["scan"] is None:
        return None
    scan = Path(about["scan"])
    beside = path.parent / about["scan_relative"] if about["scan_relative"] else path.parent / scan.name
    for place in (scan, beside):
        if place.exists():
            return place
    raise FlareError(
        f"{scan}: this scan of the workspace is not there",
        hint=f"Put it back, or put it beside {path.name}.",
    )
