"""The window of the cohort, connected with the one that shows its cases. Made when it is first wanted."""

from flare_gui.app.batch.window import BatchWindow
from flare_gui.app.window.context import Context
from flare_gui.app.window.review import Review
from flare_gui.app.window.saving import Saving
from flare_gui.app.window.session import Session


def cohort_window(context: Context, session: Session, saving: Saving, review: Review) -> BatchWindow:
    """A window beside the main one: what is chosen there is shown here, what is saved here is known there."""
    cohort = BatchWindow(context.settings, context.following)

    def begin(names: list[str], first: int) -> None:
        context.parent.activateWindow()
        context.parent.raise_()
        review.start(cohort.desk, names, first)

    cohort.case_asked.connect(session.open_case)
    cohort.review_asked.connect(begin)
    saving.case_saved.connect(cohort.desk.saved)
    review.changed.connect(lambda: cohort.table.go_to(review.name))
    review.ended.connect(cohort.show)
    cohort.weights_asked.connect(session.use_weights)
    return cohort
