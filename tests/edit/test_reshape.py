"""What is done to a whole organ: each result is compared with the shape it should have, and neighbours stay."""

import numpy as np
import pytest

from flare_gui.edit import reshape
from flare_gui.organs import LIVER, SPLEEN

SPACING = np.array([1.0, 1.0, 2.0])


def ball(radius: float) -> np.ndarray:
    x, y, z = np.ogrid[:40, :40, :20]
    inside = (x - 20) ** 2 + (y - 20) ** 2 + (2 * (z - 10)) ** 2 <= radius**2
    return np.where(inside, np.uint8(LIVER.label), np.uint8(0))


def applied(labels: np.ndarray, change: reshape.Change) -> np.ndarray:
    assert change is not None
    after = labels.copy()
    after[change[0]] = change[1]
    return after == LIVER.label


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * np.count_nonzero(a & b) / (np.count_nonzero(a) + np.count_nonzero(b))


def test_growing_and_shrinking_are_in_millimetres_on_any_grid() -> None:
    labels = ball(10)
    assert dice(applied(labels, reshape.grown(labels, LIVER.label, SPACING, 3)), ball(13) > 0) > 0.96
    assert dice(applied(labels, reshape.grown(labels, LIVER.label, SPACING, -3)), ball(7) > 0) > 0.93


def test_growing_does_not_enter_a_neighbour() -> None:
    labels = ball(10)
    labels[32:, :, :] = SPLEEN.label
    after = labels.copy()
    change = reshape.grown(labels, LIVER.label, SPACING, 5)
    assert change is not None
    after[change[0]] = change[1]
    assert (after[32:] == SPLEEN.label).all()


def test_slices_between_drawn_ones_are_filled_with_what_lies_between() -> None:
    labels, whole = ball(14), ball(14) > 0
    labels[:, :, [z for z in range(20) if z % 3]] = 0
    assert dice(applied(labels, reshape.between_slices(labels, LIVER.label, SPACING, 2)), whole[:, :, :]) > 0.9


def test_smoothing_removes_a_thorn_and_keeps_the_organ() -> None:
    labels = ball(12)
    labels[32:38, 20, 10] = LIVER.label
    after = applied(labels, reshape.smoothed(labels, LIVER.label, SPACING, 1.5))
    assert not after[34:38, 20, 10].any() and dice(after, ball(12) > 0) > 0.96


def test_islands_go_and_the_largest_part_stays() -> None:
    labels = ball(10)
    labels[2:5, 2:5, 2:5] = LIVER.label
    assert np.array_equal(applied(labels, reshape.without_islands(labels, LIVER.label)), ball(10) > 0)


def test_a_neighbouring_slice_is_copied() -> None:
    labels = ball(10)
    after = applied(labels, reshape.copied_slice(labels, LIVER.label, 2, 10, 18))
    assert np.array_equal(after[:, :, 18], labels[:, :, 10] > 0)
    assert reshape.copied_slice(labels, LIVER.label, 2, 0, 1) is None


@pytest.mark.parametrize("outside", [False, True])
def test_a_lasso_cuts_through_all_slices(outside: bool) -> None:
    labels = ball(12)
    corners = np.array([[20.5, -1.0], [50, -1], [50, 50], [20.5, 50]])
    after = applied(labels, reshape.cut(labels, LIVER.label, 2, corners, outside=outside))
    right = np.zeros_like(after)
    right[21:] = True
    assert np.array_equal(after, (labels > 0) & (right if outside else ~right))


def test_an_organ_that_is_not_there_cannot_be_changed() -> None:
    assert reshape.grown(ball(5), SPLEEN.label, SPACING, 1) is None
