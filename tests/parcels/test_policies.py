"""One rule for rows, under every door: nothing set, nothing seen; the past and what belongs to a parcel included."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.core.db import Scope
from tests.conftest import CloneServices
from tests.factories import a_parcel, a_unit, an_area, land

SCOPED = (
    "parcel", "parcel_version", "boundary_point", "boundary_point_version", "parcel_alias", "parcel_document", "parcel_contact",
    "import_batch", "staged_row", "import_issue", "fence_segment", "fence_segment_version", "sign", "sign_version", "camera",
    "camera_version", "parcel_file", "topology_fault", "topology_dirty", "parcel_grid_cell", "parcel_event",
    "parcel_event_parcel", "parcel_lineage", "bulk_change", "bulk_change_parcel",
)  # fmt: skip
LAYERS = (
    "layer.parcel", "layer.parcel_history", "layer.boundary_point", "layer.boundary_point_history", "layer.fence",
    "layer.fence_history", "layer.sign", "layer.sign_history", "layer.camera", "layer.camera_history",
)  # fmt: skip


OF_WHO_ASKED = (
    "export", "notification", "notification_preference", "notification_digest", "notification_delivery", "webhook",
)  # fmt: skip
"""Tables whose rows are seen by who asked for them or was told; their own tests look."""

OF_REPORTS = ("monthly_report", "monthly_pack", "monthly_note")
"""Tables whose rows are seen by who sees all the land they tell of; `tests/reports` looks."""

OF_THE_DISTRICT = (
    "paper_number",
    "paper_template",
    "sheet_layout",
    "layer_version",
    "kpi_target",
    "kpi_target_version",
)
"""Tables whose rows are seen by all who work on land of the district; `tests/papers`, `tests/sheets/layouts`, `tests/maps/workshop` and
`tests/kpi` look."""

OF_PROCEEDINGS = (
    "proceeding", "proceeding_step", "proceeding_parcel", "proceeding_paper", "proceeding_file", "proceeding_signature",
    "proceeding_amount", "handover", "handover_act", "handover_batch", "case_basis", "case_link", "clue", "clue_file",
    "clue_reporter", "party", "party_secret", "vehicle", "haulier", "source_site", "damage_claim", "rectification", "meeting",
    "meeting_topic", "meeting_attendance", "action_item", "evidence_pack",
)  # fmt: skip
"""Tables whose rows are seen by who sees the proceeding or clue they belong to; `tests/sample/test_proceedings.py` looks."""

OF_PATROLS = (
    "patrol_plan", "patrol_task", "patrol_task_parcel", "patrol", "track_part", "visit", "observation", "observation_change",
    "field_photo", "patrol_coverage", "patrol_flag", "field_device", "inbox_record", "inbox_stray", "field_upload", "field_conflict",
    "track_sketch",
)  # fmt: skip
"""Tables of walks and of what phones send; `tests/patrols` looks."""

OF_SURVEYS = (
    "survey", "survey_point", "stratum", "survey_sample", "sample_result", "survey_point_photo", "geophysics_line", "volume_estimate",
    "waste_body", "waste_body_version", "waste_body_parcel", "survey_target", "heap", "survey_programme", "elevation_comparison",
)  # fmt: skip
"""Tables of surveys; `tests/surveys/test_policies.py` looks."""

OF_DISPOSALS = (
    "disposal", "disposal_body", "disposal_site", "disposal_site_consent", "disposal_carrier", "carrier_permit", "carrier_truck",
    "manifest", "manifest_flag", "manifest_table", "parcel_waiver", "density_observation",
)  # fmt: skip
"""Tables of disposal projects and manifests; `tests/disposal/test_policies.py` looks."""

OF_RISK = ("risk_run", "risk_score", "hotspot_cell")
"""Tables of rankings and hotspots; `tests/risk/test_policies.py` looks."""

OF_IMAGERY = ("orthophoto",)
"""Pictures of the ground; `tests/maps/orthophotos` looks."""

BELONGINGS = (
    """insert into fence_segment (parcel_id, fence_type, geom)
       select id, 'mesh', st_exteriorring(st_geometryn(geom, 1)) from parcel where id = :id""",
    "insert into sign (parcel_id, geom) select id, st_pointonsurface(geom) from parcel where id = :id",
    "insert into camera (parcel_id, geom) select id, st_pointonsurface(geom) from parcel where id = :id",
    "insert into stored_file (sha256, name, size_bytes) values (repeat('a', 64), 'a.pdf', 1) on conflict do nothing",
    """insert into parcel_file (parcel_id, sha256, name, kind, media_type, size_bytes)
       values (:id, repeat('a', 64), 'a.pdf', 'other', 'application/pdf', 1)""",
)
"""What stands on a parcel, and its papers."""


@pytest.fixture
def town(services: CloneServices) -> dict[str, int]:
    """Four parcels: one in an area, one in a unit's care, one published, one of none of these."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area, unit = an_area(session), a_unit(session)
        facts = [{"area_id": area.id}, {"custodian_unit_id": unit.id}, {"is_published": True}, {}]
        parcels = [a_parcel(session, shape=land(n), **fact) for n, fact in enumerate(facts)]
        for parcel in parcels:
            session.execute(text("insert into parcel_contact values (:id, '张三', '13800000000')"), {"id": parcel.id})
            session.execute(
                text("insert into parcel_alias (parcel_id, kind, value) values (:id, 'former_no', 'A-1')"),
                {"id": parcel.id},
            )
            session.execute(
                text(
                    """insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text,
                                                   source_crs, geom)
                       select id, 1, 1, 1, 'J1', '2478700.000', '452100.000', 4547, st_pointonsurface(geom) from parcel where id = :id"""
                ),
                {"id": parcel.id},
            )
            for belonging in BELONGINGS:
                session.execute(text(belonging), {"id": parcel.id})
        return {"area": area.id, "unit": unit.id, "first": parcels[0].id}


@pytest.fixture
def reader(services: CloneServices) -> Iterator[Engine]:
    engine = create_engine(services.url(db.READER_ROLE))
    yield engine
    engine.dispose()


def seen(engine: Engine, scope: Scope, relation: str) -> int:
    with engine.begin() as connection:
        db.enter(connection, scope)
        return connection.scalar(text(f"select count(*) from {relation}"))


@pytest.mark.parametrize("relation", SCOPED)
def test_without_a_scope_the_application_sees_nothing(
    services: CloneServices, town: dict[str, int], relation: str
) -> None:
    with services.engine.begin() as connection:
        assert connection.scalar(text(f"select count(*) from {relation}")) == 0


@pytest.mark.parametrize("relation", LAYERS)
def test_the_views_let_nothing_through_that_the_tables_hide(
    reader: Engine, town: dict[str, int], relation: str
) -> None:
    scopes = {
        0: Scope(),
        1: Scope(area_ids=frozenset({town["area"]})),
        2: Scope(area_ids=frozenset({town["area"]}), unit_ids=frozenset({town["unit"]})),
        4: Scope(see_all=True),
    }
    assert {count: seen(reader, scope, relation) for count, scope in scopes.items()} == {0: 0, 1: 1, 2: 2, 4: 4}
    assert seen(reader, Scope(see_published=True), relation) == 1


def test_the_reader_sees_published_views_and_no_table(reader: Engine, town: dict[str, int]) -> None:
    for table in ("parcel", "parcel_contact", "app_user", "audit_entry"):
        with pytest.raises(DBAPIError, match="permission denied"), reader.begin() as connection:
            connection.execute(text(f"select * from {table}"))


def test_the_owner_of_the_tables_is_held_by_the_policies_too(services: CloneServices, town: dict[str, int]) -> None:
    engine = create_engine(services.url(db.OWNER_ROLE))
    with engine.begin() as connection:
        assert connection.scalar(text("select count(*) from parcel")) == 0
    engine.dispose()


def test_contacts_are_granted_apart_from_rows(services: CloneServices, town: dict[str, int]) -> None:
    assert seen(services.engine, Scope(see_all=True), "parcel_contact") == 0
    assert seen(services.engine, Scope(see_all=True, see_contacts=True), "parcel_contact") == 4


def test_a_scope_does_not_outlive_its_transaction_on_a_pooled_connection(
    services: CloneServices, town: dict[str, int]
) -> None:
    engine = create_engine(services.url(db.APP_ROLE), pool_size=1, max_overflow=0)
    for scope, count in [
        (EVERYTHING, 4),
        (Scope(), 0),
        (Scope(unit_ids=frozenset({town["unit"]})), 1),
        (Scope(), 0),
    ] * 5:
        assert seen(engine, scope, "parcel") == count
    with engine.begin() as connection:
        assert connection.scalar(text("select count(*) from parcel")) == 0
    engine.dispose()


def test_nobody_moves_a_parcel_out_of_their_own_scope(services: CloneServices, town: dict[str, int]) -> None:
    moving = text("update parcel set area_id = null where id = :id")
    with services.engine.connect() as connection:
        db.enter(connection, Scope(area_ids=frozenset({town["area"]})))
        with pytest.raises(DBAPIError, match="row-level security"):
            connection.execute(moving, {"id": town["first"]})


def test_the_spatial_index_works_under_the_policies(services: CloneServices, town: dict[str, int]) -> None:
    with services.engine.begin() as connection:
        db.enter(connection, Scope(area_ids=frozenset({1})))
        connection.execute(text("set local enable_seqscan = off"))
        plan = connection.execute(
            text("explain select id from parcel where geom && st_makeenvelope(113, 22, 114, 23, 4490)")
        )
        assert "idx_parcel_geom" in "\n".join(line for (line,) in plan)


def test_every_table_about_a_parcel_has_a_policy(services: CloneServices) -> None:
    with services.engine.begin() as connection:
        forced = set(
            connection.scalars(text("select relname from pg_class where relrowsecurity and relforcerowsecurity"))
        )
    assert forced == {
        *SCOPED,
        *OF_WHO_ASKED,
        *OF_REPORTS,
        *OF_THE_DISTRICT,
        *OF_PROCEEDINGS,
        *OF_PATROLS,
        *OF_SURVEYS,
        *OF_DISPOSALS,
        *OF_RISK,
        *OF_IMAGERY,
    }
