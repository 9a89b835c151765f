"""Pictures and surfaces with VTK, without a window system."""
