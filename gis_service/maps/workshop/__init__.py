"""图层工坊: how a layer looks and is called, said anew at the desk and kept as versions.

The folder under `layers/` is what was shipped and stays as it is. Over it stands the newest version (版本) of the layer: its
names, words, group and order, looks, labels and zooms, whole. Where its rows come from, its attributes and by which of them
it is coloured are code and rights, and no version speaks of them. Versions are only added; going back to an earlier one adds
one more. `maps.standing` puts folder and version together for every door.
"""
