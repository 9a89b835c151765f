"""Films beside pyvista's own: the same surfaces, size and number of frames, H.264 through the same ffmpeg."""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imageio.v2 as imageio
import pyvista as pv

from flare_gui.organs import ORGANS
from flare_gui.render.film import write_film
from flare_gui.render.options import FILM_KINDS, FilmKind, FilmSettings
from flare_gui.render.surface import organ_surfaces
from tests.benchmarks.harness import Row, faster, in_turns
from tests.benchmarks.scans import Scan, long_scan

ROUNDS = 3
SLICES = 120
FRAMES, FPS, SIZE = 24, 24, (1280, 720)


def measure() -> Iterator[Row]:
    """A row for each kind of film. Ours includes making the surfaces; pyvista is given them."""
    scan = long_scan(SLICES)
    surfaces = organ_surfaces(scan.reference.labels, scan.reference.affine, [organ.label for organ in ORGANS])
    with tempfile.TemporaryDirectory() as folder:
        for kind in FILM_KINDS:
            yield _row(scan, surfaces, kind, Path(folder))


def _row(scan: Scan, surfaces: dict[int, Any], kind: FilmKind, folder: Path) -> Row:
    mine, theirs = folder / f"{kind}.mp4", folder / "pyvista.mp4"
    settings = FilmSettings(kind=kind, size=SIZE, seconds=FRAMES / FPS, fps=FPS)
    rounds, _, _ = in_turns(
        lambda: write_film(scan.volume, scan.reference, mine, settings), lambda: _pyvista(surfaces, theirs), ROUNDS
    )
    same = _about(mine) == _about(theirs) == (FRAMES, SIZE)
    return rounds.row(
        f"film-{kind}",
        f"a {kind} film of {scan.shape}, {FRAMES} frames of {SIZE[0]}x{SIZE[1]}",
        "pyvista `open_movie`, `orbit_on_path` around the same surfaces",
        faster(2),
        (same, "as many frames, as large" if same else "frames or sizes differ"),
        details={"frames_a_second": [round(FRAMES / seconds, 2) for seconds in rounds.ours]},
    )


def _pyvista(surfaces: dict[int, Any], path: Path) -> None:
    plotter = pv.Plotter(off_screen=True, window_size=list(SIZE))
    for organ in ORGANS:
        if organ.label in surfaces:
            plotter.add_mesh(surfaces[organ.label], color=organ.colour, smooth_shading=True)
    plotter.open_movie(path, framerate=FPS)
    orbit = plotter.generate_orbital_path(n_points=FRAMES, factor=2.0, viewup=(0, 0, 1))
    plotter.orbit_on_path(orbit, write_frames=True, viewup=(0, 0, 1))
    plotter.close()


def _about(path: Path) -> tuple[int, tuple[int, int]]:
    """Frames and size of a film."""
    reader: Any
    with imageio.get_reader(path) as reader:
        return reader.count_frames(), tuple(reader.get_meta_data()["size"])
