"""How a scan is looked at: brightness, colours of organs, slices and 3D, what was measured. Needs no scan."""

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QObject, Signal

from flare_gui.app.document.display import Display, Scene
from flare_gui.app.document.measurements import Measurement
from flare_gui.app.document.overlays import OrganLook
from flare_gui.organs import ORGANS


class Looks(QObject):
    """State and signals of drawing. It outlives a scan; what was measured on one goes with it."""

    window_changed = Signal()
    looks_changed = Signal()
    rulers_changed = Signal()
    display_changed = Signal()
    scene_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._window = (-160.0, 240.0)
        self._looks = {organ.label: OrganLook(organ.colour) for organ in ORGANS}
        self._outlined = False
        self._display, self._scene = Display(), Scene()
        self._rulers: tuple[Measurement, ...] = ()

    def look_like(self, other: "Looks") -> None:
        """Draw slices and organs as `other` does; measurements and 3D stay."""
        if self._window != other._window:
            self.window = other._window
        if (self._looks, self._outlined) != (other._looks, other._outlined):
            self._looks, self._outlined = dict(other._looks), other._outlined
            self.looks_changed.emit()
        if self._display != other._display:
            self._display = other._display
            self.display_changed.emit()

    @property
    def window(self) -> tuple[float, float]:
        """Lowest and highest HU that are drawn, black to white."""
        return self._window

    @window.setter
    def window(self, low_high: tuple[float, float]) -> None:
        low, high = low_high
        self._window = (float(low), float(max(high, low + 1)))
        self.window_changed.emit()

    def look(self, label: int) -> OrganLook:
        """How an organ is drawn."""
        return self._looks[label]

    def set_look(self, label: int, **changes: Any) -> None:
        """Change an organ's `colour`, `visible` or `opacity`."""
        self._looks[label] = replace(self._looks[label], **changes)
        self.looks_changed.emit()

    def set_opacity(self, opacity: float) -> None:
        """Opacity of all organs, 0 to 1."""
        self._looks = {label: replace(look, opacity=opacity) for label, look in self._looks.items()}
        self.looks_changed.emit()

    @property
    def outlined(self) -> bool:
        """Whether organs are drawn as outlines on the slices, instead of filled."""
        return self._outlined

    @outlined.setter
    def outlined(self, outlined: bool) -> None:
        self._outlined = outlined
        self.looks_changed.emit()

    @property
    def display(self) -> Display:
        """How slices are drawn."""
        return self._display

    def set_display(self, **changes: Any) -> None:
        """Change some of `display`."""
        self._display = replace(self._display, **changes)
        self.display_changed.emit()

    @property
    def scene(self) -> Scene:
        """What 3D shows beside the organs."""
        return self._scene

    def set_scene(self, **changes: Any) -> None:
        """Change some of `scene`."""
        self._scene = replace(self._scene, **changes)
        self.scene_changed.emit()

    @property
    def rulers(self) -> tuple[Measurement, ...]:
        """Distances, angles and circles that have been measured, in their order."""
        return self._rulers

    @rulers.setter
    def rulers(self, rulers: tuple[Measurement, ...]) -> None:
        self._rulers = tuple(rulers)
        self.rulers_changed.emit()
