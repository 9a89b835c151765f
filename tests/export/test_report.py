"""The report is one file that shows all, loads nothing, and tells nothing about the patient."""

import re
import shutil
import subprocess
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from flare_gui.cli import main
from flare_gui.export import export
from flare_gui.findings import Finding
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.volume import Segmentation, Volume


@pytest.fixture
def page(tmp_path: Path) -> str:
    """The report of a small case whose name and warnings are written to do harm."""
    labels = np.zeros((40, 30, 20), np.uint8)
    labels[25:38, 5:20, 5:15], labels[3:10, 5:15, 8:20] = LIVER.label, SPLEEN.label
    affine = np.diag([4.0, 4, 5, 1])
    doubts = (Finding("x", "<script>alert(1)</script>", 1.0, ""),)
    volume = Volume((labels * 50).astype(np.int16), affine, "a&b", findings=doubts)
    export(volume, Segmentation(labels, affine, ("kidneys <b>not found</b>",)), tmp_path, ["report"])
    return (tmp_path / "a&b.report.html").read_text(encoding="utf-8")


def test_the_page_loads_nothing_and_runs_nothing(page: str) -> None:
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    Reader().feed(page)
    assert not {"script", "link", "iframe", "b"} & {tag for tag, _ in tags}
    sources = [attributes["src"] for tag, attributes in tags if tag == "img"]
    assert len(sources) == 1 + 3 * 2 and all(source and source.startswith("data:image/") for source in sources)
    assert not re.search(r"https?://|url\(", page)
    assert "&lt;script&gt;" in page and "a&amp;b" in page


def test_the_page_has_numbers_doubts_and_what_it_is_not(page: str) -> None:
    assert f"<td>{13 * 15 * 10 * 80 / 1000:.0f}</td>" in page
    assert "the scan ends inside the spleen" in page and "Not a medical device" in page
    assert page.count("<td>-</td>") >= 12  # neither kidney was found


def test_every_number_has_its_unit_and_its_meaning(page: str) -> None:
    heads = re.findall(r"<th[^>]*>(.*?)</th>", page)
    numbers = [re.sub("<br>", " ", head) for head in heads[1:]]
    assert len(numbers) == 10 and all(re.search(r"\((ml|HU|mm|Dice)\)", head) for head in numbers)
    assert "5 %" not in page and "5th percentile" in page and "Hounsfield units" in page


def test_a_corrected_organ_is_said_to_be_and_the_run_is_dated_and_can_be_cited(tmp_path: Path) -> None:
    labels = np.zeros((40, 30, 20), np.uint8)
    labels[25:38, 5:20, 5:15], labels[3:10, 5:15, 8:18] = LIVER.label, SPLEEN.label
    affine = np.diag([4.0, 4, 5, 1])
    run = {
        "model": {"id": "net-7", "sha256": "c0ffee" * 10},
        "date": "2026-03-04T05:06:07+00:00",
        "confidence": {LIVER.key: 0.93, SPLEEN.key: 0.91},
    }
    made = Segmentation(labels, affine, run=run).corrected_by_hand([SPLEEN.label])
    export(Volume((labels * 50).astype(np.int16), affine, "ct"), made, tmp_path, ["report"])
    page = (tmp_path / "ct.report.html").read_text(encoding="utf-8")
    liver, spleen = (re.search(rf"<tr><td[^>]*>.{{40,120}}{name}</td>.*?</tr>", page) for name in ("Liver", "Spleen"))
    assert liver is not None and liver.group().endswith("<td>0.93</td></tr>")
    assert spleen is not None and spleen.group().endswith("<td>corrected by hand</td></tr>")
    assert "on 04 March 2026, 05:06 UTC" in page
    assert "weights net-7" in page and "corrected by hand." in page


def test_a_browser_shows_it_and_prints_it(
    shared: Callable[[str], Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("needs Debian's chromium")
    source, out = shared("ct/ts_example"), tmp_path / "report.html"
    words = ["report", str(source / "ct.nii.gz"), "--mask", str(source / "label.nii.gz"), "-o", str(out)]
    assert main(words) == 0 and main(words) == 2
    picture, printed = tmp_path / "page.png", tmp_path / "page.pdf"
    command = [
        browser,
        "--headless",
        "--no-sandbox",
        "--window-size=1000,1400",
        f"--user-data-dir={tmp_path / 'profile'}",
    ]
    for option in (f"--screenshot={picture}", f"--print-to-pdf={printed}"):
        subprocess.run([*command, option, out.as_uri()], check=True, timeout=120, capture_output=True)
    pixels = np.asarray(Image.open(picture).convert("RGB")).astype(int)
    liver = LIVER.rgb
    assert (np.abs(pixels - liver).max(axis=2) < 12).sum() > 200
    assert printed.read_bytes().count(b"/Type /Page\n") + printed.read_bytes().count(b"/Type /Page ") in (2, 3, 4)
