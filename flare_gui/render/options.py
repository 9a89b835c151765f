"""Settings of what is rendered; knows no VTK, so that a dialog or a command line can be filled without it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class MeshOptions:
    """`smoothing` iterations (0 keeps the voxels' steps); `reduction` is the share of triangles to leave out."""

    smoothing: int = 20
    reduction: float = 0.0


SMOOTH = MeshOptions()
