"""Verbs of manifests: record a load, receive it, void it, decide what is doubtful. Nothing here commits."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from geoalchemy2.shape import from_shape
from shapely.geometry import Point
from sqlalchemy import func, or_, select, text, update
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core import clock, db
from gis_service.core.clock import BEIJING
from gis_service.core.errors import NotFound
from gis_service.core.srid import STORAGE_SRID
from gis_service.disposal.errors import (
    FlagDecided,
    HazardUntold,
    ManifestDiffers,
    ManifestState,
    NotOfProject,
    ProjectNotOpen,
    SiteUnknown,
)
from gis_service.disposal.manifests import judging, queries
from gis_service.disposal.manifests.judging import TWICE, Ground
from gis_service.disposal.manifests.models import Manifest, ManifestFlag
from gis_service.disposal.manifests.rules import STATUS_WORDS, UNDER_WAY, VERDICT_WORDS, ManifestStatus, Verdict
from gis_service.disposal.partners.models import CarrierPermit
from gis_service.disposal.partners.operations import read_plate
from gis_service.disposal.rules import AT_WORK, PROCEDURE, STOPS
from gis_service.disposal.schemas import ManifestIn, ReceiptIn
from gis_service.files.store import FileStore
from gis_service.parcels.attachments.operations import Kept
from gis_service.procedures import filing
from gis_service.procedures.errors import ReasonWanting
from gis_service.procedures.models import Proceeding, ProceedingFile

TAKES_LOADS = (*AT_WORK, *STOPS, "acceptance")
"""States in which loads are recorded: a phone may bring them late, and what came at a wrong time is flagged."""

PLAIN = (
    "manifest_no", "driver", "carrier_id", "carrier", "loaded_m3", "loaded_net_t", "loaded_at", "departed", "track_id",
    "national_no", "parcel_id", "site_id", "producer_confirmed", "carrier_confirmed", "remark",
)  # fmt: skip


def ground_of(session: Session, project_id: int, *, hold: bool = True) -> Ground:
    """The project a load is of, held so that no step runs beside; raises `NotFound`, `ProjectNotOpen`."""
    found = session.get(
        Proceeding, project_id, with_for_update={"read": True} if hold else None, populate_existing=hold
    )
    if found is None or found.noun != PROCEDURE.noun:
        raise NotFound(what="处置项目", key=project_id)
    if found.state not in TAKES_LOADS:
        state = PROCEDURE.by_code[found.state]
        raise ProjectNotOpen(no=found.proceeding_no, state_zh=state.zh, state_en=state.en)
    return Ground(session, found)


def record(
    session: Session, actor: Actor, manifest_id: UUID, said: ManifestIn, *, ground: Ground | None = None,
    file_sha256: str | None = None, file_row: int | None = None,
) -> tuple[Manifest, bool]:  # fmt: skip
    """Record a load under the UUID its writer made; the same again is known again. Whether it is new comes with it.

    Raises `ManifestDiffers` for other content, and what `ground_of` and `_fill` raise.
    """
    session.execute(text("select pg_advisory_xact_lock(hashtextextended(:key, 0))"), {"key": f"manifest:{manifest_id}"})
    digest, known = said_sha256(said), session.get(Manifest, manifest_id)
    if known is not None:
        if known.said_sha256 != digest:
            raise ManifestDiffers(manifest_no=known.manifest_no)
        return known, False
    ground = ground or ground_of(session, said.project_id)
    made = Manifest(
        id=manifest_id, district_code=ground.proceeding.district_code, proceeding_id=ground.proceeding.id, said_sha256=digest,
        is_excused=False, created_by=actor.id, created_by_name=actor.name, file_sha256=file_sha256, file_row=file_row,
    )  # fmt: skip
    _fill(session, ground, made, said)
    if said.receipt is not None:
        _receive(ground, made, actor, said.receipt)
    found = judging.judge(session, ground, made)
    session.add(made)
    session.flush()
    judging.keep(session, made, found)
    return made, True


def said_sha256(said: ManifestIn) -> str:
    """The hash of what was sent, whatever order its parts came in."""
    return hashlib.sha256(
        json.dumps(said.model_dump(mode="json"), sort_keys=True, ensure_ascii=False).encode()
    ).hexdigest()


def digests_of(session: Session, ids: Iterable[UUID]) -> dict[UUID, str]:
    """What was said of those loads that are recorded already."""
    return dict(session.execute(select(Manifest.id, Manifest.said_sha256).where(Manifest.id.in_(list(ids)))).all())


def is_known(digests: Mapping[UUID, str], manifest_id: UUID, said: ManifestIn) -> bool:
    """Whether a load was recorded already; raises `ManifestDiffers` where something else was said of it."""
    if manifest_id in digests and digests[manifest_id] != said_sha256(said):
        raise ManifestDiffers(manifest_no=said.manifest_no)
    return manifest_id in digests


def require_sensible(session: Session, ground: Ground, said: ManifestIn) -> None:
    """Raises `NotOfProject`, `SiteUnknown`, `PlateUnreadable`."""
    no = ground.proceeding.proceeding_no
    if said.parcel_id is not None and said.parcel_id not in ground.parcels:
        raise NotOfProject(what="地块", what_en="parcel", no=no, value=said.parcel_id)
    if said.carrier_id is not None and session.get(CarrierPermit, said.carrier_id) is None:
        raise SiteUnknown(what="运输企业", what_en="carrier", key=said.carrier_id)
    _require_site(ground, said.site_id)
    read_plate(said.plate)


def _fill(session: Session, ground: Ground, made: Manifest, said: ManifestIn) -> None:
    require_sensible(session, ground, said)
    for name in PLAIN:
        setattr(made, name, getattr(said, name))
    made.waste_class, made.plate = said.waste_class.value, read_plate(said.plate)
    made.loaded_at = in_beijing(said.loaded_at)
    made.load_place = _point(said.load_place)
    made.departed = said.departed and said.loaded_at is not None
    made.receiver_confirmed, made.received_by_name = "", ""


def in_beijing(moment: Any) -> Any:
    """A time without zone is Beijing time."""
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=BEIJING)


def _point(place: tuple[float, float] | None) -> Any:
    return None if place is None else from_shape(Point(place), srid=STORAGE_SRID)


def _require_site(ground: Ground, site_id: int | None) -> None:
    if site_id is not None and site_id not in ground.sites:
        raise SiteUnknown(what="消纳场所", what_en="site", key=site_id)


def receive(session: Session, actor: Actor, manifest_id: UUID, said: ReceiptIn) -> Manifest:
    """The receiving side confirms a load. The same receipt again changes nothing; raises `ManifestState` for another one."""
    ground, found = _held(session, manifest_id)
    if found.status not in UNDER_WAY:
        if found.status != ManifestStatus.VOID and _is_same(found, said):
            return found
        raise _not_now(found, "签收", "received")
    _require_site(ground, said.site_id)
    with session.no_autoflush:
        _receive(ground, found, actor, said)
        flags = judging.judge(session, ground, found)
    session.flush()
    judging.keep(session, found, flags)
    return found


def _held(session: Session, manifest_id: UUID) -> tuple[Ground, Manifest]:
    """Project first, then manifest: steps take them in the same order."""
    ground = ground_of(session, queries.one(session, manifest_id).proceeding_id)
    return ground, queries.one(session, manifest_id, locked=True)


def _is_same(found: Manifest, said: ReceiptIn) -> bool:
    told = (said.site_id, in_beijing(said.unloaded_at), said.ticket_no, said.net_t)
    return (found.site_id, found.unloaded_at, found.ticket_no, found.net_t) == told


def _receive(ground: Ground, found: Manifest, actor: Actor, said: ReceiptIn) -> None:
    _require_site(ground, said.site_id)
    for name in ("site_id", "gross_t", "tare_t", "net_t", "ticket_no", "receiver_confirmed"):
        setattr(found, name, getattr(said, name))
    if found.net_t is None and said.gross_t is not None and said.tare_t is not None and said.gross_t > said.tare_t:
        found.net_t = said.gross_t - said.tare_t
    found.unloaded_at, found.unload_place = in_beijing(said.unloaded_at), _point(said.unload_place)
    found.remark = "\n".join(filter(None, [found.remark, said.remark]))
    found.received_by_name = actor.name


def void(session: Session, actor: Actor, manifest_id: UUID, reason: str) -> Manifest:
    """Take a manifest out, with its reason. Others that stood back for its ticket or number are judged again."""
    _, found = _held(session, manifest_id)
    if found.status == ManifestStatus.VOID:
        raise _not_now(found, "作废", "made void")
    _void(session, actor, found, reason)
    return found


def _void(session: Session, actor: Actor, found: Manifest, reason: str, at: datetime | None = None) -> None:
    if not reason.strip():
        raise ReasonWanting(action_zh="作废联单", action_en="void a manifest")
    found.status, found.counts = ManifestStatus.VOID, False
    found.voided_at, found.voided_by_name, found.voided_reason = at or clock.now(), actor.name, reason.strip()
    session.flush()
    undecided = (ManifestFlag.manifest_id == found.id, ManifestFlag.verdict.is_(None), ManifestFlag.lifted_at.is_(None))
    session.execute(update(ManifestFlag).where(*undecided).values(lifted_at=clock.now()))
    _judge_those_behind(session, found)


def _judge_those_behind(session: Session, gone: Manifest) -> None:
    """Loads that did not count because this one did; the one written first comes first. Those of finished projects stay."""
    same = [Manifest.manifest_no == gone.manifest_no]
    if gone.ticket_no and gone.site_id is not None:
        same.append((Manifest.ticket_no == gone.ticket_no) & (Manifest.site_id == gone.site_id))
    asked = (
        select(Manifest)
        .join(Proceeding, Proceeding.id == Manifest.proceeding_id)
        .where(
            or_(*same), Manifest.district_code == gone.district_code, Manifest.status != ManifestStatus.VOID,
            func.not_(Manifest.counts), Proceeding.state.in_(TAKES_LOADS),
        )
        .order_by(Manifest.created_at, Manifest.id)
    )  # fmt: skip
    with db.seeing_all(session):
        for each in list(session.scalars(asked)):
            other = Ground(session, session.get_one(Proceeding, each.proceeding_id))
            flags = judging.judge(session, other, each)
            session.flush()
            judging.keep(session, each, flags)


def decide(
    session: Session, actor: Actor, manifest_id: UUID, code: str, verdict: Verdict, reason: str, *, at: datetime | None = None
) -> Manifest:  # fmt: skip
    """Somebody decides on a flag, by name and with a reason: the load stands and counts, or it is void.

    `at` is only for loading what was decided before; else now.
    """
    ground, found = _held(session, manifest_id)
    flag = session.scalar(select(ManifestFlag).where(ManifestFlag.manifest_id == found.id, ManifestFlag.code == code))
    if flag is None or (flag.verdict is None and flag.lifted_at is not None):
        raise NotFound(what="疑点", key=code)
    if flag.verdict is not None:
        zh, en = VERDICT_WORDS[Verdict(flag.verdict)]
        raise FlagDecided(who=flag.decided_by_name, verdict_zh=zh, verdict_en=en)
    if not reason.strip():
        raise ReasonWanting(action_zh="裁定疑点", action_en="decide on a flag")
    if code == "hazardous" and verdict is Verdict.STANDS and not found.national_no:
        raise HazardUntold()
    flag.verdict, flag.reason = verdict.value, reason.strip()
    flag.decided_at, flag.decided_by_name = at or clock.now(), actor.name
    session.flush()
    if verdict is Verdict.DOES_NOT_COUNT:
        _void(session, actor, found, reason, at)
        return found
    with session.no_autoflush:
        if code in TWICE:
            found.is_excused = not _is_twice_otherwise(session, found)
        flags = judging.judge(session, ground, found)
    session.flush()
    judging.keep(session, found, flags)
    return found


def _is_twice_otherwise(session: Session, found: Manifest) -> bool:
    """Whether the other of the two flags of a load written twice still waits."""
    asked = select(ManifestFlag.code).where(
        ManifestFlag.manifest_id == found.id, ManifestFlag.code.in_(TWICE), ManifestFlag.verdict.is_(None),
        ManifestFlag.lifted_at.is_(None),
    )  # fmt: skip
    return session.scalar(asked.limit(1)) is not None


def _not_now(found: Manifest, act_zh: str, act_en: str) -> ManifestState:
    zh, en = STATUS_WORDS[ManifestStatus(found.status)]
    return ManifestState(manifest_no=found.manifest_no, state_zh=zh, state_en=en, act_zh=act_zh, act_en=act_en)


def add_photo(
    session: Session, store: FileStore, actor: Actor, manifest_id: UUID, file: Kept, which: str, place: tuple[float, float] | None
) -> ProceedingFile:  # fmt: skip
    """A photo of loading or unloading, into the project's file; sent again, it is known again. For another load it is refused there."""
    ground, found = _held(session, manifest_id)
    known = getattr(found, f"{which}_file_id")
    if known is not None and (there := session.get_one(ProceedingFile, known)).sha256 == file.sha256:
        return there
    label = f"联单 {found.manifest_no} {'装车' if which == 'load' else '卸车'}"
    made = filing.add_file(session, store, actor, ground.proceeding, file, label=label, place=place)
    setattr(found, f"{which}_file_id", made.id)
    session.flush()
    return made


def manifests_out(session: Session, found: Sequence[Manifest]) -> list[dict[str, Any]]:
    """Manifests with their flags, as doors give them."""
    ids = [each.id for each in found]
    flags = queries.flags_of(session, ids)
    loading, unloading = (
        queries.spots(session, ids, column) for column in (Manifest.load_place, Manifest.unload_place)
    )
    numbers = dict(
        session.execute(
            select(Proceeding.id, Proceeding.proceeding_no).where(Proceeding.id.in_({m.proceeding_id for m in found}))
        ).all()
    )
    return [
        {
            **{name: getattr(m, name) for name in SHOWN},
            "project_id": m.proceeding_id, "project_no": numbers.get(m.proceeding_id), "load_place": loading.get(m.id),
            "unload_place": unloading.get(m.id), "flags": [flag_out(flag) for flag in flags[m.id]],
        }
        for m in found
    ]  # fmt: skip


SHOWN = (
    "id", "manifest_no", "status", "counts", "waste_class", "parcel_id", "plate", "driver", "carrier_id", "carrier", "loaded_m3",
    "loaded_net_t", "loaded_at", "load_file_id", "track_id", "site_id", "unloaded_at", "unload_file_id", "gross_t", "tare_t", "net_t",
    "ticket_no", "producer_confirmed", "carrier_confirmed", "receiver_confirmed", "national_no", "remark", "created_at",
    "created_by_name", "received_by_name", "voided_at", "voided_by_name", "voided_reason",
)  # fmt: skip


def flag_out(flag: ManifestFlag) -> dict[str, Any]:
    return {
        "code": flag.code, "level": flag.level, "zh": flag.zh, "en": flag.en, "raised_at": flag.raised_at, "verdict": flag.verdict,
        "reason": flag.reason, "decided_at": flag.decided_at, "decided_by": flag.decided_by_name,
    }  # fmt: skip
