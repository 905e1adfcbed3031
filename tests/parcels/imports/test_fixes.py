"""Mends of staged outlines: offered where they apply, shown before, recorded, taken back; the checks see the result."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from geoalchemy2.shape import to_shape
from shapely import LineString, MultiPolygon, Polygon, box, transform
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.parcels.imports import fixes, operations, rules
from gis_service.parcels.imports.errors import NoSuchFix, NothingToMend
from gis_service.parcels.imports.fixes import Mend, Mended
from gis_service.parcels.models import BoundaryPoint, ImportBatch, Parcel, StagedRow
from tests.conftest import Person
from tests.examples import TXT_A
from tests.factories import SOUTH, WEST, a_parcel, land
from tests.parcels.imports.made import DISTRICT, feature, geojson, part, staged, told, txt, verdicts
from tests.parcels.imports.test_checks import AROUND, BOWTIE
from tests.parcels.imports.test_doors import imported

CENTIMETRE = 1e-7
"""About a centimetre, in degrees."""


def mend(session: Session, batch: ImportBatch, fix: str, **more: Any) -> list[Mended]:
    rows, code = more.pop("rows", None), more.pop("code", None)
    done = fixes.apply(
        session, SERVICE, EVERYTHING, batch.id, Mend(fix, **more), rows=rows, code=code, district=DISTRICT
    )[1]
    operations.check_again(session, batch, DISTRICT)
    return done


def row(session: Session, batch: ImportBatch, row_no: int = 1) -> StagedRow:
    session.expire_all()
    return session.scalars(select(StagedRow).where(StagedRow.batch_id == batch.id, StagedRow.row_no == row_no)).one()


def swapped(shape: Any) -> Any:
    return transform(shape, lambda x, y: (y, x), interleaved=False)


def test_an_outline_that_crosses_itself_is_made_valid_and_the_change_of_area_recorded(
    session: Session, tmp_path: Path
) -> None:
    batch = staged(session, geojson(tmp_path, feature(BOWTIE, "A"), feature(land(), "B")))
    assert verdicts(session, batch) == ["error", "ok"]
    (done,) = mend(session, batch, "make_valid")
    assert (done.parts_before, done.parts_after, done.area_before_m2) == (1, 2, 0)
    assert done.area_after_m2 == pytest.approx(5_700, rel=0.02)
    assert verdicts(session, batch) == ["ok", "ok"]
    found = row(session, batch)
    assert found.fixes[0]["fix"] == "make_valid"
    assert found.fixes[0]["area_difference_m2"] == done.area_after_m2
    assert float(found.area_computed_m2 or 0) == done.area_after_m2


def test_taking_back_restores_the_outline_and_what_was_said_of_it(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(BOWTIE, "A")))
    before = told(session, batch, "geometry.invalid")
    mend(session, batch, "make_valid")
    fixes.take_back(session, SERVICE, EVERYTHING, batch.id)
    operations.check_again(session, batch, DISTRICT)
    found = row(session, batch)
    assert told(session, batch, "geometry.invalid") == before
    assert (found.fixes, found.original, verdicts(session, batch)) == ([], None, ["error"])
    assert found.geom is not None
    assert to_shape(found.geom).equals_exact(MultiPolygon([BOWTIE]))
    with pytest.raises(NothingToMend):
        fixes.take_back(session, SERVICE, EVERYTHING, batch.id)


def test_an_open_ring_is_closed_and_the_gap_told(session: Session, tmp_path: Path) -> None:
    broken = json.loads(json.dumps(feature(land(), "A")))
    del broken["geometry"]["coordinates"][0][0][-1]
    batch = staged(session, geojson(tmp_path, broken))
    assert verdicts(session, batch) == ["error"]
    (done,) = mend(session, batch, "close_ring")
    assert done.gap_m == pytest.approx(103, rel=0.1)
    assert verdicts(session, batch) == ["ok"]
    assert to_shape(row(session, batch).geom).equals(land())


def test_a_line_is_closed_to_the_area_it_encloses(session: Session, tmp_path: Path) -> None:
    line = LineString(part(land()).exterior.coords[:-1])
    batch = staged(session, geojson(tmp_path, feature(line, "A")))
    assert row(session, batch).raw_geom is not None
    mend(session, batch, "close_ring")
    assert verdicts(session, batch) == ["ok"]


def test_a_red_line_of_a_map_program_that_does_not_meet_itself_can_be_closed(session: Session, tmp_path: Path) -> None:
    corners = " ".join(f"{lon},{lat}" for lon, lat in part(land()).exterior.coords[:-1])
    path = tmp_path / "red.kml"
    path.write_text(
        '<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Placemark><name>A</name><LineString><coordinates>'
        f"{corners}</coordinates></LineString></Placemark></Document></kml>",
        encoding="utf-8",
    )
    batch = staged(session, path)
    assert verdicts(session, batch) == ["error"]
    (done,) = mend(session, batch, "close_ring")
    assert done.gap_m == pytest.approx(103, rel=0.1)
    assert verdicts(session, batch) != ["error"]
    assert to_shape(row(session, batch).geom).equals(land())


def test_a_row_with_its_axes_the_wrong_way_round_is_swapped_into_the_district(session: Session, tmp_path: Path) -> None:
    good = [feature(land(n), f"A{n}") for n in range(6)]
    batch = staged(session, geojson(tmp_path, *good, feature(swapped(land(8)), "X")))
    assert verdicts(session, batch)[-1] == "error"
    (done,) = mend(session, batch, "swap_axes", code="geometry.misplaced")
    assert done.row_no == 7
    assert done.after.equals_exact(land(8), 1e-9)
    assert verdicts(session, batch) == ["ok"] * 7


def test_swapping_exchanges_the_texts_of_boundary_points(session: Session, tmp_path: Path) -> None:
    plots = "".join(TXT_A.partition("[地块坐标]\n")[2].replace("BW-0001", f"BW-{n}") for n in range(5))
    wrong = "4,1,BW-9,示例,面,,工业用地,,@\n" + "".join(
        f"J{n},1,{east},{north}\n"
        for n, (north, east) in enumerate(
            [(2479700, 38452100), (2479700, 38452200), (2479600, 38452200), (2479600, 38452100)], start=1
        )
    )
    batch = staged(session, txt(tmp_path, TXT_A.partition("[地块坐标]\n")[0] + "[地块坐标]\n" + plots + wrong))
    (done,) = mend(session, batch, "swap_axes")
    assert done.area_after_m2 == 10_000
    points = row(session, batch, 6).boundary_points or []
    assert (points[0]["northing_text"], points[0]["easting_text"]) == ("2479700", "38452100")
    assert points[0]["lat"] == pytest.approx(22.41, abs=0.02)


def test_repeated_points_are_told_and_dropped(session: Session, tmp_path: Path) -> None:
    corners = list(part(land()).exterior.coords)
    batch = staged(session, geojson(tmp_path, feature(Polygon([corners[0], *corners]), "A")))
    assert [found for found, _ in told(session, batch, "geometry.repeated_points")] == [1]
    (done,) = mend(session, batch, "drop_duplicate_points")
    assert (done.points_before, done.points_after) == (5, 4)
    assert told(session, batch, "geometry.repeated_points") == []


def test_an_outline_is_snapped_to_the_registered_neighbour_within_the_tolerance(
    session: Session, tmp_path: Path
) -> None:
    a_parcel(session, shape=land(0), parcel_no="OLD")
    over = MultiPolygon([box(WEST + 0.001 - 3 * CENTIMETRE, SOUTH, WEST + 0.002, SOUTH + 0.001)])
    batch = staged(session, geojson(tmp_path, feature(over, "A")))
    assert len(told(session, batch, "parcel.overlap")) == 1
    (done,) = mend(session, batch, "snap")
    assert 0 < (done.moved_m or 0) <= 0.05
    assert told(session, batch, "parcel.overlap") + told(session, batch, "parcel.overlap_slight") == []
    assert row(session, batch).fixes[0]["tolerance_m"] == 0.05


def test_rows_of_the_file_are_snapped_to_each_other_and_a_wide_overlap_is_left_alone(
    session: Session, tmp_path: Path
) -> None:
    near = box(WEST + 0.001 - 3 * CENTIMETRE, SOUTH, WEST + 0.002, SOUTH + 0.001)
    far = box(WEST + 0.0015, SOUTH, WEST + 0.003, SOUTH + 0.001)
    batch = staged(session, geojson(tmp_path, feature(land(0), "A"), feature(near, "B"), feature(far, "C")))
    assert [found for found, _ in told(session, batch, "parcel.overlap_in_file")] == [2, 3]
    assert [one.row_no for one in mend(session, batch, "snap")] == [2]
    assert [found for found, _ in told(session, batch, "parcel.overlap_in_file")] == [3]


def test_boundary_points_of_a_mended_row_are_numbered_anew(session: Session, tmp_path: Path) -> None:
    twisted = TXT_A.replace("J3,1,2478450.000,38452500.000", "J3,1,2478450.000,38452100.000").replace(
        "J4,1,2478450.000,38452100.000", "J4,1,2478450.000,38452500.000"
    )
    batch = staged(session, txt(tmp_path, twisted))
    mend(session, batch, "make_valid")
    points = row(session, batch).boundary_points or []
    assert [point["point_no"] for point in points] == [f"J{n}" for n in range(1, len(points) + 1)]
    assert {point["source_crs"] for point in points} == {4526}
    operations.accept(session, SERVICE, EVERYTHING, batch.id, district=DISTRICT)
    assert len(list(session.scalars(select(BoundaryPoint)))) == len(points)
    parcel = session.scalars(select(Parcel)).one()
    assert parcel.area_computed_m2 == row(session, batch).area_computed_m2


def test_a_mend_that_answers_nothing_is_refused(session: Session, tmp_path: Path) -> None:
    batch = staged(session, geojson(tmp_path, feature(land(), "A")))
    with pytest.raises(NothingToMend):
        mend(session, batch, "make_valid")
    with pytest.raises(NoSuchFix):
        mend(session, batch, "paint")
    operations.refuse(session, SERVICE, EVERYTHING, batch.id)
    with pytest.raises(Exception, match="cannot be mended"):
        mend(session, batch, "make_valid")


def test_every_mend_answers_some_issue_that_exists() -> None:
    from gis_service.parcels.imports.checks.catalogue import CATALOGUE
    from gis_service.parcels.reading.messages.catalogue import CATALOGUE as READING

    for answered in rules.ANSWERS.values():
        assert answered <= {*CATALOGUE, *READING}


# --- over HTTP


@pytest.fixture
def officer(sign_in: Callable[..., Person]) -> Person:
    return sign_in(Role.LAND_OFFICER)


def test_a_row_is_shown_with_its_neighbours_and_the_mends_that_would_change_it(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    address = imported(
        app, officer, geojson(tmp_path, feature(BOWTIE, "A"), feature(box(113.5305, 22.4, 113.532, 22.401), "B"))
    )
    found = officer.get(f"{address}/rows/1").json()
    assert [offer["fix"] for offer in found["offers"]] == ["make_valid"]
    assert found["offers"][0]["area_difference_m2"] > 0
    assert [one["parcel_no"] for one in found["neighbours"]] == ["B"]
    assert found["geometry"]["type"] == "MultiPolygon"
    assert officer.get(f"{address}/rows/9").status_code == 404


def test_a_mend_is_shown_before_it_is_done_and_nothing_changes_until_then(
    app: FastAPI, officer: Person, tmp_path: Path
) -> None:
    address = imported(app, officer, geojson(tmp_path, feature(BOWTIE, "A"), feature(land(), "B")))
    shown = officer.post(f"{address}/fixes/preview", json={"fix": "make_valid", "code": "geometry.invalid"}).json()
    (item,) = shown["items"]
    assert (item["row_no"], item["parts_after"], shown["rows"]) == (1, 2, 1)
    assert (item["before"]["type"], item["after"]["type"]) == ("MultiPolygon", "MultiPolygon")
    assert officer.get(address).json()["counts"]["refused"] == 1
    done = officer.post(f"{address}/fixes", json={"fix": "make_valid", "rows": [1]}).json()
    assert (done["counts"]["refused"], done["mended"][0]["row_no"]) == (0, 1)
    (mended,) = officer.get(f"{address}/rows").json()["items"][:1]
    assert (mended["fixes"][0]["fix"], mended["fixes"][0]["by"] != "") == ("make_valid", True)
    back = officer.post(f"{address}/fixes/undo", json={"rows": [1]}).json()
    assert (back["restored"], back["counts"]["refused"]) == (1, 1)


def test_land_the_reader_may_not_see_is_neither_drawn_nor_snapped_to(
    app: FastAPI, sign_in: Callable[..., Person], tmp_path: Path
) -> None:
    from gis_service.core import db
    from tests.factories import an_area

    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        mine = an_area(session, geom=AROUND).id
        a_parcel(session, shape=land(0), parcel_no="OTHER", area_id=None)
    officer = sign_in(Role.LAND_OFFICER, area_id=mine)
    over = box(WEST + 0.001 - 3 * CENTIMETRE, SOUTH, WEST + 0.002, SOUTH + 0.001)
    address = imported(app, officer, geojson(tmp_path, feature(over, "A")))
    found = officer.get(f"{address}/rows/1").json()
    assert [issue["code"] for issue in found["issues"]] == ["parcel.overlap"]
    assert (found["neighbours"], found["offers"]) == ([], [])
