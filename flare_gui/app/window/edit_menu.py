"""The Edit menu: corrections back and forth, the tools, and what they work on."""

from functools import partial

from PySide6.QtGui import QKeySequence

from flare_gui.app.document.teaching import Teaching
from flare_gui.app.slices.all_tools import TOOLS
from flare_gui.app.slices.tools import Tool, ToolBox
from flare_gui.app.window.actions import Command, Entries
from flare_gui.app.window.context import Context
from flare_gui.app.window.reshaping import Reshaping
from flare_gui.app.window.session import Session
from flare_gui.app.words import in_sentence, tr
from flare_gui.organs import ORGANS

Keys = QKeySequence.StandardKey
TOOL_TEXTS = (
    (tr("&Navigate"), tr("Click anywhere: all views go there"), "N"),
    (tr("&Teach"), tr("Draw a line where the organ is, with the right button where it is not: all of it follows"), "T"),
    (tr("&Brush"), tr("Paint the chosen organ; the right button erases it"), "B"),
    (tr("&Eraser"), tr("Remove the chosen organ; hold Shift for any other"), "E"),
    (tr("&Fill"), tr("Fill the hole under the mouse on this slice"), "G"),
    (tr("&Lasso"), tr("Draw around what does not belong to the organ, on a slice or in 3D: it goes, all through"), "U"),
    (tr("&Keep this part only"), tr("Click on a part of an organ: its other parts go"), "K"),
    (tr("&Distance"), tr("Drag to measure in mm"), "D"),
    (tr("&Angle"), tr("Drag along one side to the corner, then click on the other side"), "A"),
    (tr("HU in a &circle"), tr("Drag from the middle: mean and SD of the HU within"), "C"),
)

# Changes of the whole chosen organ, which `Reshaping.do` makes.
RESHAPES = (
    ("fill_holes", tr("Fill &holes in 3D"), tr("Close every cavity of the chosen organ")),
    (
        "between_slices",
        tr("Fill between drawn &slices"),
        tr("Draw the organ on a few slices of one plane: the others follow"),
    ),
    (
        "copy_next",
        tr("Copy the n&ext slice"),
        tr("The organ here as on the next slice of the plane that was touched last"),
    ),
    (
        "copy_previous",
        tr("Copy the pre&vious slice"),
        tr("The organ here as on the slice before, on the plane touched last"),
    ),
    ("smooth", tr("S&mooth the organ"), tr("Take fine thorns and notches off its surface; can be repeated")),
    ("islands", tr("Remove &islands"), tr("The largest part of the chosen organ stays alone")),
    ("grow", tr("&Grow by 1 mm"), tr("The chosen organ larger by 1 mm to all sides")),
    ("shrink", tr("Shrin&k by 1 mm"), tr("The chosen organ smaller by 1 mm from all sides")),
)


def edit_menu(context: Context, session: Session, teaching: Teaching, reshaping: Reshaping) -> Entries:
    """Corrections: back and forth, the tools, what they work on."""
    document = context.document
    yield Command(
        "undo",
        tr("&Undo"),
        session.undo,
        tr("Take the last correction back, and then the one before: 50 at least"),
        Keys.Undo,
        "undo",
        lambda: document.history.undo_name is not None or teaching.busy,
    )
    yield Command(
        "redo",
        tr("&Redo"),
        session.redo,
        tr("Make the correction again that was taken back"),
        Keys.Redo,
        "redo",
        lambda: document.history.redo_name is not None,
        also="" if QKeySequence(Keys.Redo).toString() == "Ctrl+Y" else "Ctrl+Y",
    )
    yield None
    tools, scan = context.tools, (lambda: document.volume is not None)
    for tool, (text, tip, keys) in zip(TOOLS, TOOL_TEXTS, strict=True):
        yield Command(
            tool.key,
            text,
            partial(_choose, tools, tool),
            tip,
            keys,
            tool.key,
            scan,
            checked=partial(lambda key: tools.tool.key == key, tool.key),
            group="tools",
        )
    preview = lambda: teaching.preview is not None  # noqa: E731 - asked whenever something changes
    idle_preview = lambda: (preview() or teaching.busy) and not context.runner.busy  # noqa: E731
    yield Command(
        "keep_stroke",
        tr("Keep the stroke"),
        teaching.keep,
        tr("Leave the correction as it is; the next stroke does so, too"),
        "Return",
        None,
        preview,
    )
    yield Command(
        "discard_stroke",
        tr("Take the stroke back"),
        teaching.discard,
        tr("The mask as it was before the last stroke"),
        "Esc",
        None,
        idle_preview,
    )
    yield None
    yield Command(
        "smaller", tr("Smaller brush"), partial(tools.grow, 1 / 1.25), tr("As Shift and the wheel towards you"), "["
    )
    yield Command(
        "larger", tr("Larger brush"), partial(tools.grow, 1.25), tr("As Shift and the wheel away from you"), "]"
    )
    for organ in ORGANS:
        text, keys = tr("Correct the {name}").format(name=in_sentence(organ)), f"Ctrl+{organ.label}"
        tip = tr("Brush, eraser and strokes work on the {name}; a click on it does so, too").format(
            name=in_sentence(organ)
        )
        yield Command(f"label_{organ.label}", text, partial(setattr, tools, "label", organ.label), tip, keys)
    for key, text, tip in RESHAPES:
        yield Command(key, text, partial(reshaping.do, key), tip, None, None, scan)
    yield Command(
        "forget_ruler",
        tr("Remove the last &measurement"),
        lambda: setattr(document, "rulers", document.rulers[:-1]),
        tr("The distance, angle or circle that was drawn last"),
        "Del",
        None,
        lambda: bool(document.rulers),
    )


def _choose(tools: ToolBox, tool: type[Tool], _checked: bool = False) -> None:
    tools.choose(tool())
