"""Scans of the source and of what it depends on: `make scan`. Each scanner must first find what was planted for it."""
