"""Training samples of ill people: what the trainer grows and pours, and what it calls the organs then."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy import ndimage

from flare_gui.organs import LIVER, SPLEEN
from flare_gui.phantom.tissues import Tissue
from trainer import disease
from trainer.cache import TrainingCase
from trainer.recipe import Augmentation, Recipe
from trainer.sample import draw

STILL = Augmentation(
    rotation_degrees=0,
    scale=0,
    elastic=0,
    flip=0,
    cut=0,
    contrast=0,
    shift_hu=0,
    noise_hu=0,
    blur=0,
    low_resolution=0,
    liver_tumour=0,
    absent=0,
    thick_fat=0,
    long_lobe=0,
)


def whole_positions(shape: tuple[int, int, int]) -> np.ndarray:
    return np.indices(shape, np.float32)


@pytest.mark.parametrize("seed", range(5))
def test_a_mass_pushes_an_organ_aside_and_takes_nothing_of_its_volume(seed: int) -> None:
    shape = (96, 96, 96)
    organ = np.zeros(shape, bool)
    organ[20:40, 30:60, 30:60] = True
    free = np.zeros(shape, bool)
    free[56, 45, 45] = True  # it grows 16 voxels beside the organ
    where, mass = disease.displace(whole_positions(shape), free, 3.0, np.random.default_rng(seed))
    assert mass is not None and mass.inside[56, 45, 45]
    moved = ndimage.map_coordinates(organ.astype(np.uint8), where, order=0) > 0
    assert not (moved & mass.inside).any()
    # Lumps and a stretched mass are no exact spheres: the volume is kept nearly, the place is not.
    assert 0.7 < moved.sum() / organ.sum() < 1.3
    assert np.argwhere(moved)[:, 0].mean() <= np.argwhere(organ)[:, 0].mean()


def test_where_nothing_is_free_nothing_grows() -> None:
    positions = whole_positions((8, 8, 8))
    where, mass = disease.displace(positions, np.zeros((8, 8, 8), bool), 3.0, np.random.default_rng(0))
    assert mass is None and where is positions


def test_a_mass_is_never_an_organ(phantom_cases: list[TrainingCase]) -> None:
    settings = Recipe(patch=48, spacing_mm=4.0, augmentation=replace(STILL, mass=1.0, ascites=0))
    healthy = Recipe(patch=48, spacing_mm=4.0, augmentation=replace(STILL, mass=0, ascites=0))
    tissues = np.where(phantom_cases[0].labels == Tissue.FAT, Tissue.SOFT_TISSUE, phantom_cases[0].labels)
    case = replace(phantom_cases[0], labels=tissues.astype(np.uint8))
    changed = 0
    for seed in range(12):
        _, labels = draw(case, settings, np.random.default_rng(seed))
        _, before = draw(case, healthy, np.random.default_rng(seed))
        assert set(np.unique(labels)) <= {0, 1, 2, 3, 4}
        changed += not np.array_equal(labels, before)
    assert changed >= 6


def test_ascites_takes_the_rim_of_liver_and_spleen_and_leaves_the_kidneys(phantom_cases: list[TrainingCase]) -> None:
    labels = np.where(phantom_cases[0].labels <= 4, phantom_cases[0].labels, 0).astype(np.uint8)
    hu = np.where(labels > 0, 110, -100).astype(np.float32)
    fluid, wet = hu.copy(), labels.copy()
    disease.pour(fluid, wet, 4.0, np.random.default_rng(3))
    for organ in (LIVER, SPLEEN):
        lost = (labels == organ.label) & (wet != organ.label)
        assert 0 < lost.sum() < 0.7 * (labels == organ.label).sum()
        assert ((fluid[lost] >= -5) & (fluid[lost] <= 35)).all() and (wet[lost] == 0).all()
    for kidney in (2, 4):
        assert np.array_equal(wet == kidney, labels == kidney)


def test_enhancement_changes_the_organs_and_nothing_else() -> None:
    labels = np.zeros((30, 30, 30), np.uint8)
    labels[5:15, 5:25, 5:25] = LIVER.label
    hu = np.full(labels.shape, 40, np.float32)
    brighter = disease.enhance(hu, labels, np.random.default_rng(1))
    assert abs(brighter[10, 15, 15] - 40) > 1
    assert np.allclose(brighter[20:], 40, atol=0.5)


@pytest.mark.parametrize("ascites", [0.0, 1.0])
def test_a_tumour_of_the_liver_is_counted_with_it_and_the_sound_liver_gives_way(
    phantom_cases: list[TrainingCase], monkeypatch: pytest.MonkeyPatch, ascites: float
) -> None:
    grown: list[disease.Mass] = []
    displace = disease.displace

    def watched(*arguments: Any) -> tuple[np.ndarray, disease.Mass | None]:
        where, mass = displace(*arguments)
        grown.extend([mass] if mass is not None else [])
        return where, mass

    monkeypatch.setattr(disease, "displace", watched)
    changes = replace(STILL, mass=0, liver_tumour=1.0, ascites=ascites, slab=0, circle=0, streaks=0, starved=0)
    settings = Recipe(patch=48, spacing_mm=4.0, augmentation=changes)
    healthy = replace(settings, augmentation=replace(changes, liver_tumour=0, ascites=0))
    compared = 0
    for seed in range(8):
        grown.clear()
        _, labels = draw(phantom_cases[0], settings, np.random.default_rng(seed))
        _, before = draw(phantom_cases[0], healthy, np.random.default_rng(seed))
        if not grown:  # no liver in this patch
            continue
        inside, liver = grown[0].inside, (before == LIVER.label).sum()
        assert (labels[inside] == LIVER.label).all()
        # Beside it stays what was there, only further away, where it does not leave the patch; fluid takes some of it.
        if not ascites and inside.sum() < 0.3 * liver:
            assert ((labels == LIVER.label) & ~inside).sum() == pytest.approx(liver, rel=0.25)
            compared += 1
    assert ascites or compared >= 3
