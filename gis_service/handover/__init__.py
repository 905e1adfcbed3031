"""移交: passing the care (管护) of idle state-owned land to a unit, parcel by parcel, in batches.

It passes a duty, not the right to the land: it is no supply (供地), and it has nothing to do with passing a case on (案件移送).
A *handover* is the proceeding of one parcel (`rules.HANDOVER`); a *batch* is the list of parcels that one giving and one
receiving unit settle together. What stands in the way of each parcel is worked out for a whole batch at once
(`situation.py`, `rules.obstacles`), and one act of a batch is tried for each parcel by itself, so that one refusal does not stop
the others.

The register follows: the parcel's `handover_status` with every step, its custodian and the day of handover with the last only.
"""
