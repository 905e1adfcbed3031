"""Verbs of bulk changes: look at one before it is made, make it, take it back. Nothing here commits."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi.encoders import jsonable_encoder
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.access.operations import note
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.core.errors import NotFound, Refusal
from gis_service.jobs import queue
from gis_service.parcels.bulk import errors, queries, rules
from gis_service.parcels.bulk.models import BulkChange
from gis_service.parcels.bulk.rules import Ground, State
from gis_service.parcels.bulk.schemas import Changes, Seen, refusal
from gis_service.parcels.models import Document
from gis_service.parcels.operations import Why

TASK = "parcels.bulk"
"""The name under which large bulk changes are enqueued."""

UNITS = {name for name in rules.FIELDS if name.endswith("_unit_id")}


@dataclass
class Preview:
    """What a bulk change would do to each parcel chosen."""

    changed: list[dict[str, Any]]
    unchanged: list[dict[str, Any]]
    refused: list[dict[str, Any]]
    seen: list[Seen]
    summary: list[dict[str, Any]]


def preview(session: Session, scope: Scope, ids: Sequence[int], changes: Mapping[str, Any]) -> Preview:
    """Judge every parcel: what changes and how, what stays, what is refused and why. Writes nothing."""
    names = _require_sensible(session, changes)
    ground, wanted = ground_of(scope), list(dict.fromkeys(ids))
    made = Preview([], [], [], [], [])
    moves: Counter[tuple[str, str]] = Counter()
    found = queries.rows(session, wanted, rules.columns(changes))
    for row in found:
        shown = {name: row[name] for name in ("id", "parcel_no", "parcel_name")}
        fields = [
            {"field": column, "before": _said(column, row[column], names), "after": _said(column, value, names)}
            for column, value in rules.after(row, changes).items()
            if row[column] != value
        ]
        if reason := rules.refused(row, rules.after(row, changes), ground):
            made.refused.append({**shown, "reason": reason})
        elif fields:
            made.changed.append({**shown, "fields": fields})
            made.seen.append((row["id"], row["row_version"]))
            moves.update((one["field"], repr(one["before"])) for one in fields if one["field"] != "remark")
        else:
            made.unchanged.append(shown)
    known = {row["id"] for row in found}
    made.refused += [
        {"id": one, "parcel_no": None, "parcel_name": None, "reason": "not_found"} for one in wanted if one not in known
    ]
    made.summary = _summary(made.changed, moves)
    return made


def _summary(changed: list[dict[str, Any]], moves: Counter[tuple[str, str]]) -> list[dict[str, Any]]:
    """How many parcels make each step from one value to another, the most frequent first."""
    steps = {(one["field"], repr(one["before"])): one for row in changed for one in row["fields"]}
    return [{**steps[key], "count": count} for key, count in moves.most_common()]


def _said(column: str, value: Any, names: Mapping[int, str]) -> Any:
    """A value as it is shown: a unit by its name."""
    if column in UNITS and value is not None:
        return {"id": value, "name": names.get(value, str(value))}
    return value


def _require_sensible(session: Session, changes: Mapping[str, Any]) -> Mapping[int, str]:
    """Refuses changes that make no sense for any parcel; gives the names of units."""
    if not changes:
        raise errors.NothingToChange()
    if faults := rules.faults(changes):
        raise errors.FieldsRefused(fields="、".join(faults))
    names = queries.all_unit_names(session) if UNITS & set(changes) else {}
    for name in UNITS & set(changes):
        if changes[name] is not None and changes[name] not in names:
            raise NotFound(what="单位", key=changes[name])
    for system, code in rules.PAIRS:
        if changes.get(code) and not queries.has_class(session, changes[system], changes[code]):
            raise NotFound(what="用地分类", key=f"{changes[system]} {changes[code]}")
    return names


def ground_of(scope: Scope) -> Ground:
    return Ground(scope.see_all, scope.area_ids, scope.unit_ids)


def begin(
    session: Session,
    actor: Actor,
    scope: Scope,
    *,
    district_code: str,
    seen: Sequence[Seen],
    changes: Mapping[str, Any],
    why: Why,
) -> BulkChange:
    """Make a bulk change now, or queue it where it is large. Either way all of it happens, or nothing."""
    why.require()
    if not seen:
        raise errors.NothingToChange()
    _require_sensible(session, changes)
    if why.document_id is not None and session.get(Document, why.document_id) is None:
        raise NotFound(what="文件", key=why.document_id)
    bulk = BulkChange(
        district_code=district_code,
        state=State.QUEUED,
        changes=jsonable_encoder(changes),
        reason=(why.reason or "").strip() or None,
        document_id=why.document_id,
        count=len(seen),
        created_by=actor.id,
        created_by_name=actor.name,
    )
    session.add(bulk)
    session.flush()
    if len(seen) > rules.AT_ONCE:
        _queue(session, bulk, scope, act="apply", seen=list(seen))
    else:
        apply(session, actor, scope, bulk, seen)
    return bulk


def apply(session: Session, actor: Actor, scope: Scope, bulk: BulkChange, seen: Sequence[Seen]) -> None:
    """Change all parcels as they were seen, in one statement; raises when one of them was touched since."""
    changes = Changes.model_validate(bulk.changes).model_dump(exclude_unset=True)
    expected = dict(seen)
    rows = {row["id"]: row for row in queries.rows(session, list(expected), rules.columns(changes), lock=True)}
    _require_as_seen(expected, rows)
    _require_allowed(rows, changes, ground_of(scope))
    db.because(session, bulk.reason or "", bulk.document_id)
    after = queries.change(session, list(expected), changes)
    moved = {one: version for one, version in after.items() if version != expected[one]}
    queries.keep(session, bulk, expected, moved)
    bulk.state, bulk.count, bulk.waiting = State.APPLIED, len(moved), None
    bulk.tx = queries.transaction_id(session)
    detail = {"act": "apply", "count": len(moved), "fields": sorted(changes)}
    note(session, actor, "parcel.bulk", bulk.id, detail=detail, request_id=scope.request_id)
    session.flush()


def _require_as_seen(expected: Mapping[int, int], rows: Mapping[int, Mapping[str, Any]]) -> None:
    missing = [{"id": one, "parcel_no": None, "reason": "not_found"} for one in expected if one not in rows]
    stale = [
        {"id": one, "parcel_no": row["parcel_no"], "reason": "stale"}
        for one, row in rows.items()
        if row["row_version"] != expected[one]
    ]
    if missing or stale:
        raise refusal(errors.StaleChoice, [*stale, *missing])


def _require_allowed(rows: Mapping[int, Mapping[str, Any]], changes: Mapping[str, Any], ground: Ground) -> None:
    found = [
        {"id": one, "parcel_no": row["parcel_no"], "reason": reason}
        for one, row in rows.items()
        if (reason := rules.refused(row, rules.after(row, changes), ground))
    ]
    if found:
        raise refusal(errors.ParcelsRefused, found)


def undo(session: Session, actor: Actor, scope: Scope, bulk_id: int, *, reason: str, rest: bool = False) -> BulkChange:
    """Take a bulk change back, now or by a job where it is large; `rest` leaves out what was changed since."""
    Why(reason, None).require()
    bulk = locked(session, bulk_id)
    if bulk.state != State.APPLIED:
        state_zh, state = rules.WORDS[bulk.state]
        raise errors.BulkState(bulk_id=bulk_id, state=state, state_zh=state_zh)
    if bulk.count > rules.AT_ONCE:
        bulk.state = State.UNDOING
        _queue(session, bulk, scope, act="undo", reason=reason, rest=rest)
    else:
        take_back(session, actor, scope, bulk, reason=reason, rest=rest)
    return bulk


def take_back(session: Session, actor: Actor, scope: Scope, bulk: BulkChange, *, reason: str, rest: bool) -> None:
    """Give every parcel the values it had, as new versions; raises when some were changed since and not only the rest is wanted."""
    columns = rules.columns(bulk.changes)
    ground = ground_of(scope)
    parcels = queries.to_undo(session, bulk, columns)
    held = [(parcel, _kept_back(parcel, ground)) for parcel in parcels]
    changed = [
        {"id": parcel["id"], "parcel_no": (parcel["now"] or {}).get("parcel_no"), "reason": why}
        for parcel, why in held
        if why
    ]
    free = [parcel["id"] for parcel, why in held if not why]
    if changed and not (rest and free):
        raise refusal(errors.ChangedSince, changed, rest=len(free))
    db.because(session, f"撤销批量修改 {bulk.id}: {reason.strip()}")
    restored = queries.restore(session, bulk, free, columns)
    if restored != len(free):
        raise RuntimeError(f"bulk change {bulk.id}: {restored} of {len(free)} parcels restored")
    bulk.state, bulk.waiting = (State.PARTLY_UNDONE if changed else State.UNDONE), None
    bulk.undone_count, bulk.undone_at = restored, clock.now()
    bulk.undone_by_name, bulk.undone_reason = actor.name, reason.strip()
    detail = {"act": "undo", "count": restored, "left": len(changed)}
    note(session, actor, "parcel.bulk", bulk.id, detail=detail, request_id=scope.request_id)
    session.flush()


def _kept_back(parcel: Mapping[str, Any], ground: Ground) -> str | None:
    """Why a parcel of a bulk change cannot be taken back."""
    now, then = parcel["now"], parcel["then"]
    if now is None or then is None:
        return "not_found"
    if now["row_version"] != then["version_after"]:
        return "changed_since"
    return None if ground.holds(then) else "leaves_scope"


def locked(session: Session, bulk_id: int) -> BulkChange:
    bulk = session.get(BulkChange, bulk_id, with_for_update=True, populate_existing=True)
    if bulk is None:
        raise NotFound(what="批量修改", key=bulk_id)
    return bulk


def _queue(session: Session, bulk: BulkChange, scope: Scope, **waiting: Any) -> None:
    acting = {"actor_id": scope.actor_id, "actor_name": scope.actor_name, "request_id": scope.request_id}
    bulk.waiting = {**waiting, "scope": {**scope.kept(), **acting}}
    session.flush()
    queue.enqueue(session, TASK, bulk_id=bulk.id)


def scope_of(waiting: Mapping[str, Any]) -> Scope:
    """The scope in which a queued change was asked for."""
    return Scope.of(waiting["scope"])


def go_on(session: Session, bulk: BulkChange) -> None:
    """Do what a queued bulk change waits for."""
    waiting = bulk.waiting or {}
    scope = scope_of(waiting)
    actor = Actor(id=scope.actor_id, name=scope.actor_name)
    if waiting["act"] == "apply":
        apply(session, actor, scope, bulk, [(one, version) for one, version in waiting["seen"]])
    else:
        take_back(session, actor, scope, bulk, reason=waiting["reason"], rest=waiting["rest"])


def fail(bulk: BulkChange, problem: Refusal) -> None:
    """Keep why a queued change was not made, or not taken back; no parcel was touched."""
    applying = (bulk.waiting or {}).get("act") == "apply"
    bulk.state = State.FAILED if applying else State.APPLIED
    bulk.error, bulk.waiting = problem.problem("zh"), None
