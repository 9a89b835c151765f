"""What the system says when a file cannot be read, in words that help."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flare_gui.errors import UnreadableScan


@contextmanager
def unreadable(path: Path) -> Iterator[None]:
    """Turn errors with `path` (no permission, a disk that is gone, a name too long, no memory) to `UnreadableScan`."""
    try:
        yield
    except MemoryError:
        hint = "Close other programs, or crop the scan to the abdomen."
        raise UnreadableScan(path, "needs more memory than there is", hint=hint, code="too-large") from None
    except FileNotFoundError:
        raise UnreadableScan(path, "is not there any more", hint="Put it back, or open it again.") from None
    except PermissionError:
        raise UnreadableScan(path, "may not be read by you", hint="Ask its owner, or copy it.") from None
    except OSError as problem:
        reason = f"cannot be read ({problem.strerror or problem})"
        raise UnreadableScan(path, reason, hint="Check its name and its disk.") from None
