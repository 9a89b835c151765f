"""The one place that says what a mask's values mean.

What the user says comes first, then names and codes in the file, then its own name when it holds one thing. Numbers
mean nothing by themselves: every program has its own. Ours and FLARE22's are taken when they are written where those
organs lie; else the user has to say.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from scipy import ndimage

from flare_gui import geometry
from flare_gui.errors import FlareError
from flare_gui.io.array import case_name
from flare_gui.io.masks import anatomy, words
from flare_gui.io.masks.anatomy import Part
from flare_gui.io.masks.contents import Contents, Segment
from flare_gui.io.masks.words import KIDNEYS, Organs
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN, Organ
from flare_gui.volume import Segmentation, Volume

# Codes of SNOMED CT, of its older form (SRT) and of FMA; a kidney's side is in its modifier where not in the code.
_BY_CODE: dict[str, Organs] = {organ.snomed: (organ,) for organ in ORGANS}
_BY_CODE |= {"T-62000": (LIVER,), "T-C3000": (SPLEEN,), "7197": (LIVER,), "7196": (SPLEEN,)}
_BY_CODE |= {"T-71010": (RIGHT_KIDNEY,), "T-71020": (LEFT_KIDNEY,), "7204": (RIGHT_KIDNEY,), "7205": (LEFT_KIDNEY,)}
_BY_CODE |= dict.fromkeys(("64033007", "T-71000", "7203"), KIDNEYS)
_SIDES = {"24028007": RIGHT_KIDNEY, "G-A100": RIGHT_KIDNEY, "7771000": LEFT_KIDNEY, "G-A101": LEFT_KIDNEY}

# FLARE22's numbers go to 13; those between are other organs.
_FLARE22_LARGEST = 13
_MOST_NAMED = 12

NOT_USED: Organs = ()
"""What a user says of a segment that is none of the organs."""


class MaskRow(NamedTuple):
    """A segment whose meaning is asked for: its key, its name, its volume, and the organs that anatomy proposes."""

    key: str
    name: str
    volume_ml: float
    proposed: Organs


class UnnamedMask(FlareError):
    """A mask that does not say which organs its values are; `rows` is what can be asked."""

    def __init__(self, path: Path, rows: Sequence[MaskRow]) -> None:
        names = [row.name or row.key for row in rows]
        what = f"values {_listed(names)} are" if len(names) > 1 else f"value {_listed(names)} is"
        super().__init__(
            f"{path}: this mask does not say which organ{'s' if len(names) > 1 else ''} its {what}",
            hint="Say which is which, or give a mask with names.",
        )
        self.path = path
        self.rows = tuple(rows)


def meant(volume: Volume, contents: Contents, told: Mapping[str, Organs] | None = None) -> Segmentation:
    """The organs in `contents` as our labels on the grid of `volume`; its warnings say what was not used, and why.

    `told` is what the user says: organs by a segment's key or name, `NOT_USED` for none.

    Raises `UnnamedMask` when nothing tells which organs they are, `FlareError` for a key that the mask has not.
    """
    told = told or {}
    _check_told(contents, told)
    meanings = {one.key: _named(one, told) for one in contents.segments}
    silent = [one for one in contents.segments if not meanings[one.key] and _says_nothing(one) and one.key not in told]
    notes = list(contents.notes)
    if not told and len(silent) == len(contents.segments):
        found, note = _by_numbers(volume, contents)
        meanings |= found
        notes += [note] if note else []
    if contents.segments and not told and not any(meanings.values()):
        raise UnnamedMask(contents.path, _rows(volume, contents.segments))
    unused = [str(one) for one in contents.segments if not meanings[one.key] and not _is_told(one, told)]
    if unused or contents.unread:
        notes.append(
            f"not used, as nothing says that it is one of the four organs: {_listed([*unused, *contents.unread])}"
        )
    if not contents.segments:
        notes.append("nothing is marked in it")
    labels, more = _painted(volume, contents.segments, meanings)
    notes += [*more, *_sides(volume, labels)]
    warnings = tuple(f"{contents.path.name}: {note}" for note in notes)
    return Segmentation(labels, volume.affine, warnings, contents.made)


def parse(text: str) -> dict[str, Organs]:
    """ "5=liver,2=right_kidney,7=none" as what `meant` is told. Raises `FlareError` for what is no such list."""
    told: dict[str, Organs] = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        key, equals, name = (part.strip() for part in pair.rpartition("="))
        organs = words.meant_by(name)
        if not equals or not key or not (organs or name.lower() in ("none", "-")):
            known = ", ".join([*(organ.key for organ in ORGANS), "kidneys", "none"])
            raise FlareError(f"{pair!r} does not say which organ a value is", hint=f"Write VALUE=ORGAN with {known}.")
        told[key] = organs
    return told


def _check_told(contents: Contents, told: Mapping[str, Organs]) -> None:
    known = {text for one in contents.segments for text in (one.key, one.name) if text}
    unknown = [key for key in told if key not in known]
    if unknown:
        there = _listed([str(one) for one in contents.segments]) or "nothing"
        raise FlareError(f"{contents.path}: the mask has no {_listed(unknown)}", hint=f"It has {there}.")


def _is_told(segment: Segment, told: Mapping[str, Organs]) -> bool:
    return segment.key in told or segment.name in told


def _named(segment: Segment, told: Mapping[str, Organs]) -> Organs:
    """By what the user says, by its name, by its codes; nothing where none of them is understood."""
    for text in (segment.key, segment.name):
        if text in told:
            return told[text]
    by_name = words.meant_by(segment.name)
    if by_name:
        return by_name
    code, modifier = segment.codes
    organs = _BY_CODE.get(code, ())
    return (_SIDES[modifier],) if organs == KIDNEYS and modifier in _SIDES else organs


def _says_nothing(segment: Segment) -> bool:
    return words.says_nothing(segment.name)


def _by_numbers(volume: Volume, contents: Contents) -> tuple[dict[str, Organs], str]:
    """What segments without names mean, and a sentence about it: by the file's name, or as our or FLARE22's numbers."""
    segments = contents.segments
    by_file = words.meant_by_file(_stem(contents.path)) if contents.one_organ and len(segments) == 1 else ()
    if by_file:
        return {segments[0].key: by_file}, ""
    numbers = {int(one.key): one for one in segments if one.key.isdecimal()}
    if len(numbers) < len(segments) or not segments:
        return {}, ""
    if contents.ours and max(numbers) <= len(ORGANS):
        return {one.key: (ORGANS[number - 1],) for number, one in numbers.items()}, ""
    parts: dict[str, Part] | None = None
    for whose, scheme, largest in (
        ("this program's", {organ.label: organ for organ in ORGANS}, len(ORGANS)),
        ("FLARE22's", {organ.flare22: organ for organ in ORGANS}, _FLARE22_LARGEST),
    ):
        claim = {scheme[number]: one for number, one in numbers.items() if number in scheme}
        if max(numbers) > largest or not claim:
            continue
        parts = _parts(volume, segments) if parts is None else parts
        if anatomy.fits({organ: parts[one.key] for organ, one in claim.items()}):
            said = ", ".join(f"{one.key} {organ.name.lower()}" for organ, one in claim.items())
            return {one.key: (organ,) for organ, one in claim.items()}, (
                f"it names no organs; its numbers were taken as {whose}, as the organs lie there: {said}"
            )
    return {}, ""


def _parts(volume: Volume, segments: Sequence[Segment]) -> dict[str, Part]:
    """What anatomy looks at, by key. What is larger than any organ is the body around them, and encloses nothing."""
    midline, voxel_ml = anatomy.midline_mm(volume), abs(float(np.linalg.det(volume.affine[:3, :3]))) / 1000
    marked = np.zeros(volume.shape, bool)
    for one in segments:
        mask = one.mask()
        if np.count_nonzero(mask) * voxel_ml < anatomy.LARGEST_ORGAN_ML:
            marked |= mask
    found = {one.key: anatomy.part_of(volume, one.mask(), marked, midline) for one in segments}
    return {key: part for key, part in found.items() if part is not None}


def _rows(volume: Volume, segments: Sequence[Segment]) -> list[MaskRow]:
    parts = _parts(volume, segments)
    proposed = anatomy.proposal(list(parts.values()))
    organs = {key: proposed.get(i, ()) for i, key in enumerate(parts)}
    return [
        MaskRow(one.key, one.name, parts[one.key].volume_ml, organs[one.key]) for one in segments if one.key in parts
    ]


def _painted(
    volume: Volume, segments: Sequence[Segment], meanings: Mapping[str, Organs]
) -> tuple[np.ndarray, list[str]]:
    """Our labels, and sentences about segments that share voxels or had to be parted by side."""
    masks: dict[Organ, np.ndarray] = {}
    notes = []
    for one in segments:
        organs = meanings[one.key]
        if not organs:
            continue
        whole, remark = one.mask(), one.remark()
        notes += [remark] if remark else []
        if organs == KIDNEYS:
            right = _right_part(volume, whole)
            pieces = {RIGHT_KIDNEY: right, LEFT_KIDNEY: whole & ~right}
            notes.append(f"{one} names no side: what lies right of the body's middle was taken as the right kidney")
        else:
            pieces = {organs[0]: whole}
        for organ, mask in pieces.items():
            masks[organ] = masks[organ] | mask if organ in masks else mask
    labels = np.zeros(volume.shape, np.uint8)
    voxel_ml = abs(float(np.linalg.det(volume.affine[:3, :3]))) / 1000
    shared = 0
    # The smaller one is painted last: what both claim is more of it.
    for organ in sorted(masks, key=lambda organ: -np.count_nonzero(masks[organ])):
        shared += int(np.count_nonzero(labels[masks[organ]]))
        labels[masks[organ]] = organ.label
    if shared:
        notes.append(f"{shared * voxel_ml:.1f} ml lie in two organs at once: the smaller one got them")
    return labels, notes


def _right_part(volume: Volume, kidneys: np.ndarray) -> np.ndarray:
    """What of a mask of both kidneys is the right one: parts whole, by their middles, but one that spans the middle."""
    box = geometry.box_of(kidneys)
    right = np.zeros(kidneys.shape, bool)
    if box is None:
        return right
    middle = anatomy.midline_mm(volume)
    parts, _ = ndimage.label(kidneys[box])
    affine = geometry.crop(volume.affine, np.array([side.start for side in box]))
    for number, place in enumerate(ndimage.find_objects(parts), 1):
        own = parts[place] == number
        corner = geometry.crop(affine, np.array([side.start for side in place]))
        points = np.argwhere(own)
        x = geometry.apply(corner, points)[:, 0]
        share = np.mean(x > middle)
        chosen = x > middle if 0.2 < share < 0.8 else np.full(len(points), share >= 0.5)
        right[box][place][tuple(points[chosen].T)] = True
    return right


def _sides(volume: Volume, labels: np.ndarray) -> list[str]:
    """A sentence when organs of the right lie left of those of the left."""
    middles = {}
    for organ in ORGANS:
        box = geometry.box_of(labels == organ.label)
        if box is not None:
            corner = np.array([[(side.start + side.stop - 1) / 2 for side in box]])
            middles[organ] = float(geometry.apply(volume.affine, corner)[0, 0])
    wrong = [
        f"{right.name.lower()} lies left of the {left.name.lower()}"
        for right in (LIVER, RIGHT_KIDNEY)
        for left in (SPLEEN, LEFT_KIDNEY)
        if right in middles and left in middles and middles[right] < middles[left]
    ]
    return [f"the {wrong[0]}: its names, or the sides of the scan, may be exchanged"] if wrong else []


def _stem(path: Path) -> str:
    return case_name(path).removesuffix(".seg")


def _listed(names: Sequence[str]) -> str:
    """ "a, b and c"; of very many the first ones and how many more."""
    if len(names) > _MOST_NAMED:
        return f"{', '.join(names[:_MOST_NAMED])} and {len(names) - _MOST_NAMED} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
