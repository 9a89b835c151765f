"""From a scan to its labels and back to the scan's own grid."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from nibabel.orientations import apply_orientation, inv_ornt_aff
from torch import Tensor, nn

from flare_gui import geometry
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import read_mask, read_scan
from flare_gui.model import weights
from flare_gui.model.card import ModelCard
from flare_gui.model.segmenter import segment
from flare_gui.model.vnet import VNet, VNetSettings
from flare_gui.model.weights import Model
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from flare_gui.progress import Cancel
from flare_gui.volume import Segmentation, Volume, check_same_grid


def reorientations(volume: Volume) -> Iterator[tuple[np.ndarray, Volume]]:
    """The same scan stored with its axes in all 48 orders and directions, each with the turn that led there."""
    for order, flips in product(permutations(range(3)), product((1, -1), repeat=3)):
        turn = np.array(list(zip(order, flips, strict=True)))
        affine = volume.affine @ inv_ornt_aff(turn, volume.shape)
        yield turn, Volume(np.ascontiguousarray(apply_orientation(volume.hu, turn)), affine)


def middles_mm(labels: np.ndarray, affine: np.ndarray) -> np.ndarray:
    """(4, 3) centres of the organs in the patient."""
    return np.concatenate(
        [geometry.apply(affine, np.argwhere(labels == organ.label).mean(axis=0)[None]) for organ in ORGANS]
    )


def dice(a: np.ndarray, b: np.ndarray) -> float:
    return 2 * float((a & b).sum()) / float(a.sum() + b.sum())


def test_organs_come_out_to_the_voxel_on_the_models_own_grid(model: Model, abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    found = segment(volume, model, device="cpu")
    assert np.array_equal(found.labels, labels)
    assert found.warnings == ()


@pytest.mark.parametrize("degrees", [0.0, 3.0, 20.0], ids=["upright", "leaning", "oblique"])
def test_left_kidney_stays_left_in_all_48_orientations(
    model: Model, abdomen: Callable, grid: Callable, degrees: float
) -> None:
    shape = (84, 66, 34)
    affine = grid((2.6, 2.5, 4.6), degrees, shape)
    volume, _ = abdomen(affine, shape)
    usual = segment(volume, model, device="cpu")
    middles = middles_mm(usual.labels, usual.affine)
    seen = set()
    for turn, turned in reorientations(volume):
        found = segment(turned, model, device="cpu")
        seen.add(turned.orientation)
        assert np.abs(found.affine - turned.affine).max() < 1e-4
        assert np.array_equal(found.labels, apply_orientation(usual.labels, turn)), turned.orientation
        assert np.abs(middles_mm(found.labels, found.affine) - middles).max() < 1e-4
        assert found.warnings == ()
    assert len(seen) == 48


@pytest.mark.parametrize(("spacing", "degrees"), [((1.5, 1.5, 2.0), 0.0), ((1.6, 1.6, 2.5), 20.0), ((2, 2, 6), 4.0)])
def test_organs_lie_at_the_same_millimetres_on_every_grid(
    model: Model, abdomen: Callable, grid: Callable, spacing: tuple[float, float, float], degrees: float
) -> None:
    shape = (int(240 / spacing[0]), int(190 / spacing[1]), int(170 / spacing[2]))
    volume, labels = abdomen(grid(spacing, degrees, shape), shape)
    found = segment(volume, model, device="cpu")
    check_same_grid(volume, found)
    assert np.abs(middles_mm(found.labels, found.affine) - middles_mm(labels, volume.affine)).max() < 0.5
    for organ in ORGANS:
        assert dice(found.labels == organ.label, labels == organ.label) > 0.93, organ.name


def test_slightly_sheared_scans_keep_their_grid(model: Model, abdomen: Callable, grid: Callable) -> None:
    affine = grid((2.0, 2.0, 3.0), 0.0, (110, 90, 50)) @ np.array(
        [[1, 0.02, 0, 0], [0, 1, 0.03, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    )
    volume, labels = abdomen(affine, (110, 90, 50))
    found = segment(volume, model, device="cpu")
    assert found.affine is volume.affine
    for organ in ORGANS:
        assert dice(found.labels == organ.label, labels == organ.label) > 0.93, organ.name


def test_an_organ_that_the_scan_cuts_reaches_its_last_slice(model: Model, abdomen: Callable, grid: Callable) -> None:
    affine = grid((2.0, 2.0, 1.0), 0.0, (110, 90, 100))
    volume, labels = abdomen(affine, (110, 90, 80))  # ends 29 mm above the middle, inside liver and spleen
    found = segment(volume, model, device="cpu")
    for organ in (LIVER, SPLEEN):
        assert dice(found.labels[:, :, -1] == organ.label, labels[:, :, -1] == organ.label) > 0.9


def test_air_and_table_round_the_patient_change_nothing(model: Model, abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    wide = np.full((160, 140, 50), -1024, np.int16)
    wide[40:116, 50:110] = volume.hu
    wide[30:130, 44:46] = 100  # a table below the back
    affine = geometry.crop(volume.affine, np.array([-40, -50, 0]))
    sizes = []

    class Sized(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            sizes.append(image.shape[2:])
            return model.network(image)

    found = segment(Volume(wide, affine), Model(Sized(), model.card, model.path), device="cpu")
    assert np.array_equal(found.labels[40:116, 50:110], labels)
    assert max(size.numel() for size in sizes) < wide.size / 3


def test_a_scan_of_air_is_refused_by_name(model: Model) -> None:
    with pytest.raises(FlareError, match=r"empty\.nii\.gz.*no body"):
        segment(Volume(np.full((40, 40, 40), -1000, np.int16), np.eye(4), "empty.nii.gz"), model, device="cpu")


def test_what_is_not_there_is_said(model: Model, abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    hu = np.where(labels == SPLEEN.label, 20, volume.hu).astype(np.int16)
    assert segment(Volume(hu, volume.affine), model, device="cpu").warnings == ("no spleen was found",)


def test_progress_rises_to_one_in_every_stage(model_of: Callable, abdomen: Callable, grid: Callable) -> None:
    volume, _ = abdomen(grid())
    network = VNet(VNetSettings(kernel=3, width=4)).eval()
    told: dict[str, list[float]] = {}
    segment(volume, model_of(network), device="cpu", progress=lambda stage, x: told.setdefault(stage, []).append(x))
    assert list(told) == ["prepare", "network", "finish"]
    for fractions in told.values():
        assert fractions == sorted(fractions) and fractions[-1] == 1.0
    # Convolution by convolution, not tile by tile.
    assert len(told["network"]) > 20
    assert max(np.diff(told["network"])) < 0.4


def test_run_says_how_the_labels_were_made(model: Model, abdomen: Callable, grid: Callable) -> None:
    run = segment(abdomen(grid())[0], model).run
    assert run["device"] in ("cpu", "cuda", "mps")
    assert set(run["seconds"]) == {"device", "prepare", "network", "finish"} <= set(run["peak_memory_mb"])
    assert all(peak > 10 for peak in run["peak_memory_mb"].values() if run["device"] == "cpu")
    assert run["model"] == {"id": "stand-in", "sha256": "ByThreshold"}


def test_cancel_stops_within_one_tile(model: Model, abdomen: Callable, grid: Callable) -> None:
    shape = (220, 170, 100)
    volume, _ = abdomen(grid((1.0, 1.0, 1.5), 0.0, shape), shape)
    cancel = Cancel()
    reached = []
    tiles_after = 0

    class Counting(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            nonlocal tiles_after
            tiles_after += bool(reached)
            return model.network(image)

    def stop_at_the_first_tile(stage: str, fraction: float) -> None:
        if stage == "network" and fraction > 0:
            reached.append(fraction)
            cancel.set()

    counting = Model(Counting(), _tiny_patches(model), model.path)
    with pytest.raises(Cancelled):
        segment(volume, counting, device="cpu", progress=stop_at_the_first_tile, cancel=cancel)
    assert reached[0] < 0.5  # there were more tiles to come
    assert tiles_after == 0


def test_cancel_stops_inside_a_tile_of_convolutions(model_of: Callable, abdomen: Callable, grid: Callable) -> None:
    network = VNet(VNetSettings(kernel=3, width=4)).eval()
    cancel = Cancel()
    told = []

    def watch(stage: str, fraction: float) -> None:
        if stage == "network":
            told.append(fraction)
            cancel.set()

    with pytest.raises(Cancelled):
        segment(abdomen(grid())[0], model_of(network), device="cpu", progress=watch, cancel=cancel)
    assert len(told) == 1 and told[0] < 0.5


def test_a_real_scan_comes_back_on_its_own_grid(shared: Callable, model_of: Callable) -> None:
    volume = read_scan(shared("ct/ts_example") / "ct.nii.gz")
    found = segment(volume, model_of(VNet(VNetSettings(kernel=3, width=4)).eval()), device="cpu")
    check_same_grid(volume, found)
    assert isinstance(found, Segmentation) and found.labels.max() <= max(organ.label for organ in ORGANS)


def test_four_centimetres_of_an_abdomen_are_segmented_as_the_whole_is(shared: Callable) -> None:
    """To the network, a slab with air above and below is no abdomen: its ends are continued."""
    folder = shared("ct/ircad17")
    volume = read_scan(folder / "ct.nii.gz")
    reference = read_mask(volume, folder / "label.nii.gz").labels
    for first in (35, 60):
        slab = slice(first, first + 25)
        affine = geometry.crop(volume.affine, np.array([0, 0, first]))
        found = segment(Volume(np.ascontiguousarray(volume.hu[..., slab]), affine), weights.load(), device="cpu")
        assert found.labels.shape == (*volume.shape[:2], 25)
        for organ in ORGANS:
            there = reference[..., slab] == organ.label
            if there.any():
                assert dice(found.labels == organ.label, there) > 0.88, organ.name


def _tiny_patches(model: Model) -> ModelCard:
    return replace(model.card, patch=(16, 16, 16), sha256="Stopping")
