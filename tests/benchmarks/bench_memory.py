"""The most memory a run takes, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator

from tests.benchmarks.harness import Rounds, Row, at_most
from tests.benchmarks.scans import ROOT, long_scan

MOST_MB = 4096

# The CT itself counts: it is read after the imports.
_RUN = """
import json
import numpy as np
from pathlib import Path
from flare_gui.model import weights
from flare_gui.model.segmenter import segment
from tests.benchmarks.scans import long_scan

def status(key):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith(key))

model = weights.load()
before = status("VmRSS:")
scan = long_scan()
segmentation = segment(scan.volume, model, device="cpu")
found = [int((segmentation.labels == label).sum()) for label in range(1, 5)]
print(json.dumps({"before": before, "peak": status("VmHWM:"), "ct": scan.volume.hu.nbytes / 2**20,
                  "reference": scan.reference.labels.nbytes / 2**20, "stages": segmentation.run["peak_memory_mb"],
                  "voxels": found}))
"""


def measure() -> Iterator[Row]:
    """One row, of three processes. Linux only: it is where the kernel tells."""
    scan = long_scan()
    runs = []
    for _ in range(3):
        done = subprocess.run([sys.executable, "-c", _RUN], cwd=ROOT, capture_output=True, text=True, check=True)
        runs.append(json.loads(done.stdout))
    # The reference mask is no part of a run; it is loaded along with the scan.
    above = [run["peak"] - run["before"] - run["reference"] for run in runs]
    whole = max(run["peak"] for run in runs)
    complete = all(min(run["voxels"]) > 0 for run in runs)
    yield Rounds(above, [run["ct"] for run in runs]).row(
        "memory",
        f"peak memory of that run ({scan.shape}) above the process after its imports",
        "the CT in int16",
        at_most(6),
        (complete and whole <= MOST_MB, f"{whole:.0f} MB in all, at most {MOST_MB}; all four organs found"),
        unit="MB",
        details={"runs": runs},
    )
