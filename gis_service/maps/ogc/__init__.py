"""OGC API Features (Part 1, Part 2) and the tilesets of OGC API Tiles, for GIS clients.

Our own documents rather than the framework's: OpenAPI must be 3.0, a wrong parameter 400, an unknown one 400 too.
"""
