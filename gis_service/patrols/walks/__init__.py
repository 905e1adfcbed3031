"""走访记录: what a walk was, what it proves for each parcel, what looks implausible about it, and who may look at its track.

A track is sensitive personal information (行踪轨迹, PIPL art. 28). It is recorded between start and end of a patrol alone, seen by the
person it is of, opened to others with a reason and a trace, and thinned to its proof of coverage when its time is over.
"""
