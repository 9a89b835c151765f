"""The tools of menus and tool bar, in their order."""

from flare_gui.app.slices.brushes import Brush, Eraser
from flare_gui.app.slices.lasso import Lasso
from flare_gui.app.slices.measuring import Measure, MeasureAngle, MeasureCircle
from flare_gui.app.slices.teach_tool import Teach
from flare_gui.app.slices.tools import Fill, KeepPart, Navigate, Tool

TOOLS: tuple[type[Tool], ...] = (
    Navigate,
    Teach,
    Brush,
    Eraser,
    Fill,
    Lasso,
    KeepPart,
    Measure,
    MeasureAngle,
    MeasureCircle,
)
