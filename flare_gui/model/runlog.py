"""What a run took: seconds and peak memory by stage, and what had to be done differently than planned."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import torch


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
        """Measure what happens inside."""
        gpu = torch.cuda.is_available() and torch.cuda.is_initialized()
        if gpu:
            torch.cuda.reset_peak_memory_stats()
        start = time.perf_counter()
        yield
        self.seconds[name] = round(time.perf_counter() - start, 3)
        peak = peak_memory_mb()
        if peak is not None:
            self.peak_memory_mb[name] = round(peak, 1)
        if gpu:
            self.peak_memory_mb[f"{name} on cuda"] = round(torch.cuda.max_memory_allocated() / 2**20, 1)


if sys.platform == "win32":
    import ctypes
    from ctypes import wintypes

    class _Counters(ctypes.Structure):
        """PROCESS_MEMORY_COUNTERS of psapi.h."""

        _fields_ = (
            ("cb", wintypes.DWORD),
            ("PageFaultCount", wintypes.DWORD),
            ("PeakWorkingSetSize", ctypes.c_size_t),
            ("WorkingSetSize", ctypes.c_size_t),
            ("QuotaPeakPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPagedPoolUsage", ctypes.c_size_t),
            ("QuotaPeakNonPagedPoolUsage", ctypes.c_size_t),
            ("QuotaNonPagedPoolUsage", ctypes.c_size_t),
            ("PagefileUsage", ctypes.c_size_t),
            ("PeakPagefileUsage", ctypes.c_size_t),
        )

    def peak_memory_mb() -> float | None:
        """The most memory this process has held so far, in MiB; None where the system does not tell."""
        counters = _Counters(cb=ctypes.sizeof(_Counters))
        current = ctypes.windll.kernel32.GetCurrentProcess
        current.restype = wintypes.HANDLE
        ask = ctypes.windll.psapi.GetProcessMemoryInfo
        ask.argtypes = (wintypes.HANDLE, ctypes.POINTER(_Counters), wintypes.DWORD)
        if not ask(current(), ctypes.byref(counters), counters.cb):
            return None
        return counters.PeakWorkingSetSize / 2**20

else:
    import resource

    def peak_memory_mb() -> float | None:
        """The most memory this process has held so far, in MiB; None where the system does not tell."""
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Bytes on macOS, kilobytes elsewhere.
        return peak / (2**20 if sys.platform == "darwin" else 2**10)
