"""Reads of what changed: days with changes, the difference between two days, the feed, the versions of one parcel."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    RowMapping,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    tuple_,
    union,
)
from sqlalchemy.orm import Session, aliased
from sqlalchemy.types import Text

from gis_service.access.models import Area
from gis_service.core.clock import BEIJING
from gis_service.core.versioning import Moment, held_at
from gis_service.parcels import queries
from gis_service.parcels.changes.rules import NAMED, STAMPS, Kind
from gis_service.parcels.models import Document, Parcel, ParcelVersion

V = ParcelVersion.c
COMPARED = [column.name for column in Parcel.__table__.columns if column.name not in STAMPS]
PLAIN = [name for name in COMPARED if name not in NAMED and name != "district_code"]
Filters = Mapping[str, Any]
Key = tuple[int, int]


@dataclass(frozen=True)
class Span:
    """From the end of one day (or a moment) to the end of another."""

    since: datetime
    until: datetime


Days = list[dict[str, Any]]


def days(session: Session, *, since: datetime | None = None, before: datetime | None = None) -> Days:
    """Every day on which something changed that the reader may see, in Beijing, with the number of versions."""
    day = cast(func.timezone(BEIJING.key, V.valid_from), Date).label("day")
    within = [*([V.valid_from >= since] if since else []), *([V.valid_from < before] if before else [])]
    rows = session.execute(select(day, func.count().label("count")).where(*within).group_by(day).order_by(day))
    return [dict(row) for row in rows.mappings()]


# ---- what a version says


def facts(session: Session, which: ColumnElement[bool]) -> dict[Key, dict[str, Any]]:
    """Versions by parcel and number: each column that people read by its name, units and areas as names (as they are now),
    and a mark of the outline in its place."""
    named = {
        "area": queries.named(Area, code=True),
        "right_holder": queries.named(queries.RightHolder),
        "managing_unit": queries.named(queries.Managing),
        "custodian_unit": queries.named(queries.Custodian),
        "geometry": func.md5(func.st_asewkb(V.geom)),
    }
    columns = [*(V[name] for name in PLAIN), *(column.label(name) for name, column in named.items())]
    statement = queries.joined(ParcelVersion, select(V.id, V.version_no, *columns)).where(which)
    found = session.execute(statement).mappings()
    return {(row["id"], row["version_no"]): {name: row[name] for name in [*PLAIN, *named]} for row in found}


def of_keys(keys: Iterable[Key]) -> ColumnElement[bool]:
    return tuple_(V.id, V.version_no).in_(list(keys))


def compared(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> dict[str, Any]:
    """The fields that differ, each with both values, and whether the outline does."""
    if before is None or after is None:
        return {"fields": [], "outline": False}
    differ = [name for name in after if before[name] != after[name]]
    fields = [{"field": name, "before": before[name], "after": after[name]} for name in differ if name != "geometry"]
    return {"fields": fields, "outline": "geometry" in differ}


def told(session: Session, parcel_id: int, version_no: int, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Fields by the names people know, as they were before a version and as they are now."""
    found = facts(session, V.id == parcel_id)
    before, now = found[parcel_id, version_no - 1], found[max(found)]
    names = dict.fromkeys(NAMED.get(name, name) for name in columns)
    hidden = ("geometry", "boundary_points", "district_code")
    return [{"field": n, **({} if n in hidden else {"before": before[n], "now": now[n]})} for n in names]


def _document() -> ColumnElement[Any]:
    given = func.json_build_object("id", Document.id, "doc_no", Document.doc_no, "title", Document.title)
    return case((Document.id.is_not(None), given), else_=null()).label("document")


def versions(session: Session, parcel_id: int, as_of: datetime | None = None) -> list[dict[str, Any]]:
    """Newest first, as known at a moment: who, when, why, on which paper, and what differs from the version before."""
    ended = V.valid_to if as_of is None else case((V.valid_to <= as_of, V.valid_to))
    statement = (
        select(
            V.version_no,
            V.valid_from,
            func.nullif(ended, cast(literal("infinity"), Moment)).label("valid_to"),
            V.op,
            V.actor_name.label("actor"),
            V.reason,
            _document(),
        )
        .outerjoin(Document, Document.id == V.version_document_id)
        .where(V.id == parcel_id, *([] if as_of is None else [V.valid_from <= as_of]))
        .order_by(V.version_no.desc())
    )
    listed = [dict(row) for row in session.execute(statement).mappings()]
    known = facts(session, V.id == parcel_id)
    for row in listed:
        number = row["version_no"]
        row.update(compared(known.get((parcel_id, number - 1)), known[parcel_id, number]))
        row["changed"] = _columns_of(row)
    return listed


def _columns_of(row: Mapping[str, Any]) -> list[str]:
    """The stored columns behind the fields that differ."""
    stored = {name: column for column, name in NAMED.items()}
    names = [field["field"] for field in row["fields"]] + (["geometry"] if row["outline"] else [])
    return sorted(stored.get(name, name) for name in names)


# ---- the feed


def feed(
    session: Session,
    *,
    filters: Filters,
    since: datetime | None,
    until: datetime | None,
    document_id: int | None,
    actor: str | None,
    limit: int,
    after: list[Any] | None,
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """Versions of all parcels, newest first, and the place where the page ended."""
    where = queries.conditions(ParcelVersion, filters, with_retired=True)
    where += [V.valid_from > since] if since else []
    where += [V.valid_from <= until] if until else []
    where += [V.version_document_id == document_id] if document_id else []
    where += [V.actor_name == actor] if actor else []
    if after:
        where.append(tuple_(V.valid_from, V.id) < tuple_(cast(literal(after[0]), Moment), literal(after[1])))
    statement = queries.joined(
        ParcelVersion,
        select(
            V.id.label("parcel_id"),
            V.parcel_no,
            V.parcel_name,
            Area.name.label("area"),
            V.version_no,
            V.valid_from.label("at"),
            V.op,
            V.actor_name.label("actor"),
            V.reason,
            _document(),
            V.retired_on,
        ),
    )
    statement = statement.outerjoin(Document, Document.id == V.version_document_id).where(*where)
    found = session.execute(statement.order_by(V.valid_from.desc(), V.id.desc()).limit(limit + 1)).mappings()
    rows = [dict(row) for row in found]
    more = len(rows) > limit
    rows = rows[:limit]
    keys = [(row["parcel_id"], number) for row in rows for number in (row["version_no"] - 1, row["version_no"])]
    known = facts(session, of_keys(keys)) if keys else {}
    for row in rows:
        key = row["parcel_id"], row["version_no"]
        row.update(compared(known.get((key[0], key[1] - 1)), known.get(key)))
    return rows, [rows[-1]["at"].isoformat(), rows[-1]["parcel_id"]] if more else None


# ---- the difference between two days

First = ParcelVersion.alias("first")
AreaBefore, AreaAfter = aliased(Area), aliased(Area)


class Pairs:
    """Each parcel as it was on both days; `differ` leaves those that are not the same and met the conditions on one of them."""

    def __init__(self, span: Span, filters: Filters):
        self.before, self.after = (
            select(ParcelVersion).where(held_at(ParcelVersion, moment)).subquery(name)
            for name, moment in (("before", span.since), ("after", span.until))
        )
        b, a = self.before.c, self.after.c
        self.id = func.coalesce(a.id, b.id).label("id")
        self.parcel_no = func.coalesce(a.parcel_no, b.parcel_no).label("parcel_no")
        self.kind = _kind(span, b, a).label("kind")
        self.differ = [b.version_no.is_distinct_from(a.version_no), self.kind.is_not(None)]
        if filters:
            days = [queries.register(moment) for moment in (span.since, span.until)]
            met = (queries.joined(day, select(day.c.id)).where(*queries.conditions(day, filters)) for day in days)
            self.differ.append(func.coalesce(a.id, b.id).in_(union(*met)))

    def select(self, *columns: Any) -> Select[Any]:
        """Columns of the pairs that differ, with the names of their areas."""
        both = self.before.join(self.after, self.before.c.id == self.after.c.id, full=True)
        joined = select(*columns).select_from(both).outerjoin(AreaBefore, AreaBefore.id == self.before.c.area_id)
        return joined.outerjoin(AreaAfter, AreaAfter.id == self.after.c.area_id).where(*self.differ)

    def page(self, statement: Select[Any], kinds: list[str], limit: int, after: list[Any] | None) -> Select[Any]:
        """In the order of numbers, and one more row than asked, which says that there are more."""
        number, key = self.parcel_no.element, self.id.element
        if kinds:
            statement = statement.where(self.kind.in_(kinds))
        if after:
            statement = statement.where(tuple_(number, key) > tuple_(literal(after[0]), literal(after[1])))
        return statement.order_by(number, key).limit(limit + 1)


def _kind(span: Span, b: Any, a: Any) -> ColumnElement[Any]:
    was, is_ = and_(b.id.is_not(None), b.retired_on.is_(None)), and_(a.id.is_not(None), a.retired_on.is_(None))
    first = First.c
    began = select(first.id).where(first.id == a.id, first.version_no == 1, first.valid_from > span.since).exists()
    came = and_(b.id.is_(None), ~began)  # it did not begin in this time, or not before this reader's eyes
    differs = or_(*(b[name].is_distinct_from(a[name]) for name in COMPARED if name != "geom"))
    return case(
        (and_(is_, was.is_not(True), came), Kind.ENTERED.value),
        (and_(is_, was.is_not(True)), Kind.NEW.value),
        (and_(was, a.id.is_(None)), Kind.LEFT.value),
        (and_(was, is_.is_not(True)), Kind.RETIRED.value),
        (and_(was, b.geom.is_distinct_from(a.geom)), Kind.OUTLINE.value),
        (and_(was, differs), Kind.CHANGED.value),
    )


def _ended(rows: list[Any], limit: int) -> list[Any] | None:
    return [rows[limit - 1]["parcel_no"], rows[limit - 1]["id"]] if len(rows) > limit else None


def difference(
    session: Session, span: Span, *, filters: Filters, kinds: list[str], limit: int, after: list[Any] | None
) -> tuple[list[dict[str, Any]], list[Any] | None]:
    """Parcels that are not the same on the two days: what became of each, field by field, and the versions between."""
    pairs = Pairs(span, filters)
    b, a = pairs.before.c, pairs.after.c
    both = ("area_registered_m2", "area_computed_m2")
    statement = pairs.select(
        pairs.id, pairs.parcel_no, pairs.kind, b.version_no.label("before_no"), a.version_no.label("after_no"),
        func.coalesce(a.parcel_name, b.parcel_name).label("parcel_name"),
        func.coalesce(AreaAfter.name, AreaBefore.name).label("area"),
        *(side[name].label(f"{name}_{when}") for name in both for when, side in (("before", b), ("after", a))),
        _box(func.coalesce(a.geom, b.geom)).label("bbox"),
    )  # fmt: skip
    found = session.execute(pairs.page(statement, kinds, limit, after)).mappings().all()
    ended, rows = _ended(list(found), limit), [dict(row) for row in found[:limit]]
    ids = [row["id"] for row in rows]
    known = facts(session, and_(V.id.in_(ids), V.valid_to > span.since, V.valid_from <= span.until))
    between = _between(session, span, ids, known)
    for row in rows:
        first, last = row["id"], row.pop("before_no")
        row.update(compared(known.get((first, last)), known.get((first, row["after_no"]))))
        row["from_version"], row["to_version"] = last, row.pop("after_no")
        row["versions"] = between.get(first, [])
        for name in both:
            row[name] = {when: row.pop(f"{name}_{when}") for when in ("before", "after")}
    return rows, ended


def _box(geom: Any) -> ColumnElement[Any]:
    return func.json_build_array(*(getattr(func, f"st_{side}")(geom) for side in ("xmin", "ymin", "xmax", "ymax")))


def _between(
    session: Session, span: Span, ids: list[int], known: Mapping[Key, dict[str, Any]]
) -> dict[int, list[dict[str, Any]]]:
    """The versions written between the two days, newest first, by parcel, each with the names of what it changed."""
    statement = (
        select(V.id, V.version_no, V.valid_from.label("at"), V.op, V.actor_name.label("actor"), V.reason, _document())
        .outerjoin(Document, Document.id == V.version_document_id)
        .where(V.id.in_(ids), V.valid_from > span.since, V.valid_from <= span.until)
        .order_by(V.id, V.version_no.desc())
    )
    found: dict[int, list[dict[str, Any]]] = {}
    for row in session.execute(statement).mappings():
        key = row["id"], row["version_no"]
        changed = compared(known.get((key[0], key[1] - 1)), known.get(key))
        names = [*(["geometry"] if changed["outline"] else []), *(field["field"] for field in changed["fields"])]
        told = {name: row[name] for name in row if name != "id"}
        found.setdefault(key[0], []).append({**told, "changed": names})
    return found


def totals(session: Session, span: Span, filters: Filters) -> dict[str, Any]:
    """The whole difference in numbers: by what became of the parcels, by area, by field."""
    pairs = Pairs(span, filters)
    b, a = pairs.before.c, pairs.after.c
    stayed = pairs.kind.in_([Kind.OUTLINE.value, Kind.CHANGED.value])
    area = func.coalesce(AreaAfter.name, AreaBefore.name).label("area")
    names = {NAMED.get(name, name): name for name in COMPARED}
    # once for each pair, not once for each count
    told = pairs.select(
        area,
        pairs.kind,
        case((b.retired_on.is_(None), b.area_computed_m2)).label("before_m2"),
        case((a.retired_on.is_(None), a.area_computed_m2)).label("after_m2"),
        *(and_(stayed, b[name].is_distinct_from(a[name])).label(f"field_{field}") for field, name in names.items()),
    )
    t = told.cte("told").prefix_with("materialized").c
    of = {one.value: func.count().filter(t.kind == one.value) for one in Kind}
    statement = select(
        t.area,
        func.count().label("count"),
        *(count.label(name) for name, count in of.items()),
        func.sum(t.before_m2).label("area_before_m2"),
        func.sum(t.after_m2).label("area_after_m2"),
        *(func.count().filter(t[f"field_{field}"]).label(f"field_{field}") for field in names),
    ).group_by(t.area)
    found = session.execute(statement.order_by(t.area.asc().nulls_last())).mappings().all()
    fields = {name: sum(row[f"field_{name}"] for row in found) for name in names}
    shown = ("area", "count", *of, "area_before_m2", "area_after_m2")
    return {
        "count": sum(row["count"] for row in found),
        "kinds": {name: sum(row[name] for row in found) for name in of},
        "areas": [{name: row[name] for name in shown} for row in found],
        "fields": [
            {"field": name, "count": count} for name, count in sorted(fields.items(), key=lambda f: -f[1]) if count
        ],
    }


def geojson(
    session: Session, span: Span, *, filters: Filters, kinds: list[str], limit: int, after: list[Any] | None
) -> tuple[str, list[Any] | None]:
    """The ground gained and lost, and the outlines that stayed while something else changed, as features in one text."""
    pairs = Pairs(span, filters)
    geoms = pairs.before.c.geom.label("was"), pairs.after.c.geom.label("is_")
    statement = pairs.select(pairs.id, pairs.parcel_no, pairs.kind, *geoms)
    q = pairs.page(statement, kinds, limit, after).cte("paged").c
    moved = q.kind == Kind.OUTLINE.value
    parts = {
        "gained": case((q.kind.in_([Kind.NEW.value, Kind.ENTERED.value]), q["is_"]), (moved, _only(q["is_"], q.was))),
        "lost": case((q.kind.in_([Kind.RETIRED.value, Kind.LEFT.value]), q.was), (moved, _only(q.was, q["is_"]))),
        "kept": case((q.kind == Kind.CHANGED.value, q["is_"])),
    }
    shapes = [cast(func.st_asgeojson(geom, 9, 0), Text).label(name) for name, geom in parts.items()]
    rows = session.execute(select(q.id, q.parcel_no, q.kind, *shapes).order_by(q.parcel_no, q.id)).mappings().all()
    features = [_feature(row, part) for row in rows[:limit] for part in parts if row[part]]
    return ",".join(features), _ended(list(rows), limit)


def _only(one: Any, other: Any) -> ColumnElement[Any]:
    """What of an outline the other does not cover; null where that is nothing."""
    rest = func.st_multi(func.st_collectionextract(func.st_difference(one, other), 3))
    return case((func.st_isempty(rest).is_(False), rest))


def _feature(row: RowMapping, part: str) -> str:
    properties = queries.as_json(
        {"parcel_id": row["id"], "parcel_no": row["parcel_no"], "kind": row["kind"], "part": part}
    )
    return f'{{"type":"Feature","id":"{row["id"]}.{part}","geometry":{row[part]},"properties":{properties}}}'
