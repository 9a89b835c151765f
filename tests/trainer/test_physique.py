"""Painted patients of another build, patients without an organ, masses right beside one."""

import numpy as np
import pytest
from scipy import ndimage

from flare_gui.organs import LEFT_KIDNEY, LIVER, RIGHT_KIDNEY, SPLEEN
from flare_gui.phantom.tissues import Tissue
from trainer import disease, physique
from trainer.cache import UNKNOWN, TrainingCase

MM = 4.0


def drawn(case: TrainingCase) -> tuple[np.ndarray, np.ndarray]:
    """HU and labels of a block phantom: organs of 100 in fat of -100."""
    labels = np.where(case.labels <= 4, case.labels, 0).astype(np.uint8)
    return np.where(labels > 0, 100, -100).astype(np.float32), labels


@pytest.mark.parametrize("seed", range(6))
def test_an_organ_that_was_taken_out_leaves_no_label_and_none_of_its_hu(
    phantom_cases: list[TrainingCase], seed: int
) -> None:
    hu, labels = drawn(phantom_cases[0])
    before = labels.copy()
    shell = ndimage.binary_dilation(before == RIGHT_KIDNEY.label) & (before == 0)
    labels[shell] = UNKNOWN
    emptied = disease.take_out(hu, labels, MM, np.random.default_rng(seed))
    assert emptied is not None
    gone = [label for label in (2, 3, 4) if not (labels == label).any()]
    assert len(gone) == 1
    bed = before == gone[0]
    assert emptied[bed].all() and not labels[bed].any()
    assert (np.abs(hu[bed] - 100) > 10).mean() > 0.5
    for other in {1, 2, 3, 4} - set(gone):
        assert np.array_equal(labels == other, before == other)
    if gone[0] == RIGHT_KIDNEY.label:
        assert not (labels[shell] == UNKNOWN).any()


def test_the_liver_is_never_taken_out_and_nothing_is_where_there_is_no_organ() -> None:
    labels = np.full((20, 20, 20), LIVER.label, np.uint8)
    hu = np.full(labels.shape, 100, np.float32)
    assert disease.take_out(hu, labels, MM, np.random.default_rng(0)) is None
    assert (labels == LIVER.label).all() and (hu == 100).all()


def test_a_mass_beside_a_kidney_begins_above_its_middle_and_in_no_organ(phantom_cases: list[TrainingCase]) -> None:
    _, labels = drawn(phantom_cases[0])
    hosts = set()
    for seed in range(30):
        room, host = disease.bed(labels, labels == 0, MM, np.random.default_rng(seed))
        hosts.add(host)
        assert room.any() and not (room & (labels > 0)).any()
        distance = ndimage.distance_transform_edt(labels != host, sampling=(MM,) * 3)
        assert distance[room].max() < 20
        if host in (RIGHT_KIDNEY.label, LEFT_KIDNEY.label):
            middle = np.median(np.flatnonzero((labels == host).any(axis=(0, 1))))
            assert np.argwhere(room)[:, 2].min() >= int(middle)
    assert hosts == {1, 2, 3, 4}


def test_a_mass_beside_an_organ_grows_in_the_body() -> None:
    x, y, _ = np.indices((70, 60, 50))
    body = ((x - 35) / 32) ** 2 + ((y - 30) / 27) ** 2 < 1
    spine = np.hypot(x - 35, y - 8) < 4
    bowel_gas = np.hypot(x - 35, y - 45) < 6
    deep = disease.depth(~body | bowel_gas, spine, MM)
    assert deep[35, 45, 25] > 20, "gas that the body encloses gives way"
    assert not deep[spine | ~body].any()
    near_the_skin = body & (x < 20)

    def beyond(depth_mm: np.ndarray | None) -> list[float]:
        """The shares of masses that lie outside of the body or in the spine."""
        shares = []
        for seed in range(12):
            where, rng = np.indices(body.shape, np.float32), np.random.default_rng(seed)
            _, mass = disease.displace(where, near_the_skin, MM, rng, disease.BESIDE_MM, depth_mm=depth_mm)
            assert mass is not None
            shares.append(float((~body | spine)[mass.inside].mean()))
        return shares

    assert max(beyond(deep)) < 0.25 < max(beyond(None))
    assert np.mean(beyond(deep)) < 0.1 < 0.2 < np.mean(beyond(None))


def test_half_of_the_solid_masses_look_nearly_like_their_neighbour() -> None:
    inside = np.ones((20, 20, 20), bool)
    mass = disease.Mass(np.array([10, 10, 10]), inside, np.full(inside.shape, 0.3))
    near = 0
    for seed in range(60):
        hu = np.zeros(inside.shape, np.float32)
        disease.fill(hu, mass, MM, np.random.default_rng(seed), like=300.0)
        near += abs(float(np.median(hu)) - 280) < 90
    assert 8 < near < 40


def test_fat_takes_what_yields_around_the_kidneys_and_no_organ(phantom_cases: list[TrainingCase]) -> None:
    tissues = np.where(phantom_cases[0].labels == Tissue.FAT, Tissue.SMALL_BOWEL, phantom_cases[0].labels)
    before = tissues.copy()
    physique.thicken_fat(tissues, MM, np.random.default_rng(2))
    changed = tissues != before
    assert changed.any() and (tissues[changed] == Tissue.FAT).all()
    assert (before[changed] == Tissue.SMALL_BOWEL).all()
    kidneys = np.isin(before, (Tissue.RIGHT_KIDNEY, Tissue.LEFT_KIDNEY))
    assert changed[ndimage.binary_dilation(kidneys) & (before == Tissue.SMALL_BOWEL)].all()


def test_a_long_lobe_grows_to_the_left_and_takes_nothing_of_the_spleen(phantom_cases: list[TrainingCase]) -> None:
    reached = 0
    for seed in range(10):
        tissues = phantom_cases[seed % 10].labels.copy()
        before = tissues.copy()
        physique.lengthen_lobe(tissues, MM, np.random.default_rng(seed))
        assert np.array_equal(tissues == Tissue.SPLEEN, before == Tissue.SPLEEN)
        grown = (tissues == Tissue.LIVER) & (before != Tissue.LIVER)
        assert grown.any() and not ((before == Tissue.LIVER) & (tissues != Tissue.LIVER)).any()
        assert np.argwhere(grown)[:, 0].mean() < np.argwhere(before == Tissue.LIVER)[:, 0].mean()
        touches = ndimage.binary_dilation(before == SPLEEN.label) & grown
        reached += bool(touches.any())
    assert reached >= 2
