"""Icons in the text's colour and the system's light or dark, sharp at every scaling."""

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from flare_gui.assets import asset


def apply(application: QApplication) -> None:
    """Give the program its style and icon. Fusion follows the system's light and dark on every platform."""
    application.setStyle("Fusion")
    application.setWindowIcon(QIcon(str(asset("icons/flare-gui.svg"))))


def icon(name: str) -> QIcon:
    """The drawing `assets/icons/NAME.svg`. It takes the text's colour when painted, so that a change of theme shows."""
    return QIcon(_Drawing(asset(f"icons/{name}.svg").read_text(encoding="utf-8")))


class _Drawing(QIconEngine):
    """An SVG whose `currentColor` is the palette's text, faint when disabled."""

    def __init__(self, svg: str) -> None:
        super().__init__()
        self._svg = svg

    def paint(self, painter: QPainter, rect: object, mode: QIcon.Mode, state: QIcon.State) -> None:
        group = QPalette.ColorGroup.Disabled if mode == QIcon.Mode.Disabled else QPalette.ColorGroup.Active
        colour: QColor = QApplication.palette().color(group, QPalette.ColorRole.ButtonText)
        renderer = QSvgRenderer(QByteArray(self._svg.replace("currentColor", colour.name()).encode()))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        renderer.render(painter, QRectF(rect))  # type: ignore[call-overload]

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        pixmap = QPixmap(size)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        self.paint(painter, pixmap.rect(), mode, state)
        painter.end()
        return pixmap

    def clone(self) -> QIconEngine:
        return _Drawing(self._svg)


def is_dark() -> bool:
    """Whether text is lighter than its background now."""
    palette = QApplication.palette()
    return (
        palette.color(QPalette.ColorRole.WindowText).lightness() > palette.color(QPalette.ColorRole.Window).lightness()
    )
