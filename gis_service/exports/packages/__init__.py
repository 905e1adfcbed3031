"""Packages of layers for machines without a network, made as jobs: ordered, cancelled, kept and fetched as exports are.

The tiles are drawn in `maps/packages/`; a GeoPackage of the same layers is written here, by what writes exports.
"""
