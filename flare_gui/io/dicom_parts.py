"""The parts of a series that are stacks of their own: phases, breath holds, reconstructions under one UID.

The rule: tags that tell acquisitions apart count only where they make stacks that lie over one another and are each
more regular than all slices together. What lies end to end is one stack, whatever its tags say; so a scanner that
numbers each turn, or writes another time into each slice, does no harm.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from flare_gui.io.dicom_slice import Slice
from flare_gui.io.dicom_tags import TRAITS

# Slices closer than this share of the usual step, or than so many mm, lie at one place.
SAME_PLACE, SAME_PLACE_MM = 0.08, 0.01
# A step that differs by more from the usual one is another step; positions rounded to 0.1 mm stay within.
ODD_STEP = 0.25
# Parts of fewer slices are strays; a rule that makes mostly strays tells no acquisitions apart.
SHORTEST_PART, LEAST_IN_PARTS = 3, 0.8
# Phases whose tags differ from slice to slice are told apart by the largest pauses between their times.
_MOST_PHASES, _MOST_INTERLEAVED = 20, 4

_TIMES = ("AcquisitionDateTime", "AcquisitionTime", "ContentTime", "TriggerTime")
# What a part is called: by the value of its tag, or, where that is free text or says nothing, by its turn.
_LABELS = {
    "TemporalPositionIdentifier": "temporal position {}",
    "TemporalPositionIndex": "temporal position {}",
    "AcquisitionNumber": "acquisition {}",
    "NominalPercentageOfCardiacPhase": "cardiac phase {} %",
    "TriggerTime": "trigger time {} ms",
    "KVP": "{} kV",
    "ConvolutionKernel": "kernel {}",
    "ImageType": "image type {}",
    "RescaleType": "values in {}",
    "SliceThickness": "{} mm thick",
}
_NOUNS = {
    "AcquisitionUID": "acquisition",
    "IrradiationEventUID": "exposure",
    "ContrastBolusAgent": "contrast agent",
    "SeriesDescription": "description",
    "SeriesNumber": "series number",
    "StudyInstanceUID": "study",
    "FrameOfReferenceUID": "frame of reference",
}


class Part(NamedTuple):
    """Slices of one acquisition, sorted along the normal, and what tells it from the others; empty for a whole."""

    slices: tuple[Slice, ...]
    heights: np.ndarray
    label: str = ""


class Steps(NamedTuple):
    """The distances between neighbours: how many are none, how many are odd, and the usual one in mm."""

    doubles: int
    odd: int
    usual: float

    @property
    def trouble(self) -> int:
        return self.doubles + self.odd


def steps_of(heights: np.ndarray) -> Steps:
    """What the steps between sorted `heights` in mm are like."""
    steps = np.diff(heights)
    if not len(steps):
        return Steps(0, 0, 0.0)
    same = steps < max(SAME_PLACE_MM, SAME_PLACE * float(np.quantile(steps, 0.9)))
    if same.all():
        return Steps(len(steps), 0, 0.0)
    usual = float(np.median(steps[~same]))
    return Steps(int(same.sum()), int((np.abs(steps[~same] - usual) > ODD_STEP * usual).sum()), usual)


def parts_of(whole: Part) -> list[Part]:
    """The acquisitions in slices of one direction and size, in their own order; the whole where it is one.

    Parts of one another are split further, so that two phases in two reconstructions are four parts.
    """
    best: list[Part] | None = None
    least = steps_of(whole.heights).trouble
    for parts in _divisions(whole):
        trouble = sum(steps_of(part.heights).trouble for part in parts)
        if trouble < least or (best is None and trouble == least):
            best, least = parts, trouble
    if best is None:
        return [whole]
    return [
        deeper._replace(label=", ".join(filter(None, (part.label, deeper.label))))
        for part in best
        for deeper in parts_of(part._replace(label=""))
    ]


def _divisions(whole: Part) -> Iterator[list[Part]]:
    """Every way to divide the slices that makes stacks which lie over one another."""
    for name in TRAITS:
        values = [one.traits.get(name, "") for one in whole.slices]
        if len(set(values)) > 1:
            yield from _usable(whole, _by_value(whole, name, values))
            if name in _TIMES:
                yield from _by_pauses(whole, values)
    numbers = [str(one.number) for one in whole.slices]
    yield from _usable(whole, _joined(whole, _grouped(numbers, _ordered(numbers)), "part {} of {} by instance number"))


def _usable(whole: Part, parts: list[Part]) -> Iterator[list[Part]]:
    in_parts = sum(len(part.slices) for part in parts if len(part.slices) >= SHORTEST_PART)
    if len(parts) > 1 and in_parts >= LEAST_IN_PARTS * len(whole.slices) and _lie_over_another(parts):
        yield parts


def _by_value(whole: Part, name: str, values: Sequence[str]) -> list[Part]:
    groups = _grouped(values, _ordered(values))
    parts = _joined(whole, groups, "")
    if name in _LABELS and len(parts) == len(groups):
        labels = [_LABELS[name].format(_short(values[group[0]])) for group in groups]
    else:
        labels = [f"{k} of {len(parts)} by {_NOUNS.get(name, 'time')}" for k in range(1, len(parts) + 1)]
    return [part._replace(label=label) for part, label in zip(parts, labels, strict=True)]


def _short(value: str) -> str:
    """A number without its zeros."""
    try:
        return f"{float(value):g}"
    except ValueError:
        return value or "not given"


def _by_pauses(whole: Part, values: Sequence[str]) -> Iterator[list[Part]]:
    """Slices in the order of their times, divided at the largest pauses: two of them, three, and so on."""
    times = np.array([_seconds(value) for value in values])
    order = np.argsort(times, kind="stable")
    pauses = np.diff(times[order])
    most = _MOST_PHASES if steps_of(whole.heights).doubles else _MOST_INTERLEAVED
    for count in range(2, min(most, len(pauses)) + 1):
        cuts = np.sort(np.argsort(-pauses, kind="stable")[: count - 1]) + 1
        groups = [list(group) for group in np.split(order, cuts)]
        yield from _usable(whole, [_part(whole, g, f"{k} of {count} by time") for k, g in enumerate(groups, 1)])


def _grouped(values: Sequence[str], key: Callable[[str], tuple[float, str]]) -> list[list[int]]:
    """Which slices have which value, in the order of the values."""
    groups: dict[str, list[int]] = defaultdict(list)
    for k, value in enumerate(values):
        groups[value].append(k)
    return [groups[value] for value in sorted(groups, key=key)]


def _ordered(values: Sequence[str]) -> Callable[[str], tuple[float, str]]:
    """As numbers where all are some, else as texts."""
    try:
        numbers = {value: float(value) for value in set(values) if value}
    except ValueError:
        return lambda value: (0.0, value)
    return lambda value: (numbers.get(value, -np.inf), value)


def _joined(whole: Part, groups: list[list[int]], label: str) -> list[Part]:
    """The groups as parts; one that goes on where those before it end belongs to them, as with each turn of a tube."""
    places = whole.heights.tolist()
    chains: list[list[int]] = []
    low = high = step = 0.0
    for group in groups:
        heights = [places[k] for k in group]
        first, last = min(heights), max(heights)
        own = steps_of(np.sort(heights)).usual if len(group) > 1 else 0.0
        gap = max(first - high, low - last)
        usual = step or own or gap
        fits = gap > 0 and abs(gap - usual) <= ODD_STEP * usual and (not own or abs(own - usual) <= ODD_STEP * usual)
        if chains and fits:
            chains[-1] += group
            low, high, step = min(low, first), max(high, last), usual
        else:
            chains.append(list(group))
            low, high, step = first, last, own
    return [_part(whole, chain, label.format(k, len(chains))) for k, chain in enumerate(chains, 1)]


def _part(whole: Part, members: list[int], label: str) -> Part:
    order = sorted(members)  # the whole is sorted
    return Part(tuple(whole.slices[k] for k in order), whole.heights[order], label)


def _lie_over_another(parts: list[Part]) -> bool:
    """Whether the extents of two parts meet, but for less than a step."""
    spans = sorted((float(part.heights[0]), float(part.heights[-1])) for part in parts)
    usual = min((u for part in parts if (u := steps_of(part.heights).usual)), default=1.0)
    reach = -np.inf
    for low, high in spans:
        if low < reach + ODD_STEP * usual:
            return True
        reach = max(reach, high)
    return False


def _seconds(value: str) -> float:
    """A time of day, a date with a time, or milliseconds, as a number that grows with time."""
    digits = re.match(r"\d*\.?\d*", value.replace(":", ""))
    text = digits.group() if digits else ""
    if not text or text == ".":
        return 0.0
    whole, _, fraction = text.partition(".")
    if len(whole) < 6:
        return float(text)
    day, clock = whole[:-6], whole[-6:]
    hours, minutes, seconds = (int(clock[k : k + 2]) for k in (0, 2, 4))
    return int(day or 0) * 86400.0 + hours * 3600 + minutes * 60 + seconds + float(f"0.{fraction or 0}")
