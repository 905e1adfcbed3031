"""Loading the sample district: quickly, once, with its past where it belongs."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING
from gis_service.core import db
from gis_service.sample import faults, load, register


@pytest.fixture(scope="module")
def made() -> Any:
    return register.build()


@pytest.fixture
def loaded(sample_services: Any) -> Iterator[Session]:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        yield session


def one(session: Session, query: str, **values: Any) -> Any:
    return session.scalar(text(query), values)


def fingerprint(session: Session) -> str:
    """Everything that versions, points, papers and units say."""
    return str(
        one(
            session,
            "select md5((select string_agg(v::text, '|' order by v.id, v.version_no) from parcel_version v)"
            " || (select string_agg(b::text, '|' order by b.id, b.version_no) from boundary_point_version b)"
            " || (select string_agg(d::text, '|' order by d.id) from document d)"
            " || (select string_agg(u::text, '|' order by u.id) from unit u))",
        )
    )


def test_loading_takes_few_statements_and_a_second_time_changes_nothing(services: Any) -> None:
    with services.owner_session() as session:
        sent: list[str] = []
        event.listen(session.get_bind(), "before_cursor_execute", lambda *told: sent.append(told[2]))
        assert load.load(session, district_code="440402")
        assert len(sent) < 20 * one(
            session, "select count(*) from parcel"
        )  # its changes, points, fences, signs, cameras
    with services.owner_session() as session:
        db.enter(session, EVERYTHING)
        before = fingerprint(session)
        assert not load.load(session, district_code="440402")
        assert fingerprint(session) == before


def test_a_register_with_land_of_its_own_is_left_alone(sample_services: Any) -> None:
    with sample_services.owner_session() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("delete from deployment where key = 'sample_data'"))
        assert not load.load(session, district_code="440402")
        assert one(session, "select count(*) from deployment where key = 'sample_data'") == 0


def test_only_the_owner_may_load_history(services: Any) -> None:
    with services.sessions.begin() as session, pytest.raises(PermissionError, match="所有者"):
        load.load(session, district_code="440402")


def test_the_database_says_that_it_holds_sample_data(loaded: Session) -> None:
    assert one(loaded, "select value from deployment where key = 'sample_data'")
    assert one(loaded, "select count(*) from audit_entry where action = 'sample.load'") == 1


def test_every_change_became_a_version_at_its_own_time(loaded: Session, made: Any) -> None:
    rows = loaded.execute(
        text(
            "select v.parcel_no, lower(v.valid), v.reason, v.actor_name, d.doc_no from parcel_version v"
            " join document d on d.id = v.version_document_id order by v.parcel_no, v.version_no"
        )
    ).all()
    told = [
        (parcel.parcel_no, change.at, change.reason, change.actor, change.document)
        for parcel in sorted(made.parcels, key=lambda parcel: parcel.parcel_no)
        for change in parcel.changes
    ]
    assert [tuple(row) for row in rows] == told


def test_the_present_row_carries_the_time_of_its_last_change(loaded: Session) -> None:
    wrong = "select count(*) from parcel p join parcel_version v on v.id = p.id and upper_inf(v.valid)"
    assert one(loaded, f"{wrong} where p.updated_at <> lower(v.valid) or p.row_version <> v.version_no") == 0


def test_the_register_can_be_asked_as_of_any_day(loaded: Session, made: Any) -> None:
    moment = datetime(2025, 8, 1, tzinfo=UTC)
    then = [max((c for c in p.changes if c.at <= moment), key=lambda c: c.at, default=None) for p in made.parcels]
    known = "select count(*) from parcel_version where valid @> cast(:moment as timestamptz)"
    assert one(loaded, known, moment=moment) == sum(change is not None for change in then)


def test_stored_land_is_valid_inside_its_area_and_without_overlaps_but_the_example(loaded: Session) -> None:
    assert one(loaded, "select bool_and(st_isvalid(geom)) from parcel_version")
    inside = "select bool_and(st_contains(a.geom, v.geom)) from parcel_version v join area a on a.id = v.area_id"
    assert one(loaded, inside)
    overlapping = (
        "select count(*) from parcel a join parcel b on a.id < b.id and a.geom && b.geom"
        " where a.retired_on is null and b.retired_on is null"
        " and st_area(st_transform(st_intersection(a.geom, b.geom), 4547)) > 0.01"
        " and not array[a.parcel_no, b.parcel_no] && cast(:wrong as text[])"  # drawn so for the checks to find
    )
    assert one(loaded, overlapping, wrong=sorted(faults.OVERLAPPING)) == 0


def test_stored_areas_are_those_of_the_stored_outlines(loaded: Session) -> None:
    off = "select max(abs(area_computed_m2 - st_area(st_transform(geom, 4547)))) from parcel_version"
    assert one(loaded, off) < 0.006


def test_boundary_points_stand_where_their_texts_say(loaded: Session) -> None:
    off = (
        "select max(st_distance(st_transform(geom, source_crs), st_setsrid("
        "st_makepoint(easting_text::float, northing_text::float), source_crs))) from boundary_point"
    )
    assert one(loaded, off) < 0.001


def test_boundary_points_follow_an_outline_through_time(loaded: Session) -> None:
    """At every moment a parcel has as many points as its outline has corners."""
    off = (
        "select count(*) from parcel_version v where st_npoints(v.geom)"
        " - (select sum(1 + st_numinteriorrings(d.geom)) from st_dump(v.geom) d)"
        " <> (select count(*) from boundary_point_version b where b.parcel_id = v.id and b.valid @> lower(v.valid))"
    )
    assert one(loaded, off) == 0


def test_parcels_have_their_names_papers_and_contacts(loaded: Session, made: Any) -> None:
    assert one(loaded, "select count(*) from parcel_alias") == sum(len(parcel.aliases) for parcel in made.parcels)
    assert one(loaded, "select count(*) from parcel_document") == sum(len(parcel.documents) for parcel in made.parcels)
    assert one(loaded, "select count(*) from parcel_contact") == sum(
        parcel.contact is not None for parcel in made.parcels
    )


def test_a_custodian_has_parcels_in_its_care(loaded: Session) -> None:
    """The account of the custodian unit that the sample makes must see something."""
    first = "(select id from unit where kind = 'custodian' order by code limit 1)"
    assert one(loaded, f"select count(*) from parcel where custodian_unit_id = {first}") >= 10


def test_the_checks_find_the_faults_that_were_drawn_and_their_kinds(loaded: Session) -> None:
    rows = loaded.execute(
        text("select p.parcel_no, o.parcel_no, f.rule from topology_fault f join parcel p on p.id = f.parcel_id"
             " left join parcel o on o.id = f.other_parcel_id")
    ).all()  # fmt: skip
    told = {rule for *_, rule in rows}
    assert told >= {"overlap", "gap", "near_miss", "spike", "tiny_hole", "multipart", "area_differs", "no_cell"}
    drawn = {"overlap", "gap", "near_miss", "spike", "tiny_hole"}
    assert all({one_, other} & set(faults.DRAWN) for one_, other, rule in rows if rule in drawn)
    assert len([rule for *_, rule in rows if rule in drawn]) == len(faults.DRAWN)


def test_every_parcel_knows_its_grid_cells(loaded: Session) -> None:
    without = one(
        loaded,
        "select count(*) from parcel p where retired_on is null and not exists (select from parcel_grid_cell c where c.parcel_id = p.id and is_main)",
    )
    assert without == one(loaded, "select count(*) from topology_fault where rule = 'no_cell'") > 0
    assert one(loaded, "select bool_and(length(code) = 15) from grid_cell")


def test_acts_of_the_first_winter_balance_and_lead_to_living_parcels(loaded: Session, made: Any) -> None:
    assert one(loaded, "select count(*) from parcel_event") == len(made.acts) >= 4
    assert one(loaded, "select max(abs(balance_m2)) from parcel_event") <= 0.05
    assert one(loaded, "select count(*) from parcel where retired_on is not null") >= 5
    ended = "select bool_and(p.retired_on is not null) from parcel_event_parcel e join parcel p on p.id = e.parcel_id"
    assert one(loaded, f"{ended} where e.side = 'before'")
    begun = (
        "select count(*) from parcel_event_parcel e join parcel_version v on v.id = e.parcel_id"
        " and v.version_no = e.version_no join parcel_event x on x.id = e.event_id"
        " where e.side = 'after' and (v.version_no <> 1 or lower(v.valid) <> x.at)"
    )
    assert one(loaded, begun) == 0
