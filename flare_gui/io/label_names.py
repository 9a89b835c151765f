"""Which number means which organ, where a mask's file says so: 3D Slicer's .seg.nrrd and TotalSegmentator's NIfTI.

NIfTI has no place for names of its own. TotalSegmentator puts Caret's label table into a header extension; so do we.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import nibabel
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from nibabel.nifti1 import Nifti1Extension

from flare_gui.organs import ORGANS, Organ

# <Label Key="5" Red="1.0" ...><![CDATA[liver]]></Label>; some write the name without CDATA around it.
_NIFTI_LABEL = re.compile(r'<Label\s[^>]*?Key="(\d{1,3})"[^>]*>(?:<!\[CDATA\[)?([^<\]]{1,100})(?:\]\]>)?</Label>')
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


def nifti_extension(names: Mapping[int, Organ]) -> Nifti1Extension:
    """Names and colours of a mask's numbers, as TotalSegmentator's `load_multilabel_nifti` and others read them.

    https://github.com/wasserth/TotalSegmentator/blob/master/totalsegmentator/nifti_ext_header.py
    """
    rows = []
    for number, organ in names.items():
        red, green, blue = (value / 255 for value in organ.rgb)
        colour = f'Red="{red:.4f}" Green="{green:.4f}" Blue="{blue:.4f}" Alpha="1"'
        rows.append(f'<Label Key="{number}" {colour}><![CDATA[{organ.name}]]></Label>')
    table = f'<VolumeInformation Index="0"><LabelTable>{"".join(rows)}</LabelTable>'
    kind = "<VolumeType><![CDATA[Label]]></VolumeType></VolumeInformation>"
    text = f'<?xml version="1.0" encoding="UTF-8"?><CaretExtension>{table}{kind}</CaretExtension>'
    return Nifti1Extension(0, text.encode())


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
