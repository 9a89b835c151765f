"""The training loop: samples in, checkpoints, a log and curves out. Stops and resumes at any step."""

import math
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from flare_gui.errors import Cancelled
from flare_gui.model.vnet import Part, VNet
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from trainer import cascade, checkpoint, log
from trainer.again import every_step
from trainer.cache import UNKNOWN, TrainingCase
from trainer.losses import dice_and_cross_entropy
from trainer.ranks import ALONE, RankLost, Ranks
from trainer.recipe import Recipe
from trainer.stream import Samples

Source = tuple[float, Sequence[TrainingCase]]

CHECKPOINT = "last.safetensors"
_VALIDATION_PATCHES = 8

_Patch = tuple[Tensor, Tensor, Tensor]


def fit(
    recipe: Recipe,
    training: Sequence[Source],
    validation: Sequence[Source],
    run: Path,
    *,
    initial: dict[str, Tensor] | None = None,
    ranks: Ranks = ALONE,
    workers: int = 1,
    compiled: bool = False,
    until: int | None = None,
    seconds: float = math.inf,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> dict[str, Tensor]:
    """Train to `recipe.steps` (or `until`), going on from `run`'s checkpoint if there is one; returns the EMA weights.

    A run that has `seconds` ends when they are over, those before it was stopped counted in, and its learning rate with
    it. Only one rank can go by the clock.

    `run` gets `last.safetensors`, `log.csv` (a row a step), `validation.csv` and `dice.png` (a point an epoch), all by
    the first of `ranks`; nothing in it depends on how many there are. `initial` are weights to start from. `compiled`
    fuses norms, activations and sums with torch.compile, which needs a C++ compiler and a minute; losses then differ
    from those of a run that is not compiled by rounding.
    Raises `Cancelled` and `RankLost` after saving a checkpoint.
    """
    assert seconds == math.inf or ranks.world == 1, "ranks have to agree on each step's learning rate"
    torch.manual_seed(recipe.seed)
    # Every patch has the same size, for which the fastest convolution is worth looking for. CUDA alone knows this.
    torch.backends.cudnn.benchmark = True
    network = VNet(recipe.network)
    if initial is not None:
        network.load_state_dict(initial)
    if network.coarse is not None:
        # It was trained before, on whole abdomens, and sees only a part of one here.
        network.coarse.requires_grad_(False)
    _move(network, ranks.device)
    ema = {key: value.detach().clone().float() for key, value in network.state_dict().items()}
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)
    done, before = 0, 0.0
    if (run / CHECKPOINT).exists():
        state = checkpoint.load(run / CHECKPOINT, network, ema, optimizer)
        done, before = int(state["step"]), float(state.get("seconds", 0.0))
    ranks.agree(done, str(run))
    stop = min(recipe.steps, until or recipe.steps)
    share = ranks.share(recipe.batch)
    parallel = ranks.parallel(torch.compile(network) if compiled else network)  # type: ignore[arg-type]
    journal = log.Journal(run, done) if ranks.is_first else None

    def keep() -> None:
        if ranks.is_first:
            checkpoint.save(run / CHECKPOINT, network, ema, optimizer, {"step": done, "seconds": before + elapsed()})

    def elapsed() -> float:
        return time.perf_counter() - began

    def spent() -> float:
        return (before + elapsed()) / seconds

    patches = list(_fixed_patches(validation, recipe)) if ranks.is_first else []
    began = time.perf_counter()
    stream = every_step(Samples(training, recipe), recipe, range(done, stop), share, workers, ranks.device)
    try:
        for images, labels, known in stream:
            rate = learning_rate(recipe, done, spent())
            for group in optimizer.param_groups:
                group["lr"] = rate
            where = cascade.part(recipe, done)
            loss = _step(parallel, optimizer, images, labels, known, part=where, recipe=recipe, ranks=ranks)
            _average(ema, network, min(recipe.ema, (1 + done) / (10 + done)))
            done += 1
            if journal is not None:
                journal.step(done - 1, loss, rate, elapsed())
            progress("training", max(done / recipe.steps, min(1.0, spent())))
            over = done == stop or spent() >= 1
            if done % recipe.epoch == 0 or over:
                if journal is not None:
                    journal.epoch(done, validate(ema, recipe, patches, ranks.device))
                keep()
            ranks.check(cancel)
            if over:
                break
    except (Cancelled, RankLost):
        # Both come between two steps, or before one has changed the weights.
        keep()
        raise
    finally:
        stream.close()
    return ema


def learning_rate(recipe: Recipe, step: int, spent: float = 0.0) -> float:
    """Linear warm-up, then half a cosine down to zero: over the steps, or sooner if more of the time is `spent`."""
    if step < recipe.warm_up:
        return recipe.learning_rate * (step + 1) / recipe.warm_up
    part = max(spent, (step - recipe.warm_up) / max(1, recipe.steps - recipe.warm_up))
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * min(1.0, part)))


def _fixed_patches(sources: Sequence[Source], recipe: Recipe) -> Iterator[_Patch]:
    """The same few of the validation cases at each start of a run."""
    samples = Samples(sources, recipe, plain=True)
    return (samples[i] for i in range(_VALIDATION_PATCHES))


def validate(weights: dict[str, Tensor], recipe: Recipe, patches: Sequence[_Patch], device: str) -> dict[str, float]:
    """Dice per organ over the voxels of `patches` (image, labels, known classes); NaN for organs not met.

    A quick look at each epoch. The figures that count come from whole scans: `trainer.evaluate`.
    """
    network = VNet(recipe.network)
    network.load_state_dict(weights)
    _move(network, device)
    network.eval()
    overlap, sizes = np.zeros(recipe.network.classes), np.zeros(recipe.network.classes)
    with torch.inference_mode():
        for image, labels, known in patches:
            with _autocast(recipe, device):
                found = network(_as_input(image[None].to(device))).argmax(1)[0].cpu()
            seen = labels != UNKNOWN
            for label in known.nonzero().flatten().tolist():
                ours, theirs = torch.eq(found, label) & seen, torch.eq(labels, label)
                overlap[label] += 2 * int((ours & theirs).sum())
                sizes[label] += int(ours.sum()) + int(theirs.sum())
    scores = np.divide(overlap, sizes, out=np.full_like(overlap, np.nan), where=sizes > 0)
    return {organ.key: float(scores[organ.label]) for organ in ORGANS}


def _step(
    network: nn.Module,
    optimizer: torch.optim.Optimizer,
    images: Tensor,
    labels: Tensor,
    known: Tensor,
    *,
    part: Part | None,
    recipe: Recipe,
    ranks: Ranks,
) -> float:
    """One step of all ranks; the loss of their whole batch. Raises `RankLost` before the weights have changed."""
    optimizer.zero_grad(set_to_none=True)
    with ranks.guarded():
        with _autocast(recipe, images.device.type):
            logits = network(_as_input(images), part)
        if part is not None:
            labels = labels[(..., *part)]
        loss = dice_and_cross_entropy(logits.float(), labels.long(), known, ranks)
        loss.backward()
    norm = nn.utils.clip_grad_norm_(network.parameters(), recipe.clip)
    # Half precision overflows now and then; one such step would be the end of the weights. It is the same on all ranks.
    if bool(norm.isfinite()):
        optimizer.step()
    return float(loss.detach())


def _autocast(recipe: Recipe, device: str) -> torch.autocast:
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=recipe.precision == "bf16")


def _layout(device: str) -> torch.memory_format:
    # A step of four patches of 96 voxels on an H200: 53 ms so and 61 ms with channels last, compiled 23 ms. On a CPU it
    # is the other way round, by a factor of six.
    return torch.contiguous_format if torch.device(device).type == "cuda" else torch.channels_last_3d


def _move(network: nn.Module, device: str) -> None:
    network.to(device, memory_format=_layout(device))  # type: ignore[call-overload]


def _as_input(images: Tensor) -> Tensor:
    return images.contiguous(memory_format=_layout(images.device.type))


def _average(ema: dict[str, Tensor], network: nn.Module, decay: float) -> None:
    with torch.no_grad():
        for key, value in network.state_dict().items():
            ema[key].lerp_(value.float(), 1 - decay)
