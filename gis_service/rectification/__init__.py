"""整改: a problem found on idle land, from the notice to whoever must put it right until somebody else has seen that it is right (销号).

Problems come from a patrol, a check, a meeting, an inspection of a superior body or a complaint; each is about one check item
(`patrols/items.toml`). An answer shows photos of before and after (整改前, 整改后). Nobody strikes off what they put right themselves. What is
late is supervised (督办), then escalated; a unit that says it is not in charge has that decided (挂账). The same item on the same
parcel within 90 days is marked as recurred (复发).

This room knows no cases: a suspected dumping is told as a step (`report_dumping`), and whoever opens the case names this as where
it came from.
"""
