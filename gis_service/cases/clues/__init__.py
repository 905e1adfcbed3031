"""线索: leads to dumping before any case exists, from officers and from the public.

Nothing sent is lost: a clue is merged into another, opened as a case, or dismissed with a reason, and stays. Who reported it is kept
apart (`clue_reporter`) and shown only by the reveal act. The public page says no more of a clue than its coarse state.
"""
