"""Orthophotos 正射影像: pictures of the ground from drones and satellites, checked, kept, and drawn under the map as tiles.

The original stays as it came. From it a child process without network makes a Cloud Optimized GeoTIFF on the grid of the web
map (`cog`), and every tile is a piece of that file (`tiles`). No address from outside is ever opened.
"""
