"""What a run would take is worked out as a courtesy: nobody waits for it, and it is made up for."""

from collections.abc import Callable

import numpy as np
from PySide6.QtWidgets import QToolButton

from flare_gui.app.window.main_window import MainWindow
from flare_gui.progress import Cancel, Progress
from flare_gui.volume import Volume

WaitFor = Callable[..., None]


def test_segment_is_possible_while_a_run_is_planned(window: MainWindow, wait_for: WaitFor) -> None:
    def endless(*, progress: Progress, cancel: Cancel) -> None:
        while True:
            cancel.check()

    window.document.show(Volume(np.zeros((8, 8, 8), np.int16), np.eye(4)))
    assert window.runner.run("Planning", endless, print, courtesy=True)
    buttons = [b for b in window.findChildren(QToolButton) if b.defaultAction() is window.actions_["segment"]]
    assert buttons and all(button.isEnabled() for button in buttons)
    assert window.actions_["segment"].isEnabled() and window.scan_panel.segment.isEnabled()
    assert not window.runner.bar.isVisible()
    made_up = []
    window.session.estimate = lambda: made_up.append(True)  # type: ignore[method-assign]
    assert window.runner.make_way() and not window.runner.busy
    wait_for(lambda: made_up)
