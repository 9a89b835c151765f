"""Our masks as NIfTI, with the organs' names and colours in the header."""

from collections.abc import Mapping
from pathlib import Path

import nibabel
import numpy as np
from nibabel.nifti1 import Nifti1Extension

from flare_gui.files import replacing
from flare_gui.io import nifti_forms
from flare_gui.io.masks.header_names import DESCRIPTION
from flare_gui.io.masks.made import made_extensions
from flare_gui.organs import ORGANS, LabelScheme, Organ, label_lookup
from flare_gui.volume import Segmentation


def write_segmentation(
    segmentation: Segmentation,
    path: Path,
    *,
    scheme: LabelScheme = "organs",
    only: Organ | None = None,
    place: Mapping[str, np.ndarray] | None = None,
) -> None:
    """Write the labels as uint8 NIfTI on the segmentation's grid, in one move; names and colours lie in its header.

    So does what `how_made` reads. `only` one organ is written as 0 and 1. `place` are the scan's `nifti_place`: with
    them the mask lies on the scan in every program, whatever its header says.
    """
    if only is None:
        lookup = label_lookup(scheme)
        labels = lookup[segmentation.labels]
        names = {int(lookup[organ.label]): organ for organ in ORGANS}
    else:
        labels, names = (segmentation.labels == only.label).astype(np.uint8), {1: only}
    image = nifti_forms.image_at(labels, segmentation.affine, place)
    image.header["descrip"] = DESCRIPTION
    image.header.extensions.append(nifti_extension(names))
    if only is None:
        image.header.extensions.extend(made_extensions(segmentation, labels))
    with replacing(path) as beside:
        nibabel.save(image, beside)


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
