"""How a scan is looked at, as plain JSON for a workspace."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from flare_gui.app.document.display import LAYOUTS, SLAB_KINDS, SLABS_MM
from flare_gui.app.document.document import Document
from flare_gui.app.document.measurements import Angle, Circle, Measurement, Ruler
from flare_gui.organs import ORGANS
from flare_gui.render.options import BACKGROUNDS, RENDERING_NAMES


def describe(document: Document) -> dict[str, Any]:
    """Cursor, brightness, looks of the organs by key, what was measured."""
    return {
        "cursor_mm": [float(mm) for mm in document.cursor_mm],
        "window_hu": list(document.window),
        "outlined": document.outlined,
        "display": asdict(document.display),
        "scene": asdict(document.scene),
        "looks": {organ.key: asdict(document.look(organ.label)) for organ in ORGANS},
        "rulers": [
            {"kind": _KINDS[type(one)], "points_mm": [list(map(float, p)) for p in one.points], "plane": one.plane}
            for one in document.rulers
        ],
    }


def restore(document: Document, view: dict[str, Any]) -> None:
    """What `describe` gave. What is missing or odd is left as it is: a view is no reason to refuse a workspace."""
    if _numbers(view.get("cursor_mm"), 3):
        document.cursor_mm = np.array(view["cursor_mm"], float)
    if _numbers(view.get("window_hu"), 2):
        low, high = view["window_hu"]
        document.window = (float(low), float(high))
    document.outlined = view.get("outlined") is True
    document.set_display(**known_display(view.get("display")))
    document.set_scene(**_known(view.get("scene"), _SCENE))
    looks = view.get("looks")
    for organ in ORGANS:
        look = looks.get(organ.key) if isinstance(looks, dict) else None
        if isinstance(look, dict):
            kept = {key: look[key] for key, kind in _LOOK.items() if isinstance(look.get(key), kind)}
            document.set_look(organ.label, **kept)
    rulers = view.get("rulers")
    measured = map(_measurement, rulers if isinstance(rulers, list) else [])
    document.rulers = tuple(one for one in measured if one is not None)


def known_display(kept: object) -> dict[str, Any]:
    """What can be used of a `Display` as a dictionary, whoever has kept it."""
    return _known(kept, _DISPLAY)


_KINDS: dict[type[Measurement], str] = {Ruler: "ruler", Angle: "angle", Circle: "circle"}


Allowed = Mapping[str, Callable[[Any], bool]]


def _switch(value: Any) -> bool:
    return isinstance(value, bool)


# Overlays that were hidden by a key are shown again.
_DISPLAY: Allowed = {
    "smooth": _switch,
    "slab_mm": lambda value: isinstance(value, float) and 0 <= value <= max(SLABS_MM),
    "slab_kind": SLAB_KINDS.__contains__,
    "crosshair": _switch,
    "linked": _switch,
    "layout": LAYOUTS.__contains__,
}
_SCENE: Allowed = {
    "planes": _switch,
    "skin": _switch,
    "rendering": lambda value: isinstance(value, str) and value in RENDERING_NAMES,
    "background": lambda value: isinstance(value, str) and value in BACKGROUNDS,
}
_LOOK = {"colour": str, "visible": bool, "opacity": float, "locked": bool}


def _known(kept: object, allowed: Allowed) -> dict[str, Any]:
    """What of `kept` can be used as it is."""
    if not isinstance(kept, dict):
        return {}
    return {key: kept[key] for key, is_allowed in allowed.items() if key in kept and is_allowed(kept[key])}


def _numbers(value: object, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and bool(np.isfinite(np.array(value, float)).all())


def _measurement(value: object) -> Measurement | None:
    """What was measured; None for what is none. The first version knew distances alone, by their two ends."""
    if not isinstance(value, dict) or value.get("plane") not in (0, 1, 2):
        return None
    points = value.get("points_mm", [value.get("start_mm"), value.get("end_mm")])
    kind = next((kind for kind, name in _KINDS.items() if name == value.get("kind", "ruler")), None)
    count = 3 if kind is Angle else 2
    if kind is None or not isinstance(points, list) or len(points) != count:
        return None
    if not all(_numbers(point, 3) for point in points):
        return None
    places, plane = [np.array(point, float) for point in points], value["plane"]
    if kind is Angle:
        return Angle(places[0], places[1], places[2], plane)
    return Circle(places[0], places[1], plane) if kind is Circle else Ruler(places[0], places[1], plane)
