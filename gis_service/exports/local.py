"""An export on this machine, without a server: for the command and for notebooks, as whoever owns the machine."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy.orm import Session, sessionmaker

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.audit import operations as audit
from gis_service.core import clock, db
from gis_service.core.reader import Reader
from gis_service.exports import operations, queries
from gis_service.exports.asked import Said, understood
from gis_service.exports.jobs import PATIENCE
from gis_service.exports.source import House
from gis_service.exports.writing import Written, count, write
from gis_service.files.store import FileStore
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.standing import standing


class Deployment(Protocol):
    """What of a process' services an export needs; `settings` has `producer`."""

    settings: Any

    @property
    def sessions(self) -> sessionmaker[Session]: ...

    @property
    def store(self) -> FileStore: ...

    @property
    def reader(self) -> Reader: ...


def house_of(deployment: Deployment, session: Session, layers: Catalogue | None = None) -> House:
    return House(
        layers=layers or standing(deployment.reader),
        originals=deployment.store,
        producer=deployment.settings.producer,
        sample=queries.is_sample(session),
        now=clock.now(),
    )


def export_file(
    deployment: Deployment,
    said: Said,
    filters: Mapping[str, Any],
    out: Path,
    told: Callable[[int, int], None] | None = None,
) -> Written:
    """Write the parcels to `out`, beside it first and then in its place; `told` hears how many of how many are written."""
    aside = out.with_name(f".{out.name}.part")
    try:
        with deployment.sessions() as session:
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            db.enter(session, EVERYTHING)
            db.setting(session, **PATIENCE)
            house = house_of(deployment, session)
            wish = understood(said, filters, catalogue=house.layers)
            total = count(session, wish)
            written = write(session, wish, aside, house, told=(lambda n: told(n, total)) if told else None)
            detail = operations.detail(wish.described(), written) | {"file": out.name}
            name = SERVICE.name
            audit.record(session, operations.PERMISSION, said.format, actor_id=None, actor_name=name, detail=detail)
            session.commit()
        aside.replace(out)
    finally:
        aside.unlink(missing_ok=True)
    return written
