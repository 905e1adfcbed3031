"""A past day at every door: the register, a parcel, features, tiles and the map to hand over tell the same."""

from collections.abc import Callable

import mapbox_vector_tile
from fastapi import FastAPI
from geoalchemy2.shape import from_shape
from shapely.geometry import shape
from sqlalchemy import insert
from sqlalchemy.orm import Session

from gis_service.parcels.models import ParcelAlias, ParcelContact, ParcelDocument
from tests.conftest import Person
from tests.factories import a_document, a_parcel, land
from tests.maps.test_tiles import at
from tests.parcels.changes.conftest import alter, give_points

Clock = Callable[..., None]


def two_lives(owner: Session, on: Clock) -> tuple[int, int]:
    """A parcel that moved and one that was struck off, both in spring; a third came only then."""
    on("2026-01-10", "入库")
    first, second = a_parcel(owner, parcel_no="T-1", shape=land()), a_parcel(owner, parcel_no="T-2", shape=land(1))
    give_points(owner, first, "J1", "J2")
    give_points(owner, second, "K1")
    on("2026-03-10", "复测", a_document(owner).id)
    alter(owner, first, geom=from_shape(land(0, 0, 0.002), srid=4490), fence_status="full")
    give_points(owner, first, "J7")
    alter(owner, second, retired_on="2026-03-10")
    a_parcel(owner, parcel_no="T-3", shape=land(3))
    owner.commit()
    return first.id, second.id


def test_every_door_tells_the_same_day(app: FastAPI, owner: Session, on: Clock, officer: Person) -> None:
    first, second = two_lives(owner, on)
    items = "/ogc/collections/parcel-fence/items"
    for day, numbers, fence, width in (
        ("2026-02-01", ["T-1", "T-2"], "unknown", 0.001),
        ("2026-04-01", ["T-1", "T-3"], "full", 0.002),
    ):
        asked = {"as_of": day}
        listed = officer.get("/api/v1/parcels", params=asked).json()
        assert (listed["total"], [item["parcel_no"] for item in listed["items"]]) == (2, numbers)
        assert listed["items"][0]["fence_status"] == fence
        one = officer.get(f"/api/v1/parcels/{first}", params=asked).json()
        assert (one["fence_status"], round(shape(one["geometry"]).bounds[2] - 113.52, 6)) == (fence, width)
        for extra in ({}, {"bbox": "113.5,22.3,113.6,22.5"}, {"limit": 1}):
            page = officer.get(items, params={"f": "json", **asked, **extra}).json()
            assert page["numberMatched"] == 2
            assert page["features"][0]["properties"]["fence_status"] == fence
        walked = officer.get(next(link["href"] for link in page["links"] if link["rel"] == "next")).json()
        assert [feature["properties"]["parcel_no"] for feature in walked["features"]] == numbers[1:]
        feature = officer.get(f"{items}/{first}", params={"f": "json", **asked}).json()
        assert round(shape(feature["geometry"]).bounds[2] - 113.52, 6) == width
        for zoom in (10, 13, 16):
            t = at(zoom, 113.5205, 22.3905)
            tile = officer.get(f"/ogc/collections/parcel-fence/tiles/WebMercatorQuad/{zoom}/{t.y}/{t.x}", params=asked)
            found = mapbox_vector_tile.decode(tile.content)["parcel-fence"]["features"]
            drawn = {f["id"]: f["properties"]["fence_status"] for f in found}
            assert (drawn[first], second in drawn) == (fence, "T-2" in numbers)
        points = officer.get("/ogc/collections/boundary-point/items", params={"f": "json", **asked}).json()
        named = {feature["properties"]["point_no"] for feature in points["features"]}
        assert named == ({"J1", "J2", "K1"} if day < "2026-03" else {"J7"})  # points of what was struck off go with it
        page = officer.get("/api/v1/map.html", params=asked).text
        assert all((number in page) is (number in numbers) for number in ("T-1", "T-2", "T-3"))
    assert officer.get("/api/v1/parcels/by-no/T-3", params={"as_of": "2026-02-01"}).status_code == 404
    assert officer.get("/api/v1/parcels/by-no/T-2", params={"as_of": "2026-02-01"}).json()["id"] == second


def test_the_past_does_not_know_the_future(owner: Session, on: Clock, officer: Person) -> None:
    on("2026-01-10", "入库")
    early = a_document(owner, doc_no="早")
    parcel = a_parcel(owner)
    owner.execute(insert(ParcelDocument).values(parcel_id=parcel.id, document_id=early.id))
    on("2026-03-10", "改名")
    late = a_document(owner, doc_no="晚")
    alter(owner, parcel, parcel_name="新名")
    owner.execute(insert(ParcelDocument).values(parcel_id=parcel.id, document_id=late.id))
    owner.execute(insert(ParcelAlias).values(parcel_id=parcel.id, kind="former_name", value="旧名"))
    owner.execute(insert(ParcelContact).values(parcel_id=parcel.id, person="张三", phone="13800000000"))
    owner.commit()
    address = f"/api/v1/parcels/{parcel.id}"
    then = officer.get(address, params={"as_of": "2026-02-01"}).json()
    assert ([paper["doc_no"] for paper in then["documents"]], then["aliases"]) == (["早"], [])
    assert (then["valid_to"], "contact" in then) == (None, False)
    listed = officer.get(f"{address}/versions", params={"as_of": "2026-02-01"}).json()["items"]
    assert [(version["version_no"], version["valid_to"]) for version in listed] == [(1, None)]
    now = officer.get(address).json()
    assert ([paper["doc_no"] for paper in now["documents"]], len(now["aliases"])) == (["早", "晚"], 1)
    assert now["contact"]["person"] == "张三"
