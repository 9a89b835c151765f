"""What a run will cost, before it starts: the same plan that the run will follow, priced by the probe of the device."""

from dataclasses import dataclass

from flare_gui import geometry
from flare_gui.model import ladder
from flare_gui.model.body import body_box
from flare_gui.model.device import choose
from flare_gui.model.pipeline import slices_beyond
from flare_gui.model.tiles import plan
from flare_gui.model.weights import Model
from flare_gui.volume import Volume

# What goes on around the network for a million voxels of the scan: 0.0038 to 0.0057 core-seconds for three real scans
# of 512x512 (docs/scale.md), 0.0022 s on two cores for one of 300 slices.
SECONDS_PER_MEGAVOXEL = 0.004


@dataclass(frozen=True)
class Cost:
    """What `segment` would take: the device and precision, about how long, about how much memory beyond the scan."""

    device: str
    precision: str
    seconds: float
    memory_mb: float
    tiles: int


def estimate(volume: Volume, model: Model, device: str = "auto") -> Cost:
    """The cost of `segment(volume, model, device=device)`. Takes about a second when the device was not probed before.

    Raises as `segment` does, `FlareError` for a scan that is all air among it.
    """
    chosen = choose(device, model)
    upright = geometry.reorient(volume.affine, volume.shape)
    hu = upright.apply(volume.hu)
    box = body_box(hu, upright.affine, str(volume.source or volume.name))
    _, (x, y, z) = geometry.coarse_grid(upright.affine, hu[box].shape, model.card.spacing_mm)
    shape = (x, y, z + 2 * slices_beyond(z, model.card.patch[2]))
    attempt = ladder.first_attempt(chosen, model, shape)
    tiling = plan(shape, attempt.side, attempt.longest, model.multiple)
    around = hu.size / 1e6 * SECONDS_PER_MEGAVOXEL
    return Cost(
        device=chosen.name,
        precision=chosen.precision,
        seconds=tiling.voxels * chosen.seconds_per_voxel + around,
        memory_mb=ladder.tile_mb(attempt, tiling.tile, model),
        tiles=len(tiling.starts),
    )
