"""The organs in 3D: the view, its buttons, the thread that keeps the meshes up to date. VTK is loaded here, late."""
