"""Abdominal CT in, liver, kidneys and spleen out: a desktop program and a command line around one pipeline."""

__version__ = "0.1.0"
"""The one place: the wheel, the bundle's name, About, `--version` and every result have it from here."""

SOFTWARE = {"name": "flare-gui", "version": __version__}
"""What each JSON that is a result says it was made with."""
