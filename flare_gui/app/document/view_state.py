"""How a scan is looked at, as plain JSON for a workspace."""

from dataclasses import asdict
from typing import Any

import numpy as np

from flare_gui.app.document.document import Document
from flare_gui.app.document.overlays import Ruler
from flare_gui.organs import ORGANS


def describe(document: Document) -> dict[str, Any]:
    """Cursor, brightness, looks of the organs by key, rulers."""
    return {
        "cursor_mm": [float(mm) for mm in document.cursor_mm],
        "window_hu": list(document.window),
        "outlined": document.outlined,
        "looks": {organ.key: asdict(document.look(organ.label)) for organ in ORGANS},
        "rulers": [
            {"start_mm": list(map(float, r.start)), "end_mm": list(map(float, r.end)), "plane": r.plane}
            for r in document.rulers
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
    looks = view.get("looks")
    for organ in ORGANS:
        look = looks.get(organ.key) if isinstance(looks, dict) else None
        if isinstance(look, dict):
            known = {key: look[key] for key, kind in _LOOK.items() if isinstance(look.get(key), kind)}
            document.set_look(organ.label, **known)
    rulers = view.get("rulers")
    document.rulers = tuple(map(_ruler, filter(_is_ruler, rulers if isinstance(rulers, list) else [])))


_LOOK = {"colour": str, "visible": bool, "opacity": float}


def _numbers(value: object, count: int) -> bool:
    return isinstance(value, list) and len(value) == count and bool(np.isfinite(np.array(value, float)).all())


def _is_ruler(value: object) -> bool:
    return (
        isinstance(value, dict)
        and _numbers(value.get("start_mm"), 3)
        and _numbers(value.get("end_mm"), 3)
        and value.get("plane") in (0, 1, 2)
    )


def _ruler(value: dict[str, Any]) -> Ruler:
    return Ruler(np.array(value["start_mm"], float), np.array(value["end_mm"], float), value["plane"])
