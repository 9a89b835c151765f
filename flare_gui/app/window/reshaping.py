"""Changes of the whole chosen organ, from the menu and from the 3D view. Who asks in vain is told why."""

from collections.abc import Callable

import numpy as np

from flare_gui import geometry
from flare_gui.app.document.change_words import change_words
from flare_gui.app.slices.plane import AXIAL, CORONAL, SAGITTAL
from flare_gui.app.surfaces.cut_line import CutLine
from flare_gui.app.window.context import Context
from flare_gui.app.words import in_sentence, tr
from flare_gui.edit import Box
from flare_gui.organs import organ_of

Change = tuple[Box, np.ndarray] | None

# One step of smoothing, growing and shrinking: small, for they can be repeated and undone.
SMOOTH_MM, GROW_MM = 1.0, 1.0

_PLANES = {plane.through: tr(plane.name).lower() for plane in (AXIAL, CORONAL, SAGITTAL)}


class Reshaping:
    """Each is one step to undo. What works on slices works on those of the plane that was touched last."""

    def __init__(self, context: Context, cut_line: CutLine) -> None:
        self._context, self._document, self._tools = context, context.document, context.tools
        cut_line.drawn.connect(self.cut)

    def do(self, key: str) -> None:
        """One of the menu's changes."""
        from flare_gui.edit import parts, reshape

        labels, label = self._document.labels, self._tools.label
        if labels is None:
            self._context.feedback.say(tr("There is no mask yet: segment the scan, or draw"))
            return
        spacing, axis = np.array(geometry.spacing(self._document.affine)), self._tools.plane
        changes: dict[str, Callable[[], Change]] = {
            "between_slices": lambda: reshape.between_slices(labels, label, spacing, axis),
            "copy_next": lambda: self._copied(labels, 1),
            "copy_previous": lambda: self._copied(labels, -1),
            "smooth": lambda: reshape.smoothed(labels, label, spacing, SMOOTH_MM),
            "islands": lambda: reshape.without_islands(labels, label),
            "grow": lambda: reshape.grown(labels, label, spacing, GROW_MM),
            "shrink": lambda: reshape.grown(labels, label, spacing, -GROW_MM),
            "fill_holes": lambda: parts.fill_holes(labels, label),
        }
        where = (
            tr(" on {plane} slices").format(plane=_PLANES[axis])
            if key in ("between_slices", "copy_next", "copy_previous")
            else ""
        )
        self._make(key.replace("_", " "), changes[key](), where)

    def cut(self, corners: np.ndarray, from_mm: np.ndarray, outside: bool) -> None:
        """Take away what a line in the 3D view goes around, as deep as it is, and say how much: `reshape.cut_seen`."""
        from flare_gui.edit import reshape

        labels = self._document.labels
        if len(corners) < 3:
            # A click; or a machine so busy that the mouse's way in between was lost.
            self._context.feedback.say(tr("That line goes around nothing: draw it on, all the way around"))
        elif labels is not None:
            seen = from_mm @ self._document.affine
            change = reshape.cut_seen(labels, self._tools.label, seen, corners, outside=outside)
            self._make("cut", change, "", tr("Cut through all of its depth: {change}"))

    def _copied(self, labels: np.ndarray, step: int) -> Change:
        from flare_gui.edit import reshape

        axis = self._tools.plane
        here = self._document.cursor_voxel[axis]
        inside = 0 <= here + step < labels.shape[axis]
        return reshape.copied_slice(labels, self._tools.label, axis, here + step, here) if inside else None

    def _make(self, name: str, change: Change, where: str, done: str = "{change}") -> None:
        organ, say = in_sentence(organ_of(self._tools.label)), self._context.feedback.say
        if change is None:
            say(tr("There is nothing of the {organ} to go by{where}").format(organ=organ, where=where))
        elif not self._document.edit(name, *change):
            say(
                tr("Nothing changes{where}: the {organ} is so already, or it is locked").format(
                    where=where, organ=organ
                )
            )
        else:
            edit, segmentation = self._document.history.last, self._document.segmentation
            assert edit is not None and segmentation is not None
            say(done.format(change=change_words(edit, segmentation.voxel_ml)))
