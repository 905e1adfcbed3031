"""冲突: two people changed one field. Both values stay; a person decides, with map and photo before them."""
