"""What corrections do to labels, against counting by hand."""

import math

import numpy as np
import pytest

from flare_gui.edit import Edit, History
from flare_gui.edit.brush import capsule, erased, painted
from flare_gui.edit.history import LEAST_STEPS, Origin
from flare_gui.edit.parts import fill_holes, fill_slice, keep_part

SHAPE = (60, 50, 40)


def _by_hand(start, end, radius, spacing, plane):
    """Voxels whose centres lie within `radius` of the line, one by one."""
    index = np.stack(np.meshgrid(*(np.arange(n) for n in SHAPE), indexing="ij"), axis=-1)
    a, b, points = (np.asarray(p) * spacing for p in (start, end, index))
    if plane is not None:
        same = np.rint(start[plane]) == index[..., plane]
        a[plane] = b[plane] = 0
        points = points.astype(float)
        points[..., plane] = 0
    else:
        same = True
    line = b - a
    along = np.clip(((points - a) @ line) / max(line @ line, 1e-12), 0, 1)[..., None]
    return (np.linalg.norm(points - (a + along * line), axis=-1) <= radius) & same


@pytest.mark.parametrize("plane", [0, 1, 2, None])
@pytest.mark.parametrize("radius", [1.6, 7.3, 30.0])
def test_a_stroke_covers_what_lies_within_its_radius(plane: int | None, radius: float) -> None:
    spacing = np.array([0.8, 1.0, 2.5])
    start, end = np.array([12.3, 20.0, 15.0]), np.array([30.6, 31.7, 21.2])
    if plane is not None:
        start[plane] = end[plane] = 17
    box, covered = capsule(start, end, radius, spacing, SHAPE, plane)
    whole = np.zeros(SHAPE, bool)
    whole[box] = covered
    expected = _by_hand(start, end, radius, spacing, plane)
    expected[tuple(np.rint(end).astype(int))] = True
    assert np.array_equal(whole, expected)


def test_a_ball_has_the_volume_of_a_ball() -> None:
    _, covered = capsule(np.full(3, 50.0), np.full(3, 50.0), 12, np.array([0.7, 0.9, 1.1]), (100,) * 3, None)
    assert covered.sum() * 0.7 * 0.9 * 1.1 == pytest.approx(4 / 3 * math.pi * 12**3, rel=0.02)


def test_a_stroke_never_leaves_the_scan_and_never_misses_the_voxel_under_the_mouse() -> None:
    box, covered = capsule(np.array([-5.0, 2, 3]), np.array([1.0, 2, 3]), 4, np.ones(3), SHAPE, 2)
    assert min(side.start for side in box) >= 0 and covered.shape == tuple(s.stop - s.start for s in box)
    box, covered = capsule(np.array([7.4, 9.3, 3.0]), np.array([7.4, 9.3, 3.0]), 0.01, np.ones(3), SHAPE, 2)
    assert covered.sum() == 1 and (box[0].start, box[1].start) == (7, 9)
    _, outside = capsule(np.full(3, 500.0), np.full(3, 500.0), 4, np.ones(3), SHAPE, None)
    assert outside.size == 0


def test_the_brush_respects_other_organs_unless_told_otherwise() -> None:
    labels = np.array([0, 1, 2, 3], np.uint8)
    all_four = np.ones(4, bool)
    assert painted(labels, all_four, 2, over=False).tolist() == [2, 1, 2, 3]
    assert painted(labels, all_four, 2, over=True).tolist() == [2, 2, 2, 2]
    assert erased(labels, all_four, 2).tolist() == [0, 1, 0, 3]
    assert erased(labels, all_four, None).tolist() == [0, 0, 0, 0]


def test_keeping_a_part_removes_the_others_of_that_organ_alone() -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[5:10, 5:10, 5:10] = labels[30:35, 5:10, 5:10] = 1
    labels[12:15, 5:10, 5:10] = 3
    found = keep_part(labels, (7, 7, 7))
    assert found is not None
    box, after = found
    labels[box] = after
    assert (labels == 1).sum() == 125 and (labels == 3).sum() == 75
    assert keep_part(labels, (50, 45, 30)) is None


@pytest.mark.parametrize("axis", [0, 1, 2])
def test_filling_closes_the_hole_under_the_mouse_on_that_slice(axis: int) -> None:
    labels = np.zeros(SHAPE, np.uint8)
    labels[10:20, 10:20, 10:20] = 4
    labels[13:17, 13:17, 13:17] = 0
    found = fill_slice(labels, (14, 14, 14), axis, 4)
    assert found is not None
    box, after = found
    assert int((after != labels[box]).sum()) == 16
    assert fill_slice(labels, (2, 2, 2), axis, 4) is None
    whole = fill_holes(labels, 4)
    assert whole is not None and (whole[1] == 4).all()


def test_sixty_corrections_are_taken_back_and_made_again() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 5, SHAPE).astype(np.uint8)
    states, history = [labels.copy()], History()
    for i in range(60):
        box = tuple(slice(a, a + 8) for a in rng.integers(0, 30, 3))
        before = labels[box].copy()
        labels[box] = i % 5
        history.add(Edit(f"step {i}", box, before, labels[box].copy()))  # type: ignore[arg-type]
        states.append(labels.copy())
    for state in states[-2::-1]:
        assert history.undo(labels) is not None
        assert np.array_equal(labels, state)
    assert history.undo(labels) is None
    for state in states[1:]:
        assert history.redo(labels) is not None
        assert np.array_equal(labels, state)


def test_old_corrections_are_forgotten_only_beyond_fifty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flare_gui.edit.history.MOST_BYTES", 100)
    labels, history = np.zeros(SHAPE, np.uint8), History()
    for _ in range(70):
        history.add(Edit("large", np.s_[0:10, 0:10, 0:10], np.zeros((10,) * 3, np.uint8), np.ones((10,) * 3, np.uint8)))
    steps = 0
    while history.undo(labels) is not None:
        steps += 1
    assert steps == LEAST_STEPS


def test_history_knows_which_organs_are_other_than_at_first_also_when_it_forgets(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("flare_gui.edit.history.MOST_BYTES", 0)
    labels, history = np.zeros((4, 1, 1), np.uint8), History()

    def draw(place: int, label: int) -> None:
        box = np.s_[place : place + 1, 0:1, 0:1]
        edit = Edit("dab", box, labels[box].copy(), np.full((1, 1, 1), label, np.uint8))
        labels[box] = edit.after
        history.add(edit)

    draw(0, 3)
    draw(1, 1)
    assert history.changed == {1, 3}
    history.undo(labels)
    assert history.changed == {3}
    history.redo(labels)
    for i in range(LEAST_STEPS):
        draw(2, 1 + i % 2)
    while history.undo(labels):
        pass
    assert history.changed == {1, 3}


def test_an_organ_that_is_as_it_was_is_not_corrected_whichever_way_it_went_back() -> None:
    labels, history = np.zeros((6, 6, 6), np.uint8), History()
    labels[1:4, 1:4, 1:4] = 1

    def draw(box: tuple[slice, ...], label: int | np.ndarray) -> None:
        after = np.empty(labels[box].shape, np.uint8)
        after[...] = label
        edit = Edit("dab", box, labels[box].copy(), after)
        labels[box] = edit.after
        history.add(edit)

    first = labels.copy()
    # A stroke that is removed by another step, over a larger box.
    draw(np.s_[3:5, 2:4, 2:3], 2)
    assert history.changed == {1, 2}
    draw(np.s_[0:6, 0:6, 1:4], first[:, :, 1:4])
    assert history.changed == frozenset()
    # As many voxels as before, but others.
    draw(np.s_[1:2, 1:2, 1:2], 0)
    draw(np.s_[5:6, 5:6, 5:6], 1)
    assert history.changed == {1}
    # A whole mask that takes the place of this one begins anew.
    whole = np.s_[0:6, 0:6, 0:6]
    history.add(Edit("segment", whole, labels.copy(), first, Origin({}, ())))
    assert history.changed == frozenset()
