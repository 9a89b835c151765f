"""What strokes change, worked out in a thread: plain functions without Qt. torch is loaded when they run."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from flare_gui import separable
from flare_gui.edit import Edit
from flare_gui.progress import Cancel, Progress
from flare_gui.strokes import Stroke

if TYPE_CHECKING:
    from flare_gui.model.correction import Correction
    from flare_gui.model.features import NetworkFeatures


@dataclass(frozen=True, eq=False)
class StrokeEdit(Edit):
    """What strokes changed, at `changed`; `earlier` and `strokes` are all there were before and after it."""

    changed: tuple[np.ndarray, ...] = ()
    earlier: tuple[Stroke, ...] = ()
    strokes: tuple[Stroke, ...] = ()
    by_hand: bool = False


class Task(NamedTuple):
    """A stroke to add, or the number of one to remove."""

    stroke: Stroke | None = None
    number: int = -1


def resumed(
    features: "NetworkFeatures", affine: np.ndarray, strokes: tuple[Stroke, ...], before: np.ndarray | None
) -> "Correction":
    """A correction that goes on with strokes of a workspace, on the mask `before` them."""
    from flare_gui.model.correction import Correction

    correction = Correction(features, affine)
    if before is not None:
        correction.resume(strokes, before)
    return correction


def corrected(
    correction: "Correction | Callable[[], Correction]",
    earlier: tuple[Stroke, ...],
    task: Task,
    labels: np.ndarray,
    locked: frozenset[int],
    *,
    progress: Progress,
    cancel: Cancel,
) -> "tuple[Correction, StrokeEdit | None]":
    """What a stroke more, or one less, changes in `labels`, which stay; `earlier` are the strokes that they have."""
    mine = correction() if callable(correction) else correction
    # Since then some were undone, redone, or given up.
    if tuple(mine.strokes) != earlier:
        mine.restore(earlier)
    if task.stroke is None:
        name, change = "remove a stroke", mine.remove(task.number, labels, locked)
    else:
        name, change = "stroke", mine.add(task.stroke, labels, locked)
    if change is None:
        if task.stroke is not None:
            mine.restore(earlier)
        return mine, None
    before = separable.copied(labels[change.box])
    edit = StrokeEdit(
        name, change.box, before, change.labels, changed=change.changed, earlier=earlier, strokes=tuple(mine.strokes)
    )
    return mine, edit


def without(strokes: tuple[Stroke, ...], number: int) -> tuple[Stroke, ...]:
    """All but one."""
    return (*strokes[:number], *strokes[number + 1 :])
