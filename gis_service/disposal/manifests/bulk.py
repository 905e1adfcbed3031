"""Many loads from one workbook: all rows are taken, or none. Nothing here commits."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import Actor
from gis_service.core.errors import Refusal
from gis_service.disposal.errors import TableRefused
from gis_service.disposal.manifests import operations, workbook
from gis_service.disposal.manifests.judging import Ground
from gis_service.disposal.manifests.operations import TAKES_LOADS
from gis_service.disposal.manifests.workbook import BY_HEAD, Fault, Lists, Row
from gis_service.disposal.partners.models import CarrierPermit, DisposalSite
from gis_service.disposal.schemas import ManifestIn
from gis_service.parcels.models import Parcel
from gis_service.procedures.models import Proceeding, ProceedingParcel

OF_TABLES = uuid.UUID("6f0a4f0e-5d0f-4b6d-9a54-2c1a7c1b8a10")
"""The root of the ids of rows: the same row of the same table is the same load."""


def lists_of(session: Session) -> Lists:
    """What a table may name: open projects one may see with their land, all carriers and sites."""
    projects = select(Proceeding.proceeding_no, Proceeding.id).where(
        Proceeding.noun == "disposal", Proceeding.state.in_(TAKES_LOADS)
    )
    land = (
        select(ProceedingParcel.proceeding_id, Parcel.parcel_no, Parcel.id)
        .join(Parcel, Parcel.id == ProceedingParcel.parcel_id)
        .join(Proceeding, Proceeding.id == ProceedingParcel.proceeding_id)
        .where(Proceeding.noun == "disposal", Proceeding.state.in_(TAKES_LOADS))
    )
    carriers = select(CarrierPermit.carrier, CarrierPermit.id).order_by(CarrierPermit.valid_until)
    sites = select(DisposalSite.name, DisposalSite.id)
    return Lists(
        dict(session.execute(projects).all()),
        {(project, no): id_ for project, no, id_ in session.execute(land)},
        dict(session.execute(carriers).all()),
        dict(session.execute(sites).all()),
    )


@dataclass(frozen=True)
class Table:
    """A workbook as it was read: its rows, what is wrong in which, and what each sound row says."""

    name: str
    rows: list[Row]
    faults: list[Fault]
    said: dict[int, ManifestIn]
    """By number of row."""

    def refusal(self, faults: Sequence[Fault]) -> TableRefused:
        ordered = sorted(faults, key=lambda each: each.row)
        return TableRefused(name=self.name, count=len(ordered), errors=[each.out(self.name) for each in ordered[:500]])


def read(session: Session, path: Path, name: str) -> Table:
    """Read a workbook and judge each row by itself; raises `TableUnreadable`."""
    rows, faults = workbook.read(path, name, lists_of(session))
    wrong = {fault.row for fault in faults}
    for row in rows:
        if row.number not in wrong:
            faults += list(workbook.gaps(row))
    faults += _twice(rows)
    wrong = {fault.row for fault in faults}
    said = {}
    for row in rows:
        if row.number not in wrong:
            try:
                said[row.number] = ManifestIn.model_validate(workbook.as_said(row))
            except ValidationError as fault:
                faults += [_of_field(row, error) for error in fault.errors()]
    return Table(name, rows, faults, said)


def look(session: Session, table: Table) -> dict[str, Any]:
    """What taking a table in would do, row by row, as far as it can be told without doing it. Writes nothing."""
    grounds = Grounds(session, hold=False)
    faults, known = list(table.faults), 0
    found = {row.number: row for row in table.rows}
    ids = {number: id_of(said) for number, said in table.said.items()}
    digests = operations.digests_of(session, ids.values())
    for number, said in table.said.items():
        try:
            operations.require_sensible(session, grounds.of(said.project_id), said)
            known += operations.is_known(digests, ids[number], said)
        except Refusal as refusal:
            faults.append(_of_refusal(found[number], refusal))
    faults.sort(key=lambda each: each.row)
    faulty = len({fault.row for fault in faults})
    return {
        "counts": {"rows": len(table.rows), "new": len(table.rows) - known - faulty, "known": known, "faulty": faulty},
        "issues": [fault.out(table.name) for fault in faults[:500]],
    }


def take_in(
    session: Session, actor: Actor, table: Table, sha256: str, *, told: Callable[[int], None] = lambda _: None
) -> dict[str, Any]:  # fmt: skip
    """Record every row; raises `TableRefused` with all errors, after which nothing of it may be committed.

    A row that was taken before is known again, so that a table may be uploaded twice. `told` hears how many rows are done.
    """
    faults = list(table.faults)
    counted = {"rows": len(table.rows), "new": 0, "known": 0, "doubtful": 0}
    grounds = Grounds(session)
    sound = [row for row in table.rows if row.number in table.said]
    for done, row in enumerate(sorted(sound, key=lambda each: str(each.values.get("loaded_at", ""))), 1):
        faults += _record(session, actor, row, table.said[row.number], grounds, sha256, counted)
        told(done)
    if faults:
        raise table.refusal(faults)
    return counted


class Grounds:
    """The projects of a table, each read once; held against steps unless it is only looked at."""

    def __init__(self, session: Session, *, hold: bool = True) -> None:
        self._session, self._hold, self._known = session, hold, dict[int, Ground]()

    def of(self, project_id: int) -> Ground:
        if project_id not in self._known:
            self._known[project_id] = operations.ground_of(self._session, project_id, hold=self._hold)
        return self._known[project_id]


def id_of(said: ManifestIn) -> uuid.UUID:
    return uuid.uuid5(OF_TABLES, f"{said.project_id}/{said.manifest_no}")


def _twice(rows: list[Row]) -> list[Fault]:
    """The same manifest number in two rows of one table is a slip of the table, not a doubt about loads."""
    first: dict[tuple[Any, Any], int] = {}
    found = []
    for row in rows:
        key = (row.values.get("project"), row.values.get("manifest_no"))
        if None in key:
            continue
        if key in first:
            found.append(
                Fault(row.number, "联单号", "twice", f"与第 {first[key]} 行重复", f"the same as in row {first[key]}")
            )
        first.setdefault(key, row.number)
    return found


def _record(
    session: Session, actor: Actor, row: Row, said: ManifestIn, grounds: Grounds, sha256: str, counted: dict[str, int]
) -> list[Fault]:  # fmt: skip
    try:
        made, new = operations.record(
            session, actor, id_of(said), said, ground=grounds.of(said.project_id), file_sha256=sha256, file_row=row.number
        )  # fmt: skip
    except Refusal as refusal:
        return [_of_refusal(row, refusal)]
    counted["new" if new else "known"] += 1
    counted["doubtful"] += new and made.status == "mismatch"
    return []


PLACES = {
    "disposal.plate_unreadable": "车牌号",
    "disposal.partner_unknown": "消纳场所",
    "manifest.not_of_project": "地块编号",
}
"""The column a refusal speaks of, where it is not the number of the load."""


def _of_refusal(row: Row, refusal: Refusal) -> Fault:
    head = PLACES.get(refusal.code, "联单号")
    return Fault(row.number, head, refusal.code, refusal.sentence("zh"), refusal.sentence("en"))


def _of_field(row: Row, error: Any) -> Fault:
    name = str(error["loc"][-1])
    head = next((column.head for column in BY_HEAD.values() if column.name == name), name)
    return Fault(row.number, head, "value", f"数值不在允许范围内({error['msg']})", str(error["msg"]))
