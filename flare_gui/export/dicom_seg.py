"""DICOM SEG: the mask as an object of the scan's own study, which a PACS or a viewer lays over the series.

It is the one format that says who the patient is. The standard wants the patient and the study of the series in it, and
without them no archive could file it; so it is never written unless it was asked for by name.
"""

import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from flare_gui import __version__
from flare_gui.errors import FlareError
from flare_gui.export.context import Context
from flare_gui.export.dicom_header import SourceHeader, source_header
from flare_gui.io.dicom_source import labels_on_slices, source_slices
from flare_gui.organs import ORGANS, Organ
from flare_gui.volume import Segmentation


def dicom_seg(context: Context) -> list[Path]:
    """`.seg.dcm`: one binary segment an organ that was found, in the frame of reference of the series.

    Raises `FlareError` for a scan that is not from DICOM, an empty mask, or without highdicom.
    """
    found = [organ for organ in ORGANS if (context.segmentation.labels == organ.label).any()]
    if not found:
        raise FlareError("there is no organ for a DICOM SEG", hint="Segment the scan first, or leave this format out.")
    target = context.path(".seg.dcm")
    # Segments are numbered from 1 without gaps.
    numbers = np.zeros(256, np.uint8)
    numbers[[organ.label for organ in found]] = np.arange(1, len(found) + 1)
    with source_slices(context.volume, cancel=context.cancel) as slices:
        pixels = numbers[labels_on_slices(context.segmentation, slices)]
        header = source_header(slices, lambda sentence: context.say(f"{target.name}: {sentence}"))
    try:
        data = _segmentation(header, pixels, found, context.segmentation)
    # Its own words may hold what the headers say of the patient.
    except (ValueError, TypeError, AttributeError, KeyError) as problem:
        raise FlareError(
            f"{context.volume.name}: highdicom makes no DICOM SEG of this series ({type(problem).__name__})",
            hint="Choose RTSTRUCT, or another format for the mask.",
        ) from None
    _refer_to_source(data, header)

    def save(path: Path) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pydicom.dcmwrite(path, data, enforce_file_format=True)

    return [context.write(target, save)]


def _segmentation(header: SourceHeader, pixels: np.ndarray, found: list[Organ], made: Segmentation) -> Dataset:
    try:
        import highdicom as hd
    except ImportError as problem:
        raise FlareError(
            f"DICOM SEG needs the package highdicom ({problem})", hint='Install it: pip install "flare-gui[dicom]".'
        ) from problem
    model: dict[str, str] = made.run.get("model", {})
    algorithm = hd.AlgorithmIdentificationSequence(
        name="flare-gui", version=__version__, family=codes.cid7162.ArtificialIntelligence
    )
    segments = [
        hd.seg.SegmentDescription(
            segment_number=number,
            segment_label=organ.name,
            segmented_property_category=codes.SCT.AnatomicalStructure,
            segmented_property_type=Code(organ.snomed, "SCT", organ.name),
            algorithm_type="AUTOMATIC" if model and organ.key not in made.corrected else "SEMIAUTOMATIC",
            algorithm_identification=algorithm,
            tracking_id=organ.key,
            tracking_uid=generate_uid(),
            display_color=hd.color.CIELabColor.from_rgb(*organ.rgb),
        )
        for number, organ in enumerate(found, 1)
    ]
    with warnings.catch_warnings():
        # It prints patients' names that do not look like "Family^Given".
        warnings.simplefilter("ignore")
        return hd.seg.Segmentation(
            source_images=header.images,
            pixel_array=pixels,
            segmentation_type="BINARY",
            segment_descriptions=segments,
            series_instance_uid=generate_uid(),
            series_number=header.series_number,
            sop_instance_uid=generate_uid(),
            instance_number=1,
            manufacturer="flare-gui",
            manufacturer_model_name="flare-gui",
            software_versions=__version__,
            device_serial_number=model["sha256"][:16] if model else "0",
            content_label="ORGANS",
            content_description="Liver, kidneys and spleen; research use only",
            series_description="flare-gui: liver, kidneys, spleen",
        )


def _refer_to_source(data: Dataset, header: SourceHeader) -> None:
    """Put the true references where highdicom has those of the images it was given."""
    true = {
        str(image.SOPInstanceUID): reference for image, reference in zip(header.images, header.references, strict=True)
    }

    def mend(owner: Dataset, element: DataElement) -> None:
        if element.keyword != "ReferencedSOPInstanceUID" or str(element.value) not in true:
            return
        reference = true[str(element.value)]
        owner.ReferencedSOPClassUID, element.value = reference.sop_class, reference.instance
        if reference.frame is not None:
            owner.ReferencedFrameNumber = reference.frame

    data.walk(mend)
    for series in data.ReferencedSeriesSequence:
        instances = {item.ReferencedSOPInstanceUID: item for item in series.ReferencedInstanceSequence}
        for item in instances.values():
            # The whole file is meant there.
            item.pop("ReferencedFrameNumber", None)
        series.ReferencedInstanceSequence = list(instances.values())
