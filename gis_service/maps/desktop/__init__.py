"""The main map for desktop GIS: a QGIS project that reads this service, in the groups, order and styles of the catalogue.

No secret is in the file: it names a login that each person keeps in the password store of their own QGIS.
"""
