"""The readers, and the choice between them: each says how well it fits a path, the best one reads it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from flare_gui.errors import NotAScan, UnreadableScan
from flare_gui.io import archive, dicom, itk, nifti, nifti_pair
from flare_gui.io.array import case_name
from flare_gui.io.dicom_files import files_below, is_placeholder
from flare_gui.io.dicom_header import is_dicom, is_index
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Volume


class Reader(Protocol):
    """One format. `score` is cheap: 0 for what it cannot read, more the surer it is."""

    takes: str

    def score(self, path: Path) -> int: ...

    def read(self, path: Path, series: str | None, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume: ...


class NiftiReader:
    """`.nii`, `.nii.gz`, and either file of a pair of `.hdr` and `.img`."""

    takes = "NIfTI (.nii, .nii.gz, or .hdr with .img)"

    def score(self, path: Path) -> int:
        if not path.name.lower().endswith(nifti.SUFFIXES) or not path.is_file():
            return 0
        # Slices of DICOM are called .img too.
        return 1 if nifti_pair.is_half(path) and nifti_pair.header_beside(path) is None else 10

    def read(self, path: Path, series: str | None, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume:
        return nifti.read(path)


class ItkReader:
    """NRRD and MetaImage."""

    takes = "NRRD and MetaImage (.nrrd, .nhdr, .mha, .mhd)"

    def score(self, path: Path) -> int:
        return 10 if path.name.lower().endswith(itk.SUFFIXES) and path.is_file() else 0

    def read(self, path: Path, series: str | None, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume:
        return itk.read(path)


class DicomReader:
    """A folder of slices, here or in folders below, or one of them."""

    takes = "DICOM (a folder of slices, or one slice)"

    def score(self, path: Path) -> int:
        if path.is_dir():
            # The index of a CD lies above its folders of slices and is none itself.
            files = [p for p in files_below(path) if not is_index(p)]
            return 8 if any(is_dicom(p) for p in files) else 1 if any(is_placeholder(p) for p in files) else 0
        return 9 if is_dicom(path) else 0

    def read(self, path: Path, series: str | None, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume:
        if path.is_file():
            return dicom.read_file(path, series=series, allow_gaps=allow_gaps, progress=progress, cancel=cancel)
        files = files_below(path)
        return dicom.read_folder(path, files, series=series, allow_gaps=allow_gaps, progress=progress, cancel=cancel)


class ZipReader:
    """A zip of one of the others: DICOM slices in any folders, or a single file."""

    takes = "a zip of a DICOM folder"

    def score(self, path: Path) -> int:
        return 10 if path.suffix.lower() == ".zip" and path.is_file() else 0

    def read(self, path: Path, series: str | None, allow_gaps: bool, progress: Progress, cancel: Cancel) -> Volume:
        with archive.unpacked(path, progress=progress, cancel=cancel) as files:
            if any(is_dicom(file) for file in files):
                with _inside(path):
                    return dicom.read_folder(
                        path, files, series=series, allow_gaps=allow_gaps, progress=progress, cancel=cancel
                    )
            wholes = dict.fromkeys(nifti_pair.header_beside(file) or file for file in files)
            scans = [(file, r) for file in wholes for r in (NiftiReader(), ItkReader()) if r.score(file)]
            if len(scans) != 1:
                what = f"holds {len(scans)} scans" if scans else "holds no scan"
                raise NotAScan(path, what, hint="Unpack it and open the one you mean.")
            file, reader = scans[0]
            with _inside(path):
                volume = reader.read(file, series, allow_gaps, progress, cancel)
        return replace(volume, name=case_name(path), source=path)


@contextmanager
def _inside(archive_path: Path) -> Iterator[None]:
    """Where an archive was unpacked is gone when a user reads what was wrong in it."""
    try:
        yield
    except UnreadableScan as error:
        if error.path == archive_path:
            raise
        reason = f"{error.path.name} in it {error.reason}"
        raise UnreadableScan(archive_path, reason, hint=error.hint, code=error.code) from None


READERS: tuple[Reader, ...] = (NiftiReader(), ItkReader(), ZipReader(), DicomReader())


def best_reader(path: Path) -> Reader | None:
    """The reader that fits `path` best, None when none does."""
    reader = max(READERS, key=lambda r: r.score(path))
    return reader if reader.score(path) else None
