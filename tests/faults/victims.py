"""Programs to be killed: each writes the same files over and over, two versions in turn, until someone stops it.

`python -m tests.faults.victims` loads everything once and then forks one program for each line it reads, so that a kill
costs milliseconds: "JOB FOLDER" starts one and answers with its process id, an empty line waits for the last one's end.
"""

import os
import sys
from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import torch

from flare_gui import workspace
from flare_gui.export import FORMATS, ExportOptions, export
from flare_gui.organs import LIVER, ORGANS
from flare_gui.render.film import write_film
from flare_gui.render.options import FilmSettings
from flare_gui.volume import Segmentation, Volume
from trainer.fit import fit
from trainer.recipe import Augmentation, Recipe

AFFINE = np.diag([-3.0, -3.0, 3.0, 1.0])
SHAPE = (60, 50, 40)

# A page is drawn by VTK, which takes seconds to start: it has a job of its own.
PLAIN = [row.key for row in FORMATS if row.key != "report" and not row.identifies]


def scan(source: Path | None = None) -> Volume:
    """A CT of noise: nothing about it compresses away."""
    hu = np.random.default_rng(5).integers(-200, 300, SHAPE).astype(np.int16)
    return Volume(hu, AFFINE, "case", source)


def mask(version: int) -> Segmentation:
    """Four boxes that lie elsewhere in each version."""
    labels = np.zeros(SHAPE, np.uint8)
    for i, organ in enumerate(ORGANS):
        labels[5 + 6 * version : 40, 5 + 10 * i : 13 + 10 * i, 5:30] = organ.label
    return Segmentation(labels, AFFINE)


def export_once(folder: Path, version: int) -> None:
    export(scan(), mask(version), folder, PLAIN, ExportOptions(overwrite=True))


def report_once(folder: Path, version: int) -> None:
    export(scan(), mask(version), folder, ["report"], ExportOptions(overwrite=True))


def film_once(folder: Path, version: int) -> None:
    write_film(scan(), mask(version), folder / "film.mp4", FilmSettings("sweep", size=(320, 240), seconds=2))


def workspace_once(folder: Path, version: int) -> None:
    workspace.write(folder / "case.flare", scan(folder / "case.nii.gz"), mask(version), {"version": version})


def training() -> tuple[Recipe, list]:
    """A network and data so small that a step takes milliseconds."""
    from flare_gui.model.vnet import VNetSettings
    from trainer.cache import TrainingCase

    recipe = Recipe(
        steps=1_000_000,
        patch=16,
        spacing_mm=8.0,
        epoch=2,
        batch=1,
        network=VNetSettings(kernel=3, width=4, down=(1, 1), up=(1,)),
        augmentation=Augmentation(rotation_degrees=0, scale=0, elastic=0, cut=0, flip=0, blur=0, low_resolution=0),
    )
    labels = np.zeros((24, 24, 24), np.uint8)
    labels[4:20, 4:20, 4:20] = LIVER.label
    hu = np.where(labels, 100, -50).astype(np.int16)
    case = TrainingCase("box", labels, hu, (8.0, 8.0, 8.0), "box", "Apache-2.0")
    return recipe, [(1.0, [case])]


def train_forever(folder: Path) -> None:
    recipe, sources = training()
    fit(recipe, sources, sources, folder, workers=0)


def forever(once: Callable[[Path, int], None]) -> Callable[[Path], None]:
    """Both versions in turn, for ever."""

    def work(folder: Path) -> None:
        for i in count():
            once(folder, i % 2)

    return work


ONCE = {"export": export_once, "report": report_once, "film": film_once, "workspace": workspace_once}
JOBS = {name: forever(once) for name, once in ONCE.items()} | {"checkpoint": train_forever}


def main() -> None:
    # More threads would not live through the fork.
    torch.set_num_threads(1)
    child = 0
    print("ready", flush=True)
    for line in sys.stdin:
        if not line.strip():
            print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
            continue
        job, folder = line.split(maxsplit=1)
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (0, 1, 2):
                os.dup2(quiet, stream)
            JOBS[job](Path(folder.strip()))
            os._exit(0)
        print(child, flush=True)
    # At once: there is nothing to clear up, and PyTorch takes seconds for it.
    os._exit(0)


if __name__ == "__main__":
    main()
