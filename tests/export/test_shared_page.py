"""The page of *Share* in a real browser: slices scroll, surfaces turn, numbers are the CSV's, nobody is asked."""

import base64
import csv
import gzip
import json
import re
import threading
import time
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nibabel
import numpy as np
import pytest
import trimesh
from PIL import Image

from flare_gui import geometry
from flare_gui.cli import main
from flare_gui.errors import Cancelled, FlareError, OutputExists
from flare_gui.export import export
from flare_gui.export.shared_page import share
from flare_gui.export.shared_scan import MOST_VOXELS, encoded, levels, shared_scan
from flare_gui.findings import Finding
from flare_gui.io import write_segmentation
from flare_gui.organs import LEFT_KIDNEY, LIVER, SPLEEN
from flare_gui.progress import Cancel
from flare_gui.volume import Segmentation, Volume
from tests.browser import Tab, browser, program

READY = "window.shared?.ready > 0"
DESKTOP, PHONE = (1366, 768), (390, 844)


def case(name: str = "Zaphodsson_1947", affine: np.ndarray | None = None) -> tuple[Volume, Segmentation]:
    """Noise around three blocks of 110, 60 and 170 HU in a body that the scan ends in."""
    rng = np.random.default_rng(0)
    labels = np.zeros((90, 70, 50), np.uint8)
    labels[10:40, 15:55, 12:38] = LIVER.label
    labels[66:80, 30:50, 14:30] = SPLEEN.label
    labels[54:62, 20:30, :14] = LEFT_KIDNEY.label
    hu = rng.normal(20, 8, labels.shape)
    for organ, value in ((LIVER, 110), (SPLEEN, 60), (LEFT_KIDNEY, 170)):
        hu[labels == organ.label] += value - 20
    affine = np.array([[-3.0, 0, 0, 130], [0, -3, 0, 100], [0, 0, 4, -90], [0, 0, 0, 1]]) if affine is None else affine
    findings = (
        Finding("offset", "values are <script>alert(1)</script> & high", 1.0, ""),
        Finding("unreadable-files", f"{name}_2.dcm could not be read", 1.0, ""),
    )
    volume = Volume(hu.astype(np.int16), affine, name, Path(f"/home/ward/{name}.nii.gz"), findings=findings)
    run = {"date": "2019-11-27T10:00:00", "model": {"id": "x"}, "confidence": {"liver": 0.95}, "corrected": ["spleen"]}
    return volume, Segmentation(labels, affine, (f"{name}.seg.nii.gz: 3 values were left out",), run)


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return share(*case(), tmp_path_factory.mktemp("page") / "result.html")


@pytest.fixture(scope="module")
def bare_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Without the CT."""
    return share(*case(), tmp_path_factory.mktemp("page") / "result.html", with_ct=False)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tab]:
    if program() is None:
        pytest.skip("needs Chromium")
    with browser(tmp_path_factory.mktemp("profile")) as tab:
        tab.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        yield tab


def part(page: Path, name: str) -> bytes:
    """What a page carries under a name, unpacked."""
    found = re.search(rf'<script type="[^"]*" id="{name}">([^<]*)</script>', page.read_text(encoding="utf-8"))
    assert found is not None, f"no {name} in the page"
    return found[1].encode() if name == "about" else gzip.decompress(base64.b64decode(found[1]))


def seen(tab: Tab, tmp_path: Path, element: str) -> np.ndarray:
    """The pixels of an element on the screen, as grey to colour (height, width, 3)."""
    tab.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    box = tab.value(f"JSON.stringify(document.getElementById('{element}').getBoundingClientRect())")
    place, scale = json.loads(box), tab.value("devicePixelRatio")
    left, top, right, bottom = (round(place[side] * scale) for side in ("left", "top", "right", "bottom"))
    picture = Image.open(tab.picture(tmp_path / "screen.png")).convert("RGB")
    return np.asarray(picture.crop((left, top, right, bottom))).astype(int)


def slice_of(tab: Tab, axis: int) -> int:
    return int(tab.value(f"shared.slices.frac2vox(shared.slices.scene.crosshairPos, 0)[{axis}]"))


# In the browser


@pytest.mark.parametrize(("size", "phone"), [(DESKTOP, False), (PHONE, True)])
def test_it_opens_offline_asks_nobody_and_complains_of_nothing(
    tab: Tab, page: Path, size: tuple[int, int], phone: bool
) -> None:
    tab.size(*size, phone=phone)
    tab.events.clear()
    tab.open(page, READY)
    assert tab.requests() == [page.resolve().as_uri()] and tab.complaints() == []
    assert tab.value("document.getElementById('fault').hidden")
    # Nothing is cut off at the sides.
    assert tab.value("document.documentElement.scrollWidth <= innerWidth")
    # Nor could it ask: the policy holds for whatever might run in it.
    assert tab.value("fetch('http://192.0.2.1/').then(() => 'sent', () => 'refused')") == "refused"
    assert tab.value(
        "new Promise((d) => { const i = new Image(); i.onerror = () => d(1); i.src = 'http://192.0.2.1/' })"
    )


def test_slices_show_the_scan_with_its_organs_and_scroll_by_wheel_and_slider(
    tab: Tab, page: Path, tmp_path: Path
) -> None:
    tab.size(*DESKTOP)
    tab.open(page, READY)
    before = seen(tab, tmp_path, "planes")
    assert (np.ptp(before, axis=2) > 30).mean() > 0.02, "no coloured organ"
    assert ((np.ptp(before, axis=2) < 12) & (before[..., 0] > 60)).mean() > 0.05, "no grey of the CT"
    start = slice_of(tab, 2)
    tab.mouse("Wheel", 200, 220, deltaX=0, deltaY=240)
    assert slice_of(tab, 2) != start
    tab.value("(s => { s.value = 3; s.oninput() })(document.querySelector('[data-plane=axial] input'))")
    assert slice_of(tab, 2) == 3 and "4 of " in tab.value("document.querySelector('[data-plane=axial]').textContent")
    assert np.abs(seen(tab, tmp_path, "planes") - before).mean() > 2


def test_the_reading_under_the_crosshair_is_the_scans_own(tab: Tab, page: Path) -> None:
    tab.size(*DESKTOP)
    tab.open(page, READY)
    about = json.loads(part(page, "about"))
    shape = about["scan"]["shape"]
    codes, labels = (np.frombuffer(part(page, name), np.uint8).reshape(shape, order="F") for name in ("ct", "labels"))
    x, y, z = np.argwhere(labels == SPLEEN.label)[40]
    tab.value(f"shared.slices.scene.crosshairPos = shared.slices.vox2frac([{x}, {y}, {z}], 0)")
    tab.value("shared.slices.createOnLocationChange()")
    expected = f"{levels()[codes[x, y, z]]} HU, Spleen"
    assert tab.value("document.getElementById('reading').textContent") == expected


def test_window_presets_and_switches_change_what_is_seen(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.size(*DESKTOP)
    tab.open(page, READY)
    names = tab.value("[...document.getElementById('preset').options].map((o) => o.value)")
    assert names[:2] == ["Abdomen", "Liver"] and "Bone" in names
    before = seen(tab, tmp_path, "planes")
    tab.value("(p => { p.value = 'Bone'; p.onchange() })(document.getElementById('preset'))")
    bone = seen(tab, tmp_path, "planes")
    assert bone.mean() < before.mean() - 5
    coloured = (np.ptp(bone, axis=2) > 30).mean()
    tab.value("document.querySelectorAll('[data-organ]').forEach((box) => box.click())")
    assert (np.ptp(seen(tab, tmp_path, "planes"), axis=2) > 30).mean() < 0.3 * coloured
    assert np.ptp(seen(tab, tmp_path, "surfaces")[20:-120, 100:], axis=2).max() < 30


def test_surfaces_turn_with_the_mouse_and_by_name(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.size(*DESKTOP)
    tab.open(page, READY)
    before = seen(tab, tmp_path, "surfaces")
    assert (np.ptp(before, axis=2) > 40).mean() > 0.02
    tab.mouse("Pressed", 400, 560)
    for step in range(1, 8):
        tab.mouse("Moved", 400 + 20 * step, 560)
    tab.mouse("Released", 540, 560)
    turned = seen(tab, tmp_path, "surfaces")
    assert np.abs(turned - before).mean() > 1
    tab.value("document.querySelector('#sides [data-key=Front]').click()")
    assert np.abs(seen(tab, tmp_path, "surfaces") - before).mean() < 0.2


def test_on_a_phone_a_finger_scrolls_the_slices_and_turns_the_surfaces(tab: Tab, page: Path, tmp_path: Path) -> None:
    tab.size(*PHONE, phone=True)
    tab.open(page, READY)
    assert tab.value("document.body.dataset.view") == "axial"
    start = slice_of(tab, 2)
    for kind, y in (("start", 400), ("move", 380), ("move", 350), ("end", 350)):
        tab.touch(kind, 200, y)
    assert 5 <= slice_of(tab, 2) - start <= 9
    tab.value("document.querySelector('#views [data-key=solid]').click()")
    before = seen(tab, tmp_path, "surfaces")
    assert (np.ptp(before, axis=2) > 40).mean() > 0.02
    for step in range(8):
        tab.touch("move" if step else "start", 150 + 15 * step, 400)
        time.sleep(0.02)
    tab.touch("end", 255, 400)
    assert np.abs(seen(tab, tmp_path, "surfaces") - before).mean() > 1


def test_without_the_ct_there_are_surfaces_and_numbers_and_no_voxel(tab: Tab, bare_page: Path, tmp_path: Path) -> None:
    text = bare_page.read_text(encoding="utf-8")
    assert 'id="ct"' not in text and 'id="labels"' not in text and "scan" not in json.loads(part(bare_page, "about"))
    tab.size(*DESKTOP)
    tab.events.clear()
    tab.open(bare_page, READY)
    assert tab.requests() == [bare_page.resolve().as_uri()] and tab.complaints() == []
    assert (np.ptp(seen(tab, tmp_path, "surfaces"), axis=2) > 40).mean() > 0.05
    assert not tab.value("document.getElementById('slices').offsetWidth")


# What is inside


def test_numbers_are_printed_as_in_the_csv(page: Path, bare_page: Path, tmp_path: Path) -> None:
    export(*case("a"), tmp_path, ["csv"])
    with (tmp_path / "a.organs.csv").open(encoding="utf-8") as file:
        rows = {row["organ"]: row for row in csv.DictReader(file)}
    for text in (path.read_text(encoding="utf-8") for path in (page, bare_page)):
        for organ, row in rows.items():
            line = re.search(rf'<tr data-row="{organ}">(.*?)</tr>', text)
            assert line is not None
            shown = dict(re.findall(r'data-number="(\w+)">([^<]*)<', line[1]))
            for key in ("volume_ml", "mean_hu", "sd_hu"):
                assert shown[key] == (row[key] or "–")
            assert shown["confidence"] == (row["corrected"] or row["confidence"] or "–")
    assert float(rows["liver"]["volume_ml"]) > 0 and rows["spleen"]["corrected"] == "by hand"


def test_nothing_names_the_patient_the_file_or_the_day(page: Path, bare_page: Path) -> None:
    for path, names in ((page, ("surfaces-glb", "ct", "labels")), (bare_page, ("surfaces-glb",))):
        # NiiVue's own code has numbers of all kinds, and base64 any letters.
        other = r'<script(| type="application/octet-stream"[^>]*)>.*?</script>'
        text = re.sub(other, "", path.read_text(encoding="utf-8"), flags=re.S).lower()
        assert '"organs":' in text and "<td" in text
        assert [word for word in ("zaphodsson", "1947", "2019", "/home", "nii.gz") if word in text] == []
        assert not [name for name in names if b"zaphodsson" in part(path, name).lower()]


def test_doubts_are_said_and_cannot_run(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert "values are &lt;script&gt;alert(1)&lt;/script&gt; &amp; high" in text
    assert "the right kidney was not found" in text and "the scan ends inside the left kidney" in text
    assert "Not a medical device" in text and "Redistribution and use in source and binary forms" in text
    scripts: list[str] = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            scripts.extend([tag] * (tag == "script"))

    Reader().feed(text)
    assert len(scripts) == text.count("</script") == 6, "data or code ends its own element"


def test_the_surfaces_are_a_glb_in_mm(page: Path, bare_page: Path, tmp_path: Path) -> None:
    file = tmp_path / "organs.glb"
    file.write_bytes(part(bare_page, "surfaces-glb"))
    assert file.read_bytes() == part(page, "surfaces-glb")
    scene = trimesh.load_scene(file)
    assert set(scene.geometry) == {"Liver", "Spleen", "Left kidney"}
    assert np.allclose(scene.geometry["Liver"].extents, (30 * 3, 40 * 3, 26 * 4), atol=4)


# The scan in 8 bits


def test_eight_bits_keep_soft_tissue_to_one_hu_and_everything_to_half_a_step() -> None:
    hu = np.arange(-1100, 1700)
    wrong = np.abs(levels()[encoded(hu)] - np.clip(hu, levels()[0], levels()[-1]))
    assert len(levels()) == 256 and wrong[(hu >= -160) & (hu <= 240)].max() <= 1
    assert wrong[hu < 240].max() <= 17 and wrong.max() <= 23


@pytest.mark.parametrize("kind", ["LPS", "PIR", "oblique"])
def test_organs_lie_where_the_scan_has_them_in_any_orientation(kind: str) -> None:
    turn = {"LPS": np.diag([-1.0, -1, 1]), "PIR": np.array([[0.0, 0, 1], [-1, 0, 0], [0, -1, 0]])}.get(kind)
    if turn is None:
        c, s = np.cos(0.5), np.sin(0.5)
        turn = np.array([[c, -s, 0], [s, c, 0], [0, 0, 1.0]])
    affine = np.eye(4)
    affine[:3, :3], affine[:3, 3] = turn @ np.diag([3.0, 3, 4]), (20, -40, 300)
    volume, segmentation = case(affine=affine)
    shared = shared_scan(volume, segmentation)
    for organ, hu in ((LIVER, 110), (SPLEEN, 60), (LEFT_KIDNEY, 170)):
        own, there = np.argwhere(segmentation.labels == organ.label), np.argwhere(shared.labels == organ.label)
        centre = geometry.apply(affine, own).mean(axis=0)
        assert np.linalg.norm(geometry.apply(shared.affine, there).mean(axis=0) - centre) < 0.5
        ratio = len(there) * np.linalg.det(shared.affine[:3, :3]) / (len(own) * np.linalg.det(affine[:3, :3]))
        assert abs(abs(ratio) - 1) < 0.03
        inside = shared.codes[shared.labels == organ.label]
        # Turned, a voxel at the edge has a share of what lies beside it.
        assert abs(np.median(levels()[inside]) - hu) < (10 if kind == "oblique" else 3)


def test_the_scan_is_cropped_to_its_organs_and_small_scans_keep_their_voxels() -> None:
    volume, segmentation = case()
    shared = shared_scan(volume, segmentation)
    # 20 mm are 7 voxels of 3 mm and 5 of 4 mm; below, the scan ends.
    assert shared.codes.shape == (70 + 14, 40 + 14, 38 + 5)
    assert np.allclose(geometry.spacing(shared.affine), (3, 3, 4))
    assert set(np.unique(shared.labels)) == {0, LIVER.label, SPLEEN.label, LEFT_KIDNEY.label}


def test_a_large_scan_of_pure_noise_stays_below_25_mb(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    hu = rng.integers(-160, 240, (320, 320, 160)).astype(np.int16)
    labels = np.zeros(hu.shape, np.uint8)
    labels[20:60, 20:60, 20:40], labels[-60:-20, -60:-20, -40:-20] = LIVER.label, SPLEEN.label
    affine = np.diag([0.8, 0.8, 2.5, 1])
    shared = shared_scan(Volume(hu, affine), Segmentation(labels, affine))
    assert 0.9 * MOST_VOXELS < shared.codes.size <= MOST_VOXELS
    assert geometry.spacing(shared.affine)[2] == pytest.approx(2.5), "slices that are thick already stay"
    page = share(Volume(hu, affine), Segmentation(labels, affine), tmp_path / "result.html")
    assert page.stat().st_size < 25e6


# Refusals and cancelling


def test_bad_input_is_one_sentence(tmp_path: Path) -> None:
    volume, segmentation = case()
    nothing = Segmentation(np.zeros_like(segmentation.labels), segmentation.affine)
    for with_ct in (True, False):
        with pytest.raises(FlareError, match="there is no organ to share"):
            share(volume, nothing, tmp_path / "result.html", with_ct=with_ct)
    (tmp_path / "result.html").write_text("mine")
    with pytest.raises(OutputExists):
        share(volume, segmentation, tmp_path / "result.html")
    assert (tmp_path / "result.html").read_text() == "mine" and len(list(tmp_path.iterdir())) == 1


def test_cancelling_leaves_no_file(tmp_path: Path) -> None:
    cancel = Cancel()
    threading.Timer(0, cancel.set).start()

    def slow(stage: str, _fraction: float) -> None:
        cancel._event.wait(5)

    with pytest.raises(Cancelled):
        share(*case(), tmp_path / "result.html", progress=slow, cancel=cancel)
    assert list(tmp_path.iterdir()) == []


def test_the_command_writes_the_page_or_says_what_is_wrong(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    volume, segmentation = case()
    nibabel.save(nibabel.Nifti1Image(volume.hu, volume.affine), tmp_path / "ct.nii.gz")
    write_segmentation(segmentation, tmp_path / "seg.nii.gz")
    given = ["share", str(tmp_path / "ct.nii.gz"), "--mask", str(tmp_path / "seg.nii.gz"), "-o"]
    out = tmp_path / "result.html"
    assert main([*given, str(out), "--no-ct"]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == str(out)
    assert main([*given, str(out)]) == 2 and "there is a file already" in capsys.readouterr().err
    assert main([*given, str(out), "--overwrite"]) == 0 and part(out, "ct")
    assert main([*given, str(tmp_path / "result.pdf")]) == 2
    assert "a shared result is an HTML page. Choose a name that ends in .html." in capsys.readouterr().err
