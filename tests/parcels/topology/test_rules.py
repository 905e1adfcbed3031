"""Each rule with a tiny case that it tells of and one that it leaves in peace."""

import inspect
import re
from string import Formatter

import pytest
from shapely import MultiPolygon
from shapely.affinity import translate
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core.srid import STORAGE_SRID
from gis_service.geo import crs
from gis_service.parcels.rules import areas_differ
from gis_service.parcels.topology import rules
from gis_service.parcels.topology.catalogue import CATALOGUE, OWN, Way
from gis_service.parcels.topology.models import GridCell
from gis_service.parcels.vocabulary import vocabulary
from tests.factories import an_area
from tests.parcels.topology.made import around, checked, one, redrawn, registered, square, stored


def names(template: str) -> set[str]:
    return {name for _, name, *_ in Formatter().parse(template) if name}


def test_every_rule_has_a_title_a_sentence_in_both_languages_and_a_way_out() -> None:
    assert set(CATALOGUE) | {"title"} == set(vocabulary()["topology_rule"])
    for entry in CATALOGUE.values():
        facts = set(entry.ask().subquery().c.keys())
        assert set(OWN) <= facts
        assert names(entry.zh) == names(entry.en) <= facts | {"parcel_no", "other"}
        assert entry.ways[-1] is Way.ACCEPT
        assert inspect.getdoc(entry.ask) or re.match(r"^[a-z_]+$", entry.code)


def test_squares_that_share_their_sides_have_no_fault(session: Session) -> None:
    for column in range(3):
        for row in range(3):
            registered(session, f"{column}{row}", square(column, row))
    assert checked(session) == set()


# --- two parcels -------------------------------------------------------------------------------------------------


def test_an_overlap_is_told_with_its_land(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((90, 0), (200, 0), (200, 100), (90, 100)))
    assert checked(session) == {("overlap", "A", "B")}
    found = one(session, "overlap")
    assert found["area_m2"] == pytest.approx(1000, abs=0.01)
    assert found["width_m"] == pytest.approx(1000 / 110, abs=0.01)
    assert found["kind"] in ("ST_Polygon", "ST_MultiPolygon")


def test_an_overlap_within_the_rounding_of_surveys_is_none(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((99.998, 0), (200, 0), (200, 100), (99.998, 100)))
    assert checked(session) == set()


def test_a_retired_parcel_overlaps_nothing(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", square(0.5), retired_on="2026-01-01")
    assert checked(session) == set()


def test_a_narrow_strip_between_two_parcels_is_a_gap(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100.6, 0), (200, 0), (200, 100), (100.6, 100)))
    assert checked(session) == {("gap", "A", "B")}
    found = one(session, "gap")
    assert found["area_m2"] == pytest.approx(60, abs=0.1)
    assert found["width_m"] == pytest.approx(0.6, abs=0.01)


def test_a_lane_is_no_gap(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((101.2, 0), (200, 0), (200, 100), (101.2, 100)))
    assert checked(session) == set()


def test_a_strip_that_is_somebodys_is_no_gap(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100.6, 0), (200, 0), (200, 100), (100.6, 100)))
    registered(session, "Strip", around((100, 0), (100.6, 0), (100.6, 100), (100, 100)))
    assert {rule for rule, *_ in checked(session)} == {"sliver"}


def test_a_wedge_between_lines_that_part_is_a_gap(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100, 0), (200, 0), (200, 100), (100.8, 100)))
    assert checked(session) == {("gap", "A", "B")}
    assert one(session, "gap")["area_m2"] == pytest.approx(40, abs=0.5)


def test_a_corner_open_to_the_outside_is_no_gap(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100, 0), (200, -60), (200, 100), (100, 100)))
    registered(session, "C", around((0, 100), (100, 100), (60, 200), (0, 200)))
    assert checked(session) == set()


def test_a_corner_that_nearly_lies_on_the_neighbours_line_is_told(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100.03, 0), (200, 0), (200, 100), (100, 100)))
    assert checked(session) == {("near_miss", "A", "B")}
    found = one(session, "near_miss")
    assert found["facts"] == {"corners": 2}
    assert found["width_m"] == pytest.approx(0.03, abs=0.001)


def test_a_corner_a_millimetre_off_lies_on_the_line(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100, 0), (200, 0), (200, 100), (100, 100), (100.001, 40)))
    assert checked(session) == set()


def test_a_corner_of_one_may_lie_in_the_middle_of_the_others_side(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", around((100, 30), (200, 30), (200, 100), (100, 100)))
    assert checked(session) == set()


@pytest.mark.parametrize("off_m", [0.0, 0.004, 0.3])
def test_one_outline_under_two_numbers_is_one_fault_and_no_overlap(session: Session, off_m: float) -> None:
    registered(session, "A", square())
    registered(session, "B", translate(square(), off_m, off_m))
    assert checked(session) == {("duplicate", "A", "B")}


def test_a_small_outline_a_centimetre_off_is_the_same_one(session: Session) -> None:
    registered(session, "A", square(side=1.2))
    registered(session, "B", translate(square(side=1.2), 0.006, 0.006))
    assert checked(session) == {("duplicate", "A", "B")}


def test_parcels_that_share_most_of_their_land_are_still_two(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "B", translate(square(), 2, 0))
    assert checked(session) == {("overlap", "A", "B")}


def test_a_cadastral_code_is_told_of_every_parcel_but_the_first_that_has_it(session: Session) -> None:
    code = {"parcel_code": "440402001001GB00001"}
    for number, column in (("A", 0), ("B", 5), ("C", 9)):
        registered(session, number, square(column), **code)
    registered(session, "D", square(12), parcel_code="440402001001GB00002")
    assert checked(session) == {("same_code", "A", "B"), ("same_code", "A", "C")}


def test_a_pile_of_copies_is_told_without_comparing_all_with_all(session: Session) -> None:
    count = rules.MOST_NEIGHBOURS + 20
    for n in range(count):
        registered(session, f"{n:03}", square())
    found = checked(session)
    assert {rule for rule, *_ in found} == {"duplicate"}
    assert len(found) < count * (count - 1) / 2
    assert {number for _, *both in found for number in both} == {f"{n:03}" for n in range(count)}


# --- one parcel --------------------------------------------------------------------------------------------------


def test_a_parcel_of_two_pieces_is_told_with_the_smaller_one(session: Session) -> None:
    registered(session, "A", MultiPolygon([square(), square(3, 0, 50)]))
    assert checked(session) == {("multipart", "A", None)}
    found = one(session, "multipart")
    assert (found["area_m2"], found["facts"]) == (pytest.approx(2500, abs=0.01), {"parts": 2})


def test_a_strip_is_a_sliver_and_a_long_field_is_none(session: Session) -> None:
    registered(session, "Strip", around((0, 0), (100, 0), (100, 2), (0, 2)))
    registered(session, "Field", around((0, 50), (200, 50), (200, 70), (0, 70)))
    assert checked(session) == {("sliver", "Strip", None)}
    assert one(session, "sliver")["width_m"] == pytest.approx(1.96, abs=0.01)


def test_a_tiny_hole_is_told_and_a_pond_is_none(session: Session) -> None:
    tiny = [(20, 20), (22, 20), (22, 23), (20, 23)]
    pond = [(50, 50), (70, 50), (70, 70), (50, 70)]
    registered(session, "A", around((0, 0), (100, 0), (100, 100), (0, 100), holes=[tiny, pond]))
    assert checked(session) == {("tiny_hole", "A", None)}
    found = one(session, "tiny_hole")
    assert (found["area_m2"], found["facts"]) == (pytest.approx(6, abs=0.001), {"holes": 1})


@pytest.mark.parametrize("tip", [(50, 120), (50, 80)])
def test_a_spike_is_told_wherever_it_points(session: Session, tip: tuple[float, float]) -> None:
    registered(session, "A", around((0, 0), (100, 0), (100, 100), (50.1, 100), tip, (49.9, 100), (0, 100)))
    assert checked(session) == {("spike", "A", None)}
    assert one(session, "spike")["facts"] == {"spikes": 1, "angle": 0.57}


def test_a_spike_at_the_point_where_the_ring_begins_is_seen_too(session: Session) -> None:
    registered(session, "A", around((50, 120), (49.9, 100), (0, 100), (0, 0), (100, 0), (100, 100), (50.1, 100)))
    assert checked(session) == {("spike", "A", None)}


def test_a_sharp_corner_of_land_is_no_spike(session: Session) -> None:
    registered(session, "A", around((0, 0), (100, 0), (100, 10)))
    assert checked(session) == set()


def test_a_point_written_twice_is_told(session: Session) -> None:
    registered(session, "A", around((0, 0), (100, 0), (100, 0), (100, 100), (0, 100), (0, 0.0002)))
    assert checked(session) == {("repeated_point", "A", None)}
    assert one(session, "repeated_point")["facts"] == {"points": 2}


@pytest.mark.parametrize("registered_m2", [10_000.0, 10_009.9, 10_011.0, 9_989.0, 9_990.5])
def test_areas_differ_as_the_rule_of_the_register_says(session: Session, registered_m2: float) -> None:
    registered(session, "A", square(), area_registered_m2=registered_m2)
    expected = {("area_differs", "A", None)} if areas_differ(registered_m2, 10_000) else set()
    assert checked(session) == expected


def test_boundary_points_that_are_not_the_corners_are_told(session: Session) -> None:
    registered(session, "Without", square(3))
    right, wrong = registered(session, "Right", square()), registered(session, "Wrong", square(5))
    for parcel, off in ((right, 0.004), (wrong, 0.5)):
        session.execute(
            text(
                """insert into boundary_point (parcel_id, part_no, ring_no, seq, point_no, northing_text, easting_text,
                                               source_crs, geom)
                   select :id, 1, 1, d.path[3], 'J' || d.path[3], '0', '0', 4547,
                          st_transform(st_translate(d.geom, case when d.path[3] = 1 then :off else 0 end, 0), :srid)
                     from parcel p, st_dumppoints(st_transform(p.geom, 4547)) d where p.id = :id and d.path[3] < 5"""
            ),
            {"id": parcel.id, "off": off, "srid": STORAGE_SRID},
        )
    assert checked(session) == {("points_differ", "Wrong", None)}
    assert one(session, "points_differ")["facts"] == {"corners": 1, "points": 1}


# --- where it lies -----------------------------------------------------------------------------------------------


def test_areas_are_asked_after_only_where_some_are_drawn(session: Session) -> None:
    registered(session, "A", square())
    assert checked(session) == set()
    area = an_area(session, name="远处", geom=stored(square(50)))
    assert checked(session) == {("no_area", "A", None)}
    area.geom = stored(around((-50, -50), (150, -50), (150, 150), (-50, 150)))
    assert checked(session) == {("wrong_area", "A", None)}
    assert one(session, "wrong_area")["facts"] == {"said": None, "located": "远处"}


def test_a_parcel_across_two_areas_is_told_with_the_other(session: Session) -> None:
    west = an_area(session, name="西片", geom=stored(around((-50, -50), (70, -50), (70, 150), (-50, 150))))
    an_area(session, name="东片", geom=stored(around((70, -50), (300, -50), (300, 150), (70, 150))))
    registered(session, "A", square(), area_id=west.id)
    registered(session, "Hair", around((-50, 120), (70.05, 120), (70.05, 130), (-50, 130)), area_id=west.id)
    assert checked(session) == {("across_areas", "A", None)}
    found = one(session, "across_areas")
    assert found["area_m2"] == pytest.approx(3000, rel=0.001)
    assert found["facts"] == {"located": "西片", "beyond": "“东片”"}


def cell(session: Session, code: str, west: float, east: float) -> GridCell:
    outline = around((west, -50), (east, -50), (east, 150), (west, 150))
    made = GridCell(district_code="440402", code=code, geom=stored(outline))
    session.add(made)
    session.flush()
    return made


def test_a_parcel_is_linked_to_its_cell_and_to_those_it_touches(session: Session) -> None:
    first, second = cell(session, "440402003001001", -50, 70), cell(session, "440402003001002", 70, 300)
    cell(session, "440402003001003", 300, 400)
    parcel = registered(session, "A", square())
    assert checked(session) == set()
    links = session.execute(text("select parcel_id, grid_cell_id, is_main from parcel_grid_cell order by 2")).all()
    assert [tuple(link) for link in links] == [(parcel.id, first.id, True), (parcel.id, second.id, False)]


def test_land_in_no_cell_and_land_beyond_the_cells_is_told(session: Session) -> None:
    registered(session, "A", square())
    registered(session, "Far", square(9))
    assert checked(session) == set()  # nobody has drawn cells
    cell(session, "440402003001001", -50, 70)
    assert checked(session) == {("no_cell", "Far", None), ("beyond_cells", "A", None)}
    assert one(session, "beyond_cells")["area_m2"] == pytest.approx(3000, rel=0.001)


def test_land_of_another_zone_is_checked_in_its_own_plane(session: Session) -> None:
    def shape(west: float) -> MultiPolygon:
        return MultiPolygon(
            [square(0).__class__([(west, 39.9), (west + 0.001, 39.9), (west + 0.001, 39.901), (west, 39.901)])]
        )

    for number, west in (("A", -75.1), ("B", -75.0995)):
        parcel = registered(session, number, square(), area_computed_crs=32618)
        redrawn(session, parcel, crs.transform(shape(west), STORAGE_SRID, 4547))
    assert checked(session) == {("overlap", "A", "B")}
    assert one(session, "overlap")["area_m2"] == pytest.approx(4745, rel=0.01)
