"""Labels that are not complete: voxels that nobody knows, sources in which some organs alone are drawn."""

import json
from dataclasses import replace
from pathlib import Path

import nibabel
import numpy as np
import pytest
import torch

from flare_gui.errors import FlareError
from flare_gui.model.vnet import VNet
from flare_gui.organs import ORGANS
from tests.trainer.test_fit import SMALL
from trainer import cache, recipe
from trainer.cache import UNKNOWN, TrainingCase
from trainer.cli import main
from trainer.fit import fit
from trainer.losses import dice_and_cross_entropy
from trainer.phantoms import labelled
from trainer.run import Data
from trainer.sample import draw
from trainer.sources import cases_of

ALL = torch.ones(1, 5, dtype=torch.bool)
WITHOUT_SPLEEN = torch.tensor([[True, True, True, False, True]])


def random_batch() -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(1, 5, 8, 8, 8, generator=generator, requires_grad=True)
    return logits, torch.randint(0, 5, (1, 8, 8, 8), generator=generator)


def gradient(logits: torch.Tensor, labels: torch.Tensor, known: torch.Tensor) -> torch.Tensor:
    logits.grad = None
    dice_and_cross_entropy(logits, labels, known).backward()
    assert logits.grad is not None
    return logits.grad


def test_nothing_is_learned_from_voxels_that_nobody_knows() -> None:
    logits, labels = random_batch()
    labels[:, :4] = UNKNOWN
    learned = gradient(logits, labels, ALL)
    assert not learned[:, :, :4].any()
    assert learned[:, :, 4:].abs().sum(1).min() > 0


def test_background_may_be_an_organ_that_the_source_does_not_show() -> None:
    """Taking background for the spleen costs nothing there, and everything where the spleen was drawn."""
    labels = torch.zeros(1, 4, 4, 4, dtype=torch.int64)
    labels[:, 0] = 1
    sure = torch.nn.functional.one_hot(labels, 5).movedim(-1, 1) * 12.0
    spleen = sure.clone()
    spleen[:, :, 2], spleen[:, 3, 2] = 0.0, 12.0
    right, wrong = (dice_and_cross_entropy(sure, labels, known) for known in (WITHOUT_SPLEEN, ALL))
    assert float(dice_and_cross_entropy(spleen, labels, WITHOUT_SPLEEN)) == pytest.approx(float(right), abs=1e-3)
    assert float(dice_and_cross_entropy(spleen, labels, ALL)) > float(wrong) + 1


def test_background_is_no_organ_that_the_source_shows() -> None:
    labels = torch.zeros(1, 4, 4, 4, dtype=torch.int64)
    labels[:, 0] = 1
    liver = torch.zeros(1, 5, 4, 4, 4)
    liver[:, 1] = 12.0
    assert float(dice_and_cross_entropy(liver, labels, WITHOUT_SPLEEN)) > 5


def scanned(case: TrainingCase) -> TrainingCase:
    """The phantom as a scan: HU that tell its tissues apart."""
    hu = np.full(case.labels.shape, -1000, np.int16)
    for tissue, value in enumerate((-1000, 110, 190, 60, 190)):
        hu[case.labels == tissue] = value
    hu[(case.labels > 4) & (case.labels != 19)] = -100
    hu[case.labels == 19] = 400
    labels = np.where(case.labels <= 4, case.labels, 0).astype(np.uint8)
    return replace(case, labels=labels, hu=hu)


def test_a_network_that_learns_the_liver_from_one_source_and_the_kidneys_from_another_finds_both(
    tmp_path: Path, phantom_cases: list[TrainingCase]
) -> None:
    scans = [scanned(case) for case in phantom_cases]
    livers = [case.showing(["liver"]) for case in scans[:5]]
    kidneys = [case.showing(["right_kidney", "left_kidney"]) for case in scans[5:]]
    assert set(np.unique(livers[0].labels)) == {0, 1} and set(np.unique(kidneys[0].labels)) == {0, 2, 4}
    quiet = replace(SMALL.augmentation, absent=0, enhancement=0, slab=0, circle=0, streaks=0, starved=0, liver_tumour=0)
    recipe = replace(SMALL, augmentation=quiet, steps=120, epoch=120)
    ema = fit(recipe, [(1.0, livers), (1.0, kidneys)], [(1.0, scans)], tmp_path, workers=0)
    network = VNet(recipe.network)
    network.load_state_dict(ema)
    image, labels = draw(scans[0], replace(recipe, patch=48), np.random.default_rng(1), plain=True)
    with torch.inference_mode():
        found = network.eval()(torch.from_numpy(image)[None]).argmax(1)[0].numpy()
    for organ in ([1], [2, 4]):  # which kidney is which takes a network longer than this
        ours, theirs = np.isin(found, organ), np.isin(labels, organ)
        assert 2 * (ours & theirs).sum() / (ours.sum() + theirs.sum()) > 0.7, organ


def test_which_organs_a_source_shows_can_be_said_on_the_command_line() -> None:
    assert Data.parse("MSD=0.3:liver,spleen") == Data("MSD", 0.3, ("liver", "spleen"))
    assert Data.parse("MSD:liver") == Data("MSD", 1.0, ("liver",))
    assert Data.parse("C:\\scans=2") == Data("C:\\scans", 2.0)
    assert Data.parse("data:v2") == Data("data:v2")


def test_a_file_beside_label_maps_says_which_organs_they_show(tmp_path: Path) -> None:
    labels = np.zeros((30, 30, 30), np.uint8)
    labels[5:25, 5:25, 5:25], labels[10:20, 10:20, 10:20] = 24, 1
    nibabel.save(nibabel.Nifti1Image(labels, np.diag([2.0, 2.0, 2.0, 1.0])), tmp_path / "one.nii.gz")
    (tmp_path / "labelled.json").write_text('{"one": {"labelled": ["liver"]}}')
    (case,) = cases_of(str(tmp_path), 1)
    assert case.organs == ("liver",) and list(case.known) == [True, True, False, False, False]
    again = cache.load(cache.save(case, tmp_path / "cache"))
    assert again.organs == ("liver",)
    (tmp_path / "labelled.json").write_text('{"one": {"labelled": ["lever"]}}')
    with pytest.raises(FlareError, match="lever is none of"):
        labelled(tmp_path / "one.nii.gz")


def test_what_two_readers_do_not_agree_on_stays_unknown_through_every_change(tmp_path: Path) -> None:
    labels = np.zeros((40, 40, 40), np.uint8)
    labels[8:32, 8:32, 8:32] = UNKNOWN
    labels[10:30, 10:30, 10:30] = 1
    hu = np.where(labels > 0, 100, -100).astype(np.int16)
    affine = np.diag([2.5, 2.5, 2.5, 1.0])
    nibabel.save(nibabel.Nifti1Image(hu, affine), tmp_path / "ct.nii.gz")
    nibabel.save(nibabel.Nifti1Image(labels, affine), tmp_path / "label_agreed.nii.gz")
    (case,) = cases_of(str(tmp_path), 1)
    assert set(np.unique(case.labels)) == {0, 1, UNKNOWN}
    seen: set[int] = set()
    for seed in range(12):
        image, drawn = draw(case, replace(SMALL, patch=48, spacing_mm=2.5), np.random.default_rng(seed))
        seen |= set(np.unique(drawn).tolist())
        assert np.isfinite(image).all()
    assert UNKNOWN in seen and seen <= {0, UNKNOWN, *(organ.label for organ in ORGANS)}


def test_what_is_measured_on_is_not_learned_from(tmp_path: Path, phantom_cases: list[TrainingCase]) -> None:
    for name, cases in (("ours", phantom_cases[:4]), ("theirs", phantom_cases[4:6])):
        for case in cases:
            cache.save(case, tmp_path / name)
    small = tmp_path / "recipe.toml"
    recipe.write(replace(SMALL, steps=1), small)
    arguments = ["--data", str(tmp_path / "ours"), "--validate", str(tmp_path / "theirs")]
    assert main(["fit", "--recipe", str(small), *arguments, "--workers", "0", "--out", str(tmp_path / "run")]) == 0
    data = json.loads((tmp_path / "run" / "data.json").read_text())
    assert [(len(part["train"]), len(part["validation"])) for part in data] == [(4, 0), (0, 2)]
    assert (tmp_path / "run" / "validation.csv").read_text().count("\n") == 2


def test_a_run_of_no_minutes_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fit", "--minutes", "0", "--out", str(tmp_path / "run")]) == 2
    assert "no time to train in" in capsys.readouterr().err and not (tmp_path / "run").exists()
