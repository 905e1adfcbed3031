"""联席会议: the standing meeting of the units, its agenda, its minutes, and the actions agreed on (议定事项).

An agenda is filled from what is late and from the actions of earlier meetings, which come back until they are closed; topics are added
by hand. Its order can be changed until it is issued; then it stands, with the time its figures are of. The minutes give each topic its
conclusion, and actions are made from it: what, which unit, who, until when. Who reports an action done does not close it.

This room reads other procedures through the engine only; which ones, `main` hands in.
"""
