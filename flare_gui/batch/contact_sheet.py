"""One HTML page with a picture of every case, to find in a minute those that need a second look. Works offline."""

import base64
import hashlib
import html
from collections.abc import Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from flare_gui import __version__
from flare_gui.batch import review
from flare_gui.batch.case_files import by_hand
from flare_gui.batch.odd import lowest_confidence
from flare_gui.export.inline import image
from flare_gui.export.report import NOT_A_DEVICE
from flare_gui.model.confidence import DOUBTFUL
from flare_gui.organs import ORGANS

BEGINS = "<!doctype html>\n<!-- flare-gui contact sheet"

_STYLE = """
* { box-sizing: border-box }
body { font: 14px/1.4 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #1c2430; background: #f4f6f8;
  margin: 0 }
header { position: sticky; top: 0; z-index: 1; background: #fff; border-bottom: 1px solid #dde3ea; padding: 10px 20px;
  display: flex; flex-wrap: wrap; gap: 8px 18px; align-items: center }
h1 { font-size: 19px; margin: 0 } h2 { font-size: 16px; margin: 24px 20px 8px } p { margin: 4px 20px }
.quiet, footer { color: #5a6675; font-size: 12px } footer { margin: 20px }
label { font-size: 13px } select, input[type=search] { font: inherit; padding: 2px 4px }
main { display: grid; grid-template-columns: repeat(auto-fill, minmax(244px, 1fr)); gap: 12px; padding: 14px 20px }
article { background: #fff; border: 1px solid #dde3ea; border-radius: 6px; overflow: hidden; break-inside: avoid }
article.odd { border: 2px solid #b8500a }
article img { width: 100%; aspect-ratio: 8 / 7; object-fit: contain; background: #000; display: block }
article div { padding: 6px 10px 8px }
h3 { font-size: 14px; margin: 0; overflow-wrap: anywhere } h3 a { color: inherit }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 13px }
td, th { padding: 1px 0; text-align: right; font-weight: 400 } td:first-child, th:first-child { text-align: left }
i { display: inline-block; width: 10px; height: 10px; border-radius: 2px; margin-right: 6px;
  -webkit-print-color-adjust: exact; print-color-adjust: exact }
.hand { color: #1f6f43 } h3 small { font-weight: 400; color: #5a6675; float: right }
h3 small.flagged { color: #a3390a } p.note { margin: 4px 0 0; font-size: 12px }
.low { color: #a3390a; font-weight: 600 }
ul { list-style: none; margin: 4px 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: 4px }
li { background: #fdebdd; color: #7a3405; border-radius: 3px; padding: 0 6px; font-size: 12px }
.failures { margin: 0 20px; width: auto; background: #fff; border: 1px solid #dde3ea }
.failures td, .failures th { text-align: left; padding: 4px 10px; border-bottom: 1px solid #eef1f4; vertical-align: top;
  overflow-wrap: anywhere }
@media print { header { position: static } body { background: #fff } select, input, label { display: none } }
"""

# Numbers are compared as numbers; a case that has none comes last in either direction.
_SCRIPT = """
const main = document.querySelector('main'), cards = [...main.children];
const [by, only, find] = ['by', 'only', 'find'].map(id => document.getElementById(id));
const number = (card, key) => card.dataset[key] === undefined ? NaN : Number(card.dataset[key]);
function show() {
  const [key, way] = by.value.split(' '), sign = way === 'down' ? -1 : 1;
  const names = (a, b) => a.dataset.name.localeCompare(b.dataset.name, undefined, { numeric: true });
  cards.sort((a, b) => {
    if (key === 'name') return names(a, b);
    const x = number(a, key), y = number(b, key);
    if (isNaN(x) || isNaN(y)) return isNaN(x) - isNaN(y) || names(a, b);
    return sign * (x - y) || names(a, b);
  });
  const words = find.value.toLowerCase();
  for (const card of cards)
    card.hidden = only.checked && card.dataset.odd === '0' || !card.dataset.name.toLowerCase().includes(words);
  main.append(...cards);
}
for (const control of [by, only, find]) control.addEventListener('input', show);
show();
"""


class Card(NamedTuple):
    """One case: its report (the JSON of `batch.run_case`), a JPEG, what is odd about it, what a person said of it."""

    report: dict[str, Any]
    picture: bytes
    odd: Sequence[str]
    said: review.Decision


def page(cards: Sequence[Card], failures: Sequence[tuple[str, str]]) -> str:
    """The whole page; `failures` are pairs of a file and what is wrong with it. Everything that is shown is escaped."""
    odd = sum(bool(card.odd) for card in cards)
    counts = f"{len(cards)} case{'s' * (len(cards) != 1)}, {odd} odd, {len(failures)} failed"
    body = [
        f"<header><h1>Contact sheet</h1><span class=quiet>{counts}</span>{_controls(cards)}</header>",
        "<main>",
        *(_card(card) for card in cards),
        "</main>",
        _failures(failures),
        f"<footer>{NOT_A_DEVICE} Coronal slices, the patient’s right on the left.</footer>",
        f"<script>{_SCRIPT}</script>",
    ]
    # Even if something got past the escaping, a browser would neither run nor fetch it.
    script = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()
    policy = f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'sha256-{script}'"
    head = (
        f'<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="{policy}">'
        f'<meta name="viewport" content="width=device-width"><title>Contact sheet - flare-gui</title>'
        f"<style>{_STYLE}</style>"
    )
    begin = f'{BEGINS}, {__version__} -->\n<html lang="en"><head>{head}</head>\n<body>\n'
    return begin + "\n".join(body) + "\n</body></html>\n"


def _controls(cards: Sequence[Card]) -> str:
    orders = [("oddities down", "what is odd")]
    if any(lowest_confidence(card.report) is not None for card in cards):
        orders.append(("confidence up", "lowest confidence"))
    orders.append(("name", "name"))
    for organ in ORGANS:
        orders += [(f"{_key(organ.key)} up", f"{organ.name}, small first")]
        orders += [(f"{_key(organ.key)} down", f"{organ.name}, large first")]
    options = "".join(f'<option value="{value}">{words}</option>' for value, words in orders)
    return (
        f"<label>Sort by <select id=by>{options}</select></label>"
        "<label><input type=checkbox id=only> odd ones only</label>"
        "<label>Find <input type=search id=find placeholder=name></label>"
    )


def _card(card: Card) -> str:
    report = card.report
    name, confidence = str(report["case"]), lowest_confidence(report)
    data = {"name": name, "odd": int(bool(card.odd)), "oddities": len(card.odd)}
    data |= {_key(organ.key): report["organs"][organ.key]["volume_ml"] for organ in ORGANS}
    if confidence is not None:
        data["confidence"] = confidence
    attributes = " ".join(f'data-{key}="{html.escape(str(value))}"' for key, value in data.items())
    words = "".join(f"<li>{html.escape(word)}</li>" for word in card.odd)
    link = html.escape(quote(f"{name}.json"))
    status = review.standing(card.said, by_hand(report))
    mark = "" if status == review.NEW else f"<small class={status}>{status}</small>"
    note = f"<p class=note>{html.escape(card.said.note)}</p>" if card.said.note else ""
    return (
        f'<article class="{"odd" if card.odd else ""}" {attributes}>'
        f"{image(card.picture, f'{name}, coronal slice with the organs’ outlines') if card.picture else ''}"
        f'<div><h3><a href="./{link}">{html.escape(name)}</a>{mark}</h3>'
        f"<table>{''.join(_organ(report, i) for i in range(len(ORGANS)))}</table>"
        f"{note}{f'<ul>{words}</ul>' if words else ''}</div></article>"
    )


def _organ(report: dict[str, Any], i: int) -> str:
    organ = ORGANS[i]
    measured = report["organs"][organ.key]
    volume = f"{measured['volume_ml']:.0f} ml" if measured["voxels"] else "-"
    cut = " (cut)" if measured["touches_border"] else ""
    confidence = measured.get("confidence")
    sure = ""
    if organ.key in by_hand(report):
        sure = '<td class=hand title="a person drew this, not the network">by hand</td>'
    elif confidence is not None:
        low = " class=low" if confidence < DOUBTFUL else ""
        sure = f'<td{low} title="confidence: the Dice to expect">{confidence:.2f}</td>'
    return f"<tr><td><i style='background:{organ.colour}'></i>{organ.name}{cut}</td><td>{volume}</td>{sure}</tr>"


def _failures(failures: Sequence[tuple[str, str]]) -> str:
    if not failures:
        return ""
    rows = "".join(f"<tr><td>{html.escape(file)}</td><td>{html.escape(words)}</td></tr>" for file, words in failures)
    return f"<h2>Failed</h2><table class=failures><tr><th>File</th><th>What is wrong</th></tr>{rows}</table>"


def _key(organ: str) -> str:
    """`right_kidney` as the name of a data attribute."""
    return organ.replace("_", "")
