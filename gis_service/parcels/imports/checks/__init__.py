"""What is asked of staged rows before anybody may accept them. Whoever asks for the catalogue finds every check in it."""

from gis_service.parcels.imports.checks import register, shift

__all__ = ["register", "shift"]
