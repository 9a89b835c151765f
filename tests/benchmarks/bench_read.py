"""Reading scans from disk, beside the libraries that read them as they come."""

from collections.abc import Iterator
from pathlib import Path

import nibabel
import numpy as np
import pydicom
import SimpleITK as sitk  # noqa: N813 - the name its own documentation uses
from pydicom.uid import CTImageStorage, ExplicitVRLittleEndian, generate_uid

from flare_gui import io
from flare_gui.io import dicom_files
from flare_gui.volume import Volume
from tests.benchmarks.harness import Row, at_most, in_turns
from tests.benchmarks.scans import CACHE, Scan, long_scan, nifti_file

ROUNDS = 5


def measure() -> Iterator[Row]:
    """Two rows: NIfTI and DICOM."""
    scan = long_scan()
    yield _nifti(scan)
    yield _dicom(scan)


def _nifti(scan: Scan) -> Row:
    path = nifti_file(scan)
    rounds, ours, theirs = in_turns(
        lambda: io.read_scan(path),
        lambda: np.asarray(nibabel.load(path).dataobj),
        ROUNDS,
    )
    same = np.array_equal(ours.hu, theirs)
    return rounds.row(
        "nifti",
        f"read a `.nii.gz` of {scan.shape}",
        "`np.asarray(nibabel.load(f).dataobj)`",
        at_most(1.2),
        (same, "equal arrays" if same else "the arrays differ"),
        details={"megabytes": path.stat().st_size / 1e6},
    )


def _dicom(scan: Scan) -> Row:
    folder = _series(scan)

    def reference() -> sitk.Image:
        reader = sitk.ImageSeriesReader()
        reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(folder)))
        return reader.Execute()

    def ours_anew() -> Volume:
        # The headers of the round before are known still.
        dicom_files.forget()
        return io.read_scan(folder)

    rounds, ours, theirs = in_turns(ours_anew, reference, ROUNDS)
    same = np.array_equal(ours.hu, sitk.GetArrayFromImage(theirs).T)
    spacing = np.allclose(ours.spacing, theirs.GetSpacing(), atol=1e-3)
    return rounds.row(
        "dicom",
        f"read a DICOM series of {scan.volume.shape[2]} slices",
        "`GetGDCMSeriesFileNames` and `ImageSeriesReader`",
        at_most(1.2),
        (same and spacing, "equal arrays and spacings" if same and spacing else "arrays or spacings differ"),
    )


def _series(scan: Scan) -> Path:
    """A folder of uncompressed slices, named in no order as archives do."""
    folder = CACHE / f"dicom-{scan.shape}"
    if (folder.parent / f"{folder.name}-complete").exists():
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    series, study, frame = generate_uid(), generate_uid(), generate_uid()
    for z in range(scan.volume.shape[2]):
        dataset = pydicom.Dataset()
        dataset.file_meta = pydicom.dataset.FileMetaDataset()
        dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        dataset.SOPClassUID = dataset.file_meta.MediaStorageSOPClassUID = CTImageStorage
        dataset.SOPInstanceUID = dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
        dataset.SeriesInstanceUID, dataset.StudyInstanceUID, dataset.FrameOfReferenceUID = series, study, frame
        dataset.Modality, dataset.ImageType, dataset.InstanceNumber = "CT", ["ORIGINAL", "PRIMARY", "AXIAL"], z + 1
        dataset.PatientName, dataset.PatientID, dataset.SeriesDescription = "Bench^Mark", "1", "abdomen"
        lps = np.diag([-1.0, -1.0, 1.0, 1.0]) @ scan.volume.affine
        spacing = scan.volume.spacing
        dataset.ImagePositionPatient = [f"{v:.6f}" for v in (lps @ [0, 0, z, 1])[:3]]
        dataset.ImageOrientationPatient = [f"{v:.6f}" for v in (lps[:3, :2] / spacing[:2]).T.ravel()]
        dataset.PixelSpacing, dataset.SliceThickness = [f"{s:.6f}" for s in spacing[1::-1]], f"{spacing[2]:.6f}"
        dataset.Columns, dataset.Rows = scan.volume.shape[:2]
        dataset.SamplesPerPixel, dataset.PhotometricInterpretation = 1, "MONOCHROME2"
        dataset.BitsAllocated = dataset.BitsStored = 16
        dataset.HighBit, dataset.PixelRepresentation = 15, 0
        dataset.RescaleSlope, dataset.RescaleIntercept = "1", "-1024"
        dataset.PixelData = (scan.volume.hu[:, :, z].T + 1024).astype("<u2").tobytes()
        dataset.save_as(folder / f"IM{(z * 37) % 1000:04d}{z:03d}", enforce_file_format=True)
    (folder.parent / f"{folder.name}-complete").touch()
    return folder
