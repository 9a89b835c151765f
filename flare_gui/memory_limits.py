"""How much memory this process may still take where it has been given less than the machine has: Linux's limits.

A container or a job of a cluster has a control group, `ulimit -v` a limit of addresses. Whoever looks at the machine's
free memory alone is ended by the first and gets a `MemoryError` from the second.
"""

from collections.abc import Iterator
from pathlib import Path

_MIB = 2**20
_GROUPS = Path("/sys/fs/cgroup")


def address_space_mb() -> float | None:
    """What is left of `ulimit -v`, in MiB; None without a limit."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return None
    if limit == resource.RLIM_INFINITY:
        return None
    return max(0.0, (limit - pages * resource.getpagesize()) / _MIB)


def group_mb() -> float | None:
    """What is left of the tightest control group that this process is in, in MiB; None without a limit."""
    left = [mb for folder in _groups() for mb in [_left_mb(folder)] if mb is not None]
    return min(left, default=None)


def _groups() -> Iterator[Path]:
    """The folders of the process's own group and of those around it, of both versions of control groups."""
    try:
        lines = Path("/proc/self/cgroup").read_text(encoding="ascii").splitlines()
    except OSError:
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        roots: tuple[Path, ...]
        if controllers == "":
            roots = (_GROUPS, _GROUPS / "unified")
        elif "memory" in controllers.split(","):
            roots = (_GROUPS / "memory",)
        else:
            continue
        for root in roots:
            folder = root / path.lstrip("/")
            # Inside a container the path may be that of the host, and the container's group is the root.
            yield from (folder, *(above for above in folder.parents if above == root or root in above.parents), root)


def _left_mb(folder: Path) -> float | None:
    for limit, usage, reclaimable in (
        ("memory.max", "memory.current", "inactive_file"),
        ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
    ):
        try:
            most = int((folder / limit).read_text(encoding="ascii"))
            used = int((folder / usage).read_text(encoding="ascii"))
            stat = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
        except (OSError, ValueError):
            continue
        # Version 1 writes a number beyond all memory for "no limit".
        if most < 1 << 60:
            # Files that were read stay in memory only until it is needed.
            return max(0.0, (most - used + int(stat.get(reclaimable, 0))) / _MIB)
    return None
