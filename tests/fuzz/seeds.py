"""Small good files of every format that a reader takes: what the fuzzers start from."""

import gzip
import io
import json
import struct
import tempfile
import zipfile
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from nibabel.nifti1 import Nifti1Extension
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedCTImageStorage,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    RTStructureSetStorage,
    SegmentationStorage,
    generate_uid,
)

HU = np.random.default_rng(0).integers(-1000, 900, (6, 5, 4)).astype(np.int16)
# One of its own for each campaign: a slice's series is looked for beside its folder, where others may be at work.
SERIES = generate_uid()
LABELS = (HU > 0).astype(np.uint8)
# Two channels, as segments that overlap need.
LAYERS = np.stack([LABELS, 1 - LABELS])
AFFINE = np.array([[-2.0, 0, 0, 10], [0, -2, 0, 20], [0, 0, 3, -30], [0, 0, 0, 1]])
_TABLE = b'<CaretExtension><LabelTable><Label Key="1" Red="1"><![CDATA[liver]]></Label></LabelTable></CaretExtension>'


def nifti(array: np.ndarray = HU, *, extension: bool = False) -> bytes:
    image = nibabel.Nifti1Image(array, AFFINE)
    if extension:
        image.header.extensions.append(Nifti1Extension(0, _TABLE))
    return bytes(image.to_bytes())


def nifti_of_two_places() -> bytes:
    """With a slope, and an sform that contradicts the qform and its unit."""
    image = nibabel.Nifti1Image(HU, AFFINE)
    image.set_qform(AFFINE, 1)
    image.set_sform(np.diag([1.0, 1.02, 1.0, 1.0]) @ AFFINE, 4)
    image.header.set_xyzt_units("micron")
    image.header.set_slope_inter(2.0, -7.0)
    return bytes(image.to_bytes())


PAIR_HEADER = 352


def nifti_pair() -> bytes:
    """`PAIR_HEADER` bytes of header, and behind them those of the image."""
    files = nibabel.Nifti1Pair.make_file_map({"header": io.BytesIO(), "image": io.BytesIO()})
    image = nibabel.Nifti1Pair(HU, AFFINE)
    image.to_file_map(files)
    head, voxels = (files[name].fileobj.getvalue() for name in ("header", "image"))
    return bytes(head.ljust(PAIR_HEADER, b"\0") + voxels)


def nrrd_in_metres() -> bytes:
    fields = [
        "NRRD0005", "type: short", "dimension: 3", "space: left-anterior-superior", "sizes: 6 5 4",
        "space directions: (0.002,0,0) (0,-0.002,0) (0,0,0.003)", 'space units: "m" "m" "m"', "encoding: raw",
        "endian: little", "space origin: (-0.01,0.02,-0.03)", "", "",
    ]  # fmt: skip
    return "\n".join(fields).encode() + HU.tobytes(order="F")


def meta_long() -> bytes:
    fields = [
        "ObjectType = Image", "NDims = 3", "BinaryData = True", "BinaryDataByteOrderMSB = False", "DimSize = 6 5 4",
        "DistanceUnits = um", "ElementSpacing = 2000 2000 3000", "ElementType = MET_LONG",
        "ElementDataFile = LOCAL", "",
    ]  # fmt: skip
    return "\n".join(fields).encode() + HU.astype("<i4").tobytes(order="F")


def nifti2() -> bytes:
    return bytes(nibabel.Nifti2Image(HU, AFFINE).to_bytes())


def itk(suffix: str, array: np.ndarray = HU, *, compressed: bool = False) -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        image = sitk.GetImageFromArray(array.T, isVector=array is LAYERS)
        image.SetSpacing((2.0, 2.0, 3.0))
        image.SetOrigin((-10.0, -20.0, -30.0))
        if (array is LABELS or array is LAYERS) and suffix == ".nrrd":
            image.SetMetaData("Segment0_Name", "liver")
            image.SetMetaData("Segment0_LabelValue", "1")
            image.SetMetaData("Segment1_Name", "Kidney R")
            image.SetMetaData("Segment1_LabelValue", "1")
            image.SetMetaData("Segment1_Layer", "1")
        file = Path(folder) / f"x{suffix}"
        sitk.WriteImage(image, str(file), compressed)
        return file.read_bytes()


def dicom(height: float = 0.0, *, implicit: bool = False, deflated: bool = False) -> bytes:
    return _saved(_slice(height, implicit=implicit, deflated=deflated))


def bare(height: float = 0.0, *, meta: bool = True) -> bytes:
    """Without the 128 bytes and "DICM", or without the file meta group too."""
    whole = dicom(height)[132:]
    return whole if meta else whole[12 + struct.unpack_from("<I", whole, 8)[0] :]


def multi_frame(*, packed: bool = False) -> bytes:
    """An enhanced CT of three frames, their places in functional groups."""
    data = _slice(0.0)
    data.SOPClassUID = data.file_meta.MediaStorageSOPClassUID = EnhancedCTImageStorage
    frames = []
    for k in range(3):
        place, frame = Dataset(), Dataset()
        place.ImagePositionPatient = [-10.0, -20.0, 3.0 * k]
        frame.PlanePositionSequence = [place]
        frames.append(frame)
    shared, orientation, measures, values = Dataset(), Dataset(), Dataset(), Dataset()
    orientation.ImageOrientationPatient, measures.PixelSpacing = data.ImageOrientationPatient, data.PixelSpacing
    values.RescaleSlope, values.RescaleIntercept = 1, 0
    shared.PlaneOrientationSequence, shared.PixelMeasuresSequence = [orientation], [measures]
    shared.PixelValueTransformationSequence = [values]
    for name in ("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "RescaleSlope", "RescaleIntercept"):
        delattr(data, name)
    data.SharedFunctionalGroupsSequence, data.PerFrameFunctionalGroupsSequence = [shared], frames
    data.NumberOfFrames = 3
    data.Rows = data.Columns = 16
    data.PixelData = np.random.default_rng(2).integers(-1000, 900, (3, 16, 16)).astype(np.int16).tobytes()
    if packed:
        data.compress(RLELossless)
    return _saved(data)


def compressed(syntax: str, height: float = 0.0) -> bytes:
    """A slice of 16 x 16 whose pixels are packed: RLE by pydicom, JPEG and JPEG 2000 by ITK, or not at all."""
    data = _slice(height)
    data.Rows = data.Columns = 16
    pixels = np.random.default_rng(1).integers(-1000, 900, (16, 16)).astype(np.int16)
    data.PixelData = pixels.tobytes()
    if syntax == "RLE":
        data.compress(RLELossless)
    elif syntax:
        packed = _packed_by_itk(pixels, syntax)
        data.file_meta.TransferSyntaxUID = packed.file_meta.TransferSyntaxUID
        data.PixelData = packed.PixelData
        data["PixelData"].is_undefined_length = True
    return _saved(data)


def _packed_by_itk(pixels: np.ndarray, compressor: str) -> Dataset:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "x.dcm"
        writer = sitk.ImageFileWriter()
        writer.SetImageIO("GDCMImageIO")
        writer.UseCompressionOn()
        writer.SetCompressor(compressor)
        writer.SetFileName(str(path))
        writer.Execute(sitk.GetImageFromArray(pixels))
        return pydicom.dcmread(path)


def _saved(data: Dataset) -> bytes:
    target = io.BytesIO()
    data.save_as(target, enforce_file_format=True)
    return target.getvalue()


def _slice(height: float, *, implicit: bool = False, deflated: bool = False) -> Dataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = CTImageStorage, generate_uid()
    explicit = DeflatedExplicitVRLittleEndian if deflated else ExplicitVRLittleEndian
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else explicit
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = CTImageStorage, meta.MediaStorageSOPInstanceUID
    data.Modality, data.SeriesInstanceUID, data.SeriesDescription = "CT", SERIES, "abdomen"
    data.ImageType, data.InstanceNumber = ["ORIGINAL", "PRIMARY", "AXIAL"], int(height) + 1
    inner = Dataset()
    inner.ReferencedSOPInstanceUID = "1.2.3"
    data.ReferencedImageSequence = [inner, Dataset()]
    data.ImagePositionPatient, data.ImageOrientationPatient = [-10.0, -20.0, height], [1, 0, 0, 0, 1, 0]
    data.PixelSpacing, data.SliceThickness = [2.0, 2.0], 3.0
    data.Rows, data.Columns, data.SamplesPerPixel, data.PhotometricInterpretation = 5, 6, 1, "MONOCHROME2"
    data.BitsAllocated, data.BitsStored, data.HighBit, data.PixelRepresentation = 16, 16, 15, 1
    data.RescaleSlope, data.RescaleIntercept, data.PixelPaddingValue = 1, 0, -2000
    data.PixelData = HU[:, :, 0].T.tobytes()
    return data


def _object(kind: str, implicit: bool = False) -> Dataset:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = kind, generate_uid()
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    data = Dataset()
    data.file_meta = meta
    data.SOPClassUID, data.SOPInstanceUID = kind, meta.MediaStorageSOPInstanceUID
    data.FrameOfReferenceUID = "1.2.3.5"
    return data


def _with(**values: object) -> Dataset:
    data = Dataset()
    for key, value in values.items():
        setattr(data, key, value)
    return data


def dicom_seg(*, fractional: bool = False) -> bytes:
    """Two segments of two frames each on the grid of `HU`."""
    data = _object(str(SegmentationStorage))
    data.Rows, data.Columns, data.NumberOfFrames, data.SamplesPerPixel = 5, 6, 4, 1
    data.BitsAllocated = data.BitsStored = 8 if fractional else 1
    data.HighBit, data.PixelRepresentation = data.BitsStored - 1, 0
    data.SegmentationType, data.MaximumFractionalValue = "FRACTIONAL" if fractional else "BINARY", 255
    data.SegmentSequence = [_with(SegmentNumber=1, SegmentLabel="liver"), _with(SegmentNumber=2, SegmentLabel="RK")]
    size = _with(PixelSpacing=[2.0, 2.0], SliceThickness=3.0)
    turn = _with(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])
    data.SharedFunctionalGroupsSequence = [_with(PixelMeasuresSequence=[size], PlaneOrientationSequence=[turn])]
    data.PerFrameFunctionalGroupsSequence = [
        _with(
            SegmentIdentificationSequence=[_with(ReferencedSegmentNumber=number)],
            PlanePositionSequence=[_with(ImagePositionPatient=[-10.0, -20.0, 3.0 * k - 30])],
        )
        for number in (1, 2)
        for k in (2, 1)
    ]
    marked = np.concatenate([LABELS[:, :, k].T.ravel() for k in (2, 1, 0, 3)])
    data.PixelData = (marked * 255).astype(np.uint8).tobytes() if fractional else _bits(marked)
    return _saved(data)


def _bits(marked: np.ndarray) -> bytes:
    packed = np.packbits(marked, bitorder="little").tobytes()
    return packed + bytes(len(packed) % 2)


def rtstruct(*, implicit: bool = False) -> bytes:
    """A liver with a hole on two slices of the grid of `HU`."""
    data = _object(str(RTStructureSetStorage), implicit)
    data.StructureSetROISequence = [_with(ROINumber=1, ROIName="Liver", ReferencedFrameOfReferenceUID="1.2.3.5")]
    contours = []
    for k in (1, 2):
        for low, high in ((-0.5, 4.4), (1.5, 2.5)):
            corners = [(low, low), (high, low), (high, high), (low, high)]
            points = [mm for x, y in corners for mm in (2 * x - 10, 2 * y - 20, 3.0 * k - 30)]
            contours.append(_with(ContourGeometricType="CLOSED_PLANAR", NumberOfContourPoints=4, ContourData=points))
    data.ROIContourSequence = [_with(ReferencedROINumber=1, ContourSequence=contours)]
    code = _with(CodeValue="10200004", CodingSchemeDesignator="SCT", CodeMeaning="Liver")
    data.RTROIObservationsSequence = [
        _with(ObservationNumber=1, ReferencedROINumber=1, RTROIIdentificationCodeSequence=[code])
    ]
    return _saved(data)


def zipped(members: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return target.getvalue()


def workspace(scan: str) -> bytes:
    about = {
        "flare_gui_workspace": 1, "scan": scan, "scan_relative": None, "series": None, "scan_sha256": "0" * 64,
        "repairs": ["hu-offset"], "warnings": ["one"], "run": {"device": "cpu"},
        "view": {"cursor_mm": [1, 2, 3], "window_hu": [-160, 240], "looks": {}, "rulers": []},
    }  # fmt: skip
    return zipped({"workspace.json": json.dumps(about).encode(), "mask.nii": nifti(LABELS)})


def weights() -> bytes:
    header = json.dumps({"a": {"dtype": "F16", "shape": [2, 2], "data_offsets": [0, 8]}}).encode()
    return struct.pack("<Q", len(header)) + header + bytes(8)


def card() -> bytes:
    return json.dumps(
        {
            "id": "x",
            "architecture": {"classes": 5, "kernel": 3, "width": 4, "down": [1, 1], "up": [1], "norm": "group"},
            "spacing_mm": [3, 3, 3], "window_hu": {"low": -200, "high": 300}, "patch": [64, 64, 64],
            "classes": ["background", "liver", "right_kidney", "spleen", "left_kidney"], "training_data": [],
            "recipe": {}, "commit": "0", "scores": {}, "sha256": "0" * 64,
        }
    ).encode()  # fmt: skip


def packed(data: bytes) -> bytes:
    return gzip.compress(data, 1, mtime=0)
