"""`flare-gui`: without a sub-command it opens the program, with one it works headless.

Only argparse is loaded here. What a command needs (torch, Qt, readers) is imported when it runs, so that a help text or
a refused option takes no time.
"""

import argparse
import difflib
import io
import os
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from flare_gui import __version__
from flare_gui.commands.options import Parser, UsageError, add_reading, add_source, jobs, size, source_of
from flare_gui.errors import Cancelled, FlareError
from flare_gui.progress import Cancel

BAD_USAGE, INTERRUPTED = 2, 130


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `flare-gui` with `arguments`, by default those of the process, and return its exit code.

    0 done; 2 bad usage, or nothing could be done; 3 some cases could be done and some not; 130 interrupted.
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    # A file name that is no text in this system's encoding is shown with escapes instead of ending the program.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    # A sub-command's name always means the sub-command: a folder called `segment` is opened as `./segment`.
    command = COMMANDS.get(words[0]) if words else None
    try:
        if command is None:
            return _open(words)
        with _interruptible() as cancel:
            return command(words[1:], cancel)
    except UsageError as error:
        print(f"flare-gui: {error}{_perhaps_a_path(words)}", file=sys.stderr)
        return BAD_USAGE
    except FlareError as error:
        print(f"flare-gui: {error}", file=sys.stderr)
        return BAD_USAGE
    except MemoryError:
        from flare_gui.memory import free_memory

        print(
            f"flare-gui: this needs more memory than {free_memory()}. Close other programs, or crop the scan.",
            file=sys.stderr,
        )
        return BAD_USAGE
    except (Cancelled, KeyboardInterrupt):
        print("flare-gui: interrupted", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone, as `| head` does. Python must not try to write the rest when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return INTERRUPTED


def _open(words: list[str]) -> int:
    parser = Parser(
        prog="flare-gui",
        usage="flare-gui [PATH ...]\n       flare-gui [PATH] --self-test DIR\n"
        "       flare-gui segment INPUT... -o DIR\n"
        "       flare-gui export CT -o DIR\n       flare-gui video CT -o FILE\n       flare-gui doctor PATH\n"
        "       flare-gui demo-scan -o FILE",
        description="Find liver, kidneys and spleen in an abdominal CT. Without a sub-command, open the program.",
        epilog="sub-commands:\n  segment      write masks and measurements, without a window\n"
        "  cohort       the numbers of a folder of results\n"
        "  export       masks, meshes and numbers of one scan\n  report       one HTML page about it\n"
        "  share        one HTML page to scroll and turn it in any browser\n"
        "  video        a film of it\n  refine       a mask corrected by strokes from a file\n"
        "  doctor       is this a usable CT of an abdomen?\n"
        "  demo-scan    write the synthetic demo CT\n\n`flare-gui segment --help` says more about each. "
        "A path that is called like a sub-command is written ./segment.",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="scan or folder to open")
    parser.add_argument(
        "--self-test",
        type=Path,
        metavar="DIR",
        help="drive the window through open, segment, 3D, correct, compare, export, on PATH or else on the demo scan; "
        "pictures and self-test.json go to DIR",
    )
    parser.add_argument("--version", action="version", version=f"flare-gui {__version__}")
    similar = difflib.get_close_matches(words[0], COMMANDS, 1) if words else []
    if similar and not Path(words[0]).exists():
        raise UsageError(f"there is no sub-command {words[0]}", hint=f"Perhaps {similar[0]} was meant.")
    given = parser.parse_args(words)
    paths = given.paths
    for path in paths:
        if not path.exists():
            raise UsageError(
                f"{path}: there is no such file, folder or sub-command", hint="`flare-gui --help` says more."
            )
    try:
        from flare_gui.app import main as run_app
    except ImportError as problem:
        raise FlareError(
            f"the program's window cannot be opened here ({problem})",
            hint="Install flare-gui again, or work without a window: flare-gui segment PATH -o DIR.",
        ) from problem
    return run_app(paths, given.self_test)


def _segment(words: list[str], cancel: Cancel) -> int:
    parser = Parser(
        prog="flare-gui segment",
        description="Segment liver, kidneys and spleen. Each case gets two files: CASE.seg.nii.gz with the labels on "
        "the scan's own grid, and CASE.json with volumes, attenuation and how the result was made.",
        epilog="exit status: 0 all done, 2 nothing could be done, 3 some cases could not be done, 130 interrupted",
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        type=Path,
        metavar="INPUT",
        help="NIfTI, NRRD or MetaImage file, DICOM folder, a file of a DICOM series, zip of a DICOM folder, or any "
        "folder, which is searched for cases",
    )
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="DIR", help="where results go")
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto", help="default: auto")
    parser.add_argument(
        "--labels",
        choices=("organs", "flare22"),
        default="organs",
        help="numbers of liver, right kidney, spleen, left kidney in the mask: 1 2 3 4 (default), or 1 2 3 13",
    )
    parser.add_argument("--weights", type=Path, metavar="FILE", help="other weights, with their model card beside them")
    add_reading(parser)
    parser.add_argument("--overwrite", action="store_true", help="replace files that are in the way")
    parser.add_argument(
        "--redo",
        action="append",
        default=[],
        metavar="CASE",
        help="segment a case anew although a person has accepted or corrected it; can be given several times",
    )
    parser.add_argument(
        "--precision",
        choices=("auto", "float32", "float16", "bfloat16"),
        default="auto",
        help="of the network; auto takes the fastest that is right, by the clock (default)",
    )
    parser.add_argument(
        "--jobs", type=jobs, metavar="N", help="cases worked on at once (default: 3, fewer when memory is short)"
    )
    parser.add_argument("--dask", metavar="ADDRESS", help="send the cases to the Dask scheduler at tcp://HOST:PORT")
    given = parser.parse_args(words)

    from flare_gui.batch.run_case import Options
    from flare_gui.commands import segment

    options = Options(
        given.device,
        given.labels,
        given.series,
        given.allow_gaps,
        given.overwrite,
        given.precision,
        frozenset(given.redo),
    )
    return segment.run(given.inputs, given.out, given.weights, options, cancel, jobs=given.jobs, dask=given.dask)


def _cohort(words: list[str], cancel: Cancel) -> int:
    parser = Parser(
        prog="flare-gui cohort",
        description="Write the numbers of a folder of results into it: a table of all cases, medians and quartiles by "
        "organ, agreement of the network with what people corrected, and one HTML page that prints.",
        epilog="exit status: 0 done, 2 nothing could be done, 3 some cases could not be measured, 130 interrupted",
    )
    parser.add_argument("folder", type=Path, metavar="DIR", help="results of `flare-gui segment FOLDER`")
    pairs = parser.add_mutually_exclusive_group()
    pairs.add_argument(
        "--pairs", type=Path, metavar="FILE", help="CSV of patient, first, second: cases of two scans, for their change"
    )
    pairs.add_argument(
        "--pairs-by-name", action="store_true", help="the same of cases that are called like p07_t1 and p07_t2"
    )
    parser.add_argument("--overwrite", action="store_true", help="replace files of other programs of these names")
    given = parser.parse_args(words)

    from flare_gui.cohort.write import Matching
    from flare_gui.commands import cohort

    matching = Matching(given.pairs, given.pairs_by_name)
    return cohort.run(given.folder, matching, cancel, overwrite=given.overwrite)


def _demo_scan(words: list[str], cancel: Cancel) -> int:
    parser = Parser(prog="flare-gui demo-scan", description="Write the synthetic demo CT as NIfTI.")
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="FILE", help="CT to write")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    given = parser.parse_args(words)

    from flare_gui.commands import demo_scan

    cancel.check()
    return demo_scan.run(given.out, overwrite=given.overwrite)


def _export(words: list[str], cancel: Cancel) -> int:
    from flare_gui.export import EVERYTHING, FORMATS, ExportOptions
    from flare_gui.render.options import MeshOptions

    parser = Parser(
        prog="flare-gui export",
        description="Write masks, meshes (millimetres, RAS+) and numbers of one scan. Files are called after the scan.",
    )
    add_source(parser)
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="DIR", help="where files go")
    parser.add_argument("--everything", action="store_true", help="all of the formats below that name no patient")
    for row in FORMATS:
        parser.add_argument(f"--{row.key}", dest=row.key, action="store_true", help=row.name)
    parser.add_argument("--labels", choices=("organs", "flare22"), default="organs", help="numbers in the masks")
    parser.add_argument("--per-organ", action="store_true", help="the NIfTI mask as one file an organ")
    parser.add_argument("--smoothing", type=int, default=20, metavar="N", help="iterations for meshes, 0 for none")
    parser.add_argument(
        "--reduction", type=float, default=0.0, metavar="SHARE", help="of triangles to leave out, 0-0.95"
    )
    parser.add_argument("--lps", action="store_true", help="meshes in LPS, for programs that expect DICOM's frame")
    parser.add_argument(
        "--picture-size", type=size, default=(1600, 1200), metavar="WxH", help="of --png (default: 1600x1200)"
    )
    given = parser.parse_args(words)
    wanted = [row.key for row in FORMATS if getattr(given, row.key) or (given.everything and row.key in EVERYTHING)]
    if not wanted:
        raise UsageError("nothing was asked for", hint="Choose formats such as --stl, or --everything.")
    if not 0 <= given.reduction <= 0.95 or given.smoothing < 0:
        raise UsageError("--reduction goes from 0 to 0.95, --smoothing from 0 upwards", hint="Leave them out.")

    from flare_gui.commands import export

    mesh = MeshOptions(given.smoothing, given.reduction, "LPS" if given.lps else "RAS")
    options = ExportOptions(given.labels, given.per_organ, given.overwrite, mesh, given.picture_size)
    return export.run(source_of(given), given.out, wanted, options, cancel)


def _video(words: list[str], cancel: Cancel) -> int:
    from flare_gui.render.options import FILM_KINDS, PLANES, FilmSettings

    parser = Parser(prog="flare-gui video", description="Write a film of one scan and its organs. Needs no display.")
    add_source(parser)
    parser.add_argument("--kind", choices=FILM_KINDS, default="flythrough", help="default: flythrough")
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="FILE", help=".mp4 or .gif")
    parser.add_argument("--plane", choices=PLANES, default="axial", help="of the slices (default: axial)")
    parser.add_argument("--size", type=size, default=(1280, 720), metavar="WxH", help="default: 1280x720")
    parser.add_argument("--seconds", type=float, default=10.0, help="default: 10")
    parser.add_argument("--fps", type=int, default=24, help="frames a second (default: 24)")
    parser.add_argument("--no-captions", action="store_true", help="no names, volumes and scale bar")
    parser.add_argument("--whole-scan", action="store_true", help="slices of all the scan, not only near the organs")
    parser.add_argument("--background", default="#10161d", metavar="#RRGGBB", help="behind the surfaces")
    given = parser.parse_args(words)
    if not (0 < given.seconds <= 600 and 1 <= given.fps <= 120):
        raise UsageError("films last up to 600 seconds at 1 to 120 frames a second", hint="Choose less.")

    from flare_gui.commands import video

    captions = not given.no_captions
    settings = FilmSettings(
        given.kind, given.plane, given.size, given.seconds, given.fps, captions, given.background, given.whole_scan
    )
    return video.run(source_of(given), given.out, settings, cancel, overwrite=given.overwrite)


def _report(words: list[str], cancel: Cancel) -> int:
    parser = Parser(prog="flare-gui report", description="Write one self-contained HTML page about a scan.")
    add_source(parser)
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="FILE", help="page to write")
    given = parser.parse_args(words)

    from flare_gui.commands import report

    return report.run(source_of(given), given.out, cancel, overwrite=given.overwrite)


def _share(words: list[str], cancel: Cancel) -> int:
    parser = Parser(
        prog="flare-gui share",
        description="Write one HTML page that shows a result in any browser, offline: slices, surfaces, numbers. The "
        "pictures of the CT leave this computer with the page; nothing in it names the patient or a file.",
    )
    add_source(parser)
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="FILE", help="page to write")
    parser.add_argument("--no-ct", action="store_true", help="surfaces and numbers alone, without the CT's pictures")
    given = parser.parse_args(words)

    from flare_gui.commands import share

    return share.run(source_of(given), given.out, cancel, with_ct=not given.no_ct, overwrite=given.overwrite)


def _refine(words: list[str], cancel: Cancel) -> int:
    parser = Parser(
        prog="flare-gui refine",
        description="Correct a mask with strokes: lines in the patient, each with the organ that is there or none. The "
        "network's features carry each stroke on to all that looks alike. docs/correcting.md describes the file.",
    )
    add_source(parser)
    parser.add_argument("--strokes", type=Path, required=True, metavar="FILE", help="JSON of strokes, in RAS+ mm")
    parser.add_argument("-o", "--output", dest="out", type=Path, required=True, metavar="OUT", help=".nii.gz to write")
    given = parser.parse_args(words)
    if not given.out.name.lower().endswith((".nii", ".nii.gz")):
        raise UsageError(f"{given.out}: a mask is written as NIfTI", hint="Choose a name that ends in .nii.gz.")

    from flare_gui.commands import refine

    return refine.run(source_of(given), given.strokes, given.out, cancel, overwrite=given.overwrite)


def _doctor(words: list[str], cancel: Cancel) -> int:
    parser = Parser(
        prog="flare-gui doctor",
        description="Say what is to be doubted about scans before anything is made of them: is each a CT, in "
        "Hounsfield units, of an abdomen, with a usable header and all of its slices?",
        epilog="exit status: 0 usable, doubts or not; 2 no scan can be used; 3 some cannot; 130 interrupted",
    )
    parser.add_argument("inputs", nargs="+", type=Path, metavar="PATH", help="scans, as for `segment`")
    add_reading(parser)
    parser.add_argument("--json", action="store_true", help="print JSON for programs")
    parser.add_argument("--fix", type=Path, metavar="FILE", help="write the scan with all safe fixes to this .nii.gz")
    parser.add_argument("--overwrite", action="store_true", help="replace FILE if it exists")
    given = parser.parse_args(words)
    if given.fix is not None and not given.fix.name.lower().endswith((".nii", ".nii.gz")):
        raise UsageError(f"{given.fix}: a fixed scan is written as NIfTI", hint="Choose a name that ends in .nii.gz.")
    if given.fix is not None and given.fix.exists() and not given.overwrite:
        raise UsageError(f"{given.fix}: there is a file already", hint="Replace it with --overwrite.")

    from flare_gui.commands import doctor

    return doctor.run(
        given.inputs, cancel, series=given.series, allow_gaps=given.allow_gaps, as_json=given.json, fix=given.fix
    )


COMMANDS: dict[str, Callable[[list[str], Cancel], int]] = {
    "segment": _segment,
    "cohort": _cohort,
    "export": _export,
    "report": _report,
    "share": _share,
    "refine": _refine,
    "video": _video,
    "doctor": _doctor,
    "demo-scan": _demo_scan,
}


def _perhaps_a_path(words: list[str]) -> str:
    """The way out for someone who meant a folder that is called like a sub-command."""
    if words and words[0] in COMMANDS and Path(words[0]).exists():
        return f" To open the {words[0]} that lies here, write ./{words[0]}."
    return ""


@contextmanager
def _interruptible() -> Iterator[Cancel]:
    """Ctrl-C asks the work to stop at its next step; a second one stops it at once."""
    cancel = Cancel()

    def stop(_signal: int, _frame: FrameType | None) -> None:
        cancel.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield cancel
    finally:
        signal.signal(signal.SIGINT, before)
