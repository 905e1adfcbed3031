"""One style, every client: what `layers/<id>/style.json` says, written as SLD, QML and MapLibre style JSON.

`drawing` settles once what is left open in a style (tints, widths, forms, labels); each writer only spells it.
Pure: nothing here asks a database or knows HTTP.
"""
