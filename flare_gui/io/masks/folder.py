"""A folder of masks, one file an organ, as TotalSegmentator and many data sets have it."""

from dataclasses import replace
from pathlib import Path

from flare_gui.errors import FlareError
from flare_gui.io import nifti_pair
from flare_gui.io.array import case_name
from flare_gui.io.masks import label_map, words
from flare_gui.io.masks.contents import Contents, Segment
from flare_gui.volume import Volume


def organ_files(folder: Path) -> tuple[list[Path], list[Path]]:
    """The mask files in `folder` that are called like an organ, and the other images there."""
    files = sorted(
        path
        for path in folder.iterdir()
        if path.name.lower().endswith(label_map.SUFFIXES)
        and path.is_file()
        and not path.name.startswith(".")
        and not nifti_pair.is_second_half(path)
    )
    ours = [path for path in files if words.meant_by_file(case_name(path))]
    return ours, [path for path in files if path not in ours]


def read(volume: Volume, folder: Path) -> Contents:
    """The organs among the files of `folder`; a file of both kidneys is left out where each has one of its own.

    Raises `FlareError` when no file is called like an organ or one of them holds more than one thing.
    """
    files, others = organ_files(folder)
    if not files:
        raise FlareError(
            f"{folder}: none of the {len(others)} masks here is called like an organ",
            hint="Give one file with the mask, or call the files liver, right_kidney, spleen and left_kidney.",
        )
    sided = {organs for path in files if len(organs := words.meant_by_file(case_name(path))) == 1}
    whole = [path for path in files if words.meant_by_file(case_name(path)) == words.KIDNEYS]
    if len(sided & {(organ,) for organ in words.KIDNEYS}) == len(words.KIDNEYS):
        files, others = [path for path in files if path not in whole], [*others, *whole]
    segments: list[Segment] = []
    notes: list[str] = []
    for path in files:
        contents = label_map.read(volume, path)
        if len(contents.segments) > 1:
            values = ", ".join(one.key for one in contents.segments)
            raise FlareError(
                f"{path}: is called like one organ and holds {len(contents.segments)} values ({values})",
                hint="Give this file alone and say which value is the organ.",
            )
        notes += [f"{path.name}: {note}" for note in contents.notes]
        name = " and ".join(organ.name for organ in words.meant_by_file(case_name(path)))
        segments += [replace(one, key=path.name, name=name) for one in contents.segments]
    return Contents(folder, tuple(segments), tuple(notes), unread=tuple(case_name(path) for path in others))
