"""A plane of the scan and what is done on it: the view, its canvas and layers, marks, and the tools under the mouse."""
