"""One HTML file that shows a result in any browser, without a network: slices to scroll, surfaces to turn, the numbers.

NiiVue draws; it and all data are inside. A Content-Security-Policy forbids the page to ask anyone for anything, and
scripts other than its own. Nothing names the patient, the file or the day.
"""

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from flare_gui.assets import asset
from flare_gui.export import numbers
from flare_gui.export.context import Context, ExportOptions
from flare_gui.export.meshes import glb_of
from flare_gui.export.report import NOT_A_DEVICE
from flare_gui.export.shared_scan import SharedScan, levels, shared_scan
from flare_gui.model.laterality import DOUBTS
from flare_gui.organs import ORGANS
from flare_gui.progress import Cancel, Progress, ignore, never
from flare_gui.render.options import WINDOWS
from flare_gui.volume import Segmentation, Volume, check_same_grid

SUFFIXES = (".html", ".htm")
# The sentences of these name files and series.
_ABOUT_FILES = {"unreadable-files", "part-of-series", "other-parts", "other-series"}
_COLUMNS = {
    "volume_ml": "Volume<br>(ml)",
    "mean_hu": "Mean<br>(HU)",
    "sd_hu": "SD<br>(HU)",
    "confidence": "Confidence<br>(Dice)",
}
_SURE_ENOUGH = 6


def share(
    volume: Volume,
    segmentation: Segmentation,
    path: Path,
    *,
    with_ct: bool = True,
    overwrite: bool = False,
    progress: Progress = ignore,
    cancel: Cancel = never,
) -> Path:
    """Write the page to `path` and return it; without the CT it has surfaces and numbers alone.

    Raises `GridMismatch` for a mask of another grid, `OutputExists`, `FlareError` for a mask without organs or when the
    file cannot be written, `Cancelled`.
    """
    check_same_grid(volume, segmentation)
    context = Context(volume, segmentation, path.parent, ExportOptions(overwrite=overwrite), cancel)
    text = page(context, with_ct=with_ct, progress=progress)
    progress("writing", 0.9)
    return context.write(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def page(context: Context, *, with_ct: bool = True, progress: Progress = ignore) -> str:
    """The whole page, below 25 MB whatever the scan. Raises as `share`."""
    from flare_gui.render.surface import organ_surfaces

    progress("the scan", 0.0)
    # Without organs it refuses, with the CT or without.
    scan = shared_scan(context.volume, context.segmentation, cancel=context.cancel)
    progress("the surfaces", 0.4)
    segmentation = context.segmentation
    surfaces = organ_surfaces(
        segmentation.labels, segmentation.affine, [organ.label for organ in ORGANS], cancel=context.cancel
    )
    glb = glb_of([(organ, surfaces[organ.label]) for organ in ORGANS if organ.label in surfaces])
    progress("the page", 0.6)
    about: dict[str, Any] = {
        "organs": [{"label": o.label, "name": o.name, "rgb": o.rgb} for o in ORGANS if o.label in surfaces],
        "windows": WINDOWS,
    }
    packed = {"surfaces-glb": glb}
    if with_ct:
        about["scan"] = _about(scan)
        packed |= {"ct": scan.codes.tobytes(order="F"), "labels": scan.labels.tobytes(order="F")}
    data = [_json("about", about)]
    for name, content in packed.items():
        context.cancel.check()
        data.append(_packed(name, content))
    library, script = (_source(name) for name in ("niivue/niivue.umd.js", "share/page.js"))
    library = f"/*\n{asset('niivue/LICENSES.txt').read_text(encoding='utf-8')}*/\n{library}"
    style = _filled(
        asset("share/page.css").read_text(encoding="utf-8"),
        {"swatches": "\n".join(f".{organ.key} {{ background: {organ.colour} }}" for organ in ORGANS)},
    )
    parts = {
        "policy": _policy([library, script], style),
        "style": style,
        "kind": "with-ct" if with_ct else "without-ct",
        "numbers": _numbers(context),
        "foot": html.escape(NOT_A_DEVICE),
        "data": "\n".join(data),
        "library": library,
        "script": script,
    }
    return _filled(asset("share/page.html").read_text(encoding="utf-8"), parts)


def _about(scan: SharedScan) -> dict[str, Any]:
    """What the page has to know of the voxels; it begins where most of the organs are."""
    start = np.argwhere(scan.labels).mean(axis=0).round().astype(int)
    return {
        "shape": scan.codes.shape,
        "spacing": np.linalg.norm(scan.affine[:3, :3], axis=0).round(_SURE_ENOUGH).tolist(),
        "affine": scan.affine.round(_SURE_ENOUGH).tolist(),
        "levels": levels().tolist(),
        "start": start.tolist(),
    }


def _numbers(context: Context) -> str:
    """The table, each number as the CSV prints it, and what is to be kept in mind."""
    rows = numbers.rows(context.volume, context.segmentation)
    heads = "".join(f"<th>{head}</th>" for head in ("Organ", *_COLUMNS.values()))
    lines = [f"<table><thead><tr>{heads}</tr></thead><tbody>"]
    for organ, row in zip(ORGANS, rows, strict=True):
        name = f'<span class="swatch {organ.key}"></span>{organ.name}'
        if row["volume_ml"]:
            name = f'<label><input type="checkbox" data-organ="{organ.label}" checked>{name}</label>'
        shown = row | {"confidence": row["corrected"] or row["confidence"]}
        cells = "".join(f'<td data-number="{key}">{_printed(shown[key])}</td>' for key in _COLUMNS)
        lines.append(f'<tr data-row="{organ.key}"><td>{name}</td>{cells}</tr>')
    doubts = "".join(f'<li class="doubt">{html.escape(sentence)}</li>' for sentence in _doubts(context, rows))
    return "\n".join(
        [
            *lines,
            "</tbody></table>",
            f"<ul>{doubts}</ul>" if doubts else "",
            "<p>HU are Hounsfield units: water has 0, air -1000. SD is their standard deviation. Confidence is the "
            "agreement (Dice, 0 to 1) to be expected with an expert’s outline. Numbers were measured on the whole "
            "scan; the pictures here may be coarser.</p>",
        ]
    )


def _doubts(context: Context, rows: list[dict[str, Any]]) -> list[str]:
    """Sentences without the name of a file."""
    found = [one.sentence for one in context.volume.findings if one.code not in _ABOUT_FILES]
    found += [sentence for sentence in context.segmentation.warnings if sentence in DOUBTS]
    found += [f"the {row['organ'].replace('_', ' ')} was not found" for row in rows if not row["volume_ml"]]
    return found + numbers.cut_organs(rows)


def _printed(value: object) -> str:
    return "–" if value is None else html.escape(str(value))


def _packed(name: str, data: bytes) -> str:
    """Bytes as an element that the page's script reads; gzip without its date."""
    encoded = base64.b64encode(gzip.compress(data, 6, mtime=0)).decode()
    return f'<script type="application/octet-stream" id="{name}">{encoded}</script>'


def _json(name: str, data: Mapping[str, Any]) -> str:
    text = json.dumps(data, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" id="{name}">{text}</script>'


def _source(name: str) -> str:
    """A script of the assets, as it may stand inside HTML: nothing in it ends the element, or begins a comment."""
    text = asset(name).read_text(encoding="utf-8")
    return text.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _policy(scripts: list[str], style: str) -> str:
    """Nothing may be loaded, and nothing run but these scripts, known by their digests."""
    allowed = " ".join(_digest(script) for script in scripts)
    return (
        f"default-src 'none'; script-src {allowed}; style-src {_digest(style)}; img-src data: blob:; "
        "base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


def _filled(template: str, parts: Mapping[str, str]) -> str:
    """`{{name}}` replaced by each part, in one go: what looks like it inside a part stays."""
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], template)
