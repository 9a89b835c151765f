"""Segment a folder on a SLURM cluster: python slurm_cluster.py SCANS RESULTS. An example to copy and to adapt.

Each SLURM job is one worker with one GPU. Run it on a login node, or in a small job of its own; it ends when all cases
are done. Scans and results lie on a disk that all nodes see.
"""

import subprocess
import sys
from typing import Any

from dask_jobqueue import SLURMCluster

MOST_JOBS = 8


def cluster(**more: Any) -> SLURMCluster:
    """What to ask SLURM for: partition, time, memory and GPU are those of your cluster."""
    return SLURMCluster(
        queue="gpu",
        walltime="04:00:00",
        memory="24GB",
        processes=1,
        cores=2,  # cases at a time in one worker: one is read or written while the other is at the network
        job_cpu=4,
        job_extra_directives=["--gres=gpu:1"],
        worker_extra_args=["--resources", "GPU=2"],  # as many as cores
        job_script_prologue=["source .venv/bin/activate"],
        **more,
    )


def main(scans: str, results: str) -> int:
    """As many jobs as there is work for; the exit code is that of `flare-gui segment`."""
    with cluster() as workers:
        workers.adapt(minimum_jobs=1, maximum_jobs=MOST_JOBS)
        command = ["flare-gui", "segment", scans, "-o", results, "--dask", workers.scheduler_address]
        return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
