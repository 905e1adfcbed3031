"""风险与热点: which land is likely to be dumped on next, and where dumping gathers.

`rules` is the ranking in points, explained factor by factor (`weights.toml` holds every weight with its source); `density` and `clusters`
are the two kinds of hotspot (kernel density; Getis-Ord Gi* with false discovery rate); `facts` and `events` ask the database what was
known at a moment; `operations` keeps each run with what it was worked out from. Nothing here changes a plan: it suggests.
"""
