"""月度调度材料: what the meeting gets of a month, in one go: the table, the report, the slides.

A month is closed by a snapshot (`freezing/`): everything the pack says, read from the register as it was at the cut-off, kept as
one file of JSON. The pack (`forms/`) is made of the snapshot and of nothing else, so that it comes out the same, byte for byte,
however often and wherever it is made. A correction is another edition with its reason; both stay.
"""
