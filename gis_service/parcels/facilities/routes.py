"""HTTP doors of fences, signs and cameras."""

from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core.errors import NotFound
from gis_service.core.etags import version_seen
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
from gis_service.parcels.filters import moment
from gis_service.parcels.operations import Why

router = APIRouter(prefix="/api/v1", route_class=Route)

Read = Annotated[Work, doing("facility.read")]
Edit = Annotated[Work, doing("facility.edit")]
IfMatch = Annotated[str | None, Header()]


@router.get("/parcels/{parcel_id}/facilities")
def of_parcel(work: Read, parcel_id: int, as_of: str | None = None) -> JSONResponse:
    """What stands on a parcel now, with what follows from it, or what stood there at a moment."""
    at = moment(as_of)
    if register.version_at(work.session, parcel_id, at) is None:
        raise NotFound(what="地块", key=parcel_id)
    found: dict[str, Any] = dict(queries.of_parcel(work.session, parcel_id, at))
    if at is None:
        found["summary"] = queries.fence_summary(work.session, parcel_id)
    return JSONResponse(jsonable_encoder(found))


@router.post("/parcels/{parcel_id}/fences", status_code=201)
def put_up_fence(work: Edit, parcel_id: int, body: FenceIn) -> JSONResponse:
    along = (body.along.first, body.along.last) if body.along else None
    return _put_up(work, "fences", parcel_id, body, along)


@router.post("/parcels/{parcel_id}/signs", status_code=201)
def put_up_sign(work: Edit, parcel_id: int, body: SignIn) -> JSONResponse:
    return _put_up(work, "signs", parcel_id, body)


@router.post("/parcels/{parcel_id}/cameras", status_code=201)
def put_up_camera(work: Edit, parcel_id: int, body: CameraIn) -> JSONResponse:
    return _put_up(work, "cameras", parcel_id, body)


@router.patch("/fences/{facility_id}")
def change_fence(work: Edit, facility_id: int, body: FenceChange, if_match: IfMatch = None) -> JSONResponse:
    return _change(work, "fences", facility_id, body, if_match)


@router.patch("/signs/{facility_id}")
def change_sign(work: Edit, facility_id: int, body: SignChange, if_match: IfMatch = None) -> JSONResponse:
    return _change(work, "signs", facility_id, body, if_match)


@router.patch("/cameras/{facility_id}")
def change_camera(work: Edit, facility_id: int, body: CameraChange, if_match: IfMatch = None) -> JSONResponse:
    return _change(work, "cameras", facility_id, body, if_match)


@router.get("/fences/{facility_id}/history")
def fence_history(work: Read, facility_id: int) -> JSONResponse:
    return _history(work, "fences", facility_id)


@router.get("/signs/{facility_id}/history")
def sign_history(work: Read, facility_id: int) -> JSONResponse:
    return _history(work, "signs", facility_id)


@router.get("/cameras/{facility_id}/history")
def camera_history(work: Read, facility_id: int) -> JSONResponse:
    return _history(work, "cameras", facility_id)


SAID_APART = {"reason", "document_id", "geometry", "along"}


def _facts(body: Act) -> dict[str, Any]:
    return {
        name: value
        for name, value in body.model_dump(exclude_unset=True, exclude=SAID_APART).items()
        if value is not None
    }


def _put_up(work: Work, kind: str, parcel_id: int, body: Act, along: tuple[str, str] | None = None) -> JSONResponse:
    made = operations.put_up(
        work.session,
        kind,
        parcel_id,
        facts=_facts(body),
        geometry=body.geometry,
        along=along,
        why=Why(body.reason, body.document_id),
    )
    work.note("facility.edit", f"{kind}/{made}", act="put_up", parcel_id=parcel_id)
    return _answer(work, kind, made, status=201)


def _change(work: Work, kind: str, facility_id: int, body: Act, if_match: str | None) -> JSONResponse:
    facts = body.model_dump(exclude_unset=True, exclude=SAID_APART)
    operations.change(
        work.session,
        kind,
        facility_id,
        seen=version_seen(if_match, f"{kind}{facility_id}"),
        facts=facts,
        geometry=body.geometry,
        why=Why(body.reason, body.document_id),
    )
    work.note("facility.edit", f"{kind}/{facility_id}", act="change", changed=sorted(facts))
    return _answer(work, kind, facility_id)


def _answer(work: Work, kind: str, facility_id: int, status: int = 200) -> JSONResponse:
    found = queries.one(work.session, kind, facility_id)
    if found is None:
        raise NotFound(what=operations.WORDS[kind][0], key=facility_id)
    etag = f'"{kind}{facility_id}.{found["row_version"]}"'
    summary = queries.fence_summary(work.session, found["parcel_id"])
    return JSONResponse(jsonable_encoder({**found, "summary": summary}), status, headers={"ETag": etag})


def _history(work: Work, kind: str, facility_id: int) -> JSONResponse:
    found = queries.history(work.session, kind, facility_id)
    if not found:
        raise NotFound(what=operations.WORDS[kind][0], key=facility_id)
    return JSONResponse(jsonable_encoder({"items": found}))
