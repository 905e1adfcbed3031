"""What a phone needs before it leaves: one document, its large parts built in SQL as one row each."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.parcels.vocabulary import vocabulary
from gis_service.patrols import items

VOCABULARIES = (
    "fence_status", "risk_level", "fence_type", "fence_condition", "sign_type", "sign_condition", "camera_condition",
)  # fmt: skip

SOON = timedelta(days=14)
"""Tasks that begin later are not given out yet."""

MINE = """
    select t.* from patrol_task t
     where t.state in ('open', 'started') and t.due_from <= :soon
       and (t.assignee_id = :me or (t.assignee_id is null
            and case when :units = '{}'::bigint[] then t.unit_id is null else t.unit_id = any (:units) end))"""
"""A person's own tasks, and those of their unit (an inspector of the district: of the district) that nobody has yet."""

PARTS = {
    "tasks": """
        select coalesce(json_agg(json_build_object('id', t.id, 'title', t.title, 'area_id', t.area_id, 'night', t.night,
                   'due_from', t.due_from, 'due_on', t.due_on, 'state', t.state, 'parcels',
                   (select coalesce(json_agg(json_build_object('id', p.parcel_id, 'seq', p.seq, 'visited_at', p.visited_at) order by p.seq), '[]')
                      from patrol_task_parcel p where p.task_id = t.id)) order by t.due_on, t.id), '[]')
          from ({mine}) t""",
    "parcels": """
        select json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
                   'type', 'Feature', 'id', p.id, 'geometry', st_asgeojson(p.geom, 7)::json, 'properties', json_build_object(
                   'id', p.id, 'parcel_no', p.parcel_no, 'parcel_name', p.parcel_name, 'area_id', p.area_id,
                   'area_m2', p.area_computed_m2, 'custodian_unit', u.name, 'risk_level', p.risk_level,
                   'fence_status', p.fence_status, 'waste_found', p.waste_found, 'last_visit_at', v.last_at)) order by p.id), '[]'))
          from parcel p
          left join unit u on u.id = p.custodian_unit_id
          left join (select parcel_id, max(came_at) as last_at from visit group by parcel_id) v on v.parcel_id = p.id
         where p.retired_on is null
           and (:areas = '{}'::bigint[] or p.area_id = any (:areas)
                or p.id in (select parcel_id from patrol_task_parcel where task_id in (select id from ({mine}) t)))""",
    "facilities": """
        select json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
                   'type', 'Feature', 'id', f.noun || f.id, 'geometry', st_asgeojson(f.geom, 7)::json, 'properties', json_build_object(
                   'noun', f.noun, 'id', f.id, 'parcel_id', f.parcel_id, 'kind', f.kind, 'condition', f.condition,
                   'row_version', f.row_version)) order by f.noun, f.id), '[]'))
          from (select 'fences' as noun, id, parcel_id, fence_type as kind, condition, row_version, geom from fence_segment
                 where condition <> 'removed'
                union all
                select 'signs', id, parcel_id, sign_type, condition, row_version, geom from sign
                union all
                select 'cameras', id, parcel_id, 'camera', condition, row_version, geom from camera where condition <> 'removed') f
          join parcel p on p.id = f.parcel_id and p.retired_on is null
         where :areas = '{}'::bigint[] or p.area_id = any (:areas)""",
    "ground": """
        select json_build_object('type', 'FeatureCollection', 'features', coalesce(json_agg(json_build_object(
                   'type', 'Feature', 'id', g.id, 'geometry', st_asgeojson(st_simplifypreservetopology(g.geom, 0.00005), 6)::json,
                   'properties', json_build_object('kind', g.kind, 'name', g.name)) order by g.id), '[]'))
          from ground g
         where exists (select from parcel p where st_dwithin(p.geom, g.geom, 0.02)
                          and (:areas = '{}'::bigint[] or p.area_id = any (:areas)))""",
    "areas": """
        select coalesce(json_agg(json_build_object('id', a.id, 'code', a.code, 'name', a.name, 'bbox',
                   case when a.geom is null then null else json_build_array(round(st_xmin(a.geom)::numeric, 6), round(st_ymin(a.geom)::numeric, 6),
                   round(st_xmax(a.geom)::numeric, 6), round(st_ymax(a.geom)::numeric, 6)) end) order by a.code), '[]')
          from area a
         where a.id in (select area_id from parcel where retired_on is null)
           and (:areas = '{}'::bigint[] or a.id = any (:areas))""",
}
"""Each part as one JSON value. The row policies bound what is in it; `areas` narrows it further where the phone asks for some."""


@dataclass(frozen=True)
class Bounds:
    """The settings that a phone needs to know."""

    view_m: float
    track_batch: int
    chunk_bytes: int
    max_photo_mb: int


@dataclass(frozen=True)
class Pack:
    etag: str
    content: bytes


def pack(
    session: Session, actor: Actor, scope: Scope, bounds: Bounds, *, areas: list[int], now: datetime
) -> Pack:  # fmt: skip
    """The document for this person; its tag changes when anything in it but the hour does."""
    asked = {
        "me": actor.id,
        "units": sorted(scope.unit_ids),
        "areas": areas,
        "soon": now.astimezone(clock.BEIJING).date() + SOON,
    }
    parts = {name: _part(session, sql, asked) for name, sql in PARTS.items()}
    person = {"id": actor.id, "name": actor.name, "unit_id": actor.unit_id}
    parts |= {
        "person": _json(person),
        "settings": _json(vars(bounds)),
        "items": _json([_item(item) for item in items.ITEMS.values()]),
        "forms": _json(_forms()),
        "vocabularies": _json({axis: _words(axis) for axis in VOCABULARIES}),
    }
    body = ",".join(f'"{name}":{value}' for name, value in parts.items())
    etag = f'"{hashlib.sha256(body.encode()).hexdigest()[:32]}"'
    at = json.dumps(now.isoformat())
    return Pack(etag, f'{{"as_of":{at},"server_time":{at},{body}}}'.encode())


def _part(session: Session, sql: str, asked: dict[str, Any]) -> str:
    sql = sql.replace("{mine}", MINE)
    used = {name: value for name, value in asked.items() if f":{name}" in sql}
    statement = sql.replace(":areas", "cast(:areas as bigint[])").replace(":units", "cast(:units as bigint[])")
    return str(session.scalar(text(f"select ({statement})::text"), used))


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _item(item: items.Item) -> dict[str, Any]:
    return {
        "code": item.code, "zh": item.zh, "en": item.en, "severity": item.severity, "days": item.days, "case": item.case,
    }  # fmt: skip


def _words(axis: str) -> dict[str, dict[str, str]]:
    return {value: {"zh": zh, "en": en} for value, (zh, en) in vocabulary()[axis].items()}


def _forms() -> list[dict[str, Any]]:
    try:
        forms = import_module("gis_service.patrols.forms")
    except ImportError:
        return []
    return list(forms.catalogue())
