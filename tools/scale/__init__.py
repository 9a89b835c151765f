"""What many scans cost, from stages that were measured: `python -m tools.scale --help`, docs/scale.md."""
