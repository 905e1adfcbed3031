"""Fences, signs and cameras as features. What follows for their parcel the database sees to."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from gis_service.access.edge import Work
from gis_service.core.errors import InvalidBody, NotFound
from gis_service.editing.features import fault, validated
from gis_service.editing.nouns import RECEIVED, Facts, Geometry, Noun
from gis_service.parcels import queries as register
from gis_service.parcels.facilities import operations, queries
from gis_service.parcels.facilities.schemas import (
    Act,
    CameraChange,
    CameraIn,
    FenceChange,
    FenceIn,
    SignChange,
    SignIn,
)
from gis_service.parcels.operations import Why

LAYERS = {"fences": "fence", "signs": "sign", "cameras": "camera"}
CREATED: Mapping[str, type[Act]] = {"fences": FenceIn, "signs": SignIn, "cameras": CameraIn}
CHANGED: Mapping[str, type[Act]] = {"fences": FenceChange, "signs": SignChange, "cameras": CameraChange}
WHOSE = frozenset({"parcel_id", "parcel_no"})
"""The parcel is named by either; where both are, by both."""


def _create(kind: str, work: Work, facts: Facts, geometry: Geometry, why: Why) -> int:
    parcel_id = _parcel(work, facts)
    own = {name: value for name, value in facts.items() if name not in WHOSE}
    body = validated(CREATED[kind], own | {"geometry": geometry})
    made = operations.put_up(work.session, kind, parcel_id, facts=_said(body, own), geometry=geometry, why=why)
    work.note(
        "facility.edit", f"{kind}/{made}", act="put_up", parcel_id=parcel_id, door="ogc", by_token=work.actor.by_token
    )
    return made


def _change(kind: str, work: Work, key: int, seen: int, facts: Facts, geometry: Geometry | None, why: Why) -> None:
    body = validated(CHANGED[kind], facts)
    operations.change(work.session, kind, key, seen=seen, facts=_said(body, facts), geometry=geometry, why=why)
    what = sorted([*facts, *(["geometry"] if geometry else [])])
    work.note("facility.edit", f"{kind}/{key}", act="change", changed=what, door="ogc", by_token=work.actor.by_token)


def _withdraw(kind: str, work: Work, key: int, seen: int, why: Why) -> None:
    """It is there no more: removed, or missing."""
    gone = {"condition": queries.GONE[kind]}
    operations.change(work.session, kind, key, seen=seen, facts=gone, geometry=None, why=why)
    work.note("facility.edit", f"{kind}/{key}", act="withdraw", door="ogc", by_token=work.actor.by_token)


def _said(body: Act, facts: Facts) -> Facts:
    return {name: getattr(body, name) for name in facts}


def _parcel(work: Work, facts: Facts) -> int:
    """The id of the parcel that a new feature names, whether it is there or not."""
    parcel_id, parcel_no = facts.get("parcel_id"), facts.get("parcel_no")
    if parcel_no is not None:
        district = work.request.app.state.settings.district_code
        found = register.numbered(work.session, district, parcel_no) if isinstance(parcel_no, str) else None
        if found is None:
            raise NotFound(what="地块", key=str(parcel_no)[:60])
        if parcel_id in (None, found):
            return found
    if parcel_no is None and isinstance(parcel_id, int) and not isinstance(parcel_id, bool):
        return parcel_id
    said = fault("parcel_id", "须写明在哪宗地块:parcel_id 或 parcel_no", "say on which parcel: parcel_id or parcel_no")
    raise InvalidBody(errors=[said])


def _noun(kind: str) -> Noun:
    fields = set(CHANGED[kind].model_fields) - {"reason", "document_id", "geometry"}
    columns: Any = queries.TABLES[kind][0].__table__.c
    must = [name for name, one in CREATED[kind].model_fields.items() if one.is_required() and name != "geometry"]
    return Noun(
        layers=(LAYERS[kind],),
        permissions=dict.fromkeys(("POST", "PUT", "PATCH", "DELETE"), "facility.edit"),
        writable=frozenset(fields),
        always=frozenset(name for name in fields if not columns[name].nullable),
        once=WHOSE,
        required=(*must, "geometry"),
        received=RECEIVED,
        create=partial(_create, kind),
        change=partial(_change, kind),
        withdraw=partial(_withdraw, kind),
    )


FACILITIES = tuple(_noun(kind) for kind in LAYERS)
