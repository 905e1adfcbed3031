"""离线底图: packages of tiles (PMTiles) per patrol area for phones, and the way to Tianditu (天地图) through the server."""
