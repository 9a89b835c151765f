"""Whether VTK can draw here. Asked before it is loaded: where it cannot, it ends the program."""

import os

from PySide6.QtGui import QGuiApplication, QOffscreenSurface, QOpenGLContext

from flare_gui.app.words import tr

# Names, or parts of them, of what draws on the processor: Mesa's, Google's, Windows'.
_SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader", "basic render", "gdi generic")
_GL_RENDERER = 0x1F01


def why_no_opengl() -> str:
    """Why VTK cannot draw here, in a sentence; empty when it can."""
    if os.environ.get("FLARE_GUI_NO_OPENGL"):
        return tr("FLARE_GUI_NO_OPENGL is set.")
    if QGuiApplication.platformName() in ("offscreen", "minimal", "vnc"):
        return tr("Qt's {name} platform has no OpenGL.").format(name=QGuiApplication.platformName())
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return tr("this computer or remote desktop offers no OpenGL.")
    version = context.format().version()
    context.doneCurrent()
    return (
        ""
        if tuple(version) >= (3, 2)
        else tr("OpenGL {version} is too old, 3.2 is needed.").format(version=f"{version[0]}.{version[1]}")
    )


def is_software() -> bool:
    """Whether the processor draws what a graphics card would: each picture in 3D then takes a twentieth of a second."""
    surface, context = QOffscreenSurface(), QOpenGLContext()
    surface.create()
    if not context.create() or not context.makeCurrent(surface):
        return True
    name = context.functions().glGetString(_GL_RENDERER) or ""
    context.doneCurrent()
    return any(part in name.lower() for part in _SOFTWARE)
