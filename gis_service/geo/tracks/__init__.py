"""轨迹: what the fixes of a phone prove. Put in order and cleaned (`fixes`), land seen from it (`coverage`), what looks implausible
about it (`doubts`, `replay`). Pure: numpy and shapely. Times are seconds since 1970 by the phone's clock, places metres in a plane.
"""
