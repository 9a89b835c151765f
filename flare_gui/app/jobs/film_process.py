"""Films and pictures are drawn in a process of their own: VTK off the GUI's thread crashes on macOS."""

import multiprocessing
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

from flare_gui.app.words import tr
from flare_gui.errors import Cancelled, FlareError
from flare_gui.progress import Cancel, Progress

POLL_S = 0.05
LONGEST_END_S = 20.0


def run(work: Callable[..., Any], *arguments: Any, progress: Progress, cancel: Cancel) -> Any:
    """`work(*arguments, progress=, cancel=)` in another process: same result, same `FlareError`, same `Cancelled`."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_child, args=(theirs, work, arguments), daemon=True)
    process.start()
    theirs.close()
    try:
        return _follow(ours, progress, cancel)
    except EOFError:
        raise FlareError(
            tr("the process that draws ended without a word"),
            hint=tr("There may be too little memory; choose a smaller size."),
        ) from None
    finally:
        ours.close()
        process.join(LONGEST_END_S)
        if process.is_alive():
            process.kill()
            process.join()


def _follow(child: Connection, progress: Progress, cancel: Cancel) -> Any:
    told = False
    while True:
        if child.poll(POLL_S):
            kind, *content = child.recv()
            if kind == "progress":
                progress(*content)
            elif kind == "done":
                return content[0]
            elif kind == "failed":
                raise FlareError(content[0], hint=content[1])
            else:
                raise Cancelled
        try:
            cancel.check()
        except Cancelled:
            # Asked once; the child answers when it has cleared up behind itself.
            if not told:
                child.send("cancel")
            told = True


def _child(parent: Connection, work: Callable[..., Any], arguments: tuple[Any, ...]) -> None:
    cancel = Cancel()

    def progress(stage: str, fraction: float) -> None:
        if parent.poll():
            cancel.set()
        parent.send(("progress", stage, fraction))

    try:
        parent.send(("done", work(*arguments, progress=progress, cancel=cancel)))
    except Cancelled:
        parent.send(("cancelled",))
    except FlareError as error:
        parent.send(("failed", error.message, error.hint))
