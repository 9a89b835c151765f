"""The window for a folder of scans. It knows nothing of the one document that the main window shows."""
