"""A device is used when it has shown that it works, and the user hears why when it is not."""

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from flare_gui.errors import DeviceUnusable
from flare_gui.model import device as devices
from flare_gui.model.device import Device, choose
from flare_gui.model.segmenter import segment
from flare_gui.model.vnet import VNet, VNetSettings
from flare_gui.model.weights import Model

needs_no_gpu = pytest.mark.skipif(torch.cuda.is_available(), reason="here CUDA works, so it cannot be seen failing")
needs_a_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


@pytest.fixture
def broken_cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    """A CUDA that says it is there. The PyTorch behind it cannot use one, as on a computer with an old driver."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)


@needs_no_gpu
def test_a_gpu_that_does_not_work_is_passed_over_and_the_run_says_why(
    broken_cuda: None, model: Model, abdomen: Callable, grid: Callable
) -> None:
    run = segment(abdomen(grid())[0], model, device="auto").run
    assert run["device"] in ("cpu", "mps")
    assert run["notes"][0].startswith("cuda is present but failed its probe: ")


@needs_no_gpu
def test_a_gpu_that_was_asked_for_and_does_not_work_is_an_error(broken_cuda: None, model: Model) -> None:
    with pytest.raises(DeviceUnusable, match="cuda is present but failed its probe") as caught:
        choose("cuda", model)
    assert "Choose auto or cpu" in caught.value.hint


@pytest.mark.parametrize("name", ["cuda", "mps"])
def test_a_device_that_is_absent_is_an_error(monkeypatch: pytest.MonkeyPatch, name: str, model: Model) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    with pytest.raises(DeviceUnusable, match=f"no {name} device"):
        choose(name, model)
    with pytest.raises(DeviceUnusable, match="no device named tpu"):
        choose("tpu", model)
    assert choose("auto", model).name == "cpu"


def test_half_precision_that_computes_something_else_is_not_used(model_of: Callable) -> None:
    class WrongInHalf(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            flip = -1 if image.dtype == torch.bfloat16 else 1
            return torch.cat([flip * (k - 2) * image for k in range(5)], dim=1)

    assert choose("cpu", model_of(WrongInHalf())).precision == "float32"


def test_the_faster_precision_is_used(monkeypatch: pytest.MonkeyPatch, model_of: Callable) -> None:
    monkeypatch.setattr(devices, "_cpu_has_bfloat16", lambda: True)

    def slow_in(dtype: torch.dtype) -> nn.Module:
        class Slow(nn.Module):
            def forward(self, image: Tensor) -> Tensor:
                for _ in range(40 if image.dtype == dtype else 1):
                    image = image * 1.0
                return torch.cat([image] * 5, dim=1)

        return Slow()

    full, half = model_of(slow_in(torch.bfloat16), name="a"), model_of(slow_in(torch.float32), name="b")
    assert choose("cpu", full).precision == "float32"
    assert choose("cpu", half) == Device("cpu", "bfloat16", channels_last=True)


def test_a_model_is_probed_once(model: Model) -> None:
    calls = 0

    class Counting(nn.Module):
        def forward(self, image: Tensor) -> Tensor:
            nonlocal calls
            calls += 1
            return model.network(image)

    counted = Model(Counting(), model.card, model.path)
    choose("cpu", counted)
    after_first = calls
    choose("auto" if not torch.cuda.is_available() else "cpu", counted)
    assert calls == after_first > 0


def test_half_precision_gives_the_same_probabilities(model_of: Callable) -> None:
    torch.manual_seed(0)
    model = model_of(VNet(VNetSettings(kernel=3, width=8, down=(1, 1, 2), up=(1, 1))).eval())
    tile = devices.probe_tile(16, model.multiple)
    full, half = Device("cpu"), Device("cpu", "bfloat16", channels_last=True)
    expected = devices.probabilities(full, full.place(model.network), tile)
    found = devices.probabilities(half, half.place(model.network), tile)
    assert found.dtype == torch.float32
    assert float((found - expected).abs().mean()) < devices.TOLERANCE["bfloat16"]
    # The model itself stays as it was.
    assert next(model.network.parameters()).dtype == torch.float32


@needs_a_gpu
def test_cuda_finds_what_the_cpu_finds(model: Model, abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    found = segment(volume, model, device="cuda")
    assert found.run["device"] == "cuda" and found.run["peak_memory_mb"]["network on cuda"] > 0
    assert (found.labels == labels).all()


@needs_a_gpu
def test_a_full_gpu_hands_over_to_the_cpu(model: Model, abdomen: Callable, grid: Callable) -> None:
    volume, labels = abdomen(grid())
    choose("cuda", model)
    torch.cuda.empty_cache()
    # From here on the allocator itself refuses whatever is asked of it.
    torch.cuda.set_per_process_memory_fraction(0.0)
    try:
        found = segment(volume, model, device="cuda")
    finally:
        torch.cuda.set_per_process_memory_fraction(1.0)
    assert found.run["device"] == "cpu"
    assert found.run["notes"][-1] == "cuda ran out of memory: went on with the CPU"
    assert (found.labels == labels).all()
