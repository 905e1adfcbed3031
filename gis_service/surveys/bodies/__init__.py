"""填埋体: what lies buried, as polygons with their quantity, composition and hazard. Their past is kept."""
