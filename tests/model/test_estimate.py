"""What a run will cost is said before it starts, by the plan the run will follow."""

import math

from flare_gui.model.estimate import estimate
from flare_gui.model.segmenter import segment
from flare_gui.model.weights import load
from flare_gui.phantom.demo import demo_scan


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
