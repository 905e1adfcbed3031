"""Shifted and local coordinates: told by a person they land marked as what they are; untold, the register betrays them."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.geo import crs, fit, shift
from gis_service.parcels.imports import points
from gis_service.parcels.imports.errors import PointsNotUnderstood
from tests.examples import TXT_A
from tests.factories import a_parcel, land
from tests.parcels.imports.made import accepted, feature, geojson, staged, told, txt

GRID = fit.fit([(5000, 3000, 452000, 2478400), (5500, 3010, 452499.9, 2478420)])
"""A local grid: turned a little, its zero somewhere in the district."""


def shifted(shape: Any, kind: shift.Kind = "gcj02") -> Any:
    return shapely.transform(shape, lambda x, y: shift.shifted(kind, x, y), interleaved=False)


def pairs(*corners: tuple[float, float]) -> list[list[float]]:
    """Control points: corners of the local grid with where they lie in EPSG:4547."""
    return [[x, y, *map(float, GRID.apply(np.array(x), np.array(y)))] for x, y in corners]


def landed(session: Session, number: str) -> dict[str, Any]:
    row = session.execute(
        text(
            "select geom_source, geom_accuracy_m, st_asbinary(geom) as wkb, area_computed_m2 from parcel where parcel_no = :n"
        ),
        {"n": number},
    )
    return dict(row.mappings().one())


def test_what_was_shifted_lands_in_its_place_and_says_so(session: Session, tmp_path: Path) -> None:
    for kind in ("gcj02", "bd09"):
        path = geojson(
            tmp_path, feature(shifted(land(), kind), f"S-{kind}", 精度=0.05, 数据来源="实测"), name=f"{kind}.geojson"
        )
        batch = accepted(session, path, shift=kind)
        got = landed(session, f"S-{kind}")
        assert (got["geom_source"], float(got["geom_accuracy_m"])) == ("gcj02_converted", 5.0)
        assert shapely.hausdorff_distance(shapely.from_wkb(bytes(got["wkb"])), land()) < 1e-8
        assert batch.options["shift"] == kind
        assert batch.crs is not None
        assert batch.crs["geom_source"] == "gcj02_converted"
        session.execute(text("update parcel set retired_on = current_date"))


def test_a_local_grid_lands_by_control_points_with_its_accuracy(session: Session, tmp_path: Path) -> None:
    local = shapely.box(5100, 3100, 5300, 3200)
    known = pairs((5000, 3000), (5400, 3000), (5400, 3300))
    known[0][2] += 0.9
    path = geojson(tmp_path, feature(local, "L-1"))
    batch = accepted(session, path, control_points=known)
    got = landed(session, "L-1")
    assert got["geom_source"] == "imported"
    assert 0.4 < float(got["geom_accuracy_m"]) < 1.5
    true = shapely.transform(local, GRID.apply, interleaved=False)
    assert shapely.hausdorff_distance(crs.transform(shapely.from_wkb(bytes(got["wkb"])), 4490, 4547), true) < 1.5
    assert batch.crs is not None
    assert "残差" in " ".join(batch.crs["evidence_zh"])


def test_boundary_points_of_a_fitted_text_are_in_the_known_grid(session: Session, tmp_path: Path) -> None:
    content = TXT_A.replace("2000国家大地坐标系", "1980西安坐标系").replace("384", "4")
    known = [
        [452000.0, 2478000.0, 452117.2, 2477994.5],
        [453000.0, 2479000.0, 453117.2, 2478994.5],
        [452000.0, 2479000.0, 452117.2, 2478994.5],
    ]
    accepted(session, txt(tmp_path, content), control_points=known)
    rows = session.execute(
        text("select northing_text, easting_text, source_crs, st_x(geom), st_y(geom) from boundary_point")
    )
    northing, easting, source, lon, lat = rows.first()  # type: ignore[misc]
    assert (northing, easting, source) == ("2478694.500", "452217.200", 4547)
    x, y = crs.transform_xy(np.array([lon]), np.array([lat]), 4490, 4547)
    assert (x[0], y[0]) == pytest.approx((452217.2, 2478694.5), abs=0.001)


def sheet(folder: Path, shape: Any, number: str, *, title: str = "") -> Path:
    """A table of boundary points, with a line above its header where one is wanted."""
    lines = ([title] if title else []) + ["地块编号,点号,X坐标,Y坐标"]
    corners = shapely.get_coordinates(shape)
    lines += [f"{number},J{n},{y!r},{x!r}" for n, (x, y) in enumerate(corners.tolist(), start=1)]
    path = folder / f"{number}.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_shifted_degrees_of_a_table_land_in_their_place(session: Session, tmp_path: Path) -> None:
    accepted(session, sheet(tmp_path, shifted(land()), "T-1"), shift="gcj02")
    got = landed(session, "T-1")
    assert (got["geom_source"], float(got["geom_accuracy_m"])) == ("gcj02_converted", 5.0)
    assert shapely.hausdorff_distance(shapely.from_wkb(bytes(got["wkb"])), land()) < 1e-8
    lon, lat = session.execute(text("select st_x(geom), st_y(geom) from boundary_point where seq = 1")).one()
    assert shapely.distance(shapely.Point(lon, lat), land().boundary) < 1e-8


def test_a_table_in_a_local_grid_lands_by_control_points_whatever_its_title_says(
    session: Session, tmp_path: Path
) -> None:
    local = shapely.box(5100, 3100, 5300, 3200)
    path = sheet(tmp_path, local, "T-2", title="1980西安坐标系")
    known = pairs((5000, 3000), (5400, 3000), (5400, 3300))
    batch = accepted(session, path, control_points=known)
    true = shapely.transform(local, GRID.apply, interleaved=False)
    got = landed(session, "T-2")
    assert shapely.hausdorff_distance(crs.transform(shapely.from_wkb(bytes(got["wkb"])), 4490, 4547), true) < 0.01
    assert got["geom_source"] == "imported"
    assert batch.crs is not None
    assert "Xian 1980" in " ".join(batch.crs["evidence_zh"])


def test_a_batch_that_lies_off_as_internet_maps_do_is_suspected(session: Session, tmp_path: Path) -> None:
    a_parcel(session, parcel_no="G-1", shape=land(3, 3))
    a_parcel(session, parcel_no="G-2", shape=land(5, 3))
    path = geojson(
        tmp_path, feature(shifted(land(3, 3)), "G-1"), feature(shifted(land(5, 3)), "G-2"), feature(land(9, 9), "G-3")
    )
    ((row, sentence),) = told(session, staged(session, path), "place.looks_gcj02")
    assert row is None
    assert "2 个地块" in sentence
    assert "62" in sentence
    assert "123°" in sentence


def test_without_numbers_the_size_of_nearby_land_tells_it(session: Session, tmp_path: Path) -> None:
    a_parcel(session, parcel_no="H-1", shape=land(3, 3))
    path = geojson(tmp_path, feature(shifted(land(3, 3)), name="无编号"))
    assert len(told(session, staged(session, path), "place.looks_gcj02")) == 1


@pytest.mark.parametrize(
    ("numbers", "places"),
    [
        (("I-1", "I-2"), (shifted(land(3, 3)), land(5, 3))),  # one of them lies where it should
        (("I-1", "I-2"), (land(3, 3), land(5, 3))),
        (("I-1", "X-9"), (land(3, 9), land(5, 3))),  # moved, but another way
        (("X-1", "X-2"), (land(3, 3), shifted(land(9, 0, 0.0013)))),  # sizes of nobody
    ],
)
def test_land_that_merely_moved_is_no_shift(
    session: Session, tmp_path: Path, numbers: tuple[str, str], places: tuple[Any, Any]
) -> None:
    a_parcel(session, parcel_no="I-1", shape=land(3, 3))
    a_parcel(session, parcel_no="I-2", shape=land(5, 3))
    features = [feature(place, number) for number, place in zip(numbers, places, strict=True)]
    assert told(session, staged(session, geojson(tmp_path, *features)), "place.looks_gcj02") == []


# --- how control points are said ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [
        "x,y,东,北\n1,2,453000,2473000\n5,2,453004.5,2473000\n",
        "1,2,453000,2473000\n5,2,453004.5,2473000",
        "点号，x，y，东坐标，北坐标\nK1，1，2，453000，2473000\nK2，5，2，453004.5，2473000\n\n",
    ],
)
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_csv_of_control_points_may_have_a_header_and_numbers(tmp_path: Path, content: str, codec: str) -> None:
    path = tmp_path / "points.csv"
    path.write_bytes(content.encode(codec))
    assert points.from_csv(path) == [[1, 2, 453000, 2473000], [5, 2, 453004.5, 2473000]]


@pytest.mark.parametrize(
    "said",
    ["{", "{}", "[[1,2,3,4]]", '[[1,2,3,"a"],[1,2,3,4]]', "[[1,2,3],[1,2,3]]", "[1,2]", "[[1,2,3,NaN],[1,2,3,4]]"],
)
def test_control_points_that_are_none_are_refused(said: str) -> None:
    with pytest.raises(PointsNotUnderstood):
        points.from_json(said)


def test_what_was_told_is_kept_with_the_batch_as_it_was_said(session: Session, tmp_path: Path) -> None:
    known = pairs((5000, 3000), (5400, 3000))
    batch = staged(
        session, geojson(tmp_path, feature(shapely.box(5100, 3100, 5300, 3200), "L-9")), control_points=known
    )
    assert json.loads(json.dumps(batch.options))["control_points"] == known
    assert [code for code in batch.counts["checks"] if code.startswith("fit")] == ["fit.unchecked"]
