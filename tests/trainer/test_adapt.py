"""Learning from a cohort: from what a person stands behind, measured on what it did not see, and honest about it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import nibabel
import numpy as np
import pytest

from flare_gui.batch import review
from flare_gui.batch.case_files import CaseFiles
from flare_gui.batch.corrections import save_correction
from flare_gui.batch.review import Decision
from flare_gui.batch.run_case import segment_case
from flare_gui.batch.summary import write_summary
from flare_gui.cohort import learning
from flare_gui.errors import Cancelled, FlareError
from flare_gui.io import find_cases, read_scan
from flare_gui.model import weights
from flare_gui.organs import LIVER
from flare_gui.progress import Cancel, ignore, never
from flare_gui.volume import Segmentation
from tests.cohort.results import FIXED
from tests.tiny import AFFINE, save_tiny
from trainer import cache, cli, lessons
from trainer.adapt import LEAST_GAIN, Scores, adapt, verdict

MIDDLE = (26, 17, 16)


def ball(radius: float) -> np.ndarray:
    places = np.indices((40, 34, 30))
    return np.asarray(sum((places[axis] - MIDDLE[axis]) ** 2 for axis in range(3)) < radius**2)


@pytest.fixture(autouse=True)
def _few_synthetic_patients(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lessons, "SYNTHETIC_PATIENTS", 1)
    monkeypatch.setattr("trainer.adapt.CHECKED_PATIENTS", 1)


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Six cases: a bright ball is the liver, which a person drew in four of them and accepted in one more."""
    home = tmp_path_factory.mktemp("cohort")
    model = weights.load(save_tiny(home, "tiny", 3))
    for i in range(6):
        rng = np.random.default_rng(i)
        hu = np.where(ball(14), 40, -1000) + rng.normal(0, 10, (40, 34, 30))
        hu[ball(6 + i / 2)] = 160
        nibabel.save(nibabel.Nifti1Image(hu.astype(np.int16), AFFINE), home / f"ct{i}.nii.gz")
    cases = find_cases(sorted(home.glob("*.nii.gz")))
    out = home / "out"
    write_summary(out, [segment_case(case, out, model, FIXED) for case in cases], [])
    for i, case in enumerate(cases[:4]):
        volume = read_scan(case.path)
        drawn = np.where(ball(6 + i / 2), np.uint8(LIVER.label), np.uint8(0))
        save_correction(CaseFiles(out, case.name), volume, Segmentation(drawn, volume.affine))
    review.decide(out, Decision("ct4", review.ACCEPTED, time=datetime.now(UTC)))
    return out


def test_it_learns_from_a_persons_masks_and_is_measured_on_others(cohort: Path, tmp_path: Path) -> None:
    model = weights.load(cohort.parent / "tiny.safetensors")
    stages: list[str] = []
    lesson = adapt(cohort, tmp_path / "run", model, steps=3, workers=0, progress=lambda stage, _: stages.append(stage))
    assert list(dict.fromkeys(stages)) == ["reading", "before", "training", "after"]
    assert set(lesson.learned_from) | set(lesson.held_out) == {"ct0", "ct1", "ct2", "ct3", "ct4"}
    assert not set(lesson.learned_from) & set(lesson.held_out) and len(lesson.held_out) == 2
    assert lesson.before["liver"] != lesson.after["liver"]
    taught = weights.load(tmp_path / "run" / lesson.weights)
    assert taught.card.notes["taught"] == [{"from": "tiny", "sha256": model.card.sha256}]
    assert taught.card.window_hu == model.card.window_hu
    assert any("cohort" in row["name"] for row in taught.card.training_data)
    assert learning.read(tmp_path / "run") == lesson
    # No patient's scan stays behind.
    assert not list((tmp_path / "run").rglob("*.npz"))


def test_what_a_person_drew_is_what_is_learned(cohort: Path, tmp_path: Path) -> None:
    data = lessons.gather(cohort, tmp_path, ignore, never)
    learned = {case.name: case for case in (*cache.load_all(data.learned_from), *cache.load_all(data.held_out))}
    assert set(learned) == {"ct0", "ct1", "ct2", "ct3", "ct4"}
    for i in range(4):
        litres = (learned[f"ct{i}"].labels == LIVER.label).sum() * np.prod(learned[f"ct{i}"].spacing_mm) / 1e6
        assert litres == pytest.approx(ball(6 + i / 2).sum() * 6**3 / 1e6, rel=0.05)


def test_a_stop_loses_nothing(cohort: Path, tmp_path: Path) -> None:
    model = weights.load(cohort.parent / "tiny.safetensors")
    cancel = Cancel()

    def stop_in_training(stage: str, fraction: float) -> None:
        if stage == "training" and fraction > 0.5:
            cancel.set()

    with pytest.raises(Cancelled):
        adapt(cohort, tmp_path / "run", model, steps=4, workers=0, progress=stop_in_training, cancel=cancel)
    assert learning.read(tmp_path / "run") is None
    seen: list[float] = []
    lesson = adapt(
        cohort, tmp_path / "run", model, steps=4, workers=0,
        progress=lambda stage, fraction: seen.append(fraction) if stage == "training" else None,
    )  # fmt: skip
    assert min(seen) > 0.5
    straight = adapt(cohort, tmp_path / "straight", model, steps=4, workers=0)
    assert replace(lesson, minutes=0.0) == replace(straight, minutes=0.0)


def test_fewer_than_three_cases_are_said(cohort: Path, tmp_path: Path) -> None:
    few = tmp_path / "few"
    few.mkdir()
    for path in (*cohort.glob("ct4*"), *cohort.glob("ct5*"), cohort / "review.csv", cohort / "scans.csv"):
        if path.exists() and path.is_file():
            (few / path.name).write_bytes(path.read_bytes())
    with pytest.raises(FlareError, match=r"a person stands behind \d cases whose scans are there; learning takes 3"):
        adapt(few, tmp_path / "run", weights.load(cohort.parent / "tiny.safetensors"), steps=1, workers=0)


def test_only_what_is_better_on_unseen_cases_is_worth_using() -> None:
    before = Scores({"liver": 0.8, "spleen": 0.9}, check=0.9)
    assert verdict(before, Scores({"liver": 0.9, "spleen": 0.9}, check=0.9))[0]
    for after, why in (
        (Scores({"liver": 0.8 + LEAST_GAIN / 2, "spleen": 0.9}, check=0.9), "nothing to speak of"),
        (Scores({"liver": 0.95, "spleen": 0.87}, check=0.9), "do worse on cases that they did not see: spleen"),
        (Scores({"liver": 0.95, "spleen": 0.95}, check=0.85), "worse on patients that every network should manage"),
        (Scores({"liver": 0.95}, check=0.9), "do worse on cases that they did not see: spleen"),
    ):
        better, reason = verdict(before, after)
        assert not better and why in reason


def test_the_command_says_what_came_of_it(cohort: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    tiny = str(cohort.parent / "tiny.safetensors")
    run = str(tmp_path / "run")
    assert cli.main(["adapt", str(cohort), "--weights", tiny, "--out", run, "--steps", "1", "--workers", "0"]) == 0
    said = capsys.readouterr().out
    assert "cases not seen" in said and "orth using: " in said
    assert json.loads((tmp_path / "run" / "adapted.json").read_text())["steps"] == 1
