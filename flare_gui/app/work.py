"""What jobs do: plain functions around the packages below, without Qt. Heavy imports wait until they run."""

from pathlib import Path

from flare_gui import io
from flare_gui.errors import FlareError
from flare_gui.organs import organs_from
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Segmentation, Volume, check_same_grid


def read(paths: list[Path], *, progress: Progress, cancel: Cancel) -> tuple[Volume, Segmentation | None]:
    """The first case at `paths`, and its mask when the second path is one or `<case>.seg.nii.gz` lies beside it."""
    case = io.find_cases(paths[:1])[0]
    volume = io.read_scan(case.path, progress=progress, cancel=cancel)
    beside = case.path.parent / f"{case.name}.seg.nii.gz"
    masks = paths[1:2] or ([beside] if beside.exists() else [])
    return volume, read_mask(volume, masks[0], progress=progress, cancel=cancel) if masks else None


def read_mask(volume: Volume, path: Path, *, progress: Progress, cancel: Cancel) -> Segmentation:
    """A mask with our labels or FLARE22's on the grid of `volume`. Raises `FlareError` when it is neither."""
    labels, affine = io.read_labels(path)
    cancel.check()
    segmentation = Segmentation(organs_from(labels, "flare22" if labels.max(initial=0) > 4 else "organs"), affine)
    try:
        check_same_grid(volume, segmentation)
    except FlareError as error:
        raise FlareError(f"{path.name}: {error.message}", hint=error.hint) from None
    progress("mask", 1.0)
    return segmentation


def demo(*, progress: Progress, cancel: Cancel) -> tuple[Volume, Segmentation | None]:
    """The synthetic demo CT."""
    from flare_gui.phantom.demo import demo_scan

    progress("painting", 0.1)
    volume = demo_scan()
    cancel.check()
    return volume, None


def segment(volume: Volume, *, progress: Progress, cancel: Cancel) -> Segmentation:
    """The organs of `volume`, by the shipped weights: the function that the command line calls."""
    progress("starting", 0.0)
    from flare_gui.model import segmenter, weights

    return segmenter.segment(volume, weights.load(), progress=progress, cancel=cancel)


def save(segmentation: Segmentation, path: Path) -> None:
    """Write the mask as NIfTI."""
    io.write_segmentation(segmentation, path)
