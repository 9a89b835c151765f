"""The errors a user can meet: each is one sentence that says what is wrong, and a hint that says what to do next."""

from pathlib import Path

# Paths and lists of series are the longest things said.
MOST_LETTERS = 1500


class FlareError(Exception):
    """`message` says what is wrong and names the file; `hint` is a full sentence with the next step."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = _one_line(message)
        self.hint = _one_line(hint)

    def __str__(self) -> str:
        return f"{self.message}. {self.hint}".rstrip() if self.hint else self.message


class UnreadableScan(FlareError):
    """A scan that cannot be read, or could only be read wrongly. `code` is for programs, as that of a `Finding`."""

    def __init__(self, path: Path | str, reason: str, *, hint: str = "", code: str = "unreadable") -> None:
        super().__init__(f"{path}: {reason}", hint=hint)
        self.path = Path(path)
        self.reason = reason
        self.code = code


class NotAScan(UnreadableScan):
    """A file or folder that holds no CT at all, as opposed to a broken one."""


class BadWeights(FlareError):
    """Weights or a model card that are missing, damaged or of another network."""


class GridMismatch(FlareError):
    """Two arrays that should lie on the same voxel grid do not."""


class OutputExists(FlareError):
    """A file that would be replaced without having been asked to."""


class DeviceUnusable(FlareError):
    """The device that was asked for is absent or fails its probe."""


def _one_line(text: str) -> str:
    """What names of files and other libraries bring along may hold line breaks, terminal codes and whole files."""
    plain = "".join(c if c.isprintable() else "\ufffd" for c in text)
    return plain if len(plain) <= MOST_LETTERS else f"{plain[:MOST_LETTERS]}…"


class Cancelled(Exception):
    """The user asked to stop. Not an error: nothing is wrong and nothing needs to be said."""
