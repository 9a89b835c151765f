"""Whether VTK can draw here. Asked before it is loaded: where it cannot, it ends the program."""

import os

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext


def why_no_opengl() -> str:
    """Why VTK cannot draw here, in a sentence; empty when it can."""
    if os.environ.get("FLARE_GUI_NO_OPENGL"):
        return "FLARE_GUI_NO_OPENGL is set."
    if QGuiApplication.platformName() in ("offscreen", "minimal", "vnc"):
        return f"Qt's {QGuiApplication.platformName()} platform has no OpenGL."
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return "this computer or remote desktop offers no OpenGL."
    version = context.format().version()
    context.doneCurrent()
    return "" if tuple(version) >= (3, 2) else f"OpenGL {version[0]}.{version[1]} is too old, 3.2 is needed."
