"""A mass beside an organ is none of it; a tumour in the organ is."""

import numpy as np
import pytest
from scipy import ndimage

from flare_gui.organs import LEFT_KIDNEY, LIVER, SPLEEN
from tests.model.balls import BALLS, ENHANCED, ball, found, patient

BELOW = ((44, 32, 9), 9)


def dice(one: np.ndarray, other: np.ndarray) -> float:
    return float(2 * (one & other).sum() / (one.sum() + other.sum()))


def with_mass(hu_of_it: float, taken: float, *, noise: float = 8.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """HU and a network's labels with a mass below the liver, of which the upper part, `taken`, counts as liver."""
    hu, labels = patient(ENHANCED, noise=noise)
    (x, y, z), radius = BELOW
    mass = ball((x, y, z), radius) & (labels == 0)
    hu[mass] = hu_of_it + np.random.default_rng(5).normal(0, noise, int(mass.sum()))
    part = mass & (np.indices(mass.shape)[2] > z + radius * (1 - 2 * taken))
    labels[part] = LIVER.label
    return hu, labels, part


@pytest.mark.parametrize("noise", [4.0, 12.0, 25.0])
@pytest.mark.parametrize("hu_of_it", [60.0, 68.0, 150.0])
@pytest.mark.parametrize("taken", [0.45, 0.5])
def test_a_mass_that_goes_on_below_the_liver_is_no_liver(hu_of_it: float, taken: float, noise: float) -> None:
    hu, labels, part = with_mass(hu_of_it, taken, noise=noise)
    result, trust, said = found(hu, labels)
    middle, radius = BALLS[LIVER.label]
    assert dice(result == LIVER.label, ball(middle, radius)) > 0.96
    assert (result[part] == 0).mean() > 0.9
    assert "beside the liver, which has" in said and "were left out: a mass that goes on beyond it" in said
    assert trust["liver"] <= 0.85


def test_a_mass_that_hardly_goes_on_is_left_and_doubted() -> None:
    """Nobody can tell it from a tumour that hangs on the liver."""
    hu, labels, part = with_mass(65.0, 0.7)
    result, trust, said = found(hu, labels)
    assert (result[part] == LIVER.label).mean() > 0.9
    assert "of the liver have" in said and "a tumour of it, or a mass beside it" in said
    assert trust["liver"] <= 0.85


def test_other_organs_do_not_lose_anything_to_a_mass() -> None:
    hu, labels, _ = with_mass(65.0, 0.5)
    result, _, _ = found(hu, labels)
    without, _, _ = found(*patient(ENHANCED))
    for label in BALLS.keys() - {LIVER.label}:
        assert dice(result == label, without == label) > 0.99


@pytest.mark.parametrize("hu_of_it", [40.0, 65.0, 150.0])
@pytest.mark.parametrize(
    "middle", [(44, 32, 27), (52, 32, 27), (44, 42, 30)], ids=["inside", "at the side", "in front"]
)
def test_a_tumour_that_ends_with_the_liver_is_liver(middle: tuple[int, int, int], hu_of_it: float) -> None:
    hu, labels = patient(ENHANCED)
    tumour = ball(middle, 6) & (labels == LIVER.label)
    hu[tumour] = hu_of_it + np.random.default_rng(5).normal(0, 8, int(tumour.sum()))
    result, _, said = found(hu, labels)
    assert dice(result == LIVER.label, labels == LIVER.label) > 0.97
    assert "mass" not in said


def test_an_organ_beside_another_one_of_other_hu_loses_nothing_to_it() -> None:
    """The spleen in the arterial phase is no mass of a liver that reaches it."""
    hu, labels = patient(ENHANCED | {SPLEEN.label: 160.0})
    bridge = (
        ndimage.binary_dilation(labels == SPLEEN.label, iterations=14)
        & (labels == 0)
        & (np.indices(labels.shape)[0] > 18)
    )
    labels[bridge] = LIVER.label
    hu[bridge] = 100.0
    result, _, said = found(hu, labels)
    assert dice(result == SPLEEN.label, labels == SPLEEN.label) > 0.97
    assert "mass" not in said


def test_a_mass_larger_than_the_kidney_it_was_taken_along_with_is_doubted_by_the_other_kidney() -> None:
    """It is most of what counts as kidney, so the kidney's own HU are those of its twin."""
    hu, labels = patient(ENHANCED)
    (x, y, z), radius = BALLS[LEFT_KIDNEY.label]
    mass = ball((x, y, z + radius + 8), 11) & (labels == 0)
    hu[mass] = 65.0 + np.random.default_rng(5).normal(0, 8, int(mass.sum()))
    labels[mass] = LEFT_KIDNEY.label
    result, trust, said = found(hu, labels)
    assert (result[mass] == LEFT_KIDNEY.label).mean() > 0.9, "nobody can tell it from the kidney's own tumour"
    assert "of the left kidney have" in said and "a tumour of it, or a mass beside it" in said
    assert trust["left_kidney"] <= 0.5
    assert trust["right_kidney"] > 0.9
