"""Files that lie beside scans and are masks, as far as names and headers tell: a search for scans passes them over."""

import gzip
import re
import struct
import zlib
from pathlib import Path

# `ct.seg.nii.gz`, `label.nii.gz`, `case_mask.nrrd`, `segmentation-0.nii`, `label0001.nii.gz`.
_WORDS = {
    "seg", "segs", "segmentation", "segmentations", "label", "labels", "mask", "masks", "gt", "groundtruth",
    "annotation", "annotations",
}  # fmt: skip
# As folders `segmentations`, `labelsTr`, `masks_test`; nnU-Net and the Decathlon put Tr and Ts behind.
_FOLDER = re.compile(rf"(combined)?({'|'.join(sorted(_WORDS, key=len, reverse=True))})(tr|ts|va|train|test|val)?")
# Whole names that only a mask has; `liver_12.nii.gz` is a scan of the Decathlon's.
_ORGANS = {"liver", "spleen", "kidney_left", "kidney_right", "left_kidney", "right_kidney", "kidneys"}
_SUFFIXES = re.compile(r"\.(nii(\.gz)?|nrrd|nhdr|mha|mhd|zip)$", re.I)


def is_mask(path: Path) -> bool:
    """Whether a file that a search came upon is a mask: by its name, its folder's, or voxels of 8 bits."""
    stem = _SUFFIXES.sub("", path.name.lower())
    words = re.split(r"[._\-\s\d]+", stem)
    folder = re.sub(r"[^a-z]", "", path.parent.name.lower())
    if not _WORDS.isdisjoint(words) or stem in _ORGANS or _FOLDER.fullmatch(folder):
        return True
    return _has_bytes(path)


def _has_bytes(path: Path) -> bool:
    """Whether the voxels are bytes without a scale: no Hounsfield units fit in."""
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except OSError:
        return False
    name = path.name.lower()
    if name.endswith(".gz"):
        try:
            head = zlib.decompressobj(16 + zlib.MAX_WBITS).decompress(head, 1024)
        except (zlib.error, gzip.BadGzipFile):
            return False
    if name.endswith((".nii", ".nii.gz")):
        return _nifti_bytes(head)
    text = head.partition(b"\n\n")[0].lower()
    if name.endswith((".nrrd", ".nhdr")):
        return re.search(rb"^type:\s*(u?int8(_t)?|uchar|unsigned char|signed char)\s*$", text, re.M) is not None
    return re.search(rb"^elementtype\s*=\s*met_u?char\s*$", text, re.M) is not None


def _nifti_bytes(head: bytes) -> bool:
    if len(head) < 348:
        return False
    order = "<" if head[:4] == b"\x5c\x01\x00\x00" else ">"
    kind = struct.unpack_from(f"{order}h", head, 70)[0]
    slope, intercept = struct.unpack_from(f"{order}2f", head, 112)
    scaled = slope not in (0, 1) or intercept not in (0,)
    return kind in (2, 256) and not (scaled and slope == slope)
