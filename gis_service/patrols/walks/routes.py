"""HTTP doors of walks: lists, one walk with what was seen, its track."""

from datetime import date, datetime, timedelta
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.encoders import jsonable_encoder
from fastapi.responses import FileResponse, JSONResponse
from shapely.geometry import mapping

from gis_service.access.edge import Route, Work, doing
from gis_service.core import clock, db
from gis_service.core.described import sends
from gis_service.core.errors import BadRequest, NotFound
from gis_service.core.http import request_id, thumbnail_of, to_be_saved
from gis_service.core.media import BYTES, JPEG, PHOTOS
from gis_service.core.paging import cursor, place
from gis_service.parcels.models import Parcel
from gis_service.patrols.models import Patrol
from gis_service.patrols.rules import FlagCode, PhotoKind
from gis_service.patrols.walks import operations, queries, rules, schemas
from gis_service.patrols.walks.errors import TrackThinned
from gis_service.patrols.walks.queries import Wanted

router = APIRouter(prefix="/api/v1", route_class=Route, tags=["patrol"])

Read = Annotated[Work, doing("patrol.read")]
Mine = Annotated[Work, doing("me.read")]
SUFFIXES = {
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "image/webp": ".webp",
    "audio/webm": ".webm",
    "audio/mp4": ".m4a",
}
LAST = 10


@router.get("/patrols")
def patrols(
    work: Read,
    area_id: int | None = None,
    unit_id: int | None = None,
    person_id: int | None = None,
    since: date | None = None,
    until: date | None = None,
    flag: FlagCode | Literal["any"] | None = None,
    parcel_id: int | None = None,
    after: str | None = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> JSONResponse:
    """Walks, newest first; `since` and `until` are days of Beijing, `flag=any` those with any doubt."""
    wanted = Wanted(area_id, unit_id, person_id, since, until, flag and str(flag), parcel_id)
    rows = queries.listed(work.session, wanted, after=_place(after), size=limit + 1)
    flags = queries.flags_of(work.session, [row[0].id for row in rows])
    items = [schemas.listed(row, flags.get(row[0].id, [])) for row in rows[:limit]]
    last = rows[limit - 1][0] if len(rows) > limit else None
    follows = cursor([last.started_at.isoformat(), last.id]) if last else None
    return _answer(
        {"items": items, "next": follows, "people": [{"id": i, "name": n} for i, n in queries.people(work.session)]}
    )


def _place(after: str | None) -> tuple[datetime, int] | None:
    if not after:
        return None
    at, key = place(after, 2)
    try:
        return datetime.fromisoformat(at), int(key)
    except (TypeError, ValueError):
        raise BadRequest(parameter="after", value=after) from None


@router.get("/patrols/{patrol_id}")
def patrol(work: Read, patrol_id: int) -> JSONResponse:
    """A walk: visits, what was seen and what followed, photos, coverage, doubts, gaps, and every value that was said before."""
    session, found = work.session, queries.one(work.session, patrol_id)
    area, unit, task = queries.names_of(session, found)
    flags = queries.flags_of(session, [found.id]).get(found.id, [])
    seen = queries.observations_of(session, found.id)
    ids = [row[0].id for row in seen]
    changes = queries.changes_of(session, ids)
    covered = queries.coverage_of(session, found.id)
    shapes = queries.outlines(session, [row[0].parcel_id for row in covered])
    settings = work.request.app.state.settings
    return _answer(
        {
            **schemas.summary(found, flags), "area": area, "unit": unit, "task": task, "remark": found.remark,
            "clock_offset_s": found.clock_offset_s, "figures": found.figures,
            "flags": [schemas.flag_out(flag) for flag in flags],
            "gaps": [schemas.gap_out(gap) for gap in found.gaps],
            "visits": [schemas.visit_out(*row) for row in queries.visits_of(session, found.id)],
            "observations": [schemas.observation_out(row, changes) for row in seen],
            "conflicts": [schemas.conflict_out(each) for each in queries.conflicts_of(session, found, ids)],
            "photos": [schemas.photo_out(photo) for photo in queries.photos_of(session, found.id)],
            "coverage": [schemas.coverage_out(row) for row in covered],
            "shapes": {key: mapping(shape) for key, shape in shapes.items()},
            "thresholds": {"most": rules.ENOUGH, "part": rules.SOME, "view_m": settings.patrol_view_m},
            "track": {"own": found.inspector_id == work.actor.id, "may": work.actor.may("track.read"),
                      "kept_until": rules.kept_until(found.started_at, settings.track_keep_days)},
        }
    )  # fmt: skip


@router.get("/patrols/{patrol_id}/track")
def track(work: Read, patrol_id: int, reason: Annotated[str, Query(max_length=200)] = "") -> JSONResponse:
    """The track. One's own freely; that of another person with a reason, within the land for which one may, and with a trace."""
    found = queries.one(work.session, patrol_id)
    if found.inspector_id == work.actor.id:
        return _track(work, found)
    db.enter(work.session, work.actor.scope("track.read", request_id(work.request)))
    work.session.expire_all()
    found = queries.one(work.session, patrol_id)
    said = operations.require_reason(reason)
    with operations.seeing_tracks(work.session):
        answer = _track(work, found)
    work.note("track.read", f"patrol/{found.id}", of=found.inspector_name, reason=said)
    return answer


def _track(work: Work, found: Patrol) -> JSONResponse:
    if found.thinned_at is not None:
        raise TrackThinned(on=found.thinned_at.astimezone(clock.BEIJING).date().isoformat())
    parts = queries.parts_of(work.session, found.id)
    answer = _answer(schemas.track_out(found, operations.track_of(parts), parts))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@router.get("/patrols/{patrol_id}/photos/{sha256}/content", **sends(BYTES, *PHOTOS))
def photo_content(work: Read, patrol_id: int, sha256: str, save: bool = False) -> Response:
    """A photo or voice note, byte for byte; pictures are shown, `save=true` keeps them."""
    photo = queries.photo(work.session, patrol_id, sha256)
    path = work.request.app.state.store.path(photo.sha256)
    name = f"{photo.kind}-{sha256[:12]}{SUFFIXES.get(photo.media_type, '')}"
    if save or photo.media_type not in PHOTOS:
        work.note("patrol.read", f"patrol/{patrol_id}", act="read_file", sha256=sha256)
        return FileResponse(path, media_type=BYTES, headers=to_be_saved(name))
    return FileResponse(path, media_type=photo.media_type, headers={"Cache-Control": "private, max-age=86400"})


@router.get("/patrols/{patrol_id}/photos/{sha256}/thumbnail", **sends(JPEG))
def photo_thumbnail(work: Read, patrol_id: int, sha256: str) -> Response:
    """The small copy of a photo; the photo itself while it has none yet."""
    photo = queries.photo(work.session, patrol_id, sha256)
    if photo.thumbnail_sha256 is None and photo.kind == PhotoKind.VOICE:
        raise NotFound(what="缩略图", key=sha256)
    path = work.request.app.state.store.path(photo.thumbnail_sha256 or photo.sha256)
    return thumbnail_of(path)


@router.get("/parcels/{parcel_id}/patrols")
def of_parcel(work: Read, parcel_id: int) -> JSONResponse:
    """The last visits and walks of a parcel, and how much of it was seen in 30 and 90 days (the best walk).

    A walk of one's own area may have passed land of others: what it proves there is told to who sees that land.
    """
    if work.session.get(Parcel, parcel_id) is None:
        raise NotFound(what="地块", key=parcel_id)
    now = clock.now()
    visits = queries.last_visits(work.session, parcel_id, LAST)
    counts = queries.seen_on(work.session, [visit.client_uuid for visit, _ in visits])
    lately = {}
    for days in (30, 90):
        share, walks = queries.seen_since(work.session, parcel_id, now - timedelta(days=days))
        lately[str(days)] = {"seen_share": round(share, 4), "walks": walks}
    return _answer(
        {
            "lately": lately,
            "visits": [
                {"patrol_id": visit.patrol_id, "came_at": visit.came_at, "all_fine": visit.all_fine, "inspector_name": name,
                 "observations": counts.get(visit.client_uuid, 0), "distance_m": visit.distance_m}
                for visit, name in visits
            ],
            "walks": [schemas.of_parcel_out(seen, walk) for seen, walk in queries.of_parcel(work.session, parcel_id, LAST)],
        }
    )  # fmt: skip


@router.get("/me/tracks")
def my_tracks(work: Mine) -> JSONResponse:
    """One's own walks: until when each track is kept, and who opened it, when and why."""
    keep_days = work.request.app.state.settings.track_keep_days
    found = queries.own(work.session, work.actor.id or 0)
    opened = queries.openings(work.session, [each.id for each in found])
    items = [
        {
            "patrol_id": each.id, "started_at": each.started_at, "ended_at": each.ended_at, "thinned_at": each.thinned_at,
            "length_m": None if each.length_m is None else float(each.length_m),
            "kept_until": rules.kept_until(each.started_at, keep_days),
            "opened": [schemas.opening_out(entry) for entry in opened.get(each.id, [])],
        }
        for each in found
    ]  # fmt: skip
    return _answer({"keep_days": keep_days, "items": items})


def _answer(content: Any) -> JSONResponse:
    return JSONResponse(jsonable_encoder(content))
