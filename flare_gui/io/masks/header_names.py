"""What a mask's file says about its numbers: 3D Slicer's .seg.nrrd, TotalSegmentator's NIfTI, our own files.

NIfTI has no place for names of its own. TotalSegmentator puts Caret's label table into a header extension; so do we.
"""

import re
from pathlib import Path
from typing import NamedTuple

import nibabel
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses

from flare_gui.io.masks.contents import Codes

# <Label Key="5" Red="1.0" ...><![CDATA[liver]]></Label>; some write the name without CDATA around it.
_NIFTI_LABEL = re.compile(r'<Label\s[^>]*?Key="(\d{1,5})"[^>]*>(?:<!\[CDATA\[)?([^<\]]{1,100})(?:\]\]>)?</Label>')
DESCRIPTION = b"flare-gui segmentation"
"""What this program writes into the header of its masks."""

_MOST_SEGMENTS = 4096
_NAME_LETTERS = 100


class Named(NamedTuple):
    """A segment that a header lists: its number in a layer, its name (may be empty) and its codes."""

    layer: int
    number: int
    name: str
    codes: Codes = ("", "")


def nrrd_names(path: Path, layers: int) -> list[Named]:
    """The segments that 3D Slicer's fields name in an NRRD or MetaImage file of so many `layers`.

    Before 2020 each segment was a layer of 0 and 1, and neither the layer nor the number was written.
    """
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.ReadImageInformation()

    def field(i: int, name: str) -> str:
        key = f"Segment{i}_{name}"
        return str(reader.GetMetaData(key)).strip() if reader.HasMetaDataKey(key) else ""

    found = []
    for i in range(_MOST_SEGMENTS):
        if not any(reader.HasMetaDataKey(f"Segment{i}_{name}") for name in ("ID", "Name", "LabelValue")):
            break
        number, layer = field(i, "LabelValue") or "1", field(i, "Layer") or str(i if layers > 1 else 0)
        if number.isdecimal() and layer.isdecimal() and len(number) < 6 and int(layer) < layers:
            name = field(i, "Name")[:_NAME_LETTERS]
            found.append(Named(int(layer), int(number), name, _terms(field(i, "Tags"))))
    return found


def nifti_names(path: Path) -> tuple[list[Named], bool]:
    """The names in a NIfTI file's label table, and whether this program wrote the file."""
    image = nibabel.load(path)
    if not isinstance(image, nibabel.Nifti1Pair):
        return [], False
    names = {}
    for extension in image.header.extensions:
        content = extension.get_content()
        text = content.decode("utf-8", "replace") if isinstance(content, bytes) else str(content)
        names.update({int(number): name.strip() for number, name in _NIFTI_LABEL.findall(text)})
    ours = bytes(image.header["descrip"].item()).startswith(DESCRIPTION)
    return [Named(0, number, name) for number, name in names.items()], ours


def _terms(tags: str) -> Codes:
    """Type and modifier of 3D Slicer's terminology entry `context~category~type~modifier~`, each scheme^code^name."""
    entry = re.search(r"TerminologyEntry:([^|]*)", tags)
    parts = entry[1].split("~") if entry else []
    codes = [part.split("^")[1] if part.count("^") == 2 else "" for part in parts[2:4]]
    return (codes[0], codes[1]) if len(codes) == 2 else ("", "")
