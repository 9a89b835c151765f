"""Where the four views lie in the middle of the window."""

from PySide6.QtCore import QRect

from flare_gui.app.document.display import Layout

GAP = 3
# Below this share of the other side, four views are of more use in one line than two by two.
_NARROW = 0.55
# What one large view takes of the longer side.
_LARGE = 0.68


def places(width: int, height: int, layout: Layout = "equal", large: int = 0, alone: int | None = None) -> list[QRect]:
    """A rectangle for each of four views: all of one size, or one `large` and three small, or one `alone`.

    A view that is not to be seen has an empty one.
    """
    if alone is not None:
        return [QRect(0, 0, width, height) if i == alone else QRect() for i in range(4)]
    if layout == "large":
        return _one_large(width, height, large)
    if width < _NARROW * height:
        return _grid(QRect(0, 0, width, height), 1, 4)
    if height < _NARROW * width / 2:
        return _grid(QRect(0, 0, width, height), 4, 1)
    return _grid(QRect(0, 0, width, height), 2, 2)


def _one_large(width: int, height: int, large: int) -> list[QRect]:
    if width >= height:
        edge = round(_LARGE * width)
        big, small = QRect(0, 0, edge, height), QRect(edge + GAP, 0, width - edge - GAP, height)
        others = _grid(small, 1, 3)
    else:
        edge = round(_LARGE * height)
        big, small = QRect(0, 0, width, edge), QRect(0, edge + GAP, width, height - edge - GAP)
        others = _grid(small, 3, 1)
    return [big if i == large else others[i - (i > large)] for i in range(4)]


def _grid(area: QRect, columns: int, rows: int) -> list[QRect]:
    """Cells of one size, row by row; what cannot be divided stays free at the end."""
    width = (area.width() - GAP * (columns - 1)) // columns
    height = (area.height() - GAP * (rows - 1)) // rows
    return [
        QRect(area.x() + column * (width + GAP), area.y() + row * (height + GAP), width, height)
        for row in range(rows)
        for column in range(columns)
    ]
