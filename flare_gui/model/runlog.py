"""What a run took: seconds and peak memory by stage, and what had to be done differently than planned."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from flare_gui.memory import peak_memory_mb


@dataclass
class RunLog:
    """Filled while a run goes on.

    `peak_memory_mb` is the process's peak by the end of each stage, so it never falls from one stage to the next; with
    CUDA, `STAGE on cuda` is what PyTorch held there during the stage.
    """

    seconds: dict[str, float] = field(default_factory=dict)
    peak_memory_mb: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Measure what happens inside; a stage that comes again adds to itself."""
        # Not imported for this: a process in which no network runs is smaller and starts sooner without.
        # While another thread imports it, it is there without its parts.
        cuda = getattr(sys.modules.get("torch"), "cuda", None)
        gpu = cuda is not None and cuda.is_available() and cuda.is_initialized()
        if gpu and cuda is not None:
            cuda.reset_peak_memory_stats()
        start = time.perf_counter()
        yield
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - start, 3)
        peak = peak_memory_mb()
        if peak is not None:
            self.peak_memory_mb[name] = round(peak, 1)
        if gpu and cuda is not None:
            self.peak_memory_mb[f"{name} on cuda"] = round(cuda.max_memory_allocated() / 2**20, 1)
