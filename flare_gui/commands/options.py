"""What the parsers of the sub-commands share: one sentence for what is wrong, and the options that several have."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from flare_gui.errors import FlareError

if TYPE_CHECKING:
    from flare_gui.commands.scan_and_mask import Source


class UsageError(FlareError):
    """An option or argument that does not fit."""


class Parser(argparse.ArgumentParser):
    """argparse, but with one sentence for a wrong option instead of the whole usage, and no guessing of options."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(allow_abbrev=False, **settings)

    def error(self, message: str) -> NoReturn:
        raise UsageError(message, hint=f"`{self.prog} --help` lists what there is.")


def add_source(parser: argparse.ArgumentParser) -> None:
    """What `source_of` reads."""
    parser.add_argument("scan", type=Path, metavar="CT", help="the scan, as for `segment`")
    parser.add_argument("--mask", type=Path, metavar="SEG", help="its mask; without one the scan is segmented first")
    parser.add_argument(
        "--mask-labels",
        metavar="VALUE=ORGAN,...",
        help="what the values or names in the mask mean, where it does not say: 5=liver,2=right_kidney,1=spleen,"
        "3=left_kidney,7=none",
    )
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: auto")
    parser.add_argument("--weights", type=Path, metavar="FILE", help="other weights, with their model card beside them")
    add_reading(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace files that are in the way")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """How scans are read, in every command that reads some."""
    parser.add_argument(
        "--series", metavar="UID", help="which DICOM series, or part of one as UID#2 (default: the largest axial CT)"
    )
    parser.add_argument("--allow-gaps", action="store_true", help="fill missing DICOM slices by interpolation")


def source_of(given: argparse.Namespace) -> "Source":
    from flare_gui.commands.scan_and_mask import Source

    labels = {}
    if given.mask_labels is not None:
        from flare_gui.io.masks import parse

        if given.mask is None:
            raise UsageError("--mask-labels is about a mask", hint="Give it with --mask, or leave both out.")
        labels = parse(given.mask_labels)
    return Source(given.scan, given.mask, given.device, given.weights, given.series, given.allow_gaps, labels)


def jobs(text: str) -> int:
    """A number of cases from 1 upwards."""
    if not text.isdigit() or not 1 <= int(text) <= 256:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 256")
    return int(text)


def size(text: str) -> tuple[int, int]:
    """ "1280x720" as numbers."""
    try:
        width, height = (int(side) for side in text.lower().split("x"))
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is not WIDTHxHEIGHT, such as 1280x720") from None
    if not (16 <= width <= 7680 and 16 <= height <= 4320):
        raise argparse.ArgumentTypeError(f"{text} is not between 16x16 and 7680x4320")
    return width, height
