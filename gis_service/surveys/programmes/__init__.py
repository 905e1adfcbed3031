"""摸排方案: which land must be searched by when, as a stored rule, and how far that is."""
