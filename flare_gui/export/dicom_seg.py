"""DICOM SEG: the mask as an object of the scan's own study, which a PACS or a viewer lays over the series.

It is the one format that says who the patient is. The standard wants the patient and the study of the series in it, and
without them no archive could file it; so it is never written unless it was asked for by name.
"""

import warnings
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code
from pydicom.uid import generate_uid

from flare_gui import __version__
from flare_gui.errors import FlareError, UnreadableScan
from flare_gui.export.context import Context
from flare_gui.io.dicom_source import labels_on_slices, source_slices
from flare_gui.organs import ORGANS, Organ
from flare_gui.volume import Segmentation

# Patient and General Study: what the standard requires of a SEG (types 1 and 2), what makes archives file it beside its
# series, and that a series was de-identified. Age, weight, history, physicians and institution stay behind.
_PATIENT_AND_STUDY = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "PatientIdentityRemoved", "DeidentificationMethod",
    "StudyInstanceUID", "StudyID", "StudyDate", "StudyTime", "AccessionNumber", "SpecificCharacterSet",
)  # fmt: skip
# Have to be there, may be empty.
_TYPE_2 = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
    "StudyID", "ReferringPhysicianName",
)  # fmt: skip
# What the segments refer to, and where it lies.
_IMAGE = (
    "SOPClassUID", "SOPInstanceUID", "SeriesInstanceUID", "SeriesNumber", "InstanceNumber", "Modality",
    "FrameOfReferenceUID", "PositionReferenceIndicator", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "SliceThickness", "SpacingBetweenSlices", "Rows", "Columns",
)  # fmt: skip


def dicom_seg(context: Context) -> list[Path]:
    """`.seg.dcm`: one binary segment an organ that was found, in the frame of reference of the series.

    Raises `FlareError` for a scan that is not from DICOM, an empty mask, or without highdicom.
    """
    found = [organ for organ in ORGANS if (context.segmentation.labels == organ.label).any()]
    if not found:
        raise FlareError("there is no organ for a DICOM SEG", hint="Segment the scan first, or leave this format out.")
    # Segments are numbered from 1 without gaps.
    numbers = np.zeros(256, np.uint8)
    numbers[[organ.label for organ in found]] = np.arange(1, len(found) + 1)
    with source_slices(context.volume, cancel=context.cancel) as slices:
        pixels = numbers[labels_on_slices(context.segmentation, slices)]
        images = [_header(one.path) for one in slices]
    data = _segmentation(images, pixels, found, context.segmentation)
    return [
        context.write(context.path(".seg.dcm"), lambda path: pydicom.dcmwrite(path, data, enforce_file_format=True))
    ]


def _header(path: Path) -> Dataset:
    """What a SEG takes over from one slice, and nothing else."""
    whole = pydicom.dcmread(path, stop_before_pixels=True, specific_tags=[*_PATIENT_AND_STUDY, *_IMAGE])
    missing = [key for key in ("StudyInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID") if not whole.get(key)]
    if missing:
        raise UnreadableScan(
            path, f"has no {missing[0]}, which a DICOM SEG needs", hint="Choose another format for the mask."
        )
    for key in _TYPE_2:
        if key not in whole:
            setattr(whole, key, "")
    return whole


def _segmentation(images: list[Dataset], pixels: np.ndarray, found: list[Organ], made: Segmentation) -> Dataset:
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
            source_images=images,
            pixel_array=pixels,
            segmentation_type="BINARY",
            segment_descriptions=segments,
            series_instance_uid=generate_uid(),
            series_number=_series_number(images[0]),
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


def _series_number(image: Dataset) -> int:
    """Beside its own series in a list sorted by number: 3 becomes 3001."""
    return int(image.get("SeriesNumber") or 0) * 1000 + 1
