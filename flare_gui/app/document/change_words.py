"""A correction in words, for the status bar."""

from flare_gui.app.words import number, tr
from flare_gui.edit import Edit
from flare_gui.organs import organ_of


def change_words(edit: Edit, voxel_ml: float) -> str:
    """What each organ has won and lost, such as "Liver +12.3 ml −0.4 ml, Spleen −12.3 ml"."""
    words, little = [], tr("by less than 0.1 ml")
    for label in sorted(edit.labels):
        won, lost = int(edit.counts[:, label].sum()) * voxel_ml, int(edit.counts[label].sum()) * voxel_ml
        parts = [f"{sign}{number(volume, 1)} ml" for sign, volume in (("+", won), ("−", lost)) if volume >= 0.05]
        words.append(f"{tr(organ_of(label).name)} {' '.join(parts) or little}")
    return ", ".join(words)
