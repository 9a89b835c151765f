"""What a scanner does to a sample: the organs stay where they are, whatever is cut off or laid over them."""

from dataclasses import replace

import numpy as np

from flare_gui.model.pipeline import slices_beyond
from trainer import scanner
from trainer.cache import TrainingCase
from trainer.recipe import Augmentation, Recipe
from trainer.sample import draw

SPACING_MM = 3.0
NOTHING = replace(
    Augmentation(),
    **dict.fromkeys(("rotation_degrees", "scale", "elastic", "flip", "mass", "ascites", "enhancement"), 0.0),
    **dict.fromkeys(("cut", "slab", "circle", "streaks", "starved"), 0.0),
    **dict.fromkeys(("contrast", "shift_hu", "noise_hu", "blur", "low_resolution"), 0.0),
)


def body() -> np.ndarray:
    x, y = np.meshgrid(np.arange(64) - 32, np.arange(64) - 32, indexing="ij")
    return np.where((x**2 + y**2 < 28**2)[..., None], 50.0, -1000.0).repeat(48, axis=2).astype(np.float32)


def test_a_slab_is_a_few_centimetres_through_an_organ_and_goes_on_as_in_the_program() -> None:
    labels = np.zeros((8, 8, 80), np.uint8)
    labels[2:6, 2:6, 10:22] = 1
    for seed in range(40):
        shown, seen = scanner.slab(labels, SPACING_MM, np.random.default_rng(seed))
        thickness = shown[-1] - shown[0] + 1
        assert 30 <= thickness * SPACING_MM <= 141
        assert labels[:, :, shown[0] : shown[-1] + 1].any()
        assert np.array_equal(shown, np.clip(np.arange(80), shown[0], shown[-1]))
        beyond = slices_beyond(int(thickness), 80)
        first, last = np.flatnonzero(seen)[[0, -1]]
        assert first == max(0, shown[0] - beyond) and last == min(79, shown[-1] + beyond)
        assert beyond > 0


def test_the_labels_of_a_slab_go_on_with_its_image() -> None:
    tissues = np.zeros((40, 40, 48), np.uint8)
    tissues[12:28, 12:28, 8:40] = 1
    case = TrainingCase("bar", tissues, np.where(tissues > 0, 290, -180).astype(np.int16), (4.0, 4.0, 4.0))
    settings = Recipe(patch=48, spacing_mm=4.0, augmentation=replace(NOTHING, slab=1.0))
    for seed in range(10):
        image, labels = draw(case, settings, np.random.default_rng(seed))
        bright = image[0] > 0
        # Between two voxels the image is interpolated and the labels are not.
        assert 2 * (bright & (labels > 0)).sum() / (bright.sum() + (labels > 0).sum()) > 0.9


def test_a_narrow_field_of_view_is_the_same_circle_in_every_slice() -> None:
    for seed in range(10):
        seen = scanner.circle((80, 80, 5), SPACING_MM, np.random.default_rng(seed))
        assert np.array_equal(seen[..., 0], seen[..., 4])
        assert 0.1 < seen.mean() < 1


def test_streaks_are_bright_and_dark_in_the_body_and_leave_the_air_around_it() -> None:
    hu = body()
    for seed in range(10):
        streaked = scanner.streaks(hu, SPACING_MM, np.random.default_rng(seed))
        change = (streaked - hu)[hu > -300]
        assert change.min() < -20 and change.max() > 20
        assert np.abs((streaked - hu)[hu < -300])[streaked[hu < -300] < 2000].max() == 0
        # The nearer to the metal, the stronger: its own slice is worse than the one farthest away.
        spread = np.abs(streaked - hu).mean(axis=(0, 1))
        assert spread.max() > spread.min()


def test_air_alone_has_no_metal_in_it() -> None:
    air = np.full((16, 16, 16), -1000, np.float32)
    assert np.array_equal(scanner.streaks(air, SPACING_MM, np.random.default_rng(1)), air)


def test_rows_of_noise_run_from_side_to_side() -> None:
    hu = np.full((64, 32, 32), 50, np.float32)
    noise = scanner.starved(hu, np.random.default_rng(3)) - hu
    along = np.corrcoef(noise[:-1].ravel(), noise[1:].ravel())[0, 1]
    across = np.corrcoef(noise[:, :-1].ravel(), noise[:, 1:].ravel())[0, 1]
    assert along > 0.8 and abs(across) < 0.2
