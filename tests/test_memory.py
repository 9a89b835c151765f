"""What is said of memory is this process's own."""

import subprocess
import sys

import numpy as np
import pytest

from flare_gui.memory import peak_memory_mb


@pytest.mark.skipif(sys.platform != "linux", reason="other systems hand nothing down")
def test_a_small_process_that_a_large_one_started_has_a_small_peak() -> None:
    ballast = np.ones(400 * 2**20, np.uint8)
    program = "from flare_gui.memory import peak_memory_mb; print(peak_memory_mb())"
    child = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    own = peak_memory_mb()
    assert own is not None and own > 400
    assert 0 < float(child.stdout) < 300
    del ballast
