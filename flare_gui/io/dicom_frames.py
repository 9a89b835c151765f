"""Enhanced multi-frame CT, native or converted from single frames: what each frame's functional groups say.

DICOM PS3.3 C.7.6.16: a tag stands in the groups of the frame, in those that all frames share, or in the object itself.
"""

import pydicom
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue

# The groups have names of their own for what single frames call otherwise.
_SAME = {
    "FrameAcquisitionNumber": "AcquisitionNumber",
    "FrameAcquisitionDateTime": "AcquisitionDateTime",
    "FrameType": "ImageType",
    "InStackPositionNumber": "InstanceNumber",
}


def frame_values(header: pydicom.Dataset, frames: int) -> list[dict[str, str]] | None:
    """For each frame, in the order of the pixels, texts by keyword; None unless there are groups for every frame."""
    items = header.get("PerFrameFunctionalGroupsSequence", None) or []
    if not frames or len(items) != frames:
        return None
    shared = _texts((header.get("SharedFunctionalGroupsSequence", None) or [Dataset()])[0])
    return [shared | _texts(item) for item in items]


def _texts(groups: Dataset) -> dict[str, str]:
    found = {}
    for group in groups:
        if group.VR != "SQ" or not group.value:
            continue
        for element in group.value[0]:
            if element.VR == "SQ" or element.value in (None, ""):
                continue
            several = isinstance(element.value, MultiValue)
            text = "\\".join(map(str, element.value)) if several else str(element.value)
            found[_SAME.get(element.keyword, element.keyword)] = text
    return found
