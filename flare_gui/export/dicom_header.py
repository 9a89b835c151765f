"""What an object that is derived from a DICOM series takes over from it: patient, study, and the slices it refers to.

Headers of hospitals hold what the standard forbids: two character sets, dates as people write them, numbers that are
too long. What is not as the standard wants it is left empty and said, by the tag's name and never by its value.
"""

import warnings
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pydicom
from pydicom import config
from pydicom.dataset import Dataset
from pydicom.multival import MultiValue
from pydicom.uid import CTImageStorage, generate_uid
from pydicom.valuerep import DSfloat, validate_value

from flare_gui.errors import UnreadableScan
from flare_gui.io.dicom_slice import Slice

# Patient and General Study: what the standard requires (types 1 and 2), what makes archives file an object beside its
# series, and that a series was de-identified. Age, weight, history, physicians and institution stay behind.
_PATIENT_AND_STUDY = {
    "PatientName": "PN", "PatientID": "LO", "PatientBirthDate": "DA", "PatientSex": "CS", "StudyDate": "DA",
    "StudyTime": "TM", "AccessionNumber": "SH", "StudyID": "SH", "PatientIdentityRemoved": "CS",
    "DeidentificationMethod": "LO", "PositionReferenceIndicator": "LO",
}  # fmt: skip
# Have to be there, may be empty.
_TYPE_2 = (
    "PatientName", "PatientID", "PatientBirthDate", "PatientSex", "StudyDate", "StudyTime", "AccessionNumber",
    "StudyID", "ReferringPhysicianName", "PositionReferenceIndicator",
)  # fmt: skip
_WORDS = {"PatientSex": ("M", "F", "O"), "PatientIdentityRemoved": ("YES", "NO")}
_UIDS = ("StudyInstanceUID", "FrameOfReferenceUID", "SOPInstanceUID", "SOPClassUID")
_READ = [*_PATIENT_AND_STUDY, *_UIDS, "SeriesNumber", "SliceThickness", "SpecificCharacterSet"]

# An IS holds numbers up to 2 ** 31 - 1.
_LARGEST_SERIES = 2_000_000
_FAR_MM = 1000.0


class Reference(NamedTuple):
    """An image that is referred to: its class, its UID, and the number of the frame (from 1) where it has several."""

    sop_class: str
    instance: str
    frame: int | None

    def item(self) -> Dataset:
        """As an item of a sequence."""
        item = Dataset()
        item.ReferencedSOPClassUID, item.ReferencedSOPInstanceUID = self.sop_class, self.instance
        if self.frame is not None:
            item.ReferencedFrameNumber = self.frame
        return item


@dataclass(frozen=True)
class SourceHeader:
    """`study` holds patient, study and frame of reference as they may be written; `images` one data set a slice.

    `images` are single-frame CT images with place and size beside all of `study`; frames of one file have UIDs made up
    here, and `references` are what has to be written for them. `series_number` is a free one beside the series' own: 3
    becomes 3001.
    """

    study: Dataset
    images: list[Dataset]
    references: list[Reference]
    series_number: int


def source_header(slices: list[Slice], say: Callable[[str], None]) -> SourceHeader:
    """The headers of `slices`, fit to be written; `say` gets a sentence about what could not be taken over.

    Raises `UnreadableScan` when a slice has no UID to refer to or the study none.
    """
    if slices[0].frames > 1:
        raise UnreadableScan(
            slices[0].path,
            "is a CT of several frames in one file, to which no DICOM object of ours refers",
            hint="Choose another format for the mask, such as .seg.nrrd.",
        )
    with warnings.catch_warnings():
        # pydicom prints values that it doubts, and with them who the patient is.
        warnings.simplefilter("ignore")
        files = {one.path: _read(one.path) for one in slices}
        wholes = [files[one.path] for one in slices]
        study, left_out = _study(wholes[0])
        frames = Counter(filter(None, (_uid(whole, "FrameOfReferenceUID") for whole in wholes)))
    for key in ("StudyInstanceUID", "SOPInstanceUID"):
        lacking = next((i for i, whole in enumerate(wholes) if not _uid(whole, key)), None)
        if lacking is not None:
            raise UnreadableScan(
                slices[lacking].path,
                f"has no {key}, which a DICOM object that refers to it needs",
                hint="Choose another format for the mask.",
            )
    if left_out:
        say(f"left empty, as the series has it in a form that the standard does not know: {', '.join(left_out)}")
    if not frames:
        say("the series has no FrameOfReferenceUID: a new one was written")
    if len(frames) > 1:
        say(f"the slices name {len(frames)} frames of reference: that of most of them was written for all")
    study.StudyInstanceUID = _uid(wholes[0], "StudyInstanceUID")
    study.FrameOfReferenceUID = frames.most_common(1)[0][0] if frames else generate_uid()
    length = float((slices[-1].position - slices[0].position) @ slices[0].normal)
    step = abs(length) / max(1, len(slices) - 1)
    thickness = _positive(wholes[0], "SliceThickness") or step
    images = [_image(study, whole, one, slices[0], thickness) for whole, one in zip(wholes, slices, strict=True)]
    references = [
        Reference(
            _uid(whole, "SOPClassUID") or CTImageStorage,
            _uid(whole, "SOPInstanceUID"),
            one.frame + 1 if one.frames > 1 else None,
        )
        for whole, one in zip(wholes, slices, strict=True)
    ]
    return SourceHeader(study, images, references, _series_number(wholes[0]))


def _read(path: Path) -> Dataset:
    return pydicom.dcmread(path, stop_before_pixels=True, specific_tags=_READ, force=True)


def _study(whole: Dataset) -> tuple[Dataset, list[str]]:
    """Patient and study as text in UTF-8, and the names of tags whose values no reader could rely on."""
    study = Dataset()
    study.SpecificCharacterSet = "ISO_IR 192"
    left_out = []
    for key, vr in _PATIENT_AND_STUDY.items():
        if key not in whole:
            continue
        text = _text(whole, key, vr)
        if text is None:
            left_out.append(key)
        if text or key in _TYPE_2:
            setattr(study, key, text or "")
    for key in _TYPE_2:
        if key not in study:
            setattr(study, key, "")
    return study, left_out


def _text(whole: Dataset, key: str, vr: str) -> str | None:
    """A value as text, "" for an empty one, None for one that the standard forbids."""
    try:
        value = whole[key].value
        text = "" if value is None else str(value).strip()
        if isinstance(value, MultiValue) or "\ufffd" in text:
            return None
        validate_value(vr, text, config.RAISE)
        if vr == "DA" and text:
            datetime.strptime(text, "%Y%m%d")
    # On a header made to do harm pydicom raises whatever the part of it does that stumbled.
    except Exception:  # noqa: BLE001
        return None
    return text if not text or text in _WORDS.get(key, (text,)) else None


def _uid(whole: Dataset, key: str) -> str:
    try:
        return str(whole.get(key, None) or "").strip()
    except Exception:  # noqa: BLE001 - as in `_text`
        return ""


def _image(study: Dataset, whole: Dataset, one: Slice, first: Slice, thickness: float) -> Dataset:
    """One slice: its own place, and all else as the first one has it, which digits of rounding may contradict."""
    image = Dataset()
    image.update(study)
    image.SOPClassUID = CTImageStorage
    image.SOPInstanceUID = generate_uid() if one.frames > 1 else _uid(whole, "SOPInstanceUID")
    image.SeriesInstanceUID, image.Modality = first.series, "CT"
    image.Rows, image.Columns = first.rows, first.columns
    image.ImagePositionPatient = decimals(one.position)
    image.ImageOrientationPatient = decimals([*first.along, *first.down])
    image.PixelSpacing = decimals(first.spacing_mm[::-1])
    (image.SliceThickness,) = decimals([thickness])
    return image


def decimals(values: Iterable[float]) -> list[DSfloat]:
    """Numbers as DICOM writes them: text of at most 16 letters."""
    return [DSfloat(float(value), auto_format=True) for value in values]


def _positive(whole: Dataset, key: str) -> float:
    """A number above 0, or 0 where there is none."""
    try:
        number = float(whole.get(key, None) or 0)
    except Exception:  # noqa: BLE001 - as in `_text`
        return 0.0
    return number if 0 < number < _FAR_MM else 0.0


def _series_number(whole: Dataset) -> int:
    try:
        number = int(whole.get("SeriesNumber", None) or 0)
    except Exception:  # noqa: BLE001 - as in `_text`
        number = 0
    return number * 1000 + 1 if 0 <= number < _LARGEST_SERIES else 1001
