"""One self-contained HTML page about a case: pictures, numbers, doubts, how it was made. Prints on A4."""

import html
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
body { font: 14px/1.45 system-ui, "Segoe UI", Roboto, "DejaVu Sans", sans-serif; color: #1c2430; max-width: 980px;
  margin: 24px auto; padding: 0 16px }
h1 { font-size: 24px; margin: 0 0 2px } h2 { font-size: 16px; margin: 22px 0 8px; break-after: avoid }
p.sub, footer { color: #5a6675; font-size: 12px; margin: 0 } footer { margin-top: 20px }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums }
th, td { text-align: right; padding: 4px 8px; border-bottom: 1px solid #dde3ea } th { font-weight: 600; color: #445 }
th:first-child, td:first-child { text-align: left; white-space: nowrap }
i { display: inline-block; width: 11px; height: 11px; border-radius: 2px; margin-right: 7px;
  -webkit-print-color-adjust: exact; print-color-adjust: exact }
figure { margin: 0; break-inside: avoid } figcaption { font-size: 12px; color: #5a6675; margin-top: 3px }
img { width: 100%; display: block; border-radius: 4px }
.grid { display: grid; grid-template-columns: repeat(3, 1fr); gap: 10px } .wide { max-width: 640px; margin: auto }
ul { margin: 0; padding-left: 18px }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 2px 14px; margin: 0 }
dt { color: #5a6675 } dd { margin: 0; overflow-wrap: anywhere }
"""
_PICTURE = (480, 400)
_PLANES: tuple[PlaneName, ...] = ("axial", "coronal", "sagittal")


def report(context: Context) -> list[Path]:
    """`.report.html`. It names the case and the file, never the patient."""
    text = page(context)
    return [context.write(context.path(".report.html"), lambda path: path.write_text(text, encoding="utf-8"))]


def page(context: Context) -> str:
    """The whole page, with nothing to load from elsewhere."""
    name = html.escape(context.volume.name)
    parts = [
        f"<h1>{name}</h1><p class=sub>Liver, kidneys and spleen in an abdominal CT</p>",
        _doubts(context),
        "<h2>Numbers</h2>",
        _table(context),
        "<h2>Surfaces from the front</h2>",
        _surfaces(context),
        "<h2>Slices through the middle of each organ</h2>",
        _slices(context),
        "<h2>How it was made</h2>",
        _run(context),
        f"<footer>{NOT_A_DEVICE}</footer>",
    ]
    head = f'<meta charset="utf-8"><title>{name} - flare-gui</title><style>{_STYLE}</style>'
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>\n' + "\n".join(parts) + "\n</body></html>\n"


def _doubts(context: Context) -> str:
    sentences = [*context.volume.warnings, *context.segmentation.warnings]
    cut = [
        f"the scan ends inside the {row['organ'].replace('_', ' ')}: its volume is that of a part"
        for row in numbers.rows(context.volume, context.segmentation)
        if row["touches_border"]
    ]
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in sentences + cut)
    return f"<h2>To keep in mind</h2><ul>{items}</ul>" if items else ""


def _table(context: Context) -> str:
    heads = (
        "Organ",
        "Volume (ml)",
        "Mean HU",
        "Median",
        "SD",
        "5 %",
        "95 %",
        "Right-left",
        "Front-back",
        "Up-down (mm)",
        "Confidence",
    )
    lines = ["<table><tr>" + "".join(f"<th>{head}</th>" for head in heads) + "</tr>"]
    for organ, row in zip(ORGANS, numbers.rows(context.volume, context.segmentation), strict=True):
        cells = [f"<td><i style='background:{organ.colour}'></i>{organ.name}</td>"]
        keys = ("volume_ml", "mean_hu", "median_hu", "sd_hu", "p5_hu", "p95_hu", *numbers.COLUMNS[7:10])
        cells += [f"<td>{_number(row[key])}</td>" for key in keys]
        cells.append("<td>-</td>" if row["confidence"] is None else f"<td>{row['confidence']:.2f}</td>")
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
    return f"<figure class=wide>{image(jpeg(picture), words)}</figure>"


def _slices(context: Context) -> str:
    """A row an organ: the three planes through the voxel of it that is nearest to its middle."""
    upright = geometry.reorient(context.volume.affine, context.volume.shape)
    hu, labels = upright.apply(context.volume.hu), upright.apply(context.segmentation.labels)
    captions = Captions(round(1.5 * _PICTURE[1]))
    painters = {plane: SlicePainter(hu, labels, upright.affine, plane, _PICTURE) for plane in _PLANES}
    figures = []
    for organ in ORGANS:
        context.cancel.check()
        voxels = np.argwhere(labels == organ.label)
        if not len(voxels):
            continue
        middle = voxels[np.argmin(((voxels - voxels.mean(axis=0)) ** 2).sum(axis=1))]
        for plane, painter in painters.items():
            picture = painter.picture(int(middle[painter.through]))
            captions.scale_bar(picture, painter.pixels_per_mm)
            captions.sides(picture, SIDES[plane])
            words = f"{organ.name}, {plane}"
            figures.append(f"<figure>{image(jpeg(picture), words)}<figcaption>{words}</figcaption></figure>")
    return f"<div class=grid>{''.join(figures)}</div>"


def _run(context: Context) -> str:
    volume, run = context.volume, context.segmentation.run
    facts = {
        "Scan": volume.source.name if volume.source else volume.name,
        "Voxels": " × ".join(map(str, volume.shape)),
        "Spacing": " × ".join(f"{mm:.2f}" for mm in volume.spacing) + f" mm, {volume.orientation}",
        "Program": f"flare-gui {__version__}",
    }
    if run:
        facts["Weights"] = f"{run['model']['id']}, sha256 {run['model']['sha256']}"
        facts["Device"] = f"{run['device']}, {run['precision']}, {sum(run['seconds'].values()):.1f} s"
        if run.get("corrected"):
            facts["Corrected"] = "by hand"
    else:
        facts["Mask"] = "from a file"
    rows = "".join(f"<dt>{key}</dt><dd>{html.escape(value)}</dd>" for key, value in facts.items())
    return f"<dl>{rows}</dl>"
