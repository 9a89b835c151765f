"""The tags of a DICOM header that matter here, as texts and numbers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
import pydicom
from pydicom.datadict import tag_for_keyword
from pydicom.multival import MultiValue
from pydicom.tag import BaseTag

# What acquisitions, phases and reconstructions of one series differ in.
TRAITS = (
    "TemporalPositionIdentifier", "TemporalPositionIndex", "AcquisitionNumber", "AcquisitionUID", "IrradiationEventUID",
    "NominalPercentageOfCardiacPhase", "TriggerTime", "KVP", "ConvolutionKernel", "ImageType", "RescaleType",
    "SliceThickness", "ContrastBolusAgent", "SeriesDescription", "SeriesNumber", "StudyInstanceUID",
    "FrameOfReferenceUID", "AcquisitionDateTime", "AcquisitionTime", "ContentTime",
)  # fmt: skip
NEEDED = ("SeriesInstanceUID", "ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "Rows", "Columns")
_OTHERS = (
    "SOPClassUID", "SOPInstanceUID", "Modality", "InstanceNumber", "NumberOfFrames", "RescaleSlope", "RescaleIntercept",
    "PixelPaddingValue", "PixelPaddingRangeLimit", "PixelRepresentation", "SamplesPerPixel", "BitsAllocated",
    "BitsStored", "HighBit", "SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence",
)  # fmt: skip
# As numbers, because pydicom looks every name up again for every file.
_TAG = {name: BaseTag(tag_for_keyword(name) or 0) for name in (*TRAITS, *NEEDED, *_OTHERS)}
WANTED = list(_TAG.values())

# Numbers of these are no texts in the file.
_BINARY = ("TemporalPositionIndex", "NominalPercentageOfCardiacPhase")


class Tags:
    """Values of a header without pydicom's conversions, which take longer than reading it. `own` are a frame's."""

    def __init__(self, header: pydicom.Dataset, own: Mapping[str, str] = MappingProxyType({})) -> None:
        self._header, self._own = header, own
        self._order: Literal["little", "big"] = "little" if header.original_encoding[1] else "big"

    def has(self, name: str, *, empty: bool = False) -> bool:
        """Whether there is a value that is not empty, or the tag at least."""
        if empty:
            return name in self._header
        return bool(self._own.get(name)) or bool(self._bytes(name)) or bool(self.text(name))

    def text(self, name: str) -> str:
        """As written, without padding; several values stay joined by backslashes."""
        if name in self._own:
            return self._own[name]
        value = self._header.get(name, None) if name in _BINARY else self._value(name)
        if isinstance(value, bytes):
            return value.decode("latin-1").strip(" \0")
        return "\\".join(map(str, value)) if isinstance(value, MultiValue) else "" if value is None else str(value)

    def decoded(self, name: str) -> str:
        """A text that may hold any letters."""
        return str(self._header.get(name, "") or "").strip()

    def numbers(self, name: str) -> list[float]:
        """Decimal strings. Raises `ValueError`."""
        return [float(part) for part in self.text(name).split("\\")]

    def decimal(self, name: str) -> float | None:
        """The first of them; None where there is no finite number."""
        try:
            number = self.numbers(name)[0]
        except ValueError:
            return None
        return number if np.isfinite(number) else None

    def whole(self, name: str, otherwise: int) -> int:
        """An integer of digits; `otherwise` where there is none, or nonsense."""
        try:
            return int(float(self.text(name)))
        except (ValueError, OverflowError):
            return otherwise

    def word(self, name: str, otherwise: int) -> int:
        """An integer of two or four bytes, without a sign; `otherwise` where there is none."""
        value = self._bytes(name)
        return int.from_bytes(value, self._order) if value is not None and len(value) in (2, 4) else otherwise

    def _bytes(self, name: str) -> bytes | None:
        value = self._value(name)
        return value if isinstance(value, bytes) else None

    def _value(self, name: str) -> Any:
        element = self._header.get_item(_TAG[name])
        return None if element is None else element.value
