"""A package on this machine, without a server: for the job and for the command."""

from pathlib import Path
from typing import Any

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.audit import operations as audit
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.exports.operations import PERMISSION
from gis_service.exports.packages import geopackage
from gis_service.files.store import sha256_of
from gis_service.maps.packages import making
from gis_service.maps.packages.asked import Said, Wish, understood
from gis_service.maps.packages.making import Told
from gis_service.maps.standing import standing


def write(reader: Reader, scope: Scope, wish: Wish, out: Path, told: Told | None = None) -> int:
    """Write a wish in a scope; returns the number of tiles, or of features of a GeoPackage."""
    make = geopackage.write if wish.kind.name == "gpkg" else making.make
    return make(reader, scope, wish, out, told)


def package_file(services: Any, said: Said, out: Path, told: Told | None = None) -> dict[str, Any]:
    """For who owns the machine, written beside `out` first and then in its place; returns what there is to say."""
    aside = out.with_name(f".{out.name}.part")
    aside.unlink(missing_ok=True)
    wish = understood(said, services.reader, EVERYTHING, standing(services.reader))
    try:
        count = write(services.reader, EVERYTHING, wish, aside, told)
        facts = {"file": out.name, "count": count, "sha256": sha256_of(aside), "bytes": aside.stat().st_size}
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            detail = wish.described() | facts
            audit.record(session, PERMISSION, "package", actor_id=None, actor_name=SERVICE.name, detail=detail)
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return facts
