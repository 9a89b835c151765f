"""How much memory this process has used, and how much there is to be had."""

import sys
from pathlib import Path

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

    class _Status(ctypes.Structure):
        """MEMORYSTATUSEX of sysinfoapi.h."""

        _fields_ = (
            ("dwLength", wintypes.DWORD),
            ("dwMemoryLoad", wintypes.DWORD),
            ("ullTotalPhys", ctypes.c_uint64),
            ("ullAvailPhys", ctypes.c_uint64),
            ("ullTotalPageFile", ctypes.c_uint64),
            ("ullAvailPageFile", ctypes.c_uint64),
            ("ullTotalVirtual", ctypes.c_uint64),
            ("ullAvailVirtual", ctypes.c_uint64),
            ("ullAvailExtendedVirtual", ctypes.c_uint64),
        )

    def available_mb() -> float | None:
        """Memory that can be had without swapping, in MiB; None where the system does not tell."""
        status = _Status(dwLength=ctypes.sizeof(_Status))
        if not ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return None
        return status.ullAvailPhys / 2**20

else:
    import resource

    from flare_gui.memory_limits import address_space_mb, group_mb

    def peak_memory_mb() -> float | None:
        """The most memory this process has held so far, in MiB; None where the system does not tell."""
        # Linux hands ru_maxrss down: a worker that a window of 2 GB started would have held 2 GB from its first moment.
        own = _proc_mb("/proc/self/status", "VmHWM:")
        if own is not None:
            return own
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        # Bytes on macOS, kilobytes elsewhere.
        return peak / (2**20 if sys.platform == "darwin" else 2**10)

    def available_mb() -> float | None:
        """Memory that can be had without swapping, in MiB; None where the system does not tell.

        The least of what the machine has free and what the limits of this process leave.
        """
        return min((mb for mb in (_machine_mb(), group_mb(), address_space_mb()) if mb is not None), default=None)

    def _machine_mb() -> float | None:
        # macOS has no such file; it compresses and swaps long before it stops a program.
        return _proc_mb("/proc/meminfo", "MemAvailable:")

    def _proc_mb(path: str, key: str) -> float | None:
        """The number of kB that stands behind `key` in a file of Linux's /proc, in MiB; None without it."""
        try:
            lines = Path(path).read_text(encoding="ascii", errors="replace").splitlines()
        except OSError:
            return None
        return next((int(line.split()[1]) / 2**10 for line in lines if line.startswith(key)), None)


def free_memory() -> str:
    """For a sentence: such as "the 812 MB that are free"."""
    free = available_mb()
    return "there is" if free is None else f"the {free:.0f} MB that are free"
