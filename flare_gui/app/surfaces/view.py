"""The organs' surfaces in 3D. VTK is loaded after the window's first paint, and only where OpenGL works."""

from typing import Any

import numpy as np
from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QVBoxLayout, QWidget

from flare_gui.app.document.document import Document
from flare_gui.app.document.overlays import OrganLook
from flare_gui.app.surfaces.bar import Bar
from flare_gui.app.surfaces.cut_line import CutLine
from flare_gui.app.surfaces.framing import Framing
from flare_gui.app.surfaces.meshes import Surfaces
from flare_gui.app.surfaces.opengl import why_no_opengl
from flare_gui.app.surfaces.scenery import Scenery
from flare_gui.app.words import tr

# A press and a release closer than this is a click, not a turn.
CLICK_PIXELS = 4
NOTHING_YET, MAKING = tr("Surfaces appear here once there are organs."), tr("Making surfaces…")


class View3D(QWidget):
    """Surfaces of the visible organs. `ready` when VTK runs, `meshed` when surfaces were brought up to date.

    `picked` carries the label of an organ that was clicked.

    1. Meshes are built in a thread, actors are added here: VTK off the GUI's thread crashes on macOS.
    2. `close` finalises VTK's window before Qt deletes it; the other way round, it renders into nothing.
    """

    ready = Signal()
    meshed = Signal()
    picked = Signal(int)

    def __init__(self, document: Document) -> None:
        super().__init__()
        self._document = document
        self._plotter: Any = None
        self._placeholder: QWidget | None = None
        self._hint: QLabel | None = None
        self._made = Surfaces(document, self)
        self._scenery = Scenery(document, self)
        self._actors: dict[int, Any] = {}
        self._framing: Framing | None = None
        self._pressed = QPointF()
        self.setAccessibleName(tr("3D view"))
        self._message = QLabel(NOTHING_YET)
        self._message.setWordWrap(True)
        self._message.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._message.setStyleSheet("background: #10161d; color: #b8c4d0; padding: 24px")
        self._stack = QStackedLayout()
        self._stack.addWidget(self._message)
        self.bar, self.cut_line = Bar(document), CutLine(self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._stack, 1)
        layout.addWidget(self.bar)
        self.bar.hide()
        self.bar.side_asked.connect(self.look_from)
        self._made.changed.connect(self._show_surfaces)
        self._made.begun.connect(self._show_page)
        self._made.failed.connect(self._say)
        self._scenery.failed.connect(self._say)
        self._scenery.changed.connect(self._show_scenery)
        document.volume_changed.connect(self._new_volume)
        document.looks_changed.connect(self._show_looks)

    @property
    def running(self) -> bool:
        """Whether there is a 3D picture."""
        return self._plotter is not None

    @property
    def busy(self) -> bool:
        """Whether something that will be seen is being made."""
        return self._made.busy or self._scenery.busy

    @property
    def surfaces(self) -> dict[int, Any]:
        """The surfaces that are shown, by label."""
        return self._made.by_label

    def reserve(self) -> None:
        """Have the native window made for OpenGL, right after its first paint and before any dialog is open over it.

        Qt makes a window anew when the first widget with OpenGL comes into it. A dialog over the old one would end
        behind the new one and block nothing any more. Before the first paint it would cost a quarter of it.
        """
        if self._placeholder is None and not self.running and not why_no_opengl():
            from PySide6.QtOpenGLWidgets import QOpenGLWidget

            self._placeholder = QOpenGLWidget(self)
            self._placeholder.setFixedSize(1, 1)
            self._placeholder.hide()

    def start(self) -> None:
        """Load VTK, after the window's first paint; without OpenGL say why there is no 3D."""
        if self.running:
            return
        reason = why_no_opengl()
        if reason:
            self._message.setText(
                tr("3D is off: {reason} Slices, measurements and exports work without it.").format(reason=reason)
            )
            return
        from flare_gui.app.surfaces.interactor import Interactor
        from flare_gui.render import scene

        self._plotter = Interactor(self)
        self._framing = Framing(self._plotter)
        scene.light(self._plotter)
        scene.add_orientation(self._plotter)
        scene.blend_in_order(self._plotter)
        self._plotter.installEventFilter(self)
        self.cut_line.watch(self._plotter)
        self._stack.addWidget(self._plotter)
        # Over the empty picture. OpenGL takes a tenth of a second when it is first shown: while a scan is opened, and
        # not while one is segmented.
        self._hint = QLabel(self._message.text(), self._plotter)
        self._hint.setStyleSheet("color: #b8c4d0; padding: 12px")
        self._hint.setWordWrap(True)
        self._hint.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._plotter.iren.add_observer("StartInteractionEvent", self._moves)
        self._plotter.iren.add_observer("InteractionEvent", self._moves)
        self._scenery.start(self._plotter)
        self._made.start()
        self.ready.emit()

    def look_from(self, view: str) -> None:
        """Turn the camera to "front", "back", "left", "right" or "top" and fit what there is."""
        if self._framing is not None and self._document.volume is not None:
            self._framing.look_from(view, self._bounds())

    def fit(self) -> None:
        """Move the camera, the way it looks, to where all that there is, is in the picture."""
        if self._framing is not None and self._document.volume is not None:
            self._framing.fit(self._bounds())

    def picture(self, size: tuple[int, int], background: str | None) -> np.ndarray:
        """RGBA as uint8 (height, width, 4) of what the view shows at `size`; transparent without `background`."""
        from flare_gui.render import scene

        plotter = scene.off_screen(size, background or scene.BACKGROUND)
        scene.blend_in_order(plotter)
        try:
            self._add_organs(plotter)
            self._scenery.put_into(plotter)
            if self.running:
                seen = self._plotter.camera
                plotter.camera_position = [seen.position, seen.focal_point, seen.up]
                plotter.camera.view_angle = seen.view_angle
            if self._document.scene.rendering == "off":
                # With the CT, drawn at twice the size, VTK 9.7 gives a black picture.
                scene.shade_hollows(plotter)
            plotter.enable_anti_aliasing("ssaa")
            pixels = np.asarray(plotter.screenshot(transparent_background=background is None, return_img=True))
            solid = np.full((*pixels.shape[:2], 1), 255, np.uint8)
            return np.concatenate([pixels[..., :3], pixels[..., 3:] if background is None else solid], axis=-1)
        finally:
            plotter.close()

    def screenshot(self) -> np.ndarray | None:
        """uint8 (height, width, 3) of the view, None without 3D."""
        if not self.running:
            return None
        self._plotter.draw_now()
        return np.asarray(self._plotter.screenshot(return_img=True))[..., :3]

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        if self._hint is not None:
            self._show_hint(self._hint.text())
        if self._framing is not None and self._framing.done:
            # Once VTK knows of it, too.
            QTimer.singleShot(0, self, self._frame)

    def closeEvent(self, event: Any) -> None:  # noqa: N802 - Qt's name
        self._made.stop()
        self._scenery.stop()
        if self.running:
            self._plotter.removeEventFilter(self)
            self.cut_line.let_go()
            self._plotter.close()
            self._plotter = self._framing = None
        super().closeEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802 - Qt's name
        if isinstance(event, QMouseEvent) and event.button() == Qt.MouseButton.LeftButton:
            if event.type() == QEvent.Type.MouseButtonPress:
                self._pressed = event.position()
            elif event.type() == QEvent.Type.MouseButtonRelease:
                moved = event.position() - self._pressed
                if moved.manhattanLength() < CLICK_PIXELS:
                    self.pick(event.position())
        return super().eventFilter(watched, event)

    def pick(self, position: QPointF) -> None:
        """Put the crosshair on the organ's surface under a position in the 3D picture."""
        from vtkmodules.vtkRenderingCore import vtkCellPicker

        picker, scale = vtkCellPicker(), self._plotter.devicePixelRatioF()
        y = self._plotter.height() - 1 - position.y()
        if picker.Pick(position.x() * scale, y * scale, 0, self._plotter.renderer):
            self._document.cursor_mm = np.array(picker.GetPickPosition())
            for label, actor in self._actors.items():
                if picker.GetActor() is actor:
                    self.picked.emit(label)

    def update_surfaces(self, *, anew: bool = False) -> None:
        """Bring the surfaces up to date at once, in a thread; `meshed` follows."""
        if anew:
            self._made.forget()
        self._made.update()

    def _new_volume(self) -> None:
        if self._framing is not None:
            self._framing.forget()
        self._show_page()

    def _show_page(self) -> None:
        """The picture as soon as there is something in it; before that, what will come."""
        seen = bool(self.surfaces) or self._scenery.shows
        shown = self.running and self._document.volume is not None
        self._stack.setCurrentIndex(1 if shown else 0)
        self.bar.setVisible(shown)
        if self._hint is not None:
            self._show_hint(MAKING if self._made.busy else NOTHING_YET)
            self._hint.setVisible(not seen)

    def _say(self, sentence: str) -> None:
        self._message.setText(sentence)
        self._show_hint(sentence)

    def _show_hint(self, sentence: str) -> None:
        if self._hint is not None:
            self._hint.setText(sentence)
            self._hint.resize(self.width(), self._hint.heightForWidth(self.width()))

    def _show_scenery(self) -> None:
        self._show_page()
        self._frame()
        self._plotter.render()

    def _frame(self, *, only_for_more: bool = False) -> None:
        if self._framing is not None and self.running and (self.surfaces or self._scenery.shows):
            self._framing.frame(self._bounds(), only_for_more=only_for_more)

    def _bounds(self) -> tuple[float, ...]:
        """The box of the organs; that of the scan where more of it is seen, or there are none."""
        from flare_gui.render import scene

        organs = scene.bounds_of(self.surfaces)
        if organs is not None and not self._scenery.shows:
            return organs
        return scene.bounds_of_scan(self._document.hu.shape, self._document.affine)

    def _moves(self, *_: object) -> None:
        self._scenery.hurry()

    def _show_surfaces(self, asked: set[int]) -> None:
        from flare_gui.render import scene

        for label in asked - set(self.surfaces):
            self._actors.pop(label, None)
            self._plotter.remove_actor(f"organ {label}", render=False)
        for label in asked & set(self.surfaces):
            surface = self.surfaces[label]
            colour = self._document.look(label).colour
            self._actors[label] = scene.add_organ(self._plotter, surface, f"organ {label}", colour, 1.0)
        self._show_page()
        self._show_looks()
        self._frame(only_for_more=True)
        self.meshed.emit()

    def _show_looks(self) -> None:
        if not self.running:
            return
        from flare_gui.render import scene

        for label, actor in self._actors.items():
            look = self._document.look(label)
            scene.paint(actor, look.colour)
            actor.prop.opacity = _opacity(look)
            actor.prop.culling = "back" if actor.prop.opacity < 1.0 or self._plotter.in_software else "none"
            actor.SetVisibility(look.visible)
        self._plotter.render()

    def _add_organs(self, plotter: Any) -> None:
        """Put the surfaces as they look here into another picture."""
        from flare_gui.render import scene

        for label, surface in self.surfaces.items():
            look = self._document.look(label)
            actor = scene.add_organ(plotter, surface, f"organ {label}", look.colour, _opacity(look))
            actor.SetVisibility(look.visible)


def _opacity(look: OrganLook) -> float:
    # On the slices half is see-through; a surface needs more to have a shape, and is solid unless made fainter.
    return min(1.0, look.opacity / OrganLook.opacity)
