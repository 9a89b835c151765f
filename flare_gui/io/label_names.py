"""Which number means which organ, where a mask's file says so: 3D Slicer's .seg.nrrd and TotalSegmentator's NIfTI."""

import re
from pathlib import Path

import nibabel
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.organs import ORGANS, Organ

# TotalSegmentator's header extension: <Label Key="5" ...>liver</Label>.
_NIFTI_LABEL = re.compile(r'<Label\s[^>]*?Key="(\d{1,3})"[^>]*>([^<]{1,100})</Label>')
_MOST_SEGMENTS = 256


def named_organs(path: Path) -> dict[int, Organ]:
    """Organs by the number that the file at `path` gives them; empty when it names none of the four."""
    names = _nrrd_names(path) if path.name.lower().endswith(".nrrd") else _nifti_names(path)
    by_words = {frozenset(organ.key.split("_")): organ for organ in ORGANS}
    found = {}
    for number, name in names.items():
        organ = by_words.get(frozenset(re.split(r"[\s_\-]+", name.strip().lower())))
        if organ is not None and 0 < number < 256:
            found[number] = organ
    return found


def _nrrd_names(path: Path) -> dict[int, str]:
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()
    names = {}
    for i in range(_MOST_SEGMENTS):
        name, number = f"Segment{i}_Name", f"Segment{i}_LabelValue"
        if not (reader.HasMetaDataKey(name) and reader.HasMetaDataKey(number)):
            break
        value = reader.GetMetaData(number)
        if value.isdecimal():
            names[int(value)] = reader.GetMetaData(name)
    return names


def _nifti_names(path: Path) -> dict[int, str]:
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return {}
    names = {}
    image = nibabel.load(path)
    for extension in image.header.extensions if isinstance(image, nibabel.Nifti1Pair) else ():
        content = extension.get_content()
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        names.update({int(number): name for number, name in _NIFTI_LABEL.findall(text)})
    return names
