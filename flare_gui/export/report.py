"""One self-contained HTML page about a case: pictures, numbers, doubts, how it was made. Prints on A4."""

import html
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import numpy as np
from PIL import Image, ImageChops

from flare_gui import __version__, geometry
from flare_gui.export import numbers
from flare_gui.export.context import Context
from flare_gui.export.inline import image, jpeg
from flare_gui.organs import ORGANS
from flare_gui.render.options import PlaneName
from flare_gui.render.slide import SIDES, Captions, SlicePainter

NOT_A_DEVICE = "Made with flare-gui for research and teaching. Not a medical device: do not diagnose or treat with it."

_STYLE = """
@page { size: A4; margin: 14mm }
* { box-sizing: border-box }
body { font-family: system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; font-size: 10.5pt;
  color: #1c2430 }
h1 { font-size: 18pt; margin: 0 0 2px } h2 { font-size: 12pt; margin: 22px 0 8px; break-after: avoid }
p.sub, p.caption, p.foot { color: #5a6675; font-size: 9pt; margin: 0 } p.foot { margin-top: 20px }
table { border-collapse: collapse; width: 100% }
table.numbers { font-size: 9pt; font-variant-numeric: tabular-nums }
table.numbers td, table.numbers th { text-align: right; padding: 4px 6px; border-bottom: 1px solid #dde3ea }
table.numbers th { font-weight: 600; color: #445; vertical-align: bottom }
table.numbers td:first-child, table.numbers th:first-child { text-align: left !important; white-space: nowrap }
table.words td, table.words th { text-align: left !important }
span.swatch { -webkit-print-color-adjust: exact; print-color-adjust: exact }
table.facts td { padding: 1px 14px 1px 0; vertical-align: top; overflow-wrap: anywhere }
table.facts td:first-child { color: #5a6675; white-space: nowrap }
table.pictures { table-layout: fixed } table.pictures td { padding: 0 5px 10px; vertical-align: top }
tr, p, .wide { break-inside: avoid }
img { width: 100%; display: block; border-radius: 4px } .wide { max-width: 640px; margin: auto }
ul { margin: 0; padding-left: 18px }
@media screen { body { line-height: 1.45; max-width: 980px; margin: 24px auto; padding: 0 16px } }
@media print { h2.page { break-before: page } table.numbers { font-size: 8pt }
  table.numbers td, table.numbers th { padding: 3px 2px }
  table.numbers th { font-size: 6.5pt; font-weight: normal } }
"""
# Browsers read the style sheet, Qt this.
NEXT_PAGE = '<h2 class=page style="page-break-before: always">'
_PICTURE = (480, 400)
# For programs without style sheets, such as the one that makes a PDF: a third of a page's width, and most of it.
_THIRD, _MOST = 190, 500
_PLANES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")

# What a column's number is, over its unit; and what the words mean, for those who do not meet them every day.
_COLUMNS = {
    "volume_ml": "Volume<br>(ml)",
    "mean_hu": "Mean<br>(HU)",
    "median_hu": "Median<br>(HU)",
    "sd_hu": "SD<br>(HU)",
    "p5_hu": "5th<br>percen-<br>tile (HU)",
    "p95_hu": "95th<br>percen-<br>tile (HU)",
    "extent_right_left_mm": "Right to<br>left (mm)",
    "extent_front_back_mm": "Front to<br>back (mm)",
    "extent_up_down_mm": "Head to<br>foot (mm)",
}
_MEANINGS = (
    "HU are Hounsfield units of the organ’s voxels: water has 0, air -1000. SD is their standard deviation; one in "
    "twenty is below the 5th percentile, one in twenty above the 95th. Extents are those of the box around the organ "
    "along the patient’s axes. Confidence is the agreement (Dice, from 0 for none to 1 for all) to be expected with an "
    "expert’s outline; it is known for what the network drew and nobody changed."
)
METHOD = "Milletari, Navab, Ahmadi: V-Net, 3DV 2016, doi:10.1109/3DV.2016.79"


def report(context: Context) -> list[Path]:
    """`.report.html`. It names the case and the file, never the patient."""
    text = page(context)
    return [context.write(context.path(".report.html"), lambda path: path.write_text(text, encoding="utf-8"))]


def page(context: Context) -> str:
    """The whole page, with nothing to load from elsewhere.

    Tables alone place things, and pictures have widths of their own: Qt's text knows no more, and prints it as PDF.
    """
    name = html.escape(context.volume.name)
    parts = [
        f"<h1>{name}</h1><p class=sub>Liver, kidneys and spleen in an abdominal CT</p>",
        _doubts(context),
        "<h2>Numbers</h2>",
        _table(context),
        f"<p class=caption>{_MEANINGS}</p>",
        "<h2>Surfaces from the front</h2>",
        _surfaces(context),
        f"{NEXT_PAGE}Slices through the middle of each organ</h2>",
        _slices(context),
        f"{NEXT_PAGE}How it was made</h2>",
        facts_table(_run(context)),
        "<h2>How to cite it</h2>",
        f"<p>{html.escape(_citation(context))}</p>",
        f"<p class=foot>{NOT_A_DEVICE}</p>",
    ]
    return sheet(name, parts)


def sheet(title: str, parts: Sequence[str], mark: str = "") -> str:
    """A page of HTML `parts` that prints on A4; `title` is escaped already. `mark` is a comment at its beginning."""
    head = f'<meta charset="utf-8"><title>{title} - flare-gui</title><style>{_STYLE}</style>'
    begin = f'<!doctype html>\n{mark}<html lang="en"><head>{head}</head>\n<body>\n'
    return begin + "\n".join(parts) + "\n</body></html>\n"


def _doubts(context: Context) -> str:
    sentences = [*context.volume.warnings, *context.segmentation.warnings]
    cut = numbers.cut_organs(numbers.rows(context.volume, context.segmentation))
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences + cut)
    return f"<h2>To keep in mind</h2><ul>{items}</ul>" if items else ""


def _table(context: Context) -> str:
    heads = ("Organ", *_COLUMNS.values(), "Confi-<br>dence<br>(Dice)")
    # The first and the last hold words, the others a number each.
    widths = (15, *[8] * len(_COLUMNS), 13)
    top = "".join(f'<th width="{width}%">{head}</th>' for head, width in zip(heads, widths, strict=True))
    lines = [f'<table class=numbers width="100%" cellspacing=0><tr>{top}</tr>']
    for organ, row in zip(ORGANS, numbers.rows(context.volume, context.segmentation), strict=True):
        cells = [f'<td align=left><span class=swatch style="color:{organ.colour}">■</span> {organ.name}</td>']
        cells += [f"<td>{_number(row[key])}</td>" for key in _COLUMNS]
        sure = "-" if row["confidence"] is None else f"{row['confidence']:.2f}"
        cells.append(f"<td>{'corrected by hand' if row['corrected'] else sure}</td>")
        lines.append("<tr>" + "".join(cells) + "</tr>")
    return "\n".join([*lines, "</table>"])


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _surfaces(context: Context) -> str:
    if not context.segmentation.labels.any():
        return "<p>No organ was found.</p>"
    from flare_gui.render.scene import organs_picture

    whole = Image.fromarray(organs_picture(context.segmentation, size=(1280, 900), view="front", background="white"))
    left, top, right, bottom = ImageChops.difference(whole, Image.new("RGB", whole.size, "white")).getbbox() or (
        0,
        0,
        1,
        1,
    )
    picture = whole.crop((left - 20, top - 20, right + 20, bottom + 20))
    words = "The organs from the front, the patient’s right on the left"
    return f"<div class=wide>{image(jpeg(picture), words, _MOST)}</div>"


def _slices(context: Context) -> str:
    """A row an organ: the three planes through the voxel of it that is nearest to its middle."""
    upright = geometry.reorient(context.volume.affine, context.volume.shape)
    hu, labels = upright.apply(context.volume.hu), upright.apply(context.segmentation.labels)
    captions = Captions(round(1.5 * _PICTURE[1]))
    painters = {plane: SlicePainter(hu, labels, upright.affine, plane, _PICTURE) for plane in _PLANES}
    lines = []
    for organ in ORGANS:
        context.cancel.check()
        voxels = np.argwhere(labels == organ.label)
        if not len(voxels):
            continue
        middle = voxels[np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))]
        cells = []
        for plane, painter in painters.items():
            picture = painter.picture(int(middle[painter.through]))
            captions.scale_bar(picture, painter.pixels_per_mm)
            captions.sides(picture, SIDES[plane])
            words = f"{organ.name}, {plane}"
            cells.append(f"<td>{image(jpeg(picture), words, _THIRD)}<p class=caption>{words}</p></td>")
        lines.append(f"<tr>{''.join(cells)}</tr>")
    return f'<table class=pictures width="100%" cellspacing=0>{"".join(lines)}</table>'


def _run(context: Context) -> dict[str, str]:
    volume, segmentation = context.volume, context.segmentation
    run = segmentation.run
    facts = {
        "Scan": volume.source.name if volume.source else volume.name,
        "Voxels": " × ".join(map(str, volume.shape)),
        "Spacing": " × ".join(f"{mm:.2f}" for mm in volume.spacing) + f" mm, {volume.orientation}",
        "Program": f"flare-gui {__version__}",
        "Report": f"made on {date.today():%d %B %Y}",
    }
    if "model" in run:
        facts["Weights"] = f"{run['model']['id']}, sha256 {run['model']['sha256']}"
    else:
        facts["Mask"] = "from a file, or drawn"
    if "date" in run:
        facts["Segmented"] = f"on {datetime.fromisoformat(run['date']):%d %B %Y, %H:%M} UTC"
    if "device" in run:
        facts["Device"] = f"{run['device']}, {run['precision']}, {sum(run['seconds'].values()):.1f} s"
    if segmentation.corrected:
        names = (organ.name.lower() for organ in ORGANS if organ.key in segmentation.corrected)
        facts["By hand"] = f"corrected: {', '.join(names)}"
    return facts


def facts_table(facts: dict[str, str]) -> str:
    """Two columns: what is known, and what it is."""
    rows = "".join(f"<tr><td>{key}</td><td>{html.escape(value)}</td></tr>" for key, value in facts.items())
    return f'<table class=facts width="100%" cellspacing=0>{rows}</table>'


def _citation(context: Context) -> str:
    """A sentence for a methods section."""
    run, corrected = context.segmentation.run, context.segmentation.corrected
    if "model" not in run:
        return f"Organs were measured with flare-gui {__version__} on masks from elsewhere; cite where these come from."
    model = run["model"]
    sentence = (
        f"The liver, the kidneys and the spleen were segmented with flare-gui {__version__}, a V-Net ({METHOD}), "
        f"weights {model['id']} (sha256 {model['sha256'][:12]})"
    )
    return sentence + (", and corrected by hand." if corrected else ".")
