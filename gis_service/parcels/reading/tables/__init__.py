"""Tables: workbooks (XLSX) and delimited texts (CSV, TSV), as registers (台账) and as lists of boundary points.

`workbook` and `delimited` turn a file into lines of cells (`grid`), and are the two entrances. What follows is the same
for both: `headers` finds the row that names the columns, `roles` the columns that hold coordinates, `records` tells the
lines of data from totals, notes and signatures, `outlines` draws boundary points, `systems` concludes what the numbers
are, and `rows` puts it together. A row keeps the number it has in the sheet: it is the one a person can look up.
"""
