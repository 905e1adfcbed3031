"""Whatever happens to the register, checking only what was touched leaves the list that checking everything would."""

from typing import Any

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon
from shapely.affinity import translate
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.parcels.models import Parcel
from gis_service.parcels.topology import ground, operations
from gis_service.parcels.topology.models import GridCell
from tests.factories import an_area
from tests.parcels.topology.made import around, checked, faults, redrawn, registered, square, stored

PLACES = [(column, row) for row in range(3) for column in range(3)]
SHIFTS = st.sampled_from([0, 0, 0, 0.001, 0.03, -0.03, 0.6, -0.6, 2, 30, 100])
OUTLINES = st.one_of(
    st.builds(lambda place, x, y: translate(square(*place), x, y), st.sampled_from(PLACES), SHIFTS, SHIFTS),
    st.builds(
        lambda place: MultiPolygon([square(*place), translate(square(0, 0, 20), 2000 + 30 * place[0], 30 * place[1])]),
        st.sampled_from(PLACES),
    ),
    st.just(around((0, 100), (300, 100), (300, 100.7), (0, 100.7))),
    st.just(around((0, 0), (100, 0), (100, 100), (50.1, 100), (50, 60), (49.9, 100), (0, 100))),
)
PARCEL = st.integers(0, len(PLACES) - 1)
EDITS = st.one_of(
    st.tuples(st.just("draw"), PARCEL, OUTLINES),
    st.tuples(st.just("draw"), PARCEL, OUTLINES),
    st.tuples(st.just("retire"), PARCEL, st.booleans()),
    st.tuples(st.just("code"), PARCEL, st.sampled_from([None, "440402001001GB00001", "440402001001GB00002"])),
    st.tuples(st.just("area"), PARCEL, st.sampled_from([10_000, 10_500])),
    st.tuples(st.just("frame"), st.sampled_from(["area", "cell", "both"]), SHIFTS),
    st.tuples(st.just("points"), PARCEL, SHIFTS),
    st.just(("check", None, None)),
)


def do(session: Session, parcels: list[Parcel], edit: tuple[str, Any, Any]) -> None:
    act, which, value = edit
    match act:
        case "draw":
            redrawn(session, parcels[which], value)
        case "retire":
            parcels[which].retired_on = "2026-01-01" if value else None
        case "code":
            parcels[which].parcel_code = value
        case "area":
            parcels[which].area_registered_m2 = value
        case "frame":
            frame(session, which, value)
        case "points":
            points(session, parcels[which], value)
        case "check":
            operations.check(session)
    session.flush()
    session.expire_all()


def frame(session: Session, which: str, shift: float) -> None:
    """Areas and cells are drawn where there were none, or moved."""
    outline = stored(translate(around((-50, -50), (150, -50), (150, 350), (-50, 350)), shift, 0))
    if which != "cell":
        session.execute(
            text(
                "delete from area where name = '西片' and id not in (select area_id from parcel where area_id is not null)"
            )
        )
        an_area(session, name="西片", geom=outline)
    if which != "area":
        session.execute(text("delete from grid_cell"))
        session.add(GridCell(district_code="440402", code="440402003001001", geom=outline))


def points(session: Session, parcel: Parcel, shift: float) -> None:
    """Boundary points that stand on the corners, or all beside them."""
    session.execute(text("delete from boundary_point where parcel_id = :id"), {"id": parcel.id})
    session.execute(
        text(
            """insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text, source_crs, geom)
               select :id, 1, 1, row_number() over (order by d.path), 'J', '0', '0', 4547,
                      st_transform(st_translate(d.geom, :shift, 0), st_srid(p.geom))
                 from parcel p, st_dumppoints(st_transform(p.geom, 4547)) d where p.id = :id"""
        ),
        {"id": parcel.id, "shift": shift},
    )


def state(session: Session) -> list[tuple[Any, ...]]:
    """Every fault of today, with all that is known of it, to the millimetre."""
    rows = session.execute(
        text(
            """select rule, parcel_id, other_parcel_id, round(area_m2::numeric, 3), round(width_m::numeric, 4), facts::text,
                      st_astext(st_reduceprecision(geom, 1e-8)), state
                 from topology_fault where state <> 'resolved' order by 1, 2, 3"""
        )
    )
    return [tuple(row) for row in rows]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edits=st.lists(EDITS, min_size=1, max_size=12))
def test_checking_what_was_touched_leaves_what_checking_everything_finds(
    session: Session, edits: list[tuple[str, Any, Any]]
) -> None:
    with session.begin_nested() as thrown_away:
        parcels = [registered(session, f"P{n}", square(*place)) for n, place in enumerate(PLACES)]
        for edit in edits:
            do(session, parcels, edit)
        operations.check(session)
        touched = state(session)
        outcome = operations.check(session, full=True)
        assert state(session) == touched
        assert (outcome.opened, outcome.reopened, outcome.resolved) == (0, 0, 0)
        thrown_away.rollback()
        session.expunge_all()


def test_only_the_parcel_touched_and_those_around_it_are_asked_about(session: Session) -> None:
    parcels = [registered(session, f"P{n}", square(n % 10, n // 10)) for n in range(60)]
    assert operations.check(session).parcels == 60
    assert operations.check(session).parcels == 0
    redrawn(session, parcels[22], translate(square(2, 2), 0.6, 0))
    assert operations.check(session).parcels == 9  # itself and the eight around it
    parcels[22].area_registered_m2 = 1
    session.flush()
    assert operations.check(session).parcels == 1
    parcels[22].fence_status = "full"
    session.flush()
    assert operations.check(session).parcels == 0


def test_a_fault_that_is_gone_is_resolved_and_one_that_comes_back_is_open_again(session: Session) -> None:
    registered(session, "A", square())
    other = registered(session, "B", translate(square(1), -2, 0))
    assert checked(session) == {("overlap", "A", "B")}
    redrawn(session, other, square(1))
    assert checked(session) == set()
    assert faults(session, "resolved") == {("overlap", "A", "B")}
    redrawn(session, other, translate(square(1), -3, 0))
    outcome = operations.check(session)
    assert (outcome.opened, outcome.reopened) == (0, 1)
    assert faults(session, "open") == {("overlap", "A", "B")}
    assert session.scalar(text("select count(*) from topology_fault")) == 1


def test_striking_a_parcel_off_resolves_its_faults(session: Session) -> None:
    registered(session, "A", square())
    other = registered(session, "B", square(0.5))
    assert checked(session)
    other.retired_on = "2026-01-01"
    assert checked(session) == set()


def test_a_gap_that_a_third_parcel_filled_comes_back_when_that_one_moves_away(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", translate(square(1), 0.6, 0))
    strip = around((100, 0), (100.6, 0), (100.6, 100), (100, 100))
    third = registered(session, "C", strip)
    assert ("gap", "A", "B") not in checked(session)
    redrawn(session, third, translate(strip, 5000, 0))
    assert ("gap", "A", "B") in checked(session)


def test_every_statement_that_may_change_an_answer_leaves_a_mark(session: Session) -> None:
    parcel = registered(session, "A", square())
    operations.check(session)
    for statement, marks in {
        "update parcel set remark = 'x' where id = :id": 0,
        "update parcel set area_registered_m2 = 5 where id = :id": 1,
        "update parcel set geom = st_translate(geom, 0.001, 0) where id = :id": 2,  # where it was, where it is
        "update parcel set retired_on = '2026-01-01' where id = :id": 2,
        "insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text, source_crs, geom)"
        " select id, 1, 1, 1, 'J1', '0', '0', 4547, st_pointonsurface(geom) from parcel where id = :id": 1,
        "delete from boundary_point where parcel_id = :id": 1,
    }.items():
        session.execute(text(statement), {"id": parcel.id})
        assert session.scalar(text("select count(*) from topology_dirty")) == marks, statement
        operations.check(session)


def test_a_check_of_nothing_is_no_run(session: Session) -> None:
    operations.check(session)
    runs = session.scalar(text("select count(*) from topology_run"))
    assert operations.check(session).parcels == 0
    assert session.scalar(text("select count(*) from topology_run")) == runs


def test_neighbours_are_looked_for_as_far_as_the_rules_look() -> None:
    """A degree of longitude is shortest in the north of the country."""
    from gis_service.parcels.topology import rules

    metres = shapely.Point(0, 0).distance(shapely.Point(ground.REACH_DEG, 0)) * 111_320 * 0.6  # cos 53°
    assert metres > rules.GAP_WIDTH_M


@pytest.mark.parametrize("grown", [False, True])
def test_an_accepted_fault_stays_accepted_until_it_grows(session: Session, grown: bool) -> None:
    registered(session, "A", square())
    other = registered(session, "B", translate(square(1), -2, 0))
    checked(session)
    session.execute(
        text(
            "update topology_fault set state = 'accepted', accept_reason = '按原测绘成果,不改', accepted_measure = area_m2"
        )
    )
    redrawn(session, other, translate(square(1), -3 if grown else -1.9, 0))
    checked(session)
    assert faults(session, "open" if grown else "accepted") == {("overlap", "A", "B")}
