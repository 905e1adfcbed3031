"""How the columns of a sender were understood before: found again by sender, or by the columns alone."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.core import clock
from gis_service.parcels.imports.columns.recognise import Told, fingerprint
from gis_service.parcels.imports.notes import Note
from gis_service.parcels.models import ImportBatch, ImportProfile

ANYBODY = ""
"""The sender of a profile that goes by its columns alone."""


def senders(district_code: str) -> Select[Any]:
    """Who sent files before, the last first: what a form suggests."""
    used: Any = func.max(ImportProfile.used_at)
    columns: list[Any] = [ImportProfile.sender, used.label("used_at")]
    return (
        select(*columns)
        .where(ImportProfile.district_code == district_code, ImportProfile.sender != ANYBODY)
        .group_by(ImportProfile.sender)
        .order_by(used.desc())
        .limit(50)
    )


def find(session: Session, district_code: str, sender: str | None, names: Iterable[str]) -> ImportProfile | None:
    """The profile of these columns: of this sender, else of whoever had the same; the last used of several.

    A sender's file with other columns takes that sender's last profile, as far as its columns are there.
    """
    known = list(names)
    mine = ImportProfile.district_code == district_code
    newest = select(ImportProfile).where(mine).order_by(ImportProfile.used_at.desc(), ImportProfile.id.desc()).limit(1)
    same = newest.where(ImportProfile.fingerprint == fingerprint(known))
    if not sender:
        return session.scalar(same)
    found = session.scalar(same.where(ImportProfile.sender == sender))
    if found is None:
        found = session.scalar(newest.where(ImportProfile.sender == sender))
        if found is not None and not any(name in known for name in found.columns.values() if name):
            found = None
    return found or session.scalar(same.where(ImportProfile.sender == ANYBODY))


def told_by(profile: ImportProfile, names: Iterable[str]) -> Told:
    """What a profile says of the columns that are there."""
    known = set(names)
    return Told({name: column for name, column in profile.columns.items() if not column or column in known}, "profile")


def note_of(profile: ImportProfile, told: Told) -> Note:
    day = profile.used_at.astimezone(clock.BEIJING).date().isoformat()
    facts: dict[str, Any] = {"day": day, "count": sum(1 for column in told.columns.values() if column)}
    if profile.sender == ANYBODY:
        return Note("column.remembered_headers", None, facts)
    return Note("column.remembered", None, facts | {"sender": profile.sender})


def told_otherwise(profile: ImportProfile, crs: int | None, encoding: str) -> list[Note]:
    """Where the file was now found to be in another system or encoding than a person said of it last time."""
    found = f"EPSG:{crs}" if crs else "?"
    pairs = (
        ("坐标系", "the coordinate system", profile.crs, found),
        ("文字编码", "the encoding", profile.encoding, encoding),
    )
    return [
        Note("column.remembered_otherwise", None, {"what_zh": zh, "what": en, "said": said, "found": now})
        for zh, en, said, now in pairs
        if said and said.casefold() != now.casefold()
    ]


def remember(session: Session, batch: ImportBatch, actor_id: int | None, actor_name: str) -> None:
    """Keep how the columns of a batch were understood, for the next file of its sender."""
    names = [column["name"] for column in batch.columns]
    said = batch.options.get("columns") or {}
    automatic = {column["field"]: column["name"] for column in batch.columns if column["field"]}
    row = {
        "district_code": batch.district_code,
        "sender": batch.options.get("sender") or ANYBODY,
        "fingerprint": fingerprint(names),
        "columns": automatic | {name: column for name, column in said.items() if not column},
        **{name: batch.options.get(name) for name in ("class_system", "crs", "encoding")},
        "used_at": clock.now(),
        "used_by": actor_id,
        "used_by_name": actor_name,
    }
    changed = {name: value for name, value in row.items() if name not in ("district_code", "sender", "fingerprint")}
    kept = insert(ImportProfile).values(row)
    session.execute(kept.on_conflict_do_update(index_elements=["district_code", "sender", "fingerprint"], set_=changed))


def touch(profile: ImportProfile, batch: ImportBatch) -> None:
    """Note that a profile was used again."""
    profile.used_at, profile.used_by, profile.used_by_name = clock.now(), batch.created_by, batch.created_by_name
