"""The processes that train one network together, each called a rank: `torchrun` starts them, alone there is one.

Data parallel (DDP): every rank holds the whole network and works on its share of each batch. FSDP, which shares out the
weights too, would only add traffic: the shipped VNet has 10.2 million, 0.2 GB with gradients, moments and EMA. What
fills a GPU are the activations of the patches, and those are shared out with the batch.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from flare_gui.errors import Cancelled, DeviceUnusable, FlareError
from flare_gui.progress import Cancel

_BACKENDS = {"cpu": "gloo", "cuda": "nccl"}
# What the backends' errors have in common when a process at the other end has gone; gloo raises bare RuntimeErrors.
_SIGNS_OF_LOSS = ("gloo", "by peer", "timed out", "broken pipe", "connection was likely closed")


class RankLost(FlareError):
    """Another process of this training has ended."""


@dataclass(frozen=True)
class Ranks:
    """This process among the `world` ones that train together. The default is a world of one without torch.distributed.

    `device` is the one this rank computes on, such as "cuda:1".
    """

    rank: int = 0
    world: int = 1
    device: str = "cpu"

    @property
    def is_first(self) -> bool:
        """Whether this rank writes the log and the checkpoints, and validates."""
        return self.rank == 0

    def share(self, batch: int) -> range:
        """Which samples of a batch are this rank's. Raises `FlareError` unless all ranks get as many."""
        if batch % self.world:
            raise FlareError(
                f"a batch of {batch} cannot be shared evenly by {self.world} ranks",
                hint=f"Set `batch` in the recipe to a multiple of {self.world}, or start another number of processes.",
            )
        return range(self.rank, batch, self.world)

    def parallel(self, network: nn.Module) -> nn.Module:
        """`network` with the weights of the first rank, and gradients averaged over all ranks by each backward pass."""
        if self.world == 1:
            return network
        if any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in network.modules()):
            raise FlareError(
                "batch norm would see one rank's samples alone, and train otherwise than one process does",
                hint='Set `norm` to "group" in the recipe, or train with one process.',
            )
        return DistributedDataParallel(network)

    def total(self, part: Tensor) -> Tensor:
        """Sum of `part` over all ranks, with gradients: for losses that every rank computes from the same sums."""
        return part if self.world == 1 else _Total.apply(part, self.world)

    def check(self, cancel: Cancel) -> None:
        """Raise `Cancelled` on every rank, after the same step, once any of them was asked to stop."""
        if self.world == 1:
            cancel.check()
        elif any(self._gather(cancel.is_set)):
            raise Cancelled

    def agree(self, step: int, what: str) -> None:
        """Raise `FlareError` unless all ranks start at the same step: one that sees no checkpoint would start anew."""
        if self.world > 1 and len(set(self._gather(step))) > 1:
            raise FlareError(
                f"{what}: not every rank sees the same checkpoint", hint="Give --out on a disk that all nodes share."
            )

    @contextmanager
    def first_alone(self) -> Iterator[None]:
        """The first rank does what is inside, then the others do it at once and find what it wrote."""
        if not self.is_first:
            self._wait()
        yield
        if self.is_first:
            self._wait()

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Raise `RankLost` for what torch raises inside when another rank has gone."""
        try:
            yield
        except RuntimeError as problem:
            if self.world == 1 or not _is_loss(problem):
                raise
            raise RankLost(
                "another process of this training has ended",
                hint="Start the same command again, with as many processes as you like: it goes on from the last "
                "checkpoint.",
            ) from None

    def _wait(self) -> None:
        if self.world > 1:
            with self.guarded():
                dist.barrier()

    def _gather(self, value: int) -> list[int]:
        """`value` of every rank."""
        own = torch.tensor([int(value)], device=self.device)
        everyone = [torch.empty_like(own) for _ in range(self.world)]
        with self.guarded():
            dist.all_gather(everyone, own)
        return [int(one) for one in everyone]


ALONE = Ranks()


@contextmanager
def join(device: str) -> Iterator[Ranks]:
    """Meet the other ranks that `torchrun` started, or be alone; `device` is "cpu", "cuda" or "mps".

    What ends the training is raised on one rank; the others, which end with it, exit with its status and say nothing.
    Raises `DeviceUnusable` when this rank has no such device.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1:
        yield Ranks(device=_device(device, 0))
        return
    store, rank, _ = next(dist.rendezvous("env://"))
    if os.environ.get("LOCAL_WORLD_SIZE") == str(world):
        store = _on_one_machine(store)
    try:
        own = Ranks(rank, world, _device(device, int(os.environ["LOCAL_RANK"])))
        with own.guarded():
            dist.init_process_group(_BACKENDS[device], store=store, rank=rank, world_size=world)
        yield own
    except (FlareError, Cancelled) as problem:
        if not _speaks_first(store):
            sys.exit(130 if isinstance(problem, Cancelled) else 2)
        raise
    dist.destroy_process_group()


class _Total(torch.autograd.Function):
    """All-reduce whose gradient is right under DDP.

    Every rank computes the same loss from the sums, so the gradient of a sum is known to each without asking. DDP then
    divides the ranks' gradients by their number; each part counts in full, hence the factor.
    """

    @staticmethod
    def forward(context: Any, part: Tensor, world: int) -> Tensor:
        context.world = world
        total = part.clone()
        dist.all_reduce(total)
        return total

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        return gradients[0] * context.world, None


def _device(name: str, local_rank: int) -> str:
    """The device of the rank that is number `local_rank` on its machine."""
    if name != "cuda":
        if name not in _BACKENDS and local_rank:
            raise DeviceUnusable(f"{name} cannot be shared by several processes", hint="Train with one process.")
        return name
    count = torch.cuda.device_count()
    if local_rank >= count:
        raise DeviceUnusable(
            f"PyTorch sees {count} GPUs on this computer, which is too few for {local_rank + 1} processes",
            hint="Start one process a GPU (torchrun --nproc_per_node), or choose --device cpu.",
        )
    torch.cuda.set_device(local_rank)
    return f"cuda:{local_rank}"


def _on_one_machine(store: dist.Store) -> dist.Store:
    """What ranks that all run here need otherwise than those of several machines."""
    # gloo needs no other interface than the one that nobody else can reach.
    if sys.platform == "linux":
        os.environ.setdefault("GLOO_SOCKET_IFNAME", "lo")
    # torchrun keeps this store when it restarts the ranks (--max-restarts), and with it the addresses of the dead.
    return dist.PrefixStore(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"), store)


def _is_loss(problem: RuntimeError) -> bool:
    text = str(problem).lower()
    return isinstance(problem, dist.DistError) or any(sign in text for sign in _SIGNS_OF_LOSS)


def _speaks_first(store: dist.Store) -> bool:
    """Whether no other rank has said what ended the training: what is wrong with the others is the same, or follows."""
    try:
        return bool(store.add("said", 1) == 1)
    except RuntimeError:
        return True  # whoever kept the store has gone
