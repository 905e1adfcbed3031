"""Migrations run as the owner; afterwards every view, function, policy and grant in `objects/` is put in place anew."""

from pathlib import Path

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import NullPool, create_engine, text

import gis_service.access.analysts.models
import gis_service.access.identity.models
import gis_service.access.models
import gis_service.access.second_factor.models
import gis_service.audit.models
import gis_service.backup.models
import gis_service.cases.clues.models
import gis_service.cases.law.models
import gis_service.cases.parties.models
import gis_service.claims.models
import gis_service.core.requests
import gis_service.disposal.manifests.models
import gis_service.disposal.models
import gis_service.disposal.partners.models
import gis_service.evidence.models
import gis_service.exports.models
import gis_service.files.models
import gis_service.handover.models
import gis_service.kpi.models
import gis_service.maps.orthophotos.models
import gis_service.maps.workshop.models
import gis_service.meetings.models
import gis_service.notifications.models
import gis_service.papers.models
import gis_service.parcels.attachments.models
import gis_service.parcels.bulk.models
import gis_service.parcels.facilities.models
import gis_service.parcels.lineage.models
import gis_service.parcels.models
import gis_service.parcels.search.models
import gis_service.parcels.topology.models
import gis_service.patrols.conflicts.models
import gis_service.patrols.inbox.models
import gis_service.patrols.models
import gis_service.patrols.planning.models
import gis_service.patrols.walks.models
import gis_service.procedures.models
import gis_service.rectification.models
import gis_service.reports.models
import gis_service.risk.models
import gis_service.sheets.layouts.models
import gis_service.surveys.bodies.models
import gis_service.surveys.estimates.models
import gis_service.surveys.heaps.models
import gis_service.surveys.models
import gis_service.surveys.programmes.models  # noqa: F401  (all tables must be known)
from gis_service.core.db import Base
from gis_service.core.srid import METRIC_SRID

OBJECTS = Path(__file__).parent / "objects"
LOCK = 440_402  # any number, the same for all: two migrations never run at once


def ours(_object: object, name: str | None, kind: str, reflected: bool, _other: object) -> bool:
    """Leave PostGIS's own tables alone."""
    return not (kind == "table" and reflected and name == "spatial_ref_sys")


def _statements(path: Path) -> str:
    """A file of objects; METRIC_SRID in it stands for the deployment's metric system."""
    return path.read_text(encoding="utf-8").replace("METRIC_SRID", str(METRIC_SRID)).replace("%", "%%")


def run() -> None:
    engine = create_engine(context.config.get_main_option("sqlalchemy.url"), poolclass=NullPool)
    with engine.begin() as connection:
        connection.execute(text("set local lock_timeout = '4s'"))
        connection.execute(text("select pg_advisory_xact_lock(:n)"), {"n": LOCK})
        connection.execute(text("set local app.see_all = 'on'"))
        connection.execute(text("drop schema if exists analyst cascade"))  # views on views: objects/890 makes them anew
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            include_object=ours,
            process_revision_directives=alembic_helpers.writer,
            render_item=alembic_helpers.render_item,
            compare_server_default=False,
            transactional_ddl=True,
        )
        context.run_migrations()
        if context.config.attributes.get("objects", True):
            for path in sorted(OBJECTS.glob("*.sql")):
                connection.exec_driver_sql(_statements(path))


run()
