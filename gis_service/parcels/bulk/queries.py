"""Reads of bulk changes, and the two statements that change all rows of one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    case,
    cast,
    func,
    insert,
    literal,
    select,
    true,
    update,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from gis_service.access.models import Unit
from gis_service.parcels.bulk import rules
from gis_service.parcels.bulk.models import BulkChange, BulkChangeParcel
from gis_service.parcels.models import LandClass, Parcel, ParcelDocument, ParcelVersion

IN_BULK = {"synchronize_session": False}
"""The rows changed are not among the session's objects."""

SHOWN = ("id", "parcel_no", "parcel_name", "row_version")


def rows(session: Session, ids: Sequence[int], columns: Iterable[str], *, lock: bool = False) -> list[dict[str, Any]]:
    """Parcels with what a bulk change looks at and the columns it writes; `lock` holds them until the end."""
    named = dict.fromkeys((*SHOWN, *rules.LOOKED_AT, "remark", *columns))
    waits = func.supply_waits(Parcel.id, Parcel.waste_found, Parcel.disposal_status).label("supply_waits")
    statement = select(*(Parcel.__table__.c[name] for name in named), waits).where(Parcel.id == func.any(_ids(ids)))
    # locked in one order by everybody, so that two bulk changes queue up
    statement = statement.order_by(Parcel.id).with_for_update() if lock else statement.order_by(Parcel.parcel_no)
    return [dict(row) for row in session.execute(statement).mappings()]


def _ids(ids: Sequence[int]) -> Any:
    return cast(list(ids), ARRAY(BigInteger))


def change(session: Session, ids: Sequence[int], changes: Mapping[str, Any]) -> dict[int, int]:
    """Change the same columns of all these parcels; the row_version of each afterwards."""
    names = zip(rules.columns(changes), changes.items(), strict=True)
    values = {column: _added(value) if name == rules.REMARK else value for column, (name, value) in names}
    changed = update(Parcel).where(Parcel.id == func.any(_ids(ids))).values(values)
    rows = session.execute(changed.returning(Parcel.id, Parcel.row_version), execution_options=IN_BULK)
    return {parcel_id: version for parcel_id, version in rows}  # noqa: C416  (rows are not pairs to a type checker)


def _added(text: str) -> ColumnElement[str]:
    empty = func.coalesce(Parcel.remark, "") == ""
    return case((empty, literal(text)), else_=Parcel.remark + rules.BETWEEN + text)


def keep(session: Session, bulk: BulkChange, before: Mapping[int, int], after: Mapping[int, int]) -> None:
    """Which version each parcel of a bulk change began and ended with, and the paper it rests on."""
    ids = list(after)
    versions = (
        func.unnest(
            _ids(ids),
            cast([before[one] for one in ids], ARRAY(Integer)),
            cast([after[one] for one in ids], ARRAY(Integer)),
        )
        .table_valued("parcel_id", "version_before", "version_after", name="kept")
        .render_derived()
    )
    made = select(literal(bulk.id, BigInteger), *versions.c)
    names = ["bulk_change_id", "parcel_id", "version_before", "version_after"]
    session.execute(insert(BulkChangeParcel).from_select(names, made))
    if bulk.document_id is not None:
        paper = select(versions.c.parcel_id, literal(bulk.document_id, BigInteger))
        attached = postgresql.insert(ParcelDocument).from_select(["parcel_id", "document_id"], paper)
        session.execute(attached.on_conflict_do_nothing())


def to_undo(session: Session, bulk: BulkChange, columns: Sequence[str]) -> list[dict[str, Any]]:
    """The parcels of a bulk change, locked, as they are now (`now`, None where out of sight) and were before (`then`)."""
    i, p, v = BulkChangeParcel, Parcel.__table__.c, ParcelVersion.c
    looked_at = dict.fromkeys((*rules.LOOKED_AT, *columns))
    ids = list(session.scalars(select(i.parcel_id).where(i.bulk_change_id == bulk.id, i.is_undone.is_(False))))
    locked = select(p.id, p.parcel_no, p.row_version, p.retired_on).where(p.id == func.any(_ids(ids))).order_by(p.id)
    now = {row["id"]: row for row in session.execute(locked.with_for_update()).mappings()}
    before = (
        select(i.parcel_id, i.version_after, *(v[name] for name in looked_at))
        .join(ParcelVersion, (v.id == i.parcel_id) & (v.row_version == i.version_before))
        .where(i.bulk_change_id == bulk.id)
    )
    then = {row["parcel_id"]: dict(row) for row in session.execute(before).mappings()}
    return [{"id": one, "now": now.get(one), "then": then.get(one)} for one in ids]


def restore(session: Session, bulk: BulkChange, ids: Sequence[int], columns: Sequence[str]) -> int:
    """Give the columns of these parcels the values they had before the bulk change; how many there were."""
    i, v = BulkChangeParcel, ParcelVersion.c
    then = (
        select(i.parcel_id, *(v[name] for name in columns))
        .join(ParcelVersion, (v.id == i.parcel_id) & (v.row_version == i.version_before))
        .where(i.bulk_change_id == bulk.id, i.parcel_id == func.any(_ids(ids)))
        .subquery("then")
    )
    restored = update(Parcel).where(Parcel.id == then.c.parcel_id).values({name: then.c[name] for name in columns})
    count = session.execute(restored, execution_options=IN_BULK).rowcount  # type: ignore[attr-defined]
    mark = update(i).where(i.bulk_change_id == bulk.id, i.parcel_id == func.any(_ids(ids))).values(is_undone=True)
    session.execute(mark, execution_options=IN_BULK)
    return int(count)


def bulk_changes(after: int | None, limit: int) -> Select[BulkChange]:
    """Newest first, from before the bulk change `after`."""
    before = BulkChange.id < after if after is not None else true()
    return select(BulkChange).where(before).order_by(BulkChange.id.desc()).limit(limit)


def parcels_of(bulk_id: int, limit: int) -> Select[int, str, str | None, bool, bool]:
    """The parcels of a bulk change that the reader may see, and whether each was changed or taken back since."""
    i = BulkChangeParcel
    return (
        select(Parcel.id, Parcel.parcel_no, Parcel.parcel_name, i.is_undone, (Parcel.row_version != i.version_after).label("changed_since"))
        .join(i, i.parcel_id == Parcel.id)
        .where(i.bulk_change_id == bulk_id)
        .order_by(Parcel.parcel_no)
        .limit(limit)
    )  # fmt: skip


def all_unit_names(session: Session) -> dict[int, str]:
    return {row.id: row.name for row in session.execute(select(Unit.id, Unit.name))}


def has_class(session: Session, system: str, code: str) -> bool:
    return session.get(LandClass, (system, code)) is not None


def transaction_id(session: Session) -> str:
    """The writing transaction, as the version tables name it."""
    return str(session.scalar(select(cast(func.pg_current_xact_id(), postgresql.TEXT))))
