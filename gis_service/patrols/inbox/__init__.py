"""收件箱: what phones send. Kept as it came first, judged afterwards, answered record by record."""
