"""The program's icon as a picture, drawn from its SVG. PyInstaller makes of it what Windows and macOS want."""

import os
from pathlib import Path

SIDE = 1024


def write_icon(svg: Path, png: Path) -> None:
    """Draw `svg` into the file `png`, 1024 pixels wide."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtCore import Qt
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication([])
    image = QImage(SIDE, SIDE, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(str(svg)).render(painter)
    painter.end()
    png.parent.mkdir(parents=True, exist_ok=True)
    if not image.save(str(png)):
        raise OSError(f"{png}: the icon could not be written")
    del application
