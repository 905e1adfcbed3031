"""The files of a pack, each made from the snapshot and from nothing else: no clock, no database, no order of a set."""
