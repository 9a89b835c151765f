"""The View menu: what the slices, 3D and the panels show, and where."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from flare_gui.app.document.display import SLAB_KINDS, SLABS_MM, slab_words
from flare_gui.app.document.document import Document
from flare_gui.app.window.actions import Command, Entries
from flare_gui.app.window.context import Context
from flare_gui.app.window.language import language_menu
from flare_gui.app.window.views import Views
from flare_gui.app.words import number, tr
from flare_gui.render.options import BACKGROUNDS, RENDERING_NAMES, WINDOWS


def view_menu(context: Context, views: Views, panels: Mapping[str, QAction], reset: Callable[[], None]) -> Entries:
    """What the views show. The panels' own switches get the panels' names."""
    document = context.document
    for place, (name, hu) in enumerate(WINDOWS.items(), 1):
        low, high = hu
        yield Command(
            f"window_{place}",
            tr("{name} window").format(name=tr(name)),
            partial(_set_window, context, hu),
            tr("{low} to {high} HU from black to white").format(low=number(low), high=number(high)),
            str(place),
            checked=partial(lambda hu: document.window == hu, hu),
        )
    yield None
    yield Command(
        "outline",
        tr("&Outlines"),
        lambda on: setattr(document, "outlined", on),
        tr("Organs as outlines instead of filled"),
        "O",
        "outline",
        checked=lambda: document.outlined,
    )
    yield Command(
        "crosshair",
        tr("&Crosshair"),
        lambda on: document.set_display(crosshair=on),
        tr("Lines through the point that all views share"),
        "X",
        "crosshair",
        checked=lambda: document.display.crosshair,
    )
    yield Command(
        "smooth",
        tr("&Smooth pixels"),
        lambda on: document.set_display(smooth=on),
        tr("Between voxels it is interpolated; off, each voxel is a rectangle"),
        "S",
        checked=lambda: document.display.smooth,
    )
    yield _choice_menu(context, tr("Slice &thickness"), _slabs)
    yield Command(
        "link_zoom",
        tr("&Link zoom"),
        lambda on: document.set_display(linked=on),
        tr("All slices at the scale of the one that is zoomed"),
        "Z",
        checked=lambda: document.display.linked,
    )
    yield _choice_menu(context, tr("CT in &3D"), partial(_scene, "rendering", RENDERING_NAMES))
    yield _choice_menu(
        context,
        tr("&Background of 3D"),
        partial(_scene, "background", dict(zip(BACKGROUNDS, BACKGROUNDS, strict=True))),
    )
    yield None
    yield Command(
        "reset_views", tr("&Fit"), views.reset, tr("Show the whole slices, and all organs in 3D, again"), "F", "layout"
    )
    yield Command(
        "one_large",
        tr("&One large view"),
        lambda on: document.set_display(layout="large" if on else "equal"),
        tr("The axial slice large, the others beside it"),
        "L",
        checked=lambda: document.display.layout == "large",
    )
    for i, name in enumerate(("Axial", "Coronal", "Sagittal", "3D")):
        yield Command(
            f"enlarge_{name.lower()}",
            tr("{name} alone").format(name=tr(name)),
            partial(views.enlarge_number, i),
            tr("The {name} view in the whole middle; the same again shows all four").format(name=tr(name)),
            f"Alt+{i + 1}",
        )
    yield None
    menu = QMenu(tr("&Panels and tools"), context.parent)
    for words, action in panels.items():
        action.setText(words)
        menu.addAction(action)
    yield menu
    yield language_menu(context)
    yield Command(
        "reset_layout", tr("&Reset the layout"), reset, tr("Panels, tools and views where they were at first")
    )


# Words, whether it is so now, and what makes it so.
Choices = list[tuple[str, bool, Callable[[], object]]]


def _choice_menu(context: Context, title: str, choices: Callable[[Document], Choices]) -> QMenu:
    """A menu of which one entry is ticked, filled when it is opened."""
    menu = QMenu(title, context.parent)

    def fill() -> None:
        menu.clear()
        for words, now, choose in choices(context.document):
            action = menu.addAction(tr(words))
            action.setCheckable(True)
            action.setChecked(now)
            action.triggered.connect(partial(_do, choose))

    menu.aboutToShow.connect(fill)
    return menu


def _do(choose: Callable[[], object], _checked: bool = False) -> None:
    choose()


def _slabs(document: Document) -> Choices:
    now = (document.display.slab_mm, document.display.slab_kind if document.display.slab_mm else "mean")
    return [
        (
            _capital(slab_words(mm, kind)) if mm else tr("One voxel"),
            now == (mm, kind),
            partial(document.set_display, slab_mm=mm, slab_kind=kind),
        )
        for mm, kind in ((0.0, "mean"), *((mm, kind) for kind in SLAB_KINDS for mm in SLABS_MM))
    ]


def _scene(part: str, names: Mapping[Any, str], document: Document) -> Choices:
    return [
        (words, getattr(document.scene, part) == value, partial(document.set_scene, **{part: value}))
        for value, words in names.items()
    ]


def _set_window(context: Context, hu: tuple[float, float], _checked: bool = False) -> None:
    context.document.window = hu
    context.feedback.refresh()


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
