"""The program as one file that needs no Python: PyInstaller's folder, packed, and for Debian a package of it."""
