"""Abdominal CT in, liver, kidneys and spleen out: a desktop program and a command line around one pipeline."""

__version__ = "0.1.0"
