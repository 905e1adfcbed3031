"""拓扑检查: is the register whole as land? Overlaps, gaps, outlines that nearly meet, land outside its area or grid cell.

A rule is a sentence with a query (`catalogue`, `alone`, `together`, `whereabouts`); what it finds is a fault 问题, kept in
`topology_fault` from the day it is first seen until it is gone. A person may accept a fault with a reason (按原测绘成果,
不改); nobody deletes one. Every write of a parcel marks it (trigger, `topology_dirty`), and a job asks the rules again of
the marked parcels and those around them: the list is at any time what a check of the whole register would find.
"""
