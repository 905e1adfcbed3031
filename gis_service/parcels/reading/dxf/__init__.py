"""DXF drawings: closed lines become parcels, texts inside them their numbers."""
