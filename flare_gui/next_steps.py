"""What to do next, in two ways: the command line names its options, the window what it shows.

A hint of an error, and a finding's `todo`, are plain text that travels through files and processes. They are written as
the command line says them; `in_window` puts the other words in their place.
"""

from typing import NamedTuple


class Step(NamedTuple):
    """One sentence, or the part of one, in both ways."""

    command: str
    window: str


REPLACE_IT = Step(
    "Replace it with --overwrite, or choose another folder with -o.",
    "Allow results of other settings to be replaced, or choose another folder.",
)
REPLACE_THEM = Step(
    "Replace them with --overwrite, or choose another folder with -o.",
    "Allow results of other settings to be replaced, or choose another folder for these.",
)
RESTORE_OR_REPLACE = Step(
    "Restore it, replace it with --overwrite, or choose another folder with -o.",
    "Restore it, allow results of other settings to be replaced, or choose another folder for the results.",
)
CASE_ANEW = Step(
    "Restore the scan, or ask for this case anew with --redo.",
    "Restore the scan, or segment this case anew from the table.",
)
MAKE_ROOM = Step("Make room there, or choose another folder with -o.", "Make room there, or choose another folder.")
CHOOSE_FOLDER = Step("Choose a folder with -o.", "Choose a folder for the results.")
OTHER_FOLDER = Step("Choose another one with -o.", "Choose another one for the results.")
OTHER_PART = Step("With --series UID#NUMBER it is read.", "Open the folder again and choose it there.")
OTHER_SERIES = Step("With --series UID it is read.", "Open its folder again and choose it there.")
FILL_GAPS = Step(
    "With --allow-gaps they are filled by interpolation.",
    "Opened alone, the scan can be shown with its gap filled by interpolation.",
)
WEIGHTS = Step("Check the path given as --weights.", "Choose the file of weights again, or use the shipped ones.")
DEVICE = Step("Try another --device.", "Close other programs that use the graphics card, and try again.")
FEWER_JOBS = Step(
    "There may be too little memory; try --jobs 1.", "There may be too little memory; try one case at once."
)

ALL: tuple[Step, ...] = (
    REPLACE_IT,
    REPLACE_THEM,
    RESTORE_OR_REPLACE,
    CASE_ANEW,
    MAKE_ROOM,
    CHOOSE_FOLDER,
    OTHER_FOLDER,
    OTHER_PART,
    OTHER_SERIES,
    FILL_GAPS,
    WEIGHTS,
    DEVICE,
    FEWER_JOBS,
)


def in_window(text: str) -> str:
    """`text` as a window says it."""
    for step in ALL:
        text = text.replace(step.command, step.window)
    return text
