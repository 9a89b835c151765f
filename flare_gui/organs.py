"""The four organs. Everything that shows, writes or trains on them iterates over `ORGANS`."""

from typing import Literal, NamedTuple

import numpy as np

LabelScheme = Literal["organs", "flare22"]


class Organ(NamedTuple):
    """One segmented structure; `colour` is from Okabe and Ito, which tells all four apart in every colour vision."""

    label: int  # in our masks
    flare22: int  # in FLARE22's masks
    key: str  # in file names and JSON
    name: str  # on screen
    colour: str
    snomed: str  # SNOMED CT concept

    @property
    def rgb(self) -> tuple[int, int, int]:
        """`colour` as three numbers from 0 to 255."""
        red, green, blue = (int(self.colour[i : i + 2], 16) for i in (1, 3, 5))
        return red, green, blue


LIVER = Organ(1, 1, "liver", "Liver", "#D55E00", "10200004")
RIGHT_KIDNEY = Organ(2, 2, "right_kidney", "Right kidney", "#0072B2", "9846003")
SPLEEN = Organ(3, 3, "spleen", "Spleen", "#CC79A7", "78961009")
LEFT_KIDNEY = Organ(4, 13, "left_kidney", "Left kidney", "#009E73", "18639004")

ORGANS = (LIVER, RIGHT_KIDNEY, SPLEEN, LEFT_KIDNEY)
_BY_LABEL = {organ.label: organ for organ in ORGANS}


def organ_of(label: int) -> Organ:
    """The organ that has this number in our masks. Raises `KeyError` when none has."""
    return _BY_LABEL[label]


def label_lookup(scheme: LabelScheme) -> np.ndarray:
    """Table of 256 uint8 that turns our labels into those of `scheme` by indexing; unknown labels become 0."""
    lookup = np.zeros(256, np.uint8)
    for organ in ORGANS:
        lookup[organ.label] = organ.flare22 if scheme == "flare22" else organ.label
    return lookup
