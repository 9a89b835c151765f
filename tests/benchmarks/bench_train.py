"""One step of training, the samples included, beside a plain MONAI loop with its transforms around the same network."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from monai.data import DataLoader, Dataset
from monai.losses import DiceCELoss
from monai.transforms import (
    Compose,
    EnsureChannelFirstd,
    EnsureTyped,
    RandAffined,
    RandCropByPosNegLabeld,
    RandGaussianNoised,
    RandGaussianSmoothd,
    RandScaleIntensityd,
    RandShiftIntensityd,
    RandSimulateLowResolutiond,
    ScaleIntensityRanged,
)

from flare_gui import geometry
from flare_gui.model import weights
from flare_gui.model.preprocess import AIR_HU
from flare_gui.model.vnet import VNet
from flare_gui.organs import ORGANS
from tests.benchmarks.harness import Rounds, Row, faster
from tests.benchmarks.scans import long_scan
from trainer.cache import SPACING_MM, TrainingCase
from trainer.fit import fit
from trainer.losses import dice_and_cross_entropy
from trainer.recipe import Recipe
from trainer.sample import draw

ROUNDS, STEPS = 2, 4


def measure() -> Iterator[Row]:
    """One row: seconds a step, from cases in memory to updated weights, with one process beside for samples."""
    case, recipe = _case(), replace(Recipe(), steps=10_000, epoch=10_000)
    figures = {"ours": [], "reference": []}
    for number in range(ROUNDS):
        both = [("ours", lambda: _ours(case, recipe)), ("reference", lambda: _monai(case, recipe))]
        for name, run in both[:: -1 if number % 2 else 1]:
            figures[name].append(run())
    yield Rounds(figures["ours"], figures["reference"]).row(
        "train",
        f"a training step with its samples (batch {recipe.batch}, {recipe.patch} voxels a side)",
        "the same network in a plain MONAI loop with its transforms, float32",
        faster(2),
        _same_loss(case, recipe),
    )


def _ours(case: TrainingCase, recipe: Recipe) -> float:
    """Seconds a step, compiled where there is a compiler; the first one pays for that and starts the other process."""
    at: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        sources = [(1.0, [case])]
        fit(
            recipe,
            sources,
            sources,
            Path(folder),
            compiled=shutil.which("g++") is not None,
            until=1 + STEPS,
            progress=lambda *_: at.append(time.perf_counter()),
        )
    return (at[STEPS] - at[0]) / STEPS


def _monai(case: TrainingCase, recipe: Recipe) -> float:
    """Seconds a step of the loop in MONAI's tutorials, with the transforms that do what ours do."""
    augment, (low, high) = recipe.augmentation, recipe.window
    size, both = (recipe.patch,) * 3, ["image", "label"]
    turn = float(np.radians(augment.rotation_degrees))
    crop = (round(recipe.patch * recipe.spacing_mm / case.spacing_mm[0] * 1.2),) * 3
    transforms = Compose(
        [
            EnsureChannelFirstd(both, channel_dim="no_channel"),
            RandCropByPosNegLabeld(both, "label", crop, pos=4, neg=1, num_samples=1, allow_smaller=True),
            RandAffined(
                both,
                prob=1.0,
                spatial_size=size,
                rotate_range=(turn,) * 3,
                scale_range=(augment.scale,) * 3,
                mode=("bilinear", "nearest"),
                padding_mode="border",
            ),
            # Plain tensors: MONAI's Gaussian filter stumbles over the metadata that the crop leaves.
            EnsureTyped(both, track_meta=False),
            RandGaussianSmoothd("image", prob=augment.blur),
            RandSimulateLowResolutiond("image", prob=augment.low_resolution),
            RandGaussianNoised("image", prob=0.5, std=augment.noise_hu),
            RandScaleIntensityd("image", factors=augment.contrast, prob=1.0),
            RandShiftIntensityd("image", offsets=augment.shift_hu, prob=1.0),
            ScaleIntensityRanged("image", low, high, -1.0, 1.0, clip=True),
        ]
    )
    assert case.hu is not None
    items = [{"image": case.hu.astype(np.float32), "label": case.labels}] * (recipe.batch * (STEPS + 1))
    loader = DataLoader(Dataset(items, transforms), batch_size=recipe.batch, num_workers=1)
    network = VNet(recipe.network)
    optimizer = torch.optim.AdamW(network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    loss_of = _monai_loss()
    at = []
    for batch in loader:
        images = batch["image"].float()
        optimizer.zero_grad()
        loss = loss_of(network(images), batch["label"])
        loss.backward()
        optimizer.step()
        at.append(time.perf_counter())
    return (at[-1] - at[0]) / STEPS


def _monai_loss() -> DiceCELoss:
    return DiceCELoss(include_background=False, to_onehot_y=True, softmax=True, batch=True)


def _same_loss(case: TrainingCase, recipe: Recipe) -> tuple[bool, str]:
    """Whether the shipped network gets the same loss on one patch from both: ours in bfloat16, theirs in float32.

    On one that holds all organs: those that are absent count in MONAI's Dice and not in ours.
    """
    patches = (draw(case, recipe, np.random.default_rng(seed), plain=True) for seed in range(100))
    image, labels = next((i, t) for i, t in patches if len(np.unique(t)) == 1 + len(ORGANS))
    network = weights.load().network
    images, targets = torch.from_numpy(image)[None], torch.from_numpy(labels.astype(np.int64))[None]
    with torch.no_grad():
        theirs = float(_monai_loss()(network(images), targets[:, None]))
        with torch.autocast("cpu", torch.bfloat16):
            logits = network(images.contiguous(memory_format=torch.channels_last_3d))
        ours = float(dice_and_cross_entropy(logits.float(), targets))
    return abs(ours - theirs) < 0.02, f"loss of the shipped network on one patch: {ours:.4f} / {theirs:.4f}"


def _case() -> TrainingCase:
    """The benchmark's scan as the trainer keeps it."""
    scan = long_scan()
    turned = geometry.reorient(scan.volume.affine, scan.volume.shape)
    hu, labels = turned.apply(scan.volume.hu), turned.apply(scan.reference.labels)
    affine, shape = geometry.coarse_grid(turned.affine, hu.shape, (SPACING_MM,) * 3)
    coarse = np.rint(geometry.resample(hu, turned.affine, affine, shape, fill=AIR_HU)).astype(np.int16)
    same = geometry.resample_labels(labels, turned.affine, affine, shape)
    return TrainingCase("bench", same, coarse, geometry.spacing(affine))
