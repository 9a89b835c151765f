"""What is open: scan, mask, view state; how it is opened, and kept against a crash. It knows no widget."""
