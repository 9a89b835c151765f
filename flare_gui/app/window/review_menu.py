"""The menu of a review: every step has a key that one hand finds without looking."""

from collections.abc import Callable

from flare_gui.app.window.actions import Command, Entries
from flare_gui.app.window.review import Review
from flare_gui.app.words import tr

# What stands in the bar of the review.
BAR = ("review_accept", "review_flag", "review_correct", "review_previous", "review_next", "review_end")


def review_menu(review: Review, show_cohort: Callable[[], object]) -> Entries:
    """The cohort, and what can be said of the case on the screen."""
    active, judged = (lambda: review.active), (lambda: review.can_judge)
    yield Command("cohort", tr("Co&hort…"), show_cohort, tr("The table of all cases, to review them"), "Ctrl+Shift+T")
    yield None
    yield Command("review_accept", tr("&Accept"), review.accept, tr("The mask is right: go on"), "Y", None, judged)
    yield Command(
        "review_flag", tr("&Flag…"), review.ask_for_note, tr("Come back to it, with a note"), "M", None, active
    )
    save = tr("The corrected mask becomes the case's own; the network's stays beside it")
    yield Command("review_correct", tr("Save co&rrection"), review.correct, save, "R", None, judged)
    yield None
    yield Command(
        "review_previous", tr("&Previous case"), review.previous, tr("The case above in the table"), ",", None, active
    )
    yield Command(
        "review_next",
        tr("&Next case"),
        review.next,
        tr("The case below in the table; undecided ones stay open"),
        ".",
        None,
        active,
    )
    yield Command("review_end", tr("&End the review"), review.end, tr("The case stays open"), None, None, active)
