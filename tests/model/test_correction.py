"""Strokes on a mask: what a user draws becomes so, all that looks alike follows, and nothing else changes."""

import numpy as np
import pytest

from flare_gui import geometry
from flare_gui.model.correction import Correction
from flare_gui.organs import LIVER, SPLEEN
from flare_gui.strokes import Stroke
from tests.lobes import COARSE, FINE, SIDE, Body, dice, fine, line, lobe


@pytest.fixture
def body() -> Body:
    return Body()


def test_one_stroke_brings_a_missing_lobe_and_one_takes_it_away(body: Body) -> None:
    correction, labels = body.correction(), body.labels
    whole = fine(body.lobes[0] | body.lobes[1])
    change = correction.add(Stroke(LIVER.label, line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert dice(labels == LIVER.label, whole) > 0.95

    other = Correction(body.features, FINE)
    change = other.add(Stroke(0, line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert dice(labels == LIVER.label, fine(body.lobes[0])) > 0.95


def test_a_stroke_taken_back_leaves_the_mask_as_it_was_to_the_voxel(body: Body) -> None:
    correction, labels = body.correction(), body.labels
    # A mask from elsewhere, with an edge that the network's grid cannot show.
    labels[8, 17:23, 17:23] = 0
    before = labels.copy()
    for stroke in (Stroke(LIVER.label, line(18)), Stroke(0, line(6))):
        change = correction.add(stroke, labels)
        assert change is not None
        labels[change.box] = change.labels
    assert (labels != before).any()
    for _ in range(2):
        change = correction.remove(0, labels)
        assert change is not None
        labels[change.box] = change.labels
    np.testing.assert_array_equal(labels, before)


def test_what_is_said_to_have_changed_is_what_has(body: Body) -> None:
    labels = body.labels
    labels[30:40, 18:30, 18:30] = SPLEEN.label
    correction = body.correction()
    for stroke in (Stroke(LIVER.label, line(18)), Stroke(SPLEEN.label, line(17)), Stroke(0, line(6))):
        change = correction.add(stroke, labels)
        assert change is not None
        differs = np.zeros(change.labels.shape, int)
        np.add.at(differs, change.changed, 1)
        np.testing.assert_array_equal(differs, change.labels != labels[change.box])
        labels[change.box] = change.labels


def test_a_locked_organ_stays(body: Body) -> None:
    labels = body.labels
    spleen = (slice(30, 40), slice(18, 30), slice(18, 30))
    labels[spleen] = SPLEEN.label
    assert body.correction().add(Stroke(LIVER.label, line(18)), labels, {LIVER.label}) is None

    change = body.correction().add(Stroke(LIVER.label, line(18)), labels, {SPLEEN.label})
    assert change is not None
    after = labels.copy()
    after[change.box] = change.labels
    assert (after[spleen] == SPLEEN.label).all()
    assert np.count_nonzero(after == LIVER.label) > np.count_nonzero(labels == LIVER.label)


def test_a_stroke_moves_an_organ_from_one_name_to_another(body: Body) -> None:
    labels = np.where(body.labels, np.uint8(SPLEEN.label), np.uint8(0))
    change = body.correction().add(Stroke(LIVER.label, line(9)), labels)
    assert change is not None
    after = labels.copy()
    after[change.box] = change.labels
    assert dice(after == LIVER.label, fine(body.lobes[0])) > 0.95
    assert np.count_nonzero(after == SPLEEN.label) < 0.05 * np.count_nonzero(labels)


def test_a_stroke_where_nothing_is_changes_nothing(body: Body) -> None:
    correction = body.correction()
    assert correction.add(Stroke(0, line(27)), body.labels) is None
    assert correction.add(Stroke(LIVER.label, line(9)), body.labels) is None
    assert correction.add(Stroke(LIVER.label, np.array([[900.0, 0, 0]])), body.labels) is None


def test_fat_that_looks_alike_is_not_won_with_a_stroke_and_lost_as_all_else() -> None:
    fat = lobe((14, 22)) & (np.arange(SIDE) >= 14)
    body = Body(never=fat)
    correction, labels = body.correction(), body.labels
    # Along the second lobe, from where it is tissue into where it is fat.
    drawn = np.array([[18.0, 14.0, z] for z in range(9, 17)])
    change = correction.add(Stroke(LIVER.label, geometry.apply(COARSE, drawn)), labels)
    assert change is not None
    labels[change.box] = change.labels
    tissue = fine(lobe((14, 22)) & ~fat)
    assert np.count_nonzero((labels == LIVER.label) & tissue) > 0.9 * tissue.sum()
    assert np.count_nonzero((labels == LIVER.label) & fine(fat)) < 0.1 * fine(fat).sum()

    labels = fine(body.lobes[0] | body.lobes[1]).astype(np.uint8) * LIVER.label
    change = Correction(body.features, FINE).add(Stroke(0, line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert dice(labels == LIVER.label, fine(body.lobes[0])) > 0.95


@pytest.mark.parametrize(("size", "goes"), [((2, 1, 2), False), ((3, 2, 3), True)])
def test_a_speck_far_from_the_stroke_stays_as_it_was(body: Body, size: tuple[int, int, int], goes: bool) -> None:
    # At the surface of the first lobe a little looks like the second one, and the network is not sure of it.
    alike = np.zeros((SIDE,) * 3, bool)
    alike[tuple(slice(start, start + n) for start, n in zip((7, 8, 9), size, strict=True))] = True
    rows = alike.ravel()
    body.features.channels[rows] = [0, 3, 0]
    body.features.logs[0, rows], body.features.logs[LIVER.label, rows] = -0.2, 0.2
    labels = fine(body.lobes[0] | body.lobes[1]).astype(np.uint8) * LIVER.label
    change = Correction(body.features, FINE).add(Stroke(0, line(18)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert np.count_nonzero(labels[fine(body.lobes[1])]) < 0.05 * fine(body.lobes[1]).sum()
    assert (labels[fine(alike)] == LIVER.label).all() != goes


def test_an_organ_that_was_not_found_at_all_can_be_drawn(body: Body) -> None:
    labels = np.zeros_like(body.labels)
    change = body.correction().add(Stroke(LIVER.label, line(9)), labels)
    assert change is not None
    labels[change.box] = change.labels
    assert dice(labels == LIVER.label, fine(body.lobes[0])) > 0.9


def test_a_stroke_for_another_organ_far_away_is_not_in_the_way(body: Body) -> None:
    correction, labels = body.correction(), body.labels
    for label, x in ((SPLEEN.label, 29), (0, 9)):
        change = correction.add(Stroke(label, line(x)), labels)
        assert change is not None
        labels[change.box] = change.labels
    assert np.count_nonzero(labels == LIVER.label) < 0.1 * fine(body.lobes[0]).sum()
    assert (labels[58:60, 24:32, 28:30] == SPLEEN.label).any()


def test_a_stroke_that_sides_with_the_network_puts_a_moved_organ_right_on_both_sides(body: Body) -> None:
    moved = np.roll(body.labels, 6, axis=0)
    correction = body.correction()
    change = correction.add(Stroke(LIVER.label, line(5)), moved)
    assert change is not None
    moved[change.box] = change.labels
    assert dice(moved == LIVER.label, fine(body.lobes[0])) > 0.95
