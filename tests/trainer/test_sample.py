from dataclasses import replace

import numpy as np
import pytest

from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY
from flare_gui.phantom.tissues import Tissue
from trainer import cache
from trainer.cache import TrainingCase
from trainer.recipe import Augmentation, Recipe
from trainer.sample import draw, flip_left_right

SETTINGS = Recipe(patch=48, spacing_mm=4.0)


def test_a_left_right_flip_swaps_the_kidneys_so_that_right_stays_on_the_right(
    phantom_cases: list[TrainingCase],
) -> None:
    labels = phantom_cases[0].labels
    flipped, names = flip_left_right(labels.astype(np.float32), labels)
    assert np.argwhere(names == RIGHT_KIDNEY.label)[:, 0].mean() > np.argwhere(names == LEFT_KIDNEY.label)[:, 0].mean()
    assert np.argwhere(names == LIVER.label)[:, 0].mean() < labels.shape[0] / 2  # the rest is mirrored
    assert np.array_equal(flipped, labels[::-1])


def test_a_sample_depends_on_its_number_alone(phantom_cases: list[TrainingCase]) -> None:
    first, again = (draw(phantom_cases[0], SETTINGS, np.random.default_rng(5)) for _ in range(2))
    other = draw(phantom_cases[0], SETTINGS, np.random.default_rng(6))
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_samples_are_what_the_network_takes_and_labels_stay_whole_numbers(phantom_cases: list[TrainingCase]) -> None:
    for seed in range(20):
        image, labels = draw(phantom_cases[seed % 10], SETTINGS, np.random.default_rng(seed))
        assert image.shape == (1, 48, 48, 48)
        assert image.dtype == np.float32
        assert -1 <= image.min() <= image.max() <= 1
        assert labels.dtype == np.uint8
        assert set(np.unique(labels)) <= {0, 1, 2, 3, 4}


def test_an_organ_stays_under_its_label_when_space_is_bent() -> None:
    """In a real case the image moves with the labels: here the HU are the labels, so each tells where the other is."""
    tissues = np.zeros((40, 40, 40), np.uint8)
    tissues[8:32, 8:32, 8:32] = Tissue.LIVER
    hu = np.where(tissues > 0, 290, -190).astype(np.int16)
    case = TrainingCase("cube", tissues, hu, (4.0, 4.0, 4.0))
    healthy = Augmentation(mass=0, liver_tumour=0, ascites=0, absent=0, enhancement=0)
    geometry_only = replace(healthy, contrast=0, shift_hu=0, noise_hu=0, blur=0, low_resolution=0, flip=1.0, cut=1.0)
    settings = Recipe(patch=48, spacing_mm=4.0, augmentation=geometry_only)
    looked_at = 0
    for seed in range(20):
        image, labels = draw(case, settings, np.random.default_rng(seed))
        bright = image[0] > 0
        if bright.any() or labels.any():  # a cut can leave the cube out
            assert 2 * (bright & (labels > 0)).sum() / (bright.sum() + (labels > 0).sum()) > 0.97
            looked_at += 1
    assert looked_at >= 10


def test_a_patch_hangs_over_the_scan_by_a_small_part_only() -> None:
    """Most of a patch beyond the scan would be air: steps that teach nothing."""
    case = TrainingCase("full", np.full((60, 60, 60), Tissue.LIVER, np.uint8), None, (4.0, 4.0, 4.0))
    still = Augmentation(rotation_degrees=0, scale=0, elastic=0, flip=0, cut=0, slab=0, circle=0, mass=0, ascites=0)
    for seed in range(20):
        _, labels = draw(case, replace(SETTINGS, augmentation=still), np.random.default_rng(seed))
        assert (labels > 0).mean() > (1 - 0.15) ** 3


def test_a_validation_patch_is_not_augmented(phantom_cases: list[TrainingCase]) -> None:
    real = TrainingCase("ct", phantom_cases[0].labels, np.full((44, 36, 40), 50, np.int16), (4.0, 4.0, 4.0))
    image, _ = draw(real, SETTINGS, np.random.default_rng(1), plain=True)
    assert set(np.unique(np.round(image, 4))) <= {-1.0, 0.0}


def test_both_bodies_around_one_patients_organs_fall_on_the_same_side_of_the_split() -> None:
    names = [f"map{i:02d}@{body}" for i in range(20) for body in (0, 1)]
    parts = cache.split(names, seed=3)
    assert sorted(parts["train"] + parts["validation"]) == names
    assert len(parts["validation"]) == 4
    assert {n[:5] for n in parts["train"]}.isdisjoint(n[:5] for n in parts["validation"])
    assert parts == cache.split(reversed(names), seed=3)


def test_a_single_scan_is_trained_on_and_looked_at() -> None:
    assert cache.split(["only"], seed=1) == {"train": ["only"], "validation": ["only"]}


@pytest.mark.parametrize("seed", range(3))
def test_half_of_the_flips_happen_at_probability_one_half(phantom_cases: list[TrainingCase], seed: int) -> None:
    """The liver (right) lies at high x, so its share in the upper half tells whether a patch was flipped."""
    still = Augmentation(rotation_degrees=0, scale=0, elastic=0, cut=0, flip=0.5, mass=0)
    settings = Recipe(patch=96, spacing_mm=4.0, augmentation=still)
    sides = []
    for i in range(12):
        _, labels = draw(phantom_cases[0], settings, np.random.default_rng((seed, i)))
        liver, spleen = (np.argwhere(labels == label) for label in (1, 3))
        if liver.size and spleen.size:
            sides.append(liver[:, 0].mean() > spleen[:, 0].mean())
    assert 0 < sum(sides) < len(sides)
