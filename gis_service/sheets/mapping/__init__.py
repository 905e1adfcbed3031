"""From land to page: frame, shapes, labels, and the furniture of a map."""
