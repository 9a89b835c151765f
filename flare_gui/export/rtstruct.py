"""DICOM RTSTRUCT: the organs as contours on the scan's own slices, for planning systems.

As DICOM SEG it says who the patient is, and is written only when it was asked for by name.
"""

import warnings
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ImplicitVRLittleEndian, RTStructureSetStorage, generate_uid

from flare_gui import __version__
from flare_gui.errors import FlareError
from flare_gui.export.context import Context
from flare_gui.export.dicom_header import SourceHeader, source_header
from flare_gui.export.outlines import outlines
from flare_gui.io.dicom_slice import Slice
from flare_gui.io.dicom_source import labels_on_slices, source_slices
from flare_gui.organs import ORGANS, Organ
from flare_gui.volume import Segmentation

_STUDY_MANAGEMENT = "1.2.840.10008.3.1.2.3.1"


def rtstruct(context: Context) -> list[Path]:
    """`.rtstruct.dcm`: a region of interest for each organ that was found, holes as keyholes.

    Raises `FlareError` for a scan that is not from DICOM, or an empty mask.
    """
    segmentation, target = context.segmentation, context.path(".rtstruct.dcm")
    found = [organ for organ in ORGANS if (segmentation.labels == organ.label).any()]
    if not found:
        raise FlareError("there is no organ for an RTSTRUCT", hint="Segment the scan first, or leave this format out.")
    with source_slices(context.volume, cancel=context.cancel) as slices:
        labels = labels_on_slices(segmentation, slices)
        header = source_header(slices, lambda sentence: context.say(f"{target.name}: {sentence}"))
    data = _structure_set(header)
    data.StructureSetROISequence = [
        _region(number, organ, segmentation, str(header.study.FrameOfReferenceUID))
        for number, organ in enumerate(found, 1)
    ]
    data.ROIContourSequence = []
    for number, organ in enumerate(found, 1):
        context.cancel.check()
        data.ROIContourSequence.append(_contours(number, organ, labels, slices, header))
    data.RTROIObservationsSequence = [_observation(number, organ) for number, organ in enumerate(found, 1)]

    def save(path: Path) -> None:
        with warnings.catch_warnings():
            # pydicom prints values that it doubts, and with them who the patient is.
            warnings.simplefilter("ignore")
            pydicom.dcmwrite(path, data, enforce_file_format=True)

    return [context.write(target, save)]


def _structure_set(header: SourceHeader) -> Dataset:
    """Everything but the regions."""
    data = Dataset()
    data.update(header.study)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = RTStructureSetStorage, generate_uid()
    # With explicit types a contour ends at 64 kB.
    meta.TransferSyntaxUID = ImplicitVRLittleEndian
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = RTStructureSetStorage, meta.MediaStorageSOPInstanceUID
    data.Modality, data.SeriesInstanceUID = "RTSTRUCT", generate_uid()
    data.SeriesNumber, data.InstanceNumber, data.OperatorsName = header.series_number + 1, 1, ""
    data.SeriesDescription = "flare-gui: liver, kidneys, spleen"
    data.Manufacturer = data.ManufacturerModelName = "flare-gui"
    data.SoftwareVersions, data.ApprovalStatus = __version__, "UNAPPROVED"
    now = datetime.now()
    data.StructureSetLabel, data.StructureSetName = "ORGANS", "Liver, kidneys and spleen; research use only"
    data.StructureSetDate, data.StructureSetTime = now.strftime("%Y%m%d"), now.strftime("%H%M%S")
    series, study, frame = Dataset(), Dataset(), Dataset()
    series.SeriesInstanceUID = header.images[0].SeriesInstanceUID
    files = {one.instance: one._replace(frame=None) for one in header.references}
    series.ContourImageSequence = [one.item() for one in files.values()]
    study.ReferencedSOPClassUID, study.ReferencedSOPInstanceUID = _STUDY_MANAGEMENT, header.study.StudyInstanceUID
    study.RTReferencedSeriesSequence = [series]
    frame.FrameOfReferenceUID, frame.RTReferencedStudySequence = header.study.FrameOfReferenceUID, [study]
    data.ReferencedFrameOfReferenceSequence = [frame]
    return data


def _region(number: int, organ: Organ, made: Segmentation, frame: str) -> Dataset:
    region = Dataset()
    region.ROINumber, region.ReferencedFrameOfReferenceUID, region.ROIName = number, frame, organ.name
    automatic = "model" in made.run and organ.key not in made.corrected
    region.ROIGenerationAlgorithm = "AUTOMATIC" if automatic else "SEMIAUTOMATIC"
    return region


def _contours(number: int, organ: Organ, labels: np.ndarray, slices: list[Slice], header: SourceHeader) -> Dataset:
    """The contours of an organ; `labels` are (slice, row, column)."""
    drawn = Dataset()
    drawn.ReferencedROINumber, drawn.ROIDisplayColor = number, list(organ.rgb)
    drawn.ContourSequence = []
    for one, reference, flat in zip(slices, header.references, labels, strict=True):
        mask = flat == organ.label
        for polygon in outlines(mask) if mask.any() else ():
            contour = Dataset()
            contour.ContourImageSequence = [reference.item()]
            contour.ContourGeometricType, contour.NumberOfContourPoints = "CLOSED_PLANAR", len(polygon)
            steps = np.stack([one.along * one.spacing_mm[0], one.down * one.spacing_mm[1]])
            contour.ContourData = [f"{mm:.4f}" for mm in (one.position + polygon @ steps).ravel()]
            drawn.ContourSequence.append(contour)
    return drawn


def _observation(number: int, organ: Organ) -> Dataset:
    seen, code = Dataset(), Dataset()
    code.CodeValue, code.CodingSchemeDesignator, code.CodeMeaning = organ.snomed, "SCT", organ.name
    seen.ObservationNumber = seen.ReferencedROINumber = number
    seen.RTROIInterpretedType, seen.ROIInterpreter = "ORGAN", ""
    seen.RTROIIdentificationCodeSequence = [code]
    return seen
