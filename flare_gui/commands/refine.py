"""`flare-gui refine`: a mask corrected by strokes from a file."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np

from flare_gui import geometry, io, strokes
from flare_gui.commands import scan_and_mask
from flare_gui.commands.scan_and_mask import Source
from flare_gui.console import progress_display
from flare_gui.errors import OutputExists
from flare_gui.files import never_over
from flare_gui.progress import Cancel


def run(source: Source, file: Path, out: Path, cancel: Cancel, *, overwrite: bool) -> int:
    """Write the mask of `source` with the strokes in `file` to `out`; returns the exit code.

    Raises `FlareError` for what goes wrong.
    """
    from flare_gui.model.correction import Correction
    from flare_gui.model.features import network_features
    from flare_gui.model.weights import load

    if out.exists() and not overwrite:
        raise OutputExists(f"{out}: there is a file already", hint="Replace it with --overwrite.")
    drawn = strokes.read(file)
    display = progress_display()
    display.begin(source.scan.name)
    try:
        volume, segmentation = scan_and_mask.load(source, display, cancel)
        never_over(out, volume.source)
        model = load(source.weights)
        features = network_features(volume, model, device=source.device, progress=display, cancel=cancel)
    finally:
        display.end()
    upright = geometry.reorient(volume.affine, volume.shape)
    labels = segmentation.labels.copy(order="K")
    canonical = upright.apply(labels)
    correction = Correction(features, upright.affine)
    for number, stroke in enumerate(drawn, 1):
        cancel.check()
        change = correction.add(stroke, canonical)
        if change is None:
            print(f"flare-gui: note: stroke {number} changes nothing", file=sys.stderr)
        else:
            canonical[change.box] = change.labels
    changed = labels != segmentation.labels
    touched = set(np.unique(labels[changed]).tolist()) | set(np.unique(segmentation.labels[changed]).tolist())
    refined = replace(segmentation, labels=labels).corrected_by_hand(touched - {0})
    io.write_segmentation(refined, out, place=volume.nifti_place)
    print(f"{out}: {len(drawn)} strokes changed {np.count_nonzero(changed) * segmentation.voxel_ml:.1f} ml")
    return 0
