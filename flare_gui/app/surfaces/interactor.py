"""The widget that VTK draws into. Loads VTK and pyvista: to be imported after the window's first paint."""

import time
from typing import Any

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget
from pyvistaqt import QtInteractor

from flare_gui.app.surfaces.opengl import is_software


class Interactor(QtInteractor):
    """A picture that is drawn once for all that has changed, when Qt paints.

    1. It takes no drops: it would open files itself, and the window would never see them.
    2. It does not draw by its own timer: a window that nobody touches would use a core.
    3. Whoever asks for a picture, a mouse that turns it or a surface that has come, asks Qt to paint, and VTK draws
       then. Else each picture would be drawn twice, once for who asked and once more when Qt paints what was drawn.
    4. What follows others, such as slices in 3D while one scrolls, takes half of the window's time at most: after a
       picture the next one waits as long as that one took.
    5. Edges are smoothed in the finished picture: `in_software`, without a graphics card, four samples a pixel take
       140 ms in place of 55. Hollows are shaded in still pictures alone: here VTK 9.7 ends the program.
    """

    # pyvista asks for a picture while it is being made.
    _soon: QTimer | None = None

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, auto_update=False)
        self.setAcceptDrops(False)
        self._soon = QTimer(self, singleShot=True)
        self._soon.timeout.connect(self.update)
        # When the last picture was done, and how long it took.
        self._drawn_at, self._took = 0.0, 0.0
        self.iren.interactor.EnableRenderOff()
        self.iren.add_observer("RenderEvent", self._asked)
        self.disable_anti_aliasing()
        self.in_software = is_software()
        self.enable_anti_aliasing("fxaa")

    def render(self) -> None:  # type: ignore[override]
        """Have it drawn soon, with what else is asked for until then."""
        self._rendered = True
        if self._soon is not None and not self._soon.isActive():
            wait = self._drawn_at + self._took - time.monotonic()
            self._soon.start(max(0, round(1000 * wait)))

    def draw_now(self) -> None:
        """Have VTK's own picture up to date before this returns."""
        self._check_has_ren_win()
        self._RenderWindow.Render()

    def paintGL(self) -> None:  # noqa: N802 - Qt's name
        if self._soon is None or self._closed:
            return
        self._soon.stop()
        begun, interactor = time.monotonic(), self.iren.interactor
        interactor.EnableRenderOn()
        super().paintGL()
        interactor.EnableRenderOff()
        self._drawn_at = time.monotonic()
        self._took = self._drawn_at - begun

    def close(self) -> None:  # type: ignore[override]
        """As pyvista's; nothing is drawn any more."""
        if self._soon is not None:
            self._soon.stop()
        super().close()

    def _asked(self, *_: Any) -> None:
        if not self._in_paint:
            self.update()
