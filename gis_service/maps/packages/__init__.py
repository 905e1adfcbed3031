"""Layers as one file for a machine without a network: PMTiles or MBTiles of vector tiles, in the sight of who asks, of one moment.

What is written here is only drawn and put into files; how it is ordered, kept and fetched is in `exports/packages/`.
"""
