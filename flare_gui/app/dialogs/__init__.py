"""Questions and sheets: which series, what to export, which picture, about. They answer by signals."""
