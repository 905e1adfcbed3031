"""What lies here: in every layer, in words, within the rights of who asks, as it was on a day."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import shapely
from geoalchemy2.shape import from_shape
from hypothesis import given
from hypothesis import strategies as st

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.clock import today
from gis_service.core.errors import BadRequest
from gis_service.core.srid import STORAGE_SRID
from gis_service.geo.measure import ellipsoid_area_m2
from gis_service.maps import identify
from tests.conftest import CloneServices, Person
from tests.factories import SOUTH, WEST, a_parcel, an_area, land

SignIn = Callable[..., Person]
MIDDLE = (WEST + 0.0005, SOUTH + 0.0005)


@pytest.fixture
def two(services: CloneServices) -> tuple[int, int, int]:
    """Two parcels side by side in areas of their own, the first with a hostile name; their ids and the second area's."""
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        ground = from_shape(land(0, 0, 0.05), srid=STORAGE_SRID)
        first, second = an_area(session, name="北围", geom=ground), an_area(session, name="后环", geom=ground)
        a = a_parcel(
            session, shape=land(0), area_id=first.id, parcel_name="<img src=x>", use_status=["idle", "parking"]
        )
        b = a_parcel(session, shape=land(1), area_id=second.id, fence_status="full")
        return a.id, b.id, second.id


def asked(person: Person, lon: float, lat: float, **more: object) -> dict[str, list[dict]]:
    query = {"lon": lon, "lat": lat, "layers": "parcel-fence,area,ground", **more}
    answer = person.get("/api/v1/map/identify", params=query)
    assert answer.status_code == 200, answer.text
    return {one["layer"]: one["features"] for one in answer.json()["layers"]}


def test_what_lies_here_is_told_layer_by_layer_in_words(sign_in: SignIn, two: tuple[int, int, int]) -> None:
    found = asked(sign_in(Role.LEADER), *MIDDLE)
    assert list(found) == ["parcel-fence", "area"]
    (parcel,) = found["parcel-fence"]
    assert (parcel["id"], parcel["page"]) == (two[0], f"/desk/parcels/{two[0]}")
    facts = {fact["name"]: fact for fact in parcel["facts"]}
    assert facts["parcel_name"]["value_zh"] == "<img src=x>", "told as it is; pages write it as text"
    assert facts["fence_status"]["value_zh"] == "未核实"
    assert facts["use_statuses"]["value_zh"].count("、") == 1, "several words in one cell"
    assert "area_m2" not in facts or facts["area_m2"]["unit"]
    assert {one["title"] for one in found["area"]} == {"北围", "后环"}


def test_tolerance_is_in_metres(sign_in: SignIn, two: tuple[int, int, int]) -> None:
    person = sign_in(Role.LEADER)
    outside = (WEST - 0.0001, SOUTH + 0.0005)  # ten metres west of the first
    assert "parcel-fence" not in asked(person, *outside, tolerance_m=9)
    assert [one["id"] for one in asked(person, *outside, tolerance_m=12)["parcel-fence"]] == [two[0]]
    near = asked(person, *MIDDLE, tolerance_m=80)["parcel-fence"]
    assert [one["id"] for one in near] == [two[0], two[1]], "nearest first"


def test_nobody_is_told_more_than_the_map_shows_them(sign_in: SignIn, two: tuple[int, int, int]) -> None:
    second = sign_in(Role.INSPECTOR, area_id=two[2])
    assert [one["id"] for one in asked(second, *MIDDLE, tolerance_m=200)["parcel-fence"]] == [two[1]]
    ring = f"{WEST},{SOUTH};{WEST + 0.01},{SOUTH};{WEST + 0.01},{SOUTH + 0.01}"
    assert second.get("/api/v1/map/parcels", params={"ring": ring}).json() == {"ids": [two[1]], "more": False}
    admin = sign_in(Role.SYSTEM_ADMIN)
    for path in ("identify?lon=1&lat=1&layers=area", f"parcels?ring={ring}", "places?text=1,1", "bases"):
        assert admin.get(f"/api/v1/map/{path}").status_code == 403


def test_a_past_day_is_asked_of_the_history(sign_in: SignIn, two: tuple[int, int, int]) -> None:
    person = sign_in(Role.LEADER)
    yesterday = str(today() - timedelta(days=2))
    answer = person.get(
        "/api/v1/map/identify",
        params={"lon": MIDDLE[0], "lat": MIDDLE[1], "layers": "parcel-fence,area", "as_of": yesterday},
    ).json()["layers"]
    assert [(one["layer"], one["dated"]) for one in answer] == [("area", False)], (
        "the parcel is of today, areas have no past"
    )


def test_a_crowd_is_cut_and_says_so(
    services: CloneServices, sign_in: SignIn, two: tuple[int, int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(identify, "MOST", 1)
    answer = sign_in(Role.LEADER).get(
        "/api/v1/map/identify", params={"lon": MIDDLE[0], "lat": MIDDLE[1], "layers": "area", "tolerance_m": 1}
    )
    (areas,) = answer.json()["layers"]
    assert (len(areas["features"]), areas["more"]) == (1, True)


@pytest.mark.parametrize("query", [
    {"lon": 200, "lat": 0, "layers": "area"}, {"lon": "nan", "lat": 0, "layers": "area"}, {"lon": 1, "lat": 1, "layers": "area", "tolerance_m": -1},
    {"lon": 1, "lat": 1, "layers": "area", "tolerance_m": 1e9}, {"lon": 1, "lat": 1, "layers": "area", "as_of": "soon"},
])  # fmt: skip
def test_what_cannot_be_asked_is_refused(sign_in: SignIn, query: dict[str, object]) -> None:
    assert sign_in(Role.LEADER).get("/api/v1/map/identify", params=query).status_code == 400


def test_an_unknown_layer_is_not_found(sign_in: SignIn) -> None:
    answer = sign_in(Role.LEADER).get("/api/v1/map/identify", params={"lon": 1, "lat": 1, "layers": "pg_user"})
    assert answer.status_code == 404


def test_a_drawn_shape_finds_the_parcels_it_touches(sign_in: SignIn, two: tuple[int, int, int]) -> None:
    person = sign_in(Role.LEADER)
    inside = ";".join(f"{WEST + x},{SOUTH + y}" for x, y in ((0.0002, 0.0002), (0.0008, 0.0002), (0.0008, 0.0008)))
    assert person.get("/api/v1/map/parcels", params={"ring": inside}).json()["ids"] == [two[0]]
    long_ago = {"ring": inside, "as_of": "2020-01-01"}
    assert person.get("/api/v1/map/parcels", params=long_ago).json()["ids"] == []
    for ring in ("1,1;2,2", "1,1;2,2;3,3", "a,b;c,d;e,f", ";".join(["1,1"] * 500), "1,1;2,1;inf,2", "1,1;2,1;400,2"):
        assert person.get("/api/v1/map/parcels", params={"ring": ring}).status_code == 400, ring


def test_a_bow_tie_is_a_shape_too() -> None:
    assert identify.ring("0,0;1,1;1,0;0,1").is_valid
    with pytest.raises(BadRequest):
        identify.ring("nan,0;1,1;1,0")


@given(st.floats(-179, 179), st.floats(-80, 80), st.floats(10, 5000))
def test_a_circle_is_as_large_as_it_says(lon: float, lat: float, radius: float) -> None:
    area = ellipsoid_area_m2(shapely.Polygon(shapely.get_coordinates(identify.circle(lon, lat, radius))))
    assert area == pytest.approx(shapely.Point(0, 0).buffer(radius, quad_segs=8).area, rel=2e-3)


def test_places_in_the_district_come_first(sign_in: SignIn) -> None:
    found = sign_in(Role.LEADER).get("/api/v1/map/places", params={"text": "113.3200 22.2130"}).json()["items"]
    assert [one["in_district"] for one in found] == [True, False]
    assert found[0]["en"].startswith("packed")
