"""巡查记录: walks with their tracks, what they prove and what looks implausible; who may look at a track, how long it is kept."""
