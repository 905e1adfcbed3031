"""HTTP doors of the work list."""

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import BadRequest, NotFound, UnknownParameter
from gis_service.core.etags import version_seen
from gis_service.core.http import language
from gis_service.core.paging import cursor, place
from gis_service.parcels.imports.notes import Level
from gis_service.parcels.topology import operations, queries
from gis_service.parcels.topology.catalogue import CATALOGUE
from gis_service.parcels.topology.rules import FaultState
from gis_service.parcels.topology.schemas import Acceptance, detail_out, etag, fault_out, rule_out, run_out
from gis_service.parcels.vocabulary import vocabulary

router = APIRouter(prefix="/api/v1/topology", route_class=Route)

Read = Annotated[Work, doing("topology.read")]
Decide = Annotated[Work, doing("topology.decide")]
IfMatch = Annotated[str | None, Header()]

OTHERS = ("limit", "after")


def filters_of(request: Request) -> dict[str, Any]:
    """The filters in the address; unknown names and values are refused rather than ignored."""
    choices: dict[str, set[str]] = {"rule": set(CATALOGUE), "level": set(Level), "state": set(FaultState)}
    found: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name in choices:
            wanted = [part for part in value.split(",") if part]
            if unknown := set(wanted) - choices[name]:
                raise BadRequest(parameter=name, value=",".join(sorted(unknown)))
            found[name] = [*found.get(name, []), *wanted]
        elif name == "area":
            found[name] = value
        elif name == "parcel":
            found[name] = _whole(name, value)
        elif name == "bbox":
            found[name] = _box(value)
        elif name not in OTHERS:
            raise UnknownParameter(parameter=name)
    return found


def _whole(name: str, value: str) -> int:
    if not value.isdigit():
        raise BadRequest(parameter=name, value=value)
    return int(value)


def _box(value: str) -> list[float]:
    try:
        west, south, east, north = (float(part) for part in value.split(","))
    except ValueError:
        raise BadRequest(parameter="bbox", value=value) from None
    return [west, south, east, north]


@router.get("/faults")
def list_faults(
    work: Read,
    request: Request,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    after: str | None = None,
) -> JSONResponse:
    """Faults, the longest known first."""
    filters = filters_of(request)
    last = place(after, 1)[0] if after else None
    found = list(work.session.execute(queries.faults(filters, limit=limit + 1, after=last)).mappings())
    follows = cursor([found[limit - 1]["id"]]) if len(found) > limit else None
    items = [fault_out(row, language(request)) for row in found[:limit]]
    total = work.session.scalar(queries.count(filters))
    return JSONResponse(jsonable_encoder({"items": items, "next": follows, "total": total}))


@router.get("/faults/{fault_id}")
def read_fault(work: Read, fault_id: int) -> JSONResponse:
    return _fault(work, fault_id)


def _fault(work: Work, fault_id: int) -> JSONResponse:
    found = queries.fault(work.session, fault_id)
    if found is None:
        raise NotFound(what="问题", key=fault_id)
    told = detail_out(found, language(work.request))
    return JSONResponse(jsonable_encoder(told), headers={"ETag": etag(fault_id, told["row_version"])})


@router.post("/faults/{fault_id}/accept")
def accept(work: Decide, fault_id: int, body: Acceptance, if_match: IfMatch = None) -> JSONResponse:
    seen = version_seen(if_match, f"f{fault_id}")
    operations.accept(work.session, work.actor, work.scope, fault_id, seen=seen, reason=body.reason)
    return _fault(work, fault_id)


@router.post("/faults/{fault_id}/reopen")
def reopen(work: Decide, fault_id: int, if_match: IfMatch = None) -> JSONResponse:
    operations.reopen(work.session, work.actor, work.scope, fault_id, seen=version_seen(if_match, f"f{fault_id}"))
    return _fault(work, fault_id)


@router.get("/summary")
def summary(work: Read, area: str | None = None) -> JSONResponse:
    """How many faults of each rule, worst first; when the register was last looked at."""
    counts = {row["rule"]: dict(row) for row in work.session.execute(queries.summary(area)).mappings()}
    lang = language(work.request)
    items = [rule_out(entry, counts.get(entry.code, {}), lang) for entry in CATALOGUE.values()]
    usual = list(vocabulary()["topology_rule"])
    items.sort(key=lambda item: (list(Level).index(item["level"]), usual.index(item["rule"])))
    last = run_out(queries.last_run(work.session))
    return JSONResponse(jsonable_encoder({"items": items, "last_run": last, "waiting": queries.waiting(work.session)}))
