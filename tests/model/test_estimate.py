"""What a run will cost is said before it starts, by the plan the run will follow."""

import math

import numpy as np

from flare_gui.model.device import CPU
from flare_gui.model.estimate import SECONDS_PER_MEGAVOXEL, estimate
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import load
from flare_gui.phantom.demo import demo_scan
from flare_gui.volume import Volume


def test_the_announced_time_memory_and_device_are_those_of_the_run() -> None:
    model, volume = load(), demo_scan()
    cost = estimate(volume, model)
    run = segment(volume, model).run
    assert (cost.device, cost.precision) == (run["device"], run["precision"])
    # Machines that do other things besides are up to three times slower or faster from one second to the next.
    assert abs(math.log(cost.seconds / sum(run["seconds"].values()))) < math.log(4)
    used = max(run["peak_memory_mb"].values()) - run["peak_memory_mb"]["device"]
    assert used < 2 * cost.memory_mb + 200
    assert cost.tiles == 1


def test_a_larger_scan_costs_more() -> None:
    model, volume = load(), demo_scan()
    half = type(volume)(volume.hu[:, :, ::2].copy()[:, :, :40], volume.affine)
    assert estimate(half, model).seconds < estimate(volume, model).seconds
    assert estimate(half, model).memory_mb < estimate(volume, model).memory_mb


def test_what_is_announced_for_the_work_around_the_network_is_what_it_takes() -> None:
    """It had become ten times faster, and the announcement had stayed."""
    small, model = demo_scan(), load()
    hu = small.hu.repeat(2, 0).repeat(2, 1).repeat(2, 2)
    fine = Volume(np.asfortranarray(hu), small.affine @ np.diag([0.5, 0.5, 0.5, 1.0]))
    seconds = [segment(fine, model, device="cpu", precision=CPU.precision).run["seconds"] for _ in range(2)]
    best = min(one["prepare"] + one["finish"] for one in seconds)
    announced = fine.hu.size / 1e6 * SECONDS_PER_MEGAVOXEL
    # The second bound is wider: other work on the machine makes it slower, nothing makes it faster.
    assert announced < 4 * best and best < 10 * announced
