"""The 调度表 as a page shows it: of an edition from its snapshot, of a month that is not closed from the register, notes with both."""

from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.files.store import FileStore
from gis_service.reports import notes, queries, rules
from gis_service.reports.errors import NoSuchEdition
from gis_service.reports.freezing import snapshot
from gis_service.reports.freezing.lines import lines
from gis_service.reports.freezing.standings import standings


def of_edition(
    session: Session, store: FileStore, district: str, month: date, scope: Scope, number: int
) -> dict[str, Any]:
    """As it was frozen; raises `NoSuchEdition`."""
    found = next((each for each in queries.editions(session, district, month, scope) if each.edition == number), None)
    if found is None:
        raise NoSuchEdition(month=rules.said(month), edition=number)
    kept = snapshot.read(store.path(found.snapshot_sha256).read_bytes())
    return {
        "month": rules.said(month),
        "edition": number,
        "cut_off": kept["cut_off"],
        "rows": kept["rows"],
        "totals": kept["totals"],
    }


def of_register(session: Session, month: date) -> dict[str, Any]:
    """As the next edition would have it: the register at the cut-off, with the notes as they are now."""
    at = rules.cut_off(month, clock.now())
    rows = lines(session, month, at, standings(session, at))
    known = notes.of_month(session, month)
    for row in rows:
        row["note"] = notes.note_out(known[row["id"]]) if row["id"] in known else None
    return {
        "month": rules.said(month), "edition": None, "cut_off": at.isoformat(timespec="seconds"), "rows": rows, "totals": snapshot.totals(rows),
    }  # fmt: skip


def columns() -> list[dict[str, Any]]:
    return [{"name": each.name, "zh": each.zh, "en": each.en, "form": each.form} for each in rules.COLUMNS]
