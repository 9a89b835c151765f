"""What stands around the organs in 3D: the three slices, the skin, the CT itself, and what is behind all of it."""

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from flare_gui.app.document.document import Document
from flare_gui.app.jobs.job import Job
from flare_gui.progress import Cancel, Progress
from flare_gui.render.options import BACKGROUNDS

# So long after the last movement, what was drawn with few rays is drawn with all.
REST_MS = 250


class Scenery(QObject):
    """Follows `document.scene` once it is given a plotter. What takes long is made in a thread, once a scan.

    `changed` asks for a new picture, `failed` carries a sentence.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, parent: QObject) -> None:
        super().__init__(parent)
        self._document = document
        self._plotter: Any = None
        # "skin" and "ct", as they are made of this scan.
        self._made: dict[str, Any] = {}
        self._job: Job | None = None
        self._ct: Any = None
        # By axis, the plane's actor and what it shows.
        self._planes: dict[int, tuple[Any, tuple[object, ...]]] = {}
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._refine)
        document.volume_changed.connect(self._new_volume)
        document.scene_changed.connect(self.update)
        document.cursor_changed.connect(self._move_planes)
        document.window_changed.connect(self._move_planes)

    @property
    def busy(self) -> bool:
        """Whether something is being made."""
        return self._job is not None

    @property
    def shows(self) -> bool:
        """Whether there is something to be seen without any organ."""
        scene = self._document.scene
        return self._document.volume is not None and (scene.planes or scene.skin or scene.rendering != "off")

    def start(self, plotter: Any) -> None:
        """Show it there from now on."""
        self._plotter = plotter
        self.update()

    def stop(self) -> None:
        """Returns when nothing is made any more, and nothing is heard of it."""
        self._plotter = None
        self._rest.stop()
        if self._job is not None:
            self._job.let_go()
            self._job.wait(5)
            self._job = None

    def hurry(self) -> None:
        """The picture moves: the CT is drawn with few rays, until it rests."""
        if self._ct is not None:
            from flare_gui.render import ct_volume

            ct_volume.cast(self._ct, ct_volume.COARSE)
            self._rest.start()

    def update(self) -> None:
        """Bring the picture up to date with `document.scene`."""
        if self._plotter is None:
            return
        self._show_background(self._plotter)
        if self._document.volume is not None:
            self._show_planes(self._plotter)
            self._show_skin(self._plotter)
            self._show_ct(self._plotter)
            self._make_what_lacks()
        self.changed.emit()

    def put_into(self, plotter: Any) -> None:
        """The same in another picture, whose background is its own."""
        from flare_gui.render import ct_volume, scene

        shown = self._document.scene
        if self._document.volume is None:
            return
        for axis in range(3) if shown.planes else ():
            self._add_plane(plotter, axis)
        for name in self._lacking():
            self._made[name] = _MAKERS[name](self._document.hu, self._document.affine, Cancel())
        if shown.skin:
            scene.add_skin(plotter, self._made["skin"])
        if shown.rendering != "off":
            ct_volume.add_rendering(plotter, self._made["ct"], shown.rendering)

    def _show_background(self, plotter: Any) -> None:
        from flare_gui.render import scene

        name = self._document.scene.background
        plotter.set_background(BACKGROUNDS[name], top=scene.BACKGROUND_TOP if name == "Dark" else None)

    def _show_planes(self, plotter: Any) -> None:
        from flare_gui.render import scene

        on, document = self._document.scene.planes, self._document
        for axis, index in enumerate(document.cursor_voxel):
            wanted = (index, document.window)
            if not on and self._planes.pop(axis, None) is not None:
                plotter.remove_actor(f"slice {axis}", render=False)
            elif on and axis not in self._planes:
                self._planes[axis] = self._add_plane(plotter, axis), wanted
            elif on and self._planes[axis][1] != wanted:
                actor = self._planes[axis][0]
                scene.move_slice(actor, document.hu, document.affine, axis, index, document.window)
                self._planes[axis] = actor, wanted

    def _add_plane(self, plotter: Any, axis: int) -> Any:
        from flare_gui.render import scene

        document = self._document
        index, window = document.cursor_voxel[axis], document.window
        return scene.add_slice(plotter, document.hu, document.affine, axis, index, window)

    def _move_planes(self) -> None:
        if self._plotter is not None and self._planes:
            self._show_planes(self._plotter)
            self.hurry()
            self.changed.emit()

    def _show_skin(self, plotter: Any) -> None:
        from flare_gui.render import scene

        plotter.remove_actor("skin", render=False)
        if self._document.scene.skin and "skin" in self._made:
            scene.add_skin(plotter, self._made["skin"])

    def _show_ct(self, plotter: Any) -> None:
        from flare_gui.render import ct_volume

        rendering = self._document.scene.rendering
        plotter.remove_actor("ct", render=False)
        self._ct = None
        if rendering != "off" and "ct" in self._made:
            self._ct = ct_volume.add_rendering(plotter, self._made["ct"], rendering)

    def _refine(self) -> None:
        if self._ct is not None:
            from flare_gui.render import ct_volume

            ct_volume.cast(self._ct, ct_volume.FINE)
            self.changed.emit()

    # What takes long

    def _lacking(self) -> list[str]:
        scene = self._document.scene
        wanted = {"skin": scene.skin, "ct": scene.rendering != "off"}
        return [name for name, is_wanted in wanted.items() if is_wanted and name not in self._made]

    def _make_what_lacks(self) -> None:
        lacking = self._lacking()
        if not lacking or self._job is not None:
            return
        self._job = job = Job(partial(_make, self._document.hu, self._document.affine, lacking))
        job.done.connect(self._take)
        job.failed.connect(self._say)
        job.start()

    def _take(self, made: dict[str, Any]) -> None:
        self._job = None
        self._made |= made
        self.update()

    def _say(self, sentence: str, _details: str) -> None:
        self._job = None
        self.failed.emit(sentence)

    def _new_volume(self) -> None:
        if self._job is not None:
            # What it makes is of another scan.
            self._job.let_go()
            self._job = None
        self._made, self._planes = {}, {}
        self.update()


def _skin(hu: np.ndarray, affine: np.ndarray, _cancel: Cancel) -> Any:
    from flare_gui.render.surface import skin_surface

    return skin_surface(hu, affine)


def _ct(hu: np.ndarray, affine: np.ndarray, cancel: Cancel) -> Any:
    from flare_gui.render.ct_volume import ct_volume

    return ct_volume(hu, affine, cancel=cancel)


_MAKERS: dict[str, Callable[[np.ndarray, np.ndarray, Cancel], Any]] = {"skin": _skin, "ct": _ct}


def _make(
    hu: np.ndarray, affine: np.ndarray, names: list[str], *, progress: Progress, cancel: Cancel
) -> dict[str, Any]:
    made = {}
    for name in names:
        cancel.check()
        made[name] = _MAKERS[name](hu, affine, cancel)
    return made
