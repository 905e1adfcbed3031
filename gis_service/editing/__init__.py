"""Features edited by GIS clients: OGC API – Features Part 4, over the operations that the desk uses.

asking.py      what a request says: media type, body, preferences, coordinate system
features.py    which properties are taken, what a replacement leaves, where the geometry lies
parcels.py, facilities.py   how a feature becomes a call of the register's own operations
routes.py      the doors, one set for every layer that is edited
"""
