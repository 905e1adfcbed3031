"""An atlas on this machine, without a server: for the command and for notebooks, as whoever owns the machine."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.core.db import Scope
from gis_service.exports.jobs import PATIENCE
from gis_service.files.store import sha256_of
from gis_service.maps.standing import standing
from gis_service.sheets.atlas import rules
from gis_service.sheets.atlas.asked import Said, Wish, understood
from gis_service.sheets.atlas.making import Made, Watch, make
from gis_service.sheets.gather import Desk

PERMISSION = "atlas.make"


def written(
    services: Any, scope: Scope, wish: Wish, out: Path, watch: Watch | None = None, *, run: int = rules.RUN
) -> Made:
    """Write an atlas in a scope, of the moment asked for or of now; `services` are those of a process."""
    with services.sessions() as session:
        db.enter(session, scope)
        db.setting(session, **PATIENCE)
        now = clock.now()
        desk = Desk(services.reader, session, scope, standing(services.reader), now, wish.as_of or now)
        made = make(desk, wish, out, maker=services.settings.producer, watch=watch, run=run)
        session.rollback()
    return made


def atlas_file(
    services: Any, said: Said, filters: Mapping[str, Any], out: Path, watch: Watch | None = None
) -> dict[str, Any]:
    """The same for who owns the machine, written beside `out` first and then in its place; returns what there is to say."""
    aside = out.with_name(f".{out.name}.part")
    wish = understood(said, filters)
    try:
        made = written(services, EVERYTHING, wish, aside, watch)
        facts = {**asdict(made), "file": out.name, "sha256": sha256_of(aside), "bytes": aside.stat().st_size}
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            detail = wish.described() | facts
            audit.record(session, PERMISSION, wish.kind, actor_id=None, actor_name=SERVICE.name, detail=detail)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return facts
