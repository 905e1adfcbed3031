"""版式: a page as an office wants it. A layout is data over a kind of sheet: where the map looks and how large its frame is, where
the parts stand, which layers lie over the subject, titles and marks. It is kept for the unit that made it, composed by the one
composer of all sheets, and so the preview is the print.
"""
