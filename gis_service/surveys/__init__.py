"""摸排: the search for buried waste, from the old maps to the report, and what the ground showed.

A **programme** (摸排方案) is a rule for which land must be searched, its targets frozen on a day. A **survey** (摸排) searches one
parcel, in stages: papers and old images, walk-over, geophysics, holes, laboratory, report. **Points** are boreholes (钻孔 ZK), test
pits (探坑 TK) and trenches (探槽 TC) with their **strata**, which cannot gap or overlap, samples and laboratory results. Negative
geophysics never closes a parcel: only holes do, or a signed reason. Fill is not waste: 冲填土 and 素填土 are soil.

The volume itself is worked out in `geo/volumes`, without any database; here its inputs, seed and figures are kept, so that an
estimate can be worked out again to the digit.
"""
