"""Confidence curves: from scans made worse on purpose to a number that says when not to trust a result."""

from pathlib import Path

import numpy as np
import pytest

from flare_gui.model.weights import load
from flare_gui.organs import LEFT_KIDNEY, LIVER, ORGANS, RIGHT_KIDNEY, SPLEEN
from flare_gui.volume import Segmentation, Volume
from tests.tiny import save_tiny
from trainer import calibrate
from trainer.cache import TrainingCase
from trainer.calibrate import Point, curves, quality
from trainer.degrade import degraded

ORGAN_KEYS = [organ.key for organ in ORGANS]


@pytest.fixture
def real(phantom_cases: list[TrainingCase]) -> TrainingCase:
    case = phantom_cases[0]
    hu = np.choose(np.minimum(case.labels, 5), [-1000, 60, 40, 50, 40, 20]).astype(np.int16)
    return TrainingCase("real", np.where(case.labels < 5, case.labels, 0).astype(np.uint8), hu, (4.0, 4.0, 4.0))


def points(noise: float, seed: int = 0) -> list[Point]:
    """Organs whose Dice is the square of what the network believes, give or take `noise`."""
    rng = np.random.default_rng(seed)
    return [
        Point(f"case{i % 3}", "fault", key, float(x), float(np.clip(x**2 + rng.normal(0, noise), 0, 1)))
        for i, x in enumerate(rng.uniform(0.3, 1, 120))
        for key in ("liver", "right_kidney", "spleen", "left_kidney")
    ]


def test_the_scan_itself_comes_first_and_each_fault_changes_it(real: TrainingCase) -> None:
    first, *rest = degraded(real, seed=1)
    assert first.what == "as it is" and np.array_equal(first.hu, real.hu)
    assert len(rest) >= 20
    for fault in rest:
        assert fault.hu.shape == fault.labels.shape and fault.hu.dtype == np.int16
        assert fault.hu.shape != real.hu.shape or not np.array_equal(fault.hu, real.hu), fault.what


def test_the_same_seed_gives_the_same_faults(real: TrainingCase) -> None:
    for one, other in zip(degraded(real, 5), degraded(real, 5), strict=True):
        assert np.array_equal(one.hu, other.hu) and np.array_equal(one.labels, other.labels), one.what


def test_each_organ_is_taken_out_once_and_gets_a_mass_beside_it_once(real: TrainingCase) -> None:
    worse = {fault.what: fault for fault in degraded(real, seed=2)}
    for organ in (RIGHT_KIDNEY, SPLEEN, LEFT_KIDNEY):
        assert not (worse[f"no {organ.name.lower()}"].labels == organ.label).any()
    for organ in ORGANS:
        beside = worse[f"a mass beside the {organ.name.lower()}"]
        assert (beside.labels == organ.label).any() and not np.array_equal(beside.labels, real.labels)


def test_an_organ_that_was_found_where_none_is_counts_as_wrong(
    real: TrainingCase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A network that always sees a right kidney and a liver in the same places."""

    def segmented(volume: Volume, *_: object, **__: object) -> Segmentation:
        labels = np.zeros(volume.shape, np.uint8)
        for label in (LIVER.label, RIGHT_KIDNEY.label):
            labels[real.labels == label] = label
        return Segmentation(labels, volume.affine, (), {"agreement": {"liver": 0.9, "right_kidney": 0.9}})

    monkeypatch.setattr(calibrate, "segment", segmented)
    only = [f for f in degraded(real, 1) if f.what in ("as it is", "no right kidney")]
    monkeypatch.setattr(calibrate, "degraded", lambda *_: only)
    scores = {(p.fault, p.organ): p.dice for p in calibrate.measure(load(save_tiny(tmp_path, "tiny", 1)), [real])}
    assert scores["as it is", "right_kidney"] == 1.0
    assert scores["no right kidney", "right_kidney"] == 0.0
    assert scores["no right kidney", "liver"] == 1.0


def test_an_organ_that_the_case_does_not_show_is_not_scored(
    real: TrainingCase, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def segmented(volume: Volume, *_: object, **__: object) -> Segmentation:
        return Segmentation(real.labels.copy(), volume.affine, (), {"agreement": dict.fromkeys(ORGAN_KEYS, 0.9)})

    monkeypatch.setattr(calibrate, "segment", segmented)
    monkeypatch.setattr(calibrate, "degraded", lambda case, *_: [next(degraded(case, 1))])
    points = calibrate.measure(load(save_tiny(tmp_path, "tiny", 1)), [real.showing(["liver"])])
    assert {point.organ for point in points} == {"liver"}


def test_curves_rise_and_say_what_was_found() -> None:
    found = curves(points(0.02))
    assert set(found) == {"liver", "right_kidney", "spleen", "left_kidney"}
    for curve in found.values():
        assert np.all(np.diff(curve["agreement"]) >= 0) and np.all(np.diff(curve["dice"]) >= 0)
        assert np.interp(0.8, curve["agreement"], curve["dice"]) == pytest.approx(0.64, abs=0.06)
    assert found["right_kidney"] == found["left_kidney"]


def test_quality_is_measured_on_cases_that_the_curve_did_not_see() -> None:
    exact, vague = quality(points(0.0)), quality(points(0.3))
    assert exact["mean_error"] < 0.02 and exact["found"] > 0.95 and exact["false_alarms"] < 0.05
    assert vague["mean_error"] > 0.1
    assert exact["points"] == 480
