"""巡查: plan (计划), task (任务), the walk itself with its track, what was seen (发现), and how all this comes from phones.

An inspector walks with a phone that often has no network. What is recorded there is sent later, perhaps twice, perhaps out of
order; `inbox` keeps every record as it came before anything judges it, and answers each with a verdict. Rows are made from it.

- `planning`: how often which land is walked (by risk), tasks per grid cell and person, the order of a route.
- `inbox`: records and files from phones, verdicts, receipts, rescue files.
- `walks`: what the tracks prove: share of each parcel seen, time on it, what is implausible; who may look at a track.
- `conflicts`: one field changed by two people.

Patrols know neither rectifications nor cases: an observation tells `observation.recorded`, and whoever follows it hears that.
"""
