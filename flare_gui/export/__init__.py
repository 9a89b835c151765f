"""Everything a user takes away: one table of formats that the command line and the window's dialog both read."""

from flare_gui.export.table import EVERYTHING, FORMATS, ExportOptions, Format, export

__all__ = ["EVERYTHING", "FORMATS", "ExportOptions", "Format", "export"]
