"""The tissues a synthetic body is made of. A tissue map is uint8 (x, y, z) of these values in canonical RAS."""

from enum import IntEnum

from flare_gui.organs import LEFT_KIDNEY as LEFT_KIDNEY_ORGAN
from flare_gui.organs import LIVER as LIVER_ORGAN
from flare_gui.organs import RIGHT_KIDNEY as RIGHT_KIDNEY_ORGAN
from flare_gui.organs import SPLEEN as SPLEEN_ORGAN


class Tissue(IntEnum):
    """What fills a voxel. The four organs keep the values they have in masks (`Organ.label`)."""

    OUTSIDE = 0
    LIVER = LIVER_ORGAN.label
    RIGHT_KIDNEY = RIGHT_KIDNEY_ORGAN.label
    SPLEEN = SPLEEN_ORGAN.label
    LEFT_KIDNEY = LEFT_KIDNEY_ORGAN.label
    GALLBLADDER = 5
    STOMACH = 6
    PANCREAS = 7
    DUODENUM = 8
    SMALL_BOWEL = 9
    COLON = 10
    ARTERY = 11
    VEIN = 12
    PORTAL_VEIN = 13
    ADRENAL = 14
    OESOPHAGUS = 15
    BLADDER = 16
    LUNG = 17
    HEART = 18
    BONE = 19
    MUSCLE = 20
    FAT = 21
    SOFT_TISSUE = 22
    PELVIC_ORGAN = 23
    UNKNOWN_INSIDE = 24


KIDNEYS = (Tissue.RIGHT_KIDNEY, Tissue.LEFT_KIDNEY)
