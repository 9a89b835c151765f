"""Corrections of a segmentation by hand: what they change in the labels, and the way back. No Qt in here."""

from flare_gui.edit.history import Box, Edit, History, Origin

__all__ = ["Box", "Edit", "History", "Origin"]
