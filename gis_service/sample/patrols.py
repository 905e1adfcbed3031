"""The last month of patrols on the sample district's land: the inspector's in 北围, the custodian's on the land in its care.

What phones would have sent goes through the inbox like anything that comes, and is measured like anything that was walked. Some
walks have holes, some are doubtful: one repeats an earlier one, one jumps, one was driven, one phone's clock is off, one had no
good position. The same every time.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from io import BytesIO
from typing import Any
from uuid import UUID, uuid5

import numpy as np
import shapely
from PIL import Image
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from gis_service.access import queries as access
from gis_service.access.actor import EVERYTHING, Actor
from gis_service.access.models import Area, User
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.srid import METRIC_SRID, STORAGE_SRID
from gis_service.files.noting import note_file
from gis_service.files.store import FileStore
from gis_service.following import operations as following
from gis_service.geo import crs
from gis_service.jobs import queue
from gis_service.parcels.attachments.picture_child import SIDE
from gis_service.parcels.models import Deployment, Parcel
from gis_service.patrols.inbox import judging, keeping, reading
from gis_service.patrols.inbox.jobs import THUMBNAILS
from gis_service.patrols.inbox.keeping import Came
from gis_service.patrols.inbox.recorder import World
from gis_service.patrols.inbox.rows import FOLLOW
from gis_service.patrols.inbox.wire import Device
from gis_service.patrols.items import ITEMS
from gis_service.patrols.models import FieldPhoto, Observation, Patrol
from gis_service.patrols.planning.models import PatrolTask
from gis_service.patrols.rules import TRACK_BATCH, VIEW_M, GapReason, TaskState
from gis_service.patrols.walks import operations
from gis_service.patrols.walks.jobs import TASK as MEASURE
from gis_service.sample import rounds
from gis_service.sample.proceedings import scene
from gis_service.sample.walker import RIDE_M_S, Floats, Leg, Phone, seen_by, true_places

SEED = 20261128
NAMES = UUID("6d0e8f0a-3f5b-4b8e-9a55-0d3a5f3c7a11")
DAYS = 30
PICTURES = 24
APP = "1.0.0-sample"
SEEN = (
    ("FENCE", "东侧围蔽缺口约 4 m,可由便道进入", 4, "m"), ("SIGN", "警示牌褪色,举报电话不清", None, None),
    ("PLANT", "北侧种菜约 60 ㎡", 60, "m2"), ("PARK", "停放小货车 2 辆", 2, "辆"), ("BARE", "裸土未覆盖约 300 ㎡", 300, "m2"),
    ("FIRE", "杂草较高,有焚烧痕迹", None, None), ("WATER", "边沟淤堵,积水约 40 ㎡", 40, "m2"),
    ("NEW_SOIL", "西南角新增渣土约 15 m³,有车辙", 15, "m3"), ("GATE", "大门未上锁", None, None),
)  # fmt: skip
WEATHER = ("晴", "多云", "阴", "小雨")
HOLES = {
    3: GapReason.HIDDEN,
    7: GapReason.KILLED,
    11: GapReason.NO_FIX,
    15: GapReason.PAUSED,
    19: GapReason.HIDDEN,
    23: GapReason.HIDDEN,
}
"""Walks whose track has a hole, and why."""
REPLAYED, JUMPED, DRIVEN, CLOCK_OFF, INACCURATE = 21, 9, 13, 17, 25
"""Walks that are doubtful."""


@dataclass
class Walker:
    """Somebody with an account, the land they walk, and their phone."""

    actor: Actor
    parcels: Sequence[tuple[int, shapely.Polygon]]
    area_id: int | None
    device: UUID
    clock_off_s: float = 0.0
    seq: int = 0


@dataclass
class Told:
    """The records of one walk as texts, in the order in which they were made."""

    walker: Walker
    start: UUID
    came: list[Came] = field(default_factory=list)

    def add(self, key: str, kind: str, made_at: float, body: dict[str, Any], files: Sequence[str] = ()) -> UUID:
        uuid = self.start if kind == "patrol.start" else uuid5(self.start, key)
        self.walker.seq += 1
        text = json.dumps(
            {
                "uuid": str(uuid), "kind": kind, "seq": self.walker.seq, "made_at": round(made_at * 1000), "by": self.walker.actor.id,
                "device": str(self.walker.device), "patrol": None if kind == "patrol.start" else str(self.start), "schema": 1,
                "app": APP, "files": list(files), "body": body,
            },
            ensure_ascii=False,
        )  # fmt: skip
        self.came.append(Came(uuid, text, reading.sha256(text)))
        return uuid


def load(session: Session, *, district_code: str, store: FileStore) -> int:
    """Tell the month where the sample district is loaded, has people and was never walked; returns how many walks. Does not commit."""
    db.enter(session, EVERYTHING)
    if session.get(Deployment, "sample_data") is None or session.scalar(select(Patrol.id).limit(1)):
        return 0
    pictures = _pictures(session, store)
    told = [_walk(n, walker, day, list(pictures)) for n, (walker, day) in enumerate(_rounds(session))]
    if told:
        _again(told, REPLAYED)
    for each in told:
        _send(session, store, district_code, each)
    db.enter(session, EVERYTHING)
    rounds.tell(session, list(pictures))
    _give_tasks(session)
    _small_copies(session, pictures)
    patrols = list(session.scalars(select(Patrol.id).order_by(Patrol.started_at, Patrol.id)))
    for patrol_id in patrols:
        operations.measure(session, patrol_id, view_m=VIEW_M, now=clock.now())
    _follow(session, following.House(store, district_code))
    queue.take_back(session, MEASURE, THUMBNAILS, FOLLOW)  # all were done above
    return len(patrols)


def _give_tasks(session: Session) -> None:
    """Every second open task of the inspector's area goes to the account one signs in with, so that it has something to do."""
    if (inspector := _walker(session, "inspector")) is None:
        return
    area = PatrolTask.area_id == inspector.area_id
    asked = select(PatrolTask).where(area, PatrolTask.state == TaskState.OPEN, PatrolTask.unit_id.is_(None))
    for task in session.scalars(asked.order_by(PatrolTask.due_on, PatrolTask.id)).all()[::2]:
        task.assignee_id = inspector.actor.id
    session.flush()


def _follow(session: Session, house: following.House) -> None:
    """What was seen becomes rectifications and clues, so that the district stands as it is and nobody is told of it later."""
    for observation_id in session.scalars(select(Observation.id).order_by(Observation.seen_at, Observation.id)).all():
        following.follow(session, house, observation_id)


# --- who walks when -----------------------------------------------------------------------------------------------------


def _rounds(session: Session) -> Iterator[tuple[Walker, date]]:
    """The inspector on working days, the custodian on every third day."""
    inspector, unit = _walker(session, "inspector"), _walker(session, "unit")
    days = [clock.today() - timedelta(days=n) for n in range(DAYS, 0, -1)]
    for n, day in enumerate(days):
        if inspector and day.weekday() < 5:
            yield inspector, day
        if unit and n % 3 == 1:
            yield unit, day


def _walker(session: Session, username: str) -> Walker | None:
    user = session.scalar(select(User).where(User.username == username))
    actor = access.actor_named(session, username, at=clock.now()) if user else None
    if actor is None:
        return None
    area_id = next((grant.area_id for grant in actor.grants if grant.area_id), None)
    unit_id = next((grant.unit_id for grant in actor.grants if grant.unit_id), None)
    asked = select(Parcel.id, func.ST_AsBinary(func.ST_Transform(Parcel.geom, METRIC_SRID))).where(
        Parcel.retired_on.is_(None)
    )
    asked = asked.where(Parcel.area_id == area_id) if area_id else asked.where(Parcel.custodian_unit_id == unit_id)
    land = [
        (key, _largest(shapely.from_wkb(bytes(wkb)))) for key, wkb in session.execute(asked.order_by(Parcel.parcel_no))
    ]
    if not area_id:
        area_id = session.scalar(
            select(Parcel.area_id).where(Parcel.custodian_unit_id == unit_id).order_by(Parcel.parcel_no).limit(1)
        )
    return (
        Walker(actor, land, session.scalar(select(Area.id).where(Area.id == area_id)), uuid5(NAMES, username))
        if land
        else None
    )


def _largest(shape: shapely.Geometry) -> shapely.Polygon:
    return shapely.Polygon(max(shapely.get_parts(shape), key=lambda part: float(part.area)).exterior)


# --- one walk -------------------------------------------------------------------------------------------------------------


def _walk(n: int, walker: Walker, day: date, pictures: Sequence[str]) -> Told:
    rng = np.random.default_rng([SEED, n])
    told = Told(walker, uuid5(NAMES, f"walk {n}"))
    start = datetime.combine(day, time(8 + n % 7, int(rng.integers(0, 59))), BEIJING).timestamp()
    parcels = _nearby(walker, n, 2 + n % 3)
    rows, stays = _carried(rng, n, parcels, start)
    rows, gaps = _with_hole(rows, HOLES.get(n))
    told.add(
        "start",
        "patrol.start",
        start,
        {"area_id": walker.area_id, "weather": WEATHER[n % 4], "position": _position(rows[0])},
    )
    for k, (parcel_id, at) in enumerate(stays):
        _visit(told, rng, n, k, parcel_id, rows[min(int(np.searchsorted(rows[:, 0], at)), len(rows) - 1)], pictures)
    for k, part in enumerate(_parts(rows)):
        mine = [gap for gap in gaps if part[0][2] <= gap["from"] <= part[-1][2]] if part else []
        told.add(f"track {k}", "track", part[-1][2] / 1000, {"fixes": part, "gaps": mine})
    end = float(rows[-1, 0]) + 20
    told.add("end", "patrol.end", end, {"at": round(end * 1000), "records": len(told.came)})
    return told


def _nearby(walker: Walker, n: int, count: int) -> list[tuple[int, shapely.Polygon]]:
    """Some parcels beside each other, others on another day, each from where the one before was."""
    first = walker.parcels[(n * 7) % len(walker.parcels)]
    order = sorted(walker.parcels, key=lambda each: (float(each[1].distance(first[1])), each[0]))
    if n == JUMPED:
        return [order[0], order[-1]]
    return order[: min(count, len(order))]


def _carried(
    rng: np.random.Generator, n: int, parcels: Sequence[tuple[int, shapely.Polygon]], start: float
) -> tuple[Floats, list[tuple[int, float]]]:
    """The fixes of a walk along the edges of parcels, and when each was looked at."""
    pieces, stays, at, here = [], [], start, None
    phone = Phone(every_s=5, drift_m=float(rng.uniform(1.5, 3.5)), drift_s=40, jitter_ms=30)
    for parcel_id, shape in parcels:
        ring = _beside(shape, 0.35 + 0.5 * rng.random())
        legs = []
        if here is not None and n != JUMPED:
            far = n == DRIVEN or np.hypot(*(ring[0] - here)) > 300
            legs.append(Leg(np.array([here, ring[0]]), RIDE_M_S if far else 1.3, 0 if n == DRIVEN else 10))
        legs.append(Leg(ring, 11.0, 0) if n == DRIVEN else Leg(ring, 1.3, float(rng.uniform(50, 110))))
        rows = seen_by(rng, true_places(rng, legs), phone, at)
        pieces.append(rows)
        at = float(rows[-1, 0]) + phone.every_s
        stays.append((parcel_id, at - (15 if n == DRIVEN else 45)))
        here = ring[-1]
    made = np.concatenate(pieces)
    if n == INACCURATE:
        made[:, 3] = np.where(rng.random(len(made)) < 0.8, rng.uniform(60, 400, len(made)), made[:, 3])
    return made, stays


def _beside(shape: shapely.Polygon, share: float) -> Floats:
    """A part of the outline, walked a few metres inside."""
    line = shapely.simplify(shapely.buffer(shape, -4.0), 2.0)
    ring = (_largest(line) if not line.is_empty else shape).exterior
    long = min(ring.length * share, 700.0)
    points = [ring.interpolate(min(step, long)) for step in np.arange(0, long + 12, 12)]
    return np.array([(point.x, point.y) for point in points])


def _with_hole(rows: Floats, reason: GapReason | None) -> tuple[Floats, list[dict[str, Any]]]:
    if reason is None:
        return rows, []
    a = len(rows) // 3
    b = min(a + 60, len(rows) - 20)
    gap = {"from": round(rows[a - 1, 0] * 1000), "to": round(rows[b, 0] * 1000), "reason": reason}
    return np.concatenate((rows[:a], rows[b:])), [gap]


def _position(row: Floats) -> dict[str, Any]:
    lon, lat = crs.transform_xy(row[1:2], row[2:3], METRIC_SRID, STORAGE_SRID)
    return {
        "lon": round(float(lon[0]), 7),
        "lat": round(float(lat[0]), 7),
        "accuracy_m": round(float(row[3]), 1),
        "at": round(row[0] * 1000),
    }


def _parts(rows: Floats) -> list[list[list[Any]]]:
    lon, lat = crs.transform_xy(rows[:, 1], rows[:, 2], METRIC_SRID, STORAGE_SRID)
    told: list[list[Any]] = [
        [round(a, 7), round(b, 7), round(t * 1000), round(acc, 1), None, speed, None]
        for a, b, t, acc, speed in zip(lon.tolist(), lat.tolist(), *rows[:, [0, 3, 4]].T.tolist(), strict=True)
    ]
    return [told[k : k + TRACK_BATCH] for k in range(0, len(told), TRACK_BATCH)]


def _visit(
    told: Told, rng: np.random.Generator, n: int, k: int, parcel_id: int, row: Floats, pictures: Sequence[str]
) -> None:
    found = (n + k) % 4 == 0
    item, words, quantity, unit = SEEN[(n + 2 * k) % len(SEEN)]
    position, at = _position(row), float(row[0])
    answers = {code: "found" if found and code == item else "ok" for code in ITEMS if code != "OTHER"}
    photo = _photo(rng, position, pictures[(3 * n + k) % PICTURES])
    visit = told.add(
        f"visit {k}", "visit", at,
        {"parcel_id": parcel_id, "came_at": round((at - 40) * 1000), "left_at": round(at * 1000), "all_fine": not found,
         "form": "visit", "form_version": 1, "answers": answers, "position": position, "photos": [photo]},
        [photo["sha256"]],
    )  # fmt: skip
    if not found:
        return
    near = _photo(rng, position, pictures[(3 * n + k + 11) % PICTURES])
    seen = told.add(
        f"seen {k}", "observation", at + 5,
        {"parcel_id": parcel_id, "visit": str(visit), "item": item, "form": item.lower(), "form_version": 1, "quantity": quantity,
         "quantity_unit": unit, "description": words, "position": position, "photos": [near]},
        [near["sha256"]],
    )  # fmt: skip
    if n % 5 == 0 and quantity:
        told.add(
            f"corrected {k}", "correction", at + 300,
            {"of": str(seen), "changes": {"quantity": {"was": quantity, "now": quantity * 1.5}}, "reason": "复核后更正"},
        )  # fmt: skip


def _photo(rng: np.random.Generator, position: dict[str, Any], sha256: str) -> dict[str, Any]:
    return {"sha256": sha256, "kind": "original", "media_type": "image/jpeg", "size_bytes": 0, "taken_at": position["at"],
            "position": position, "bearing_deg": round(float(rng.uniform(0, 360)))}  # fmt: skip


def _again(told: list[Told], n: int) -> None:
    """A walk whose track is that of an earlier one of the same person, days later."""
    if n >= len(told):
        return
    mine = told[n]
    source = next(
        k for k in range(n - 3, -1, -1) if told[k].walker is mine.walker and k not in (JUMPED, DRIVEN, *HOLES)
    )
    old = [json.loads(each.text)["body"]["fixes"] for each in told[source].came if '"kind": "track"' in each.text]
    first = json.loads(mine.came[0].text)["made_at"]
    rest = [each for each in mine.came if '"kind": "track"' not in each.text]
    mine.came[:] = rest[:-1]
    shift = first + 5000 - old[0][0][2]
    for k, part in enumerate(old):
        fixes = [[f[0], f[1], f[2] + shift, *f[3:]] for f in part]
        mine.add(f"track {k}", "track", fixes[-1][2] / 1000, {"fixes": fixes, "gaps": []})
    end = round(old[-1][-1][2] + shift + 20_000)
    mine.add("end", "patrol.end", end / 1000, {"at": end, "records": len(mine.came)})


# --- on its way -----------------------------------------------------------------------------------------------------------


def _send(session: Session, store: FileStore, district_code: str, told: Told) -> None:
    """As the inbox takes it: kept as it came, vouched for by its sender, judged."""
    who = told.walker.actor
    assert who.id is not None  # noqa: S101
    db.enter(session, db.Scope(see_all=True, actor_id=who.id, actor_name=who.name))
    off = 437.0 if told.start == uuid5(NAMES, f"walk {CLOCK_OFF}") else 1.2
    now = clock.now()
    device = Device(id=told.walker.device, name="示例手机", app=APP)
    keeping.note_device(session, who.id, device, sent_at=round((now.timestamp() - off) * 1000), now=now)
    kept = keeping.keep(session, who.id, told.came)
    uuids = [each.uuid for each in kept]
    keeping.prove(session, uuids, by_id=who.id)
    judging.judge(session, World(store, district_code, {who.id: who}), uuids)


def _pictures(session: Session, store: FileStore) -> dict[str, str]:
    """Drawn stand-ins for photos, a few dozen for all, each with its small copy."""
    found = {}
    for n in range(PICTURES):
        image = scene(n * 17 + 5, "现场")
        sha256, size = _stored(store, image)
        note_file(session, sha256, f"现场照片(示例){n}.jpg", size)
        image.thumbnail((SIDE, SIDE))
        found[sha256], _ = _stored(store, image)
    return found


def _stored(store: FileStore, image: Image.Image) -> tuple[str, int]:
    out = BytesIO()
    image.save(out, "JPEG", quality=80)
    return store.put(BytesIO(out.getvalue()), limit_bytes=1 << 22)


def _small_copies(session: Session, pictures: Mapping[str, str]) -> None:
    """Made here: our own drawings need no cell to be decoded in."""
    for sha256, small in pictures.items():
        session.execute(update(FieldPhoto).where(FieldPhoto.sha256 == sha256).values(thumbnail_sha256=small))
