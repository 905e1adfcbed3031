"""The picture under the map of the desk: none, own packages of tiles (PMTiles), 天地图, and sources an operator declares.

Packages and the way to 天地图 are those of the phones (`patrols.basemaps`). Whatever comes from elsewhere comes through this
server: keys stay here, browsers reach no other host, and only hosts of the settings are ever asked.
"""
