"""Outlines beside a staged row: registered parcels the reader may see, and other rows of the file."""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

MOST_BESIDE = 40

METRE = 1 / 100_000
"""A metre in degrees, a little more than enough at these latitudes."""

NEIGHBOURS = text(
    """
    with here as (
        select st_expand(coalesce(r.geom, r.raw_geom), :reach) as box, coalesce(r.geom, r.raw_geom) as shape
          from staged_row r
         where r.batch_id = :batch_id and r.row_no = :row_no and st_srid(coalesce(r.geom, r.raw_geom)) = 4490)
    select 'parcel' as kind, p.id, p.parcel_no, null::text as verdict, st_asbinary(p.geom) as wkb, st_asgeojson(p.geom, 8, 0) as geojson
      from here join parcel p on p.geom && here.box
     where p.retired_on is null and p.id is distinct from :known_id
    union all
    select 'row', r.row_no, r.parcel_no, r.verdict, st_asbinary(r.geom), st_asgeojson(r.geom, 8, 0)
      from here join staged_row r on r.geom && here.box
     where r.batch_id = :batch_id and r.row_no <> :row_no and st_isvalid(r.geom)
     limit :most"""
)


def neighbours(
    session: Session, batch_id: int, row_no: int, *, within_m: float, known_id: int | None = None
) -> Sequence[RowMapping]:
    """What lies within some metres of a row, in the scope of the reader; the parcel that the row changes is none of it."""
    facts = {"batch_id": batch_id, "row_no": row_no, "reach": within_m * METRE, "known_id": known_id}
    return session.execute(NEIGHBOURS, facts | {"most": MOST_BESIDE}).mappings().all()


SHAPES = text(
    """
    select st_asgeojson(r.geom, 8, 0) as geometry,
           case when st_srid(r.raw_geom) = 4490 then st_asgeojson(r.raw_geom, 8, 0) end as raw,
           case when r.original ->> 'geom' is not null
                then st_asgeojson(st_geomfromwkb(decode(r.original ->> 'geom', 'hex'), 4490), 8, 0) end as original,
           (select st_asgeojson(p.geom, 8, 0) from parcel p where p.id = r.known_id) as registered,
           case when st_srid(coalesce(r.geom, r.raw_geom)) = 4490
                then greatest(st_perimeter(st_envelope(coalesce(r.geom, r.raw_geom))::geography) / 8, 10) end as reach_m
      from staged_row r where r.batch_id = :batch_id and r.row_no = :row_no"""
)
"""What there is to draw of a row: its outline now, as it came, as the register has it; and how far to look around it."""


def drawing(session: Session, batch_id: int, row_no: int, known_id: int | None) -> dict[str, Any]:
    """The outlines of a row and of what lies around it, for a small picture."""
    found = session.execute(SHAPES, {"batch_id": batch_id, "row_no": row_no}).mappings().one()
    shapes = {name: found[name] and json.loads(found[name]) for name in ("geometry", "raw", "original", "registered")}
    beside = neighbours(session, batch_id, row_no, within_m=min(found["reach_m"] or 0, 500.0), known_id=known_id)
    return shapes | {
        "neighbours": [
            {
                "kind": row["kind"],
                "id": row["id"],
                "parcel_no": row["parcel_no"],
                "geometry": json.loads(row["geojson"]),
            }
            for row in beside
        ]
    }
