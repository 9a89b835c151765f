"""Samples that are seen again: the same patient in another way, decided by the step's number alone."""

import weakref
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from flare_gui.errors import FlareError
from flare_gui.organs import LEFT_KIDNEY, LIVER
from tests.trainer.test_fit import SMALL, losses
from trainer.again import every_step, varied
from trainer.cache import UNKNOWN, TrainingCase
from trainer.fit import fit
from trainer.recipe import Augmentation
from trainer.stream import Samples

AGAIN = replace(SMALL, steps=12, again=3, kept=6, epoch=4)


def test_what_is_seen_again_is_the_same_patient_in_another_way(phantom_cases: list[TrainingCase]) -> None:
    samples = Samples([(1.0, phantom_cases)], SMALL, plain=True)
    image, labels, _ = samples[0]
    images, twins = image[None].repeat(4, 1, 1, 1, 1), labels[None].repeat(4, 1, 1, 1)
    recipe = replace(SMALL, augmentation=Augmentation(contrast=0, shift_hu=0, noise_hu=0))
    seen, named = varied(images, twins, recipe, np.random.default_rng(1))
    assert seen.shape == images.shape and named.dtype == torch.uint8
    assert len({int((one == LIVER.label).sum()) for one in named}) > 1, "all four are seen alike"
    # Labels move with what they name: organs keep their HU, which tell them from the fat around them.
    for organ in (LIVER, LEFT_KIDNEY):
        there = named == organ.label
        if int(there.sum()) > 50:
            assert float(seen[:, 0][there].mean()) == pytest.approx(
                float(image[0][labels == organ.label].mean()), abs=0.1
            )
    assert (named == UNKNOWN).any(), "nothing lies beyond a patch that is turned"


def test_air_stays_air_and_noise_is_drawn_anew() -> None:
    images = torch.full((2, 1, 16, 16, 16), -1.0)
    images[..., 4:12] = 0.2
    labels = torch.zeros((2, 16, 16, 16), dtype=torch.uint8)
    first, second = (varied(images, labels, SMALL, np.random.default_rng(seed))[0] for seed in (3, 4))
    assert (first < -0.999).any() and first.max() <= 1 and first.min() > -1.001
    assert not torch.equal(first, second)
    assert torch.equal(first, varied(images, labels, SMALL, np.random.default_rng(3))[0])


def test_each_sample_is_seen_as_it_was_made_once_and_a_stop_changes_no_step(phantom_cases: list[TrainingCase]) -> None:
    samples = Samples([(1.0, phantom_cases)], AGAIN)

    def seen(steps: range) -> list[torch.Tensor]:
        return [images for images, _, _ in every_step(samples, AGAIN, steps, range(2), 0, "cpu")]

    whole = seen(range(12))
    assert len(whole) == 12
    for made in range(4):
        torch.testing.assert_close(whole[3 * made], torch.stack([samples[2 * made][0], samples[2 * made + 1][0]]))
    for stop in (4, 6, 11):
        for before, after in zip(whole, seen(range(stop)) + seen(range(stop, 12)), strict=True):
            torch.testing.assert_close(before, after)


def test_what_is_seen_once_is_not_kept(phantom_cases: list[TrainingCase]) -> None:
    samples, once = Samples([(1.0, phantom_cases)], SMALL), replace(SMALL, steps=3)
    steps = every_step(samples, once, range(3), range(2), 0, "cpu")
    first = weakref.ref(next(steps)[0])
    next(steps)
    assert first() is None, "a training on a CPU would hold a gigabyte of samples"


def test_a_run_that_sees_samples_again_learns(tmp_path: Path, phantom_cases: list[TrainingCase]) -> None:
    sources = [(1.0, phantom_cases)]
    fit(replace(AGAIN, steps=48, epoch=48, kept=16), sources, sources, tmp_path, workers=0)
    curve = losses(tmp_path)
    assert len(curve) == 48 and np.mean(curve[-8:]) < 0.8 * np.mean(curve[:4])


def test_never_and_less_than_a_batch_are_refused() -> None:
    for wrong in ({"again": 0}, {"kept": 1}):
        with pytest.raises(FlareError, match="again = "):
            replace(SMALL, **wrong)
