from collections.abc import Iterator
from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.db import Scope
from gis_service.core.reader import Reader
from gis_service.maps.asked import Asked, day, instants
from gis_service.maps.catalogue import Catalogue
from gis_service.maps.crs import LONLAT
from gis_service.maps.ogc import items
from gis_service.maps.ogc.ask import Page

ITEMS = "/ogc/collections/parcel-disposal/items"


def pages(client: TestClient, address: str) -> Iterator[dict]:
    """A collection, page by page, along its next links."""
    link: str | None = address
    while link:
        page = client.get(link).json()
        yield page
        link = next((one["href"] for one in page["links"] if one["rel"] == "next"), None)


@pytest.mark.parametrize("limit", [1, 7, 50, 5000])
def test_paging_walks_everything_once(officer: TestClient, limit: int) -> None:
    everything = officer.get(f"{ITEMS}?limit=5000").json()
    walked = list(pages(officer, f"{ITEMS}?limit={limit}&fence_status=full"))
    ids = [feature["id"] for page in walked for feature in page["features"]]
    expected = [f["id"] for f in everything["features"] if f["properties"]["fence_status"] == "full"]
    assert ids == expected
    assert {page["numberMatched"] for page in walked} == {len(expected)}
    assert all(page["numberReturned"] == len(page["features"]) <= limit for page in walked)


def test_the_last_page_has_no_next_even_when_it_is_full(officer: TestClient) -> None:
    count = officer.get(ITEMS).json()["numberMatched"]
    page = officer.get(f"{ITEMS}?limit={count}").json()
    assert page["numberReturned"] == count
    assert "next" not in {one["rel"] for one in page["links"]}


def test_a_wide_box_and_a_narrow_one_page_alike(officer: TestClient) -> None:
    """A box around everything is answered by walking the ids, a small one by the spatial index."""
    everything = [f["id"] for f in officer.get(f"{ITEMS}?limit=5000").json()["features"]]
    wide = [f["id"] for page in pages(officer, f"{ITEMS}?limit=40&bbox=113,22,114,23") for f in page["features"]]
    assert wide == everything
    west, south, east, north = officer.get("/ogc/collections/parcel-disposal").json()["extent"]["spatial"]["bbox"][0]
    halves = [f"{west},{south},{(west + east) / 2},{north}", f"{(west + east) / 2},{south},{east},{north}"]
    quarter = f"{west},{south},{west + (east - west) / 8},{south + (north - south)}"
    found = [[f["id"] for p in pages(officer, f"{ITEMS}?limit=9&bbox={box}") for f in p["features"]] for box in halves]
    assert sorted({*found[0], *found[1]}) == everything
    narrow = [f["id"] for p in pages(officer, f"{ITEMS}?limit=9&bbox={quarter}") for f in p["features"]]
    assert set(narrow) <= set(found[0])
    assert narrow == sorted(narrow)


def test_a_limit_above_the_maximum_is_the_maximum(officer: TestClient) -> None:
    assert officer.get(f"{ITEMS}?limit=1000000").status_code == 200


def test_a_page_of_nothing_is_a_page(officer: TestClient) -> None:
    page = officer.get(f"{ITEMS}?parcel_no=no-such-parcel").json()
    assert (page["numberMatched"], page["numberReturned"], page["features"]) == (0, 0, [])


def test_filters_ask_by_value_and_type(officer: TestClient) -> None:
    everything = officer.get(f"{ITEMS}?limit=5000").json()["features"]
    for name, value, word in (
        ("waste_found", True, "true"),
        ("risk_level", "high", "high"),
        ("area_name", "北围", "北围"),
    ):
        expected = [f["id"] for f in everything if f["properties"][name] == value]
        found = officer.get(ITEMS, params={name: word, "limit": 5000}).json()
        assert [f["id"] for f in found["features"]] == expected
        assert expected


def test_a_quotation_mark_is_a_character(officer: TestClient) -> None:
    for word in ("'; drop table parcel; --", "%", "%(x)s", "O'Brien", "{}", "\\"):
        assert officer.get(ITEMS, params={"parcel_no": word}).json()["numberMatched"] == 0


def test_datetime_asks_for_the_time_of_change(officer: TestClient) -> None:
    everything = officer.get(f"{ITEMS}?limit=5000").json()["features"]
    times = sorted(feature["properties"]["updated_at"] for feature in everything)
    middle = times[len(times) // 2]
    later = officer.get(ITEMS, params={"datetime": f"{middle}/..", "limit": 5000}).json()
    assert [f["id"] for f in later["features"]] == [
        f["id"] for f in everything if f["properties"]["updated_at"] >= middle
    ]
    exact = officer.get(ITEMS, params={"datetime": middle, "limit": 5000}).json()
    assert middle in {f["properties"]["updated_at"] for f in exact["features"]}
    assert officer.get(ITEMS, params={"datetime": "../1990-01-01"}).json()["numberMatched"] == 0


def test_a_layer_without_time_listens_to_datetime_and_shows_all(officer: TestClient) -> None:
    area = "/ogc/collections/area/items"
    assert (
        officer.get(f"{area}?datetime=1990-01-01").json()["numberMatched"] == officer.get(area).json()["numberMatched"]
    )


def test_what_stands_today_stands_tomorrow_for_the_whole_layer_and_for_a_place(
    officer: TestClient, catalogue: Catalogue
) -> None:
    """A history says of what holds still that it ends at infinity, in both ways in which it is asked."""
    tomorrow = clock.today() + timedelta(days=1)
    for layer in catalogue.values():
        if layer.history:
            items = f"/ogc/collections/{layer.id}/items?limit=5000"
            today = [f["id"] for f in officer.get(items).json()["features"]]
            for where in ("", "&bbox=113,22,114,23"):
                then = officer.get(f"{items}&as_of={tomorrow}{where}").json()
                assert [f["id"] for f in then["features"]] == today, (layer.id, where)
                assert then["numberMatched"] == len(today), (layer.id, where)


def test_as_of_is_the_state_of_that_day(officer: TestClient) -> None:
    now = {f["id"]: f["properties"] for f in officer.get(f"{ITEMS}?limit=5000").json()["features"]}
    then = {f["id"]: f["properties"] for f in officer.get(f"{ITEMS}?limit=5000&as_of=2025-06-30").json()["features"]}
    assert then
    changed = [key for key in then if key in now and then[key]["disposal_status"] != now[key]["disposal_status"]]
    assert changed
    one = officer.get(f"{ITEMS}/{changed[0]}?as_of=2025-06-30").json()
    assert one["properties"]["disposal_status"] == then[changed[0]]["disposal_status"]
    assert officer.get(f"{ITEMS}?as_of=1990-01-01").json()["numberMatched"] == 0


@pytest.fixture
def counted_to_20(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(items, "COUNTED", 20)
    items._page_statement.cache_clear()
    yield
    items._page_statement.cache_clear()


def test_beyond_what_is_counted_no_number_is_given(officer: TestClient, counted_to_20: None) -> None:
    for _ in range(2):  # found by counting, then remembered
        walked = list(pages(officer, f"{ITEMS}?limit=15"))
        assert all("numberMatched" not in page for page in walked)
        ids = [feature["id"] for page in walked for feature in page["features"]]
        assert len(ids) == len(set(ids)) > 50


def ids(reader: Reader, scope: Scope, catalogue: Catalogue, layer: str) -> list[int]:
    found = items.features(reader, scope, catalogue[layer], Asked(), LONLAT, Page(1000), count=True)
    assert found.matched == found.returned
    return [int(part.split(",", 1)[0]) for part in found.text.split('"type":"Feature","id":')[1:]]


def test_without_settings_no_layer_of_parcels_shows_anything(
    reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int]
) -> None:
    for name, layer in catalogue.items():
        if layer.history:
            assert ids(reader, Scope(), catalogue, name) == []


def test_a_scope_by_area_shows_that_area_only(reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int]) -> None:
    first, second = (ids(reader, Scope(area_ids=frozenset({area})), catalogue, "parcel-use") for area in two_areas)
    assert (len(first), len(second)) == (10, 5)
    assert sorted(first + second) == ids(reader, EVERYTHING, catalogue, "parcel-use")


@pytest.mark.parametrize("asked", [Asked(), Asked(as_of=day("2100-01-01"))])
def test_who_sees_all_and_who_has_all_areas_get_the_same_first_page(
    reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int], asked: Asked, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The one is counted apart, the other listed; also beyond what is counted."""
    for most in (10_000, 12):
        monkeypatch.setattr(items, "COUNTED", most)
        items._page_statement.cache_clear()
        for name in ("parcel-use", "boundary-point"):
            one, other = (
                items.features(reader, scope, catalogue[name], asked, LONLAT, Page(6), count=True)
                for scope in (EVERYTHING, Scope(area_ids=frozenset(two_areas)))
            )
            assert one == other
            if name == "parcel-use":
                assert (one.returned, one.more, one.matched) == (6, True, 15 if most > 15 else None)
    items._page_statement.cache_clear()


def test_the_past_leaks_nothing(reader: Reader, catalogue: Catalogue, two_areas: tuple[int, int]) -> None:
    layer = catalogue["parcel-use"]
    past = Asked(as_of=day("2100-01-01"))
    seen = [
        items.features(reader, scope, layer, past, LONLAT, Page(1000), count=True).returned
        for scope in (EVERYTHING, Scope(area_ids=frozenset({two_areas[1]})), Scope())
    ]
    assert seen == [15, 5, 0]


def test_a_guest_sees_what_is_published(sample_app, officer: TestClient) -> None:
    from tests.conformance.conftest import token_for

    token = token_for(sample_app, Role.GUEST)
    guest = TestClient(sample_app, headers={"Authorization": f"Bearer {token}"})
    all_ids = {f["id"] for f in officer.get(f"{ITEMS}?limit=5000").json()["features"]}
    seen = {f["id"] for f in guest.get(f"{ITEMS}?limit=5000").json()["features"]}
    assert seen < all_ids


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("2026-01-01", "2026-01-01T00:00:00+08:00", "2026-01-01T23:59:59.999999+08:00"),
        ("2026-01-01T00:00:00Z", "2026-01-01T00:00:00+00:00", "2026-01-01T00:00:00+00:00"),
        ("../2026-01-01", None, "2026-01-01T23:59:59.999999+08:00"),
        ("/2026-01-01", None, "2026-01-01T23:59:59.999999+08:00"),
        ("2026-01-01/", "2026-01-01T00:00:00+08:00", None),
        ("2026-01-01/2026-01-01", "2026-01-01T00:00:00+08:00", "2026-01-01T23:59:59.999999+08:00"),
    ],
)
def test_datetime_is_read_as_the_standard_has_it(text: str, since: str | None, until: str | None) -> None:
    assert tuple(moment and moment.isoformat() for moment in instants(text)) == (since, until)
