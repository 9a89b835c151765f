"""The middle of the window: the views of the open scan, and beside them those of an earlier one."""

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSplitter, QVBoxLayout, QWidget

from flare_gui.app.document.link import Link
from flare_gui.app.slices.view import SliceView
from flare_gui.app.window.views import Views


class SideBySide(QSplitter):
    """One half or two. In two, planes show the same part at the same scale, and one view alone is so in both."""

    def __init__(self, views: Views) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self._first = _Half(views)
        self._second: _Half | None = None
        self._link: Link | None = None
        self._following = False
        self.addWidget(self._first)
        views.arranged.connect(self._arrange_alike)
        views.fitted.connect(self._show_alike)
        for view in views.slices:
            view.zoomed.connect(partial(self._follow, view))
            view.panned.connect(partial(self._follow, view))

    def show_second(self, views: Views, link: Link, names: tuple[str, str]) -> None:
        """Put a second scan's views beside the first's, under their names."""
        second = _Half(views)
        self._second, self._link = second, link
        for half, name in zip((self._first, second), names, strict=True):
            half.name.setText(name)
            half.name.show()
        self.addWidget(second)
        self.setSizes([1000, 1000])
        for view in views.slices:
            view.zoomed.connect(partial(self._follow, view))
            view.panned.connect(partial(self._follow, view))
            view.enlarged.connect(partial(self._enlarge_in_first, view))
        self._arrange_alike()

    def hide_second(self) -> None:
        """The first scan alone. The second's views are gone afterwards."""
        if self._second is not None:
            self._second.setParent(None)
            self._second.deleteLater()
        self._second = self._link = None
        self._first.name.hide()

    def show_alike(self) -> None:
        """Give the second the scale and the part of the first, now that it has its size."""
        self._show_alike()

    def _halves(self) -> tuple[Views, Views] | None:
        return None if self._second is None else (self._first.views, self._second.views)

    def _arrange_alike(self) -> None:
        halves = self._halves()
        if halves is not None:
            halves[1].arrange_like(halves[0])

    def _enlarge_in_first(self, view: SliceView) -> None:
        halves = self._halves()
        if halves is not None:
            halves[0].enlarge_number(halves[1].slices.index(view))

    def _show_alike(self) -> None:
        for view in self._first.views.slices:
            self._follow(view)

    def _follow(self, view: SliceView) -> None:
        """Show in the other half what `view` shows."""
        halves, link = self._halves(), self._link
        if halves is None or link is None or not link.on or self._following:
            return
        here, there = halves if view in halves[0].slices else (halves[1], halves[0])
        shift = link.shift_mm if here is halves[0] else -link.shift_mm
        other = there.slices[here.slices.index(view)]
        self._following = True
        other.sight.look_at(view.sight.middle_mm + shift, view.sight.mm_per_pixel)
        self._following = False


class _Half(QWidget):
    """Views under a name, which is hidden as long as there is but one scan."""

    def __init__(self, views: Views) -> None:
        super().__init__()
        self.views = views
        self.name = QLabel()
        self.name.setTextFormat(Qt.TextFormat.PlainText)
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.name)
        layout.addWidget(views, 1)
