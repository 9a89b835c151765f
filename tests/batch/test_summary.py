"""What a batch leaves to look at: volumes, failures, and a contact sheet that shows all and loads nothing."""

import csv
import re
import shutil
import subprocess
from html.parser import HTMLParser
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from flare_gui.batch.case_files import CaseFiles, report_text
from flare_gui.batch.odd import lowest_confidence, oddities
from flare_gui.batch.run_case import CaseResult
from flare_gui.batch.summary import CONTACT_SHEET, FAILURES, VOLUMES, FailedCase, check_no_other, write_summary
from flare_gui.batch.thumbnail import SIZE, thumbnail
from flare_gui.batch.worker import Failure
from flare_gui.errors import OutputExists
from flare_gui.io import Case
from flare_gui.model.laterality import MIRRORED
from flare_gui.organs import LIVER, ORGANS, SPLEEN
from flare_gui.volume import Segmentation, Volume

USUAL_ML = {"liver": 1500.0, "right_kidney": 150.0, "spleen": 200.0, "left_kidney": 155.0}
# Whatever a file system takes in a name.
HARM = "<script>alert(1)<\u2215script>\"'&"


def report(name: str, warnings: tuple[str, ...] = (), sure: float | None = None, **ml: float) -> dict[str, Any]:
    """As the JSON of a case."""
    organs = {}
    for organ in ORGANS:
        volume = ml.get(organ.key, USUAL_ML[organ.key])
        organs[organ.key] = {
            "voxels": int(volume * 10),
            "volume_ml": volume,
            "mean_hu": 100.0 if volume else None,
            "touches_border": False,
        } | ({} if sure is None else {"confidence": sure if organ is SPLEEN else 0.99})
    return {
        "case": name,
        "organs": organs,
        "input": {"file": f"{name}.nii.gz"},
        "warnings": list(warnings),
        "made_from": {"scan_sha256": "0"},
        "mask": {"sha256": "0"},
    }


def result(folder: Path, made: dict[str, Any]) -> CaseResult:
    buffer = BytesIO()
    Image.new("RGB", SIZE, "#336699").save(buffer, "JPEG")
    files = CaseFiles(folder, made["case"])
    files.mask.write_bytes(b"")
    files.report.write_text(report_text(made), encoding="utf-8")
    return CaseResult(files.name, files.mask, files.report, made, False, buffer.getvalue())


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_odd_is_what_is_missing_of_no_organs_size_on_the_wrong_side_or_unsure() -> None:
    reports = [report(f"ct{i}", liver=1500.0 + i) for i in range(12)]
    reports += [
        report("no spleen", spleen=0.0),
        report("tiny", left_kidney=12.0),
        report("sides", (MIRRORED,)),
        report("unsure", sure=0.3),
        report("outlier", liver=3900.0),
    ]
    found = oddities(reports)
    assert not any(found[:12])
    assert found[12:] == [
        ["no spleen"],
        ["left kidney small"],
        ["right or left?"],
        ["low confidence"],
        ["liver much larger than the others'"],
    ]
    # What the doctor has found in the scan itself, but not what it thinks possible, nor which series was taken.
    findings = (("hu-offset", 0.95), ("cone-beam", 0.6), ("other-series", 1.0))
    reports[0]["findings"] = [{"code": code, "sure": sure} for code, sure in findings]
    assert oddities(reports)[0] == ["scan: hu offset"]
    assert lowest_confidence(reports[15]) == 0.3 and lowest_confidence(reports[0]) is None
    reports[13]["organs"]["left_kidney"]["touches_border"] = True
    assert not oddities(reports)[13], "an organ that the scan cuts may be small"


def test_the_tables_have_a_row_for_each_case_and_each_failure(tmp_path: Path) -> None:
    results = [result(tmp_path, report("b", sure=0.9)), result(tmp_path, report("=1+1", ("careful",), spleen=0.0))]
    failed = FailedCase(
        Case(Path("/data/Smith John/x.nii"), "x"), Failure("/data/Smith John/x.nii: is broken", "Copy it.")
    )
    write_summary(tmp_path, results, [failed])
    first, second = rows(tmp_path / VOLUMES)
    assert first["case"] == "'=1+1", "a spreadsheet must not run what a file is called"
    assert (first["spleen_ml"], first["odd"], first["warnings"]) == ("0.0", "no spleen", "careful")
    assert (second["case"], second["liver_ml"], second["lowest_confidence"]) == ("b", "1500.0", "0.9")
    (row,) = rows(tmp_path / FAILURES)
    assert row["file"] == "/data/Smith John/x.nii" and row["what_to_do"] == "Copy it."
    page = (tmp_path / CONTACT_SHEET).read_text(encoding="utf-8")
    assert "x.nii" in page and "is broken" in page
    assert "Smith" not in page, "folders may name a patient, and a contact sheet is handed on"


def test_an_earlier_summary_is_replaced_and_another_programs_file_is_not(tmp_path: Path) -> None:
    for _ in range(2):
        check_no_other(tmp_path, overwrite=False)
        write_summary(tmp_path, [result(tmp_path, report("a"))], [])
    (tmp_path / VOLUMES).write_text("patient;age\n")
    with pytest.raises(OutputExists, match=r"volumes\.csv"):
        check_no_other(tmp_path, overwrite=False)
    check_no_other(tmp_path, overwrite=True)


def test_the_contact_sheet_escapes_loads_nothing_and_names_its_script(tmp_path: Path) -> None:
    harmful = report(HARM, (HARM,), spleen=0.0)
    write_summary(tmp_path, [result(tmp_path, harmful)], [FailedCase(Case(Path(HARM), HARM), Failure(HARM, HARM))])
    page = (tmp_path / CONTACT_SHEET).read_text(encoding="utf-8")
    tags: list[tuple[str, dict[str, str | None]]] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            tags.append((tag, dict(attrs)))

    Reader().feed(page)
    names = [tag for tag, _ in tags]
    assert names.count("script") == 1 and not {"link", "iframe", "object"} & set(names)
    assert [a["data-name"] for tag, a in tags if tag == "article"] == [HARM]
    assert all(str(a["src"]).startswith("data:image/jpeg;base64,") for tag, a in tags if tag == "img")
    assert "default-src 'none'" in page and "script-src 'sha256-" in page
    assert not re.search(r"https?://|url\(", page)


def test_a_browser_sorts_the_contact_sheet(tmp_path: Path) -> None:
    browser = shutil.which("chromium")
    if browser is None:
        pytest.skip("needs Debian's chromium")
    made = [report("a", sure=0.9, liver=1800.0), report("b", sure=0.2, liver=1200.0), report("c", spleen=0.0)]
    write_summary(tmp_path, [result(tmp_path, one) for one in made], [])
    page = (tmp_path / CONTACT_SHEET).read_text(encoding="utf-8")

    def order(choice: str = "") -> list[str]:
        # The page's own script alone may run: a choice is made where a user's click would make it.
        text = page
        if choice:
            text = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
            text = text.replace("\nshow();", f"\n{choice}\nshow();")
        (tmp_path / "page.html").write_text(text, encoding="utf-8")
        command = [browser, "--headless", "--no-sandbox", f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom"]
        dom = subprocess.run(
            [*command, (tmp_path / "page.html").as_uri()], check=True, timeout=120, capture_output=True, text=True
        ).stdout
        cards = re.findall(r'<article [^>]*data-name="(\w)"[^>]*>', dom)
        return [name for name in cards if not re.search(rf'<article [^>]*data-name="{name}"[^>]*hidden', dom)]

    assert order() == ["b", "c", "a"], "odd ones first, without being asked"
    assert order("by.value = 'confidence up';") == ["b", "a", "c"], "a case without confidence comes last"
    assert order("by.value = 'liver down'; only.checked = true;") == ["c", "b"]


def test_the_thumbnail_shows_the_slice_with_most_organs_the_right_side_left(tmp_path: Path) -> None:
    labels = np.zeros((60, 50, 40), np.uint8)
    labels[35:55, 10:30, 20:35], labels[5:15, 15:25, 22:34] = LIVER.label, SPLEEN.label
    affine = np.diag([5.0, 5, 5, 1])
    volume = Volume((labels * 40 - 100).astype(np.int16), affine)
    with Image.open(BytesIO(thumbnail(volume, Segmentation(labels, affine)))) as picture:
        pixels = np.asarray(picture.convert("RGB")).astype(int)
    assert picture.size == SIZE

    def middle(colour: str) -> float:
        near = np.abs(pixels - [int(colour[i : i + 2], 16) for i in (1, 3, 5)]).max(axis=2) < 60
        assert near.sum() > 20
        return float(np.argwhere(near)[:, 1].mean())

    assert middle(LIVER.colour) < SIZE[0] / 2 < middle(SPLEEN.colour)
