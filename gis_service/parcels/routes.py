"""HTTP doors of the register."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import BadRequest, NotFound, Stale
from gis_service.core.etags import version_seen
from gis_service.core.paging import cursor, place
from gis_service.parcels import operations, queries
from gis_service.parcels.changes import queries as changes
from gis_service.parcels.changes.operations import undo
from gis_service.parcels.changes.schemas import UndoIn
from gis_service.parcels.filters import filters_of, moment
from gis_service.parcels.operations import Why
from gis_service.parcels.schemas import DocumentIn, DocumentOut, ParcelChange, ParcelIn
from gis_service.parcels.vocabulary import vocabulary

router = APIRouter(prefix="/api/v1", route_class=Route)


Read = Annotated[Work, doing("parcel.read")]
Create = Annotated[Work, doing("parcel.create")]
Edit = Annotated[Work, doing("parcel.edit")]
Reference = Annotated[Work, doing("reference.read")]


@router.get("/parcels")
def list_parcels(
    work: Read,
    request: Request,
    as_of: str | None = None,
    sort: str = "parcel_no",
    limit: Annotated[int, Query(ge=1, le=5000)] = 100,
    after: str | None = None,
) -> Response:
    """A page of the register. The database writes the JSON; nothing is unpacked on the way."""
    if sort.removeprefix("-") not in queries.SORTS:
        raise BadRequest(parameter="sort", value=sort)
    items, ended, total = queries.page(
        work.session,
        filters=filters_of(request),
        as_of=moment(as_of),
        sort=sort,
        limit=limit,
        after=place(after, 2) if after else None,
    )
    follows = f'"{cursor(ended)}"' if ended else "null"
    return Response(f'{{"items":{items},"next":{follows},"total":{total}}}', media_type="application/json")


@router.get("/parcels/by-no/{parcel_no:path}")
def parcel_by_no(work: Read, parcel_no: str, as_of: str | None = None) -> JSONResponse:
    at = moment(as_of)
    found = queries.numbered(work.session, work.request.app.state.settings.district_code, parcel_no, at)
    if found is None:
        raise NotFound(what="地块", key=parcel_no)
    return _parcel(work, found, at)


@router.get("/parcels/{parcel_id}")
def read_parcel(work: Read, parcel_id: int, as_of: str | None = None) -> JSONResponse:
    return _parcel(work, parcel_id, moment(as_of))


def _parcel(work: Work, parcel_id: int, as_of: datetime | None = None) -> JSONResponse:
    version = queries.version_at(work.session, parcel_id, as_of)
    found = queries.snapshot(work.session, parcel_id, version) if version else None
    if found is None:
        raise NotFound(what="地块", key=parcel_id)
    if as_of and found["valid_to"] and found["valid_to"] > as_of:
        found["valid_to"] = None  # nobody knew that day that it would end
    found["aliases"] = queries.aliases(work.session, parcel_id, as_of)
    found["documents"] = queries.documents_of(work.session, parcel_id, as_of)
    # who is to be called is known for today only
    contact = None if as_of else queries.contact(work.session, parcel_id)
    if contact:
        found["contact"] = contact
        work.note("contact.read", found["parcel_no"])
    return JSONResponse(jsonable_encoder(found), headers={"ETag": _etag(found)})


def _etag(parcel: dict[str, Any]) -> str:
    return f'"p{parcel["id"]}.{parcel["row_version"]}"'


@router.post("/parcels", status_code=201)
def create_parcel(work: Create, body: ParcelIn) -> JSONResponse:
    parcel = operations.create(
        work.session,
        district_code=work.request.app.state.settings.district_code,
        facts=body.facts(),
        geometry=body.geometry,
        points=body.points(),
        why=Why(body.reason, body.document_id),
    )
    work.note("parcel.create", parcel.parcel_no)
    answer = _parcel(work, parcel.id)
    answer.status_code = 201
    answer.headers["Location"] = f"/api/v1/parcels/{parcel.id}"
    return answer


@router.patch("/parcels/{parcel_id}")
def change_parcel(
    work: Edit, parcel_id: int, body: ParcelChange, if_match: Annotated[str | None, Header()] = None
) -> JSONResponse:
    seen = version_seen(if_match, f"p{parcel_id}")
    try:
        parcel = operations.change(
            work.session,
            parcel_id,
            seen=seen,
            facts=body.facts(),
            geometry=body.geometry,
            points=body.points(),
            why=Why(body.reason, body.document_id),
        )
    except Stale as stale:
        raise with_current(work, stale) from None
    work.note("parcel.edit", parcel.parcel_no, changed=sorted(body.model_fields_set - {"reason", "document_id"}))
    return _parcel(work, parcel.id)


def with_current(work: Work, stale: Stale) -> Stale:
    """The refusal with what the register holds now, so that both versions can be shown."""
    parcel_id = stale.facts["parcel_id"]
    version = queries.version_at(work.session, parcel_id, None)
    current = queries.snapshot(work.session, parcel_id, version) if version else None
    return Stale(what="地块", key=stale.facts["key"], current=jsonable_encoder(current))


@router.get("/parcels/{parcel_id}/versions")
def list_versions(work: Read, parcel_id: int, as_of: str | None = None) -> JSONResponse:
    """Newest first: who changed which fields when, why, on which paper; on a past day, as they were known then."""
    found = changes.versions(work.session, parcel_id, moment(as_of))
    if not found:
        raise NotFound(what="地块", key=parcel_id)
    return JSONResponse(jsonable_encoder({"items": found}))


@router.get("/parcels/{parcel_id}/versions/{version_no}")
def read_version(work: Read, parcel_id: int, version_no: int) -> JSONResponse:
    return JSONResponse(jsonable_encoder(_snapshot(work, parcel_id, version_no)))


def _snapshot(work: Work, parcel_id: int, version_no: int) -> dict[str, Any]:
    found = queries.snapshot(work.session, parcel_id, version_no)
    if found is None:
        raise NotFound(what="版本", key=f"{parcel_id}/{version_no}")
    return found


@router.post("/parcels/{parcel_id}/versions/{version_no}/undo")
def undo_version(
    work: Edit, parcel_id: int, version_no: int, body: UndoIn, if_match: Annotated[str | None, Header()] = None
) -> JSONResponse:
    """Take one change back: a new version gives the fields it changed their earlier values."""
    seen, why = version_seen(if_match, f"p{parcel_id}"), Why(body.reason, body.document_id)
    try:
        restored = undo(work.session, parcel_id, version_no, seen=seen, why=why, anyway=body.anyway)
    except Stale as stale:
        raise with_current(work, stale) from None
    answer = _parcel(work, parcel_id)
    work.note("parcel.edit", parcel_id, act="undo", version=version_no, changed=restored)
    return answer


@router.get("/parcels/{parcel_id}/diff")
def diff(
    work: Read, parcel_id: int, one: Annotated[int, Query(alias="from")], other: Annotated[int, Query(alias="to")]
) -> JSONResponse:
    """What changed between two versions: fields with their values, and the outline's gains and losses."""
    before, after = _snapshot(work, parcel_id, one), _snapshot(work, parcel_id, other)
    untold = {"version_no", "valid_from", "valid_to", "row_version", "updated_at", "geometry", "boundary_points"}
    fields = [
        {"field": name, "before": before[name], "after": after[name]}
        for name in before
        if name not in untold and before[name] != after[name]
    ]
    geometry = queries.geometry_diff(work.session, parcel_id, one, other)
    return JSONResponse(jsonable_encoder({"fields": fields, "geometry": geometry}))


@router.get("/documents")
def list_documents(work: Annotated[Work, doing("document.read")]) -> list[DocumentOut]:
    district = work.request.app.state.settings.district_code
    return [DocumentOut.model_validate(row) for row in work.session.scalars(queries.documents(district))]


@router.post("/documents", status_code=201)
def create_document(work: Annotated[Work, doing("document.create")], body: DocumentIn) -> DocumentOut:
    district = work.request.app.state.settings.district_code
    document = operations.register_document(work.session, district_code=district, facts=body.model_dump())
    work.note("document.create", document.doc_no)
    return DocumentOut.model_validate(document)


@router.get("/vocabulary")
def words(_work: Reference) -> dict[str, list[dict[str, str]]]:
    """Words for every stored value, in the order they are shown; the axis' own name comes first, without a value."""
    return {
        axis: [{"value": "" if value == "title" else value, "zh": zh, "en": en} for value, (zh, en) in entries.items()]
        for axis, entries in vocabulary().items()
    }


@router.get("/land-classes")
def land_classes(work: Reference) -> list[dict[str, str | None]]:
    return [
        {"system": row.system, "code": row.code, "name": row.name, "parent": row.parent_code}
        for row in work.session.scalars(queries.land_classes())
    ]
