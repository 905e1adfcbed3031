"""A corrected file beside the one it corrects: rows mended, new, gone, cells changed, outlines moved.

Rows are the same where they have the same parcel number; rows without one, where they stand at the same place.
"""

from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

SAME_M = 0.001
"""Outlines nearer than this did not move."""

PAIRS = """
    with old as (select *, case when parcel_no like 'IMP-' || batch_id || '-%' then '#' || row_no else parcel_no end as key
                   from staged_row where batch_id = :before),
         new as (select *, case when parcel_no like 'IMP-' || batch_id || '-%' then '#' || row_no else parcel_no end as key
                   from staged_row where batch_id = :now),
         first_old as (select distinct on (key) * from old order by key, row_no),
         first_new as (select distinct on (key) * from new order by key, row_no),
         pair as (
            select coalesce(n.row_no, 1000000000 + o.row_no) as at, o.row_no as row_before, n.row_no as row,
                   coalesce(n.parcel_no, o.parcel_no) as parcel_no, o.verdict as verdict_before, n.verdict as verdict,
                   o.area_computed_m2 as area_before_m2, n.area_computed_m2 as area_after_m2,
                   o.attributes as was, n.attributes as now_, o.row_no is null as is_new, n.row_no is null as is_gone,
                   coalesce(o.verdict = 'error' and n.verdict <> 'error', false) as is_fixed,
                   coalesce(o.attributes is distinct from n.attributes and o.row_no is not null and n.row_no is not null, false) as is_changed,
                   case when o.geom is not null and n.geom is not null and not st_orderingequals(o.geom, n.geom)
                        then st_hausdorffdistance(st_transform(o.geom, n.area_computed_crs), st_transform(n.geom, n.area_computed_crs))
                        when (o.geom is null) <> (n.geom is null) and o.row_no is not null and n.row_no is not null then 'infinity'
                        else 0 end as moved_m
              from first_old o full join first_new n on n.key = o.key),
         told as (select *, moved_m > :same as is_moved from pair)"""

COUNT = text(
    f"""{PAIRS}
    select count(*) filter (where is_fixed) as fixed, count(*) filter (where is_new) as new, count(*) filter (where is_gone) as gone,
           count(*) filter (where is_changed) as changed, count(*) filter (where is_moved) as moved,
           count(*) filter (where not (is_fixed or is_new or is_gone or is_changed or is_moved)) as same,
           max(moved_m) filter (where moved_m < 'infinity') as furthest_m
      from told"""  # noqa: S608  (our own text)
)

PAGE = text(
    f"""{PAIRS}
    select * from told where (is_fixed or is_new or is_gone or is_changed or is_moved) and at > :after order by at limit :limit"""  # noqa: S608
)


def counts(session: Session, before: int, now: int) -> dict[str, Any]:
    """How many rows became good, came, went, changed, moved; and how many are as they were."""
    found = session.execute(COUNT, {"before": before, "now": now, "same": SAME_M}).mappings().one()
    furthest = found["furthest_m"]
    return {**found, "furthest_m": None if furthest is None else round(furthest, 3)}


def page(session: Session, before: int, now: int, *, after: int, limit: int) -> list[dict[str, Any]]:
    """Rows that differ, in the order of the new file, those that are gone at the end."""
    facts = {"before": before, "now": now, "same": SAME_M, "after": after, "limit": limit}
    return [_told(dict(row)) for row in session.execute(PAGE, facts).mappings()]


KINDS = ("fixed", "new", "gone", "changed", "moved")


def _told(row: dict[str, Any]) -> dict[str, Any]:
    was, now = row.pop("was") or {}, row.pop("now_") or {}
    kinds = [kind for kind in KINDS if row.pop(f"is_{kind}")]
    moved = row.pop("moved_m")
    before, after = row["area_before_m2"], row["area_after_m2"]
    both = before is not None and after is not None
    return row | {
        "kinds": kinds,
        "cells": cells(was, now) if "changed" in kinds else [],
        "moved_m": round(moved, 3) if "moved" in kinds and moved != float("inf") else None,
        "area_difference_m2": after - before if both and after != before else None,
    }


def cells(was: dict[str, Any], now: dict[str, Any]) -> list[dict[str, Any]]:
    """The cells of a row that differ; a column that is missing on one side has no value there.

    >>> cells({"备注": "a", "面积": 1}, {"备注": "b", "面积": 1})
    [{'column': '备注', 'before': 'a', 'after': 'b'}]
    """
    names = [*now, *(name for name in was if name not in now)]
    pairs = [(name, was.get(name), now.get(name)) for name in names]
    return [{"column": name, "before": one, "after": other} for name, one, other in pairs if one != other]
