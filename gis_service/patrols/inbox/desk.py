"""HTTP doors of the desk: what is held or refused, phones and what they hold; to let a record through, to judge it again."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock, db
from gis_service.core.described import sends
from gis_service.core.errors import NotFound
from gis_service.core.http import language, to_be_saved
from gis_service.core.media import BYTES, PHOTOS
from gis_service.files.models import StoredFile
from gis_service.patrols.inbox import judging, photos, queries, taking
from gis_service.patrols.inbox.models import InboxRecord
from gis_service.patrols.inbox.routes import house_of
from gis_service.patrols.inbox.verdicts import sentence

router = APIRouter(prefix="/api/v1/patrols/inbox", route_class=Route)

Settle = Annotated[Work, doing("patrol.settle")]


@router.get("")
def unsettled(
    work: Settle, verdict: Literal["held", "refused"] | None = None, limit: Annotated[int, Query(ge=1, le=500)] = 200
) -> JSONResponse:
    """Held and refused records, texts that went astray, and the phones: `{counts, items, strays, devices}`, newest first."""
    session, lang = work.session, language(work.request)
    verdicts = [verdict] if verdict else ["held", "refused"]
    items = [record_out(row, lang) for each in verdicts for row in queries.unsettled(session, each, limit)]
    strays = [
        {"uuid": stray.uuid, "sha256": stray.sha256, "said_sha256": stray.said_sha256, "received_at": stray.received_at,
         "sent_by": name, "reason": _reason(stray.reason, lang), "text": stray.body_text}
        for stray, name in queries.strays(session, limit)
    ]  # fmt: skip
    devices = [_device_out(row) for row in queries.devices(session)]
    return JSONResponse(
        jsonable_encoder({"counts": queries.counts(session), "items": items, "strays": strays, "devices": devices})
    )


@router.get("/{uuid}")
def one(work: Settle, uuid: UUID) -> JSONResponse:
    """One record with its text as it came."""
    row = _found(work, uuid)
    return JSONResponse(jsonable_encoder({**record_out(row, language(work.request)), "text": row[0].body_text}))


@router.get("/{uuid}/files/{sha256}", **sends(BYTES, *PHOTOS))
def file(work: Settle, uuid: UUID, sha256: str) -> Response:
    """A file that a record names, whether it became rows or not: a picture (told by its bytes) as such, others to be saved."""
    record: InboxRecord = _found(work, uuid)[0]
    stored = work.session.get(StoredFile, sha256) if sha256 in record.files else None
    if stored is None:
        raise NotFound(what="文件", key=sha256)
    work.note("file.read", stored.name, sha256=sha256, record=str(uuid))
    path = work.request.app.state.store.path(sha256)
    kind = photos.media_type_at(path)
    if kind in PHOTOS:
        return FileResponse(path, media_type=kind, headers={"Cache-Control": "private, max-age=86400"})
    return FileResponse(path, media_type=BYTES, headers=to_be_saved(stored.name, keep="private, max-age=86400"))


@router.post("/{uuid}/release")
def release(work: Settle, uuid: UUID) -> JSONResponse:
    """Let a record through whose sender, phone or land stands in doubt; it is judged as if its recorder had the right."""
    record: InboxRecord = _found(work, uuid)[0]
    record.released_by_id, record.released_at = work.actor.id, clock.now()
    work.session.flush()
    return _judge(work, record, "release")


@router.post("/{uuid}/judge-again")
def judge_again(work: Settle, uuid: UUID) -> JSONResponse:
    """Judge a held or refused record again as it stands."""
    return _judge(work, _found(work, uuid)[0], "judge-again")


def _judge(work: Work, record: InboxRecord, act: str) -> JSONResponse:
    with db.seeing_all(work.session):
        judging.judge(work.session, house_of(work.request).world(), [record.uuid], anew=True)
    work.note(
        "patrol.settle", f"inbox/{record.uuid}", act=act, verdict=record.verdict, code=(record.reason or {}).get("code")
    )
    return JSONResponse(
        jsonable_encoder(taking.receipt(record, language(work.request), again=False).model_dump(mode="json"))
    )


def _found(work: Work, uuid: UUID) -> Any:
    row = queries.one(work.session, uuid)
    if row is None:
        raise NotFound(what="记录", key=uuid)
    return row


def record_out(row: Any, lang: str) -> dict[str, Any]:
    record, by, sent_by, phone = row
    return {
        "uuid": record.uuid, "kind": record.kind, "seq": record.seq, "by": {"id": record.by_id, "name": by},
        "sent_by": {"id": record.sent_by_id, "name": sent_by}, "device": {"id": record.device_id, "name": phone},
        "patrol": record.patrol_uuid, "files": record.files, "app": record.app_version, "made_at": record.made_at,
        "received_at": record.received_at, "judged_at": record.judged_at, "by_rescue": record.by_rescue,
        "verdict": record.verdict, "reason": _reason(record.reason, lang), "sha256": record.sha256,
        "bytes": len(record.body_text.encode()),
    }  # fmt: skip


def _reason(reason: dict[str, Any] | None, lang: str) -> dict[str, Any] | None:
    return reason and {"code": reason["code"], "text": sentence(reason, lang), "waits_for": reason.get("waits_for", [])}


def _device_out(row: Any) -> dict[str, Any]:
    device, person, here, last_at = row
    return {
        "id": device.id, "name": device.name, "app": device.app_version, "person": {"id": device.last_user_id, "name": person},
        "first_seen_at": device.first_seen_at, "last_seen_at": device.last_seen_at, "holds": device.holds,
        "storage": device.storage, "clock_offset_s": device.clock_offset_s, "records_here": here, "last_record_at": last_at,
    }  # fmt: skip
