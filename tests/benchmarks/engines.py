"""`python -m tests.benchmarks.engines [ENGINE ...]`: the shipped network in other engines, for docs/benchmarks.md.

No row of `make bench`: it decides whether an engine is worth a second path, which nobody needs to ask twice a week.
ONNX Runtime and OpenVINO are not installed with the program: `pip install onnx onnxruntime openvino`.
"""

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from flare_gui.model import weights
from flare_gui.model.preprocess import Window, intensity
from flare_gui.phantom.paint import Look, paint
from flare_gui.phantom.shapes import abdomen

# The tile that a body of 38 x 34 x 19 cm becomes at 3 mm.
SHAPE = (1, 1, 128, 112, 64)
ROUNDS = 5

Run = Callable[[], np.ndarray]


def _eager(network: nn.Module, image: Tensor, dtype: torch.dtype, *, compiled: bool = False) -> Run:
    network = network.to(memory_format=torch.channels_last_3d)
    image = image.contiguous(memory_format=torch.channels_last_3d)
    forward = torch.compile(network) if compiled else network

    def run() -> np.ndarray:
        with torch.inference_mode(), torch.autocast("cpu", dtype, enabled=dtype != torch.float32):
            return forward(image).float().numpy()

    return run


def _openvino(network: nn.Module, image: Tensor, precision: str) -> Run:
    import openvino

    model = openvino.convert_model(network, example_input=image, input=[SHAPE])
    compiled = openvino.Core().compile_model(model, "CPU", {"INFERENCE_PRECISION_HINT": precision})
    return lambda: compiled(image.numpy())[0]


def _onnx_runtime(network: nn.Module, image: Tensor) -> Run:
    import onnxruntime

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "network.onnx"
        torch.onnx.export(network, (image,), path, dynamo=False, opset_version=17)
        session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: image.numpy()})[0]


ENGINES: dict[str, Callable[[nn.Module, Tensor], Run]] = {
    "torch, float32": lambda network, image: _eager(network, image, torch.float32),
    "torch, bfloat16 (the program's)": lambda network, image: _eager(network, image, torch.bfloat16),
    "torch.compile, bfloat16": lambda network, image: _eager(network, image, torch.bfloat16, compiled=True),
    "OpenVINO, float32": lambda network, image: _openvino(network, image, "f32"),
    "OpenVINO, bfloat16": lambda network, image: _openvino(network, image, "bf16"),
    "ONNX Runtime, float32": _onnx_runtime,
}


def main() -> None:
    """A row per engine: time to the first answer, fastest of the next ones, peak memory, equal labels in the organs."""
    if len(sys.argv) == 3 and sys.argv[1] == "--one":
        return _measure(sys.argv[2])
    print("| engine | first answer | each further one | peak memory of the process | same labels in the organs |")
    print("|---|---|---|---|---|")
    for name in sys.argv[1:] or ENGINES:
        # A process each: engines keep memory and threads.
        subprocess.run([sys.executable, "-W", "ignore", "-m", "tests.benchmarks.engines", "--one", name], check=False)
    return None


def _image(window: Window) -> Tensor:
    """A painted abdomen as the network gets it: on noise alone every engine would say background."""
    tissues, _ = abdomen(np.random.default_rng(2), 3.0)
    hu = paint(tissues, (3.0, 3.0, 3.0), np.random.default_rng(3), Look())
    x, y, z = SHAPE[2:]
    middle = (hu.shape[2] - z) // 2
    seen = intensity(hu[:x, :y, middle : middle + z].astype(np.float32), window)
    image = np.full(SHAPE, -1, np.float32)
    image[0, 0, : seen.shape[0], : seen.shape[1], : seen.shape[2]] = seen
    return torch.from_numpy(image)


def _measure(name: str) -> None:
    model = weights.load()
    network, image = model.network.eval(), _image(model.card.window_hu)
    began = time.perf_counter()
    run = ENGINES[name](network, image)
    found = run()
    first = time.perf_counter() - began
    seconds = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - began)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with torch.inference_mode():
        plain = network(image).numpy().argmax(1)
    organs = (plain > 0) | (found.argmax(1) > 0)
    same = (found.argmax(1) == plain)[organs].mean()
    print(f"| {name} | {first:.1f} s | {min(seconds):.2f} s | {peak:.0f} MB | {100 * same:.2f} % |", flush=True)


if __name__ == "__main__":
    main()
