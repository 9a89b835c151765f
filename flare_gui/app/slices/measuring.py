"""Tools that measure: a distance, an angle, the HU within a circle."""

from dataclasses import replace

import numpy as np

from flare_gui import geometry
from flare_gui.app.document.measurements import Angle, Circle, Measurement, Ruler
from flare_gui.app.slices.tools import Place


class _Drag:
    """A measurement that is drawn from where the button goes down to where it goes up."""

    round_cursor, other = False, None
    kind: type[Ruler] | type[Circle]

    def __init__(self) -> None:
        self._drawing = False

    def press(self, place: Place) -> None:
        start = _mm(place)
        self._drawing = True
        place.document.rulers = (*place.document.rulers, self.kind(start, start, place.plane))

    def move(self, place: Place) -> None:
        if self._drawing:
            _put_last(place, replace(place.document.rulers[-1], end=_mm(place)))

    def release(self, place: Place) -> None:
        self.move(place)
        if self._drawing and _is_point(place.document.rulers[-1]):
            place.document.rulers = place.document.rulers[:-1]
        self._drawing = False

    def finish(self) -> None:
        self._drawing = False


class Measure(_Drag):
    """Draws a distance."""

    key, kind = "ruler", Ruler


class MeasureCircle(_Drag):
    """Draws a circle from its middle: mean and SD of the HU within."""

    key, kind = "circle", Circle


class MeasureAngle:
    """Draws one side with a drag, from an end to the corner; a click puts the other end."""

    key, round_cursor, other = "angle", False, None

    def __init__(self) -> None:
        self._side, self._drawing = False, False

    def press(self, place: Place) -> None:
        at = _mm(place)
        self._drawing = True
        if not self._side:
            place.document.rulers = (*place.document.rulers, Angle(at, at, at, place.plane))
        self.move(place)

    def move(self, place: Place) -> None:
        if not self._drawing or not place.document.rulers:
            return
        angle, at = place.document.rulers[-1], _mm(place)
        if isinstance(angle, Angle):
            _put_last(place, replace(angle, end=at) if self._side else replace(angle, corner=at, end=at))

    def release(self, place: Place) -> None:
        self.move(place)
        self._drawing, self._side = False, not self._side
        if self._side and place.document.rulers and _is_point(place.document.rulers[-1]):
            place.document.rulers, self._side = place.document.rulers[:-1], False

    def finish(self) -> None:
        self._drawing = False


def _put_last(place: Place, measurement: Measurement) -> None:
    place.document.rulers = (*place.document.rulers[:-1], measurement)


def _is_point(measurement: Measurement) -> bool:
    return float(np.ptp(np.array(measurement.points), axis=0).max()) < 1e-6


def _mm(place: Place) -> np.ndarray:
    return geometry.apply(place.document.affine, place.point[None])[0]
