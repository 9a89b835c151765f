"""Synthetic CT: tissue maps of an abdomen, and Hounsfield units painted into them. Numpy and scipy only."""
