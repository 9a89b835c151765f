"""Figures of many cases: spread, agreement of two ways to measure, change between two scans."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

# Of a normal distribution: 95 % lie within so many standard deviations.
_WITHIN_95 = 1.96
# From two pairs limits could be computed, and would be as good as none: a third one may lie anywhere.
LEAST_PAIRS = 3


class Spread(NamedTuple):
    """Of `n` values: the median, the quartiles, the least and the greatest, all in the unit of the values."""

    n: int
    median: float
    lower_quartile: float
    upper_quartile: float
    least: float
    greatest: float


class Limits(NamedTuple):
    """Of `n` pairs: mean difference and the limits within which 95 % of differences are expected.

    `sd` is the standard deviation of the differences; it and the limits are None for fewer than `LEAST_PAIRS`.
    """

    n: int
    bias: float
    sd: float | None
    low: float | None
    high: float | None


class Change(NamedTuple):
    """From a first to a second scan; `percent` of the first."""

    ml: float
    percent: float


def spread(values: Sequence[float]) -> Spread | None:
    """None for no values. Quartiles are interpolated linearly, as numpy and R (type 7) have it."""
    if not values:
        return None
    least, lower, median, upper, greatest = np.percentile(values, (0, 25, 50, 75, 100)).tolist()
    return Spread(len(values), median, lower, upper, least, greatest)


def limits_of_agreement(measured: Sequence[float], reference: Sequence[float]) -> Limits | None:
    """How far `measured` lies from `reference`, pair by pair, in their unit; None for no pairs.

    Bland and Altman, "Statistical methods for assessing agreement between two methods of clinical measurement", Lancet
    1986: bias and bias ± 1.96 standard deviations of the differences. Raises `ValueError` for lists of two lengths.
    """
    if len(measured) != len(reference):
        raise ValueError(f"{len(measured)} and {len(reference)} values are no pairs")
    if not measured:
        return None
    differences = np.subtract(measured, reference)
    bias = float(differences.mean())
    if len(differences) < LEAST_PAIRS:
        return Limits(len(differences), bias, None, None, None)
    sd = float(differences.std(ddof=1))
    return Limits(len(differences), bias, sd, bias - _WITHIN_95 * sd, bias + _WITHIN_95 * sd)


def change(first_ml: float, second_ml: float) -> Change:
    """Of an organ's volume. Raises `ValueError` when the first is not above 0: nothing is a percentage of it."""
    if first_ml <= 0:
        raise ValueError("there is no volume to compare with")
    return Change(second_ml - first_ml, 100 * (second_ml - first_ml) / first_ml)
