"""The cohort as one HTML page that prints: numbers for a paper, and what is behind them."""

import html
from collections.abc import Iterable, Sequence

from flare_gui import __version__
from flare_gui.analysis.cohort import Limits, Spread
from flare_gui.batch import review
from flare_gui.cohort.cases import CohortCase
from flare_gui.cohort.numbers import OrganAgreement, agreements, spreads
from flare_gui.cohort.plot import bland_altman
from flare_gui.cohort.time_points import OrganChange
from flare_gui.export.report import METHOD, NEXT_PAGE, NOT_A_DEVICE, facts_table, sheet
from flare_gui.organs import ORGANS

BEGINS = "<!doctype html>\n<!-- flare-gui cohort"

_SPREAD = (
    "Median (lower to upper quartile) of the volumes and of the mean HU, over the organs that a scan shows whole; "
    "organs that are cut, missing or failed are left out. Reviewed are the cases that a person accepted or corrected."
)
_AGREEMENT = (
    "Network beside person, over the cases that a person accepted or corrected; an organ that was accepted as it was "
    "agrees wholly, so these figures say how much there was to correct. Bias is the mean of network minus person, with "
    "95 % limits of agreement (bias ± 1.96 SD; Bland and Altman 1986) from three cases on. NSD has the tolerances of "
    "FLARE22, 5 mm for the liver and 3 mm for the others. Dice and NSD are medians with quartiles, and need the "
    "network’s own mask, which is missing where another program wrote over it."
)
_CHANGES = "From the first to the second scan of a patient. An organ that one of the scans cuts is not compared."


def page(cases: Sequence[CohortCase], changes: Sequence[OrganChange] = ()) -> str:
    """The whole page, with nothing to load from elsewhere. Everything that is shown is escaped."""
    reviewed = [case for case in cases if case.decided]
    found = agreements(cases)
    parts = [
        f"<h1>Cohort of {len(cases)} cases</h1><p class=sub>Liver, kidneys and spleen in abdominal CT</p>",
        _doubts(cases),
        "<h2>Cases</h2>",
        facts_table(_counts(cases)),
        "<h2>Volumes and attenuation</h2>",
        _spreads(cases, reviewed),
        f"<p class=caption>{_SPREAD}</p>",
        *_agreements(found),
        *_changes(changes),
        "<h2>What is odd</h2>",
        _odd(cases),
        f"{NEXT_PAGE}All cases</h2>",
        _all(cases),
        "<h2>How it was made</h2>",
        f"<p>{html.escape(_method(cases))}</p>",
        f"<p class=foot>{NOT_A_DEVICE}</p>",
    ]
    return sheet("Cohort", [part for part in parts if part], f"<!-- flare-gui cohort, {__version__} -->\n")


def _doubts(cases: Sequence[CohortCase]) -> str:
    unmeasured = [case.name for case in cases if case.changed]
    unsure = [case.name for case in cases if case.status == review.FLAGGED]
    sentences = []
    if unmeasured:
        sentences.append(f"not measured, because another program has changed the mask: {', '.join(unmeasured)}")
    if unsure:
        sentences.append(f"flagged, and still among the figures of all cases: {', '.join(unsure)}")
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences)
    return f"<h2>To keep in mind</h2><ul>{items}</ul>" if items else ""


def _counts(cases: Sequence[CohortCase]) -> dict[str, str]:
    failed = sum(case.report is None for case in cases)
    counts = {
        status: sum(case.status == status and case.report is not None for case in cases) for status in review.STATUSES
    }
    words = {"new": "not looked at", "accepted": "accepted", "corrected": "corrected by hand", "flagged": "flagged"}
    return {words[status].capitalize(): str(count) for status, count in counts.items()} | {"Failed": str(failed)}


def _spreads(cases: Sequence[CohortCase], reviewed: Sequence[CohortCase]) -> str:
    heads = ("Organ", "All: n", "Volume (ml)", "Mean HU", "Reviewed: n", "Volume (ml)", "Mean HU")
    rows = []
    for every, looked in zip(spreads(cases), spreads(reviewed), strict=True):
        cells = [_organ(every.organ.name, every.organ.colour)]
        for one in (every, looked):
            cells += [str(one.volume.n if one.volume else 0), _quartiles(one.volume), _quartiles(one.hu)]
        rows.append(cells)
    return _table(heads, rows)


def _agreements(found: Sequence[OrganAgreement]) -> list[str]:
    if not any(one.corrected for one in found):
        return []
    heads = ("Organ", "Cases", "Corrected", "Dice", "NSD", "Bias (ml)", "Limits (ml)", "Bias (%)")
    rows = []
    for one in found:
        limits = one.limits
        rows.append(
            [
                _organ(one.organ.name, one.organ.colour),
                str(len(one.pairs)),
                str(one.corrected),
                _quartiles(one.dice, 3),
                _quartiles(one.nsd, 3),
                "-" if limits is None else f"{limits.bias:z.1f}",
                _limits(limits),
                "-" if one.bias_percent is None else f"{one.bias_percent:z.1f}",
            ]
        )
    return [
        "<h2>Network and person</h2>",
        _table(heads, rows),
        f"<p class=caption>{_AGREEMENT}</p>",
        f"<div class=wide>{bland_altman(found)}</div>",
    ]


def _limits(limits: Limits | None) -> str:
    if limits is None:
        return "-"
    if limits.low is None:
        return f"{limits.n} {'case' if limits.n == 1 else 'cases'}: too few"
    return f"{limits.low:z.1f} to {limits.high:z.1f}"


def _changes(changes: Sequence[OrganChange]) -> list[str]:
    if not changes:
        return []
    heads = ("Patient", "From", "To", "Organ", "First (ml)", "Second (ml)", "Change (ml)", "Change (%)")
    rows = [
        [
            *(html.escape(text) for text in (one.pair.patient, one.pair.first, one.pair.second)),
            one.organ.name,
            _number(one.first_ml),
            _number(one.second_ml),
            html.escape(one.why_not) if one.change is None else f"{one.change.ml:+z.1f}",
            "" if one.change is None else f"{one.change.percent:+z.1f}",
        ]
        for one in changes
    ]
    return ["<h2>Change between two scans</h2>", _table(heads, rows), f"<p class=caption>{_CHANGES}</p>"]


def _odd(cases: Sequence[CohortCase]) -> str:
    rows = [
        [
            html.escape(case.name),
            html.escape("; ".join(case.odd) or case.failure),
            _status(case),
            html.escape(case.said.note),
        ]
        for case in cases
        if case.odd or case.failure
    ]
    return _table(("Case", "Why", "Status", "Note"), rows, "numbers words") if rows else "<p>Nothing.</p>"


def _all(cases: Sequence[CohortCase]) -> str:
    heads = ("Case", "Status", *(f"{organ.name} (ml)" for organ in ORGANS), "Confidence", "By hand", "Reviewer")
    rows = []
    for case in cases:
        sure = case.confidence
        rows.append(
            [
                html.escape(case.name),
                _status(case),
                *(_volume(case, organ.key) for organ in ORGANS),
                "-" if sure is None or case.changed else f"{sure:.2f}",
                ", ".join(organ.name.lower() for organ in ORGANS if organ.key in case.by_hand),
                html.escape(case.said.reviewer),
            ]
        )
    return _table(heads, rows)


def _status(case: CohortCase) -> str:
    return case.status if case.report is not None else "failed"


def _volume(case: CohortCase, key: str) -> str:
    organ = next(organ for organ in ORGANS if organ.key == key)
    found = case.measured(organ)
    return "-" if found is None else f"{found['volume_ml']:.0f}{' (cut)' if found['touches_border'] else ''}"


def _method(cases: Sequence[CohortCase]) -> str:
    """A sentence for a methods section."""
    models = sorted({str(case.report["model"]["id"]) for case in cases if case.report is not None})
    looked = sum(case.decided for case in cases)
    corrected = sum(case.status == review.CORRECTED for case in cases)
    return (
        f"The liver, the kidneys and the spleen were segmented with flare-gui {__version__}, a V-Net ({METHOD}), "
        f"weights {', '.join(models) or 'unknown'}; {looked} of {len(cases)} cases were reviewed, {corrected} of them "
        "corrected by hand."
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]], kind: str = "numbers") -> str:
    top = "".join(f"<th>{head}</th>" for head in heads)
    lines = ("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f'<table class="{kind}" width="100%" cellspacing=0><tr>{top}</tr>{"".join(lines)}</table>'


def _organ(name: str, colour: str) -> str:
    return f'<span class=swatch style="color:{colour}">■</span> {name}'


def _quartiles(one: Spread | None, decimals: int = 0) -> str:
    if one is None:
        return "-"
    return f"{one.median:.{decimals}f} ({one.lower_quartile:.{decimals}f} to {one.upper_quartile:.{decimals}f})"


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:z.1f}"
