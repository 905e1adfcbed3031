"""OGC API Tiles Part 1 (OGC 20-057): grids, tilesets of a layer and of all layers, tiles, TileJSON.

The tiles themselves are drawn by `maps/tiles.py` under the scope of the asker, as the items of the same layer are.
"""
