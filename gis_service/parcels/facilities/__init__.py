"""围蔽设施: fences (围蔽), warning signs (警示牌) and cameras (监控) of a parcel, with the history of their condition.

A fence is drawn as lines, a sign and a camera as points. Nothing is deleted: what is gone has the condition `removed` or
`missing`, and every condition it had stays in the version tables with who saw it, when and why. `fence_status` and
`fence_ratio` of a parcel follow from its fence lines as soon as it has any (`migrations/objects/066_facilities.sql`).
"""
