"""Two elevation models of one place: how much lies on the ground today that did not before, and where.

    read (reading, xyz)  →  pair_up (pairing)  →  compare (comparing)  →  difference · heaps
                                                     │
                        coregistration: the second model is shifted onto the first by ground that did not change
                        noise: what the models differ by where nothing changed, and how far such errors reach

Pure: numpy, scipy, shapely, pyproj and rasterio. Heights and lengths are metres of a projected system whose EPSG code stands beside them;
rows go from north to south; a cell without a height is NaN. Signs: `dh = after − before`, so a heap is positive and a hole negative.
"""
