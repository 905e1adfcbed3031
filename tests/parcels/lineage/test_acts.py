"""Split, merge, adjust, retire: each one transaction, with its paper, balanced, and to be taken back."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from fastapi import FastAPI
from shapely.geometry import mapping, shape
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from tests.conftest import Person
from tests.factories import land
from tests.parcels.lineage.made import API, across, an_area_here, made, read, strip, tag

SignIn = Callable[..., Person]


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


@pytest.fixture
def paper(officer: Person) -> dict[str, Any]:
    body = {"kind": "批复", "doc_no": "珠高地(示例)〔2026〕9号", "title": "关于地块分割的批复"}
    return dict(officer.post(f"{API}/documents", json=body).json())


def split(person: Person, parcel: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"lines": [across()], "reason": "分期供应", **more}
    answer = person.post(f"{API}/parcels/{parcel['id']}/split", json=body, headers=tag(parcel))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def after(event: dict[str, Any]) -> list[dict[str, Any]]:
    return [parcel for parcel in event["parcels"] if parcel["side"] == "after"]


# --- split ---------------------------------------------------------------------------------------------------------


def test_a_preview_shows_what_a_split_would_give_and_changes_nothing(officer: Person) -> None:
    parcel = made(officer, "BW-0001", area_registered_m2="11400.00")
    answer = officer.post(f"{API}/parcels/{parcel['id']}/split/preview", json={"lines": [across(0.25)]})
    plan = answer.json()
    assert [child["parcel_no"] for child in plan["children"]] == ["BW-0001-1", "BW-0001-2"]
    small, large = plan["children"]
    assert small["area_computed_m2"] == pytest.approx(parcel["area_computed_m2"] / 4, rel=1e-3)
    assert small["area_mu"] == pytest.approx(small["area_computed_m2"] * 3 / 2000, abs=0.01)
    registered = [child["area_registered_m2"] for child in plan["children"]]
    assert sum(map(Decimal, map(str, registered))) == Decimal("11400.00")
    assert abs(plan["balance_m2"]) < 1e-3
    assert [point["point_no"] for point in large["boundary_points"]] == ["J1", "J2", "J3", "J4"]
    assert officer.get(f"{API}/parcels").json()["total"] == 1
    assert read(officer, parcel["id"])["row_version"] == parcel["row_version"]


def test_a_split_retires_the_parcel_and_makes_its_children_with_reason_and_paper(
    officer: Person, paper: dict[str, Any]
) -> None:
    parcel = made(officer, "BW-0001", fence_status="full", parcel_code="440402001001GB00001", remark="临河")
    event = split(officer, parcel, document_id=paper["id"], on="2026-10-08")
    one, other = (read(officer, child["id"]) for child in after(event))
    assert [child["parcel_no"] for child in (one, other)] == ["BW-0001-1", "BW-0001-2"]
    assert (one["fence_status"], one["remark"], one["parcel_code"]) == ("full", "临河", None)
    assert {"kind": "former_no", "value": "BW-0001"} in one["aliases"]
    assert [each["doc_no"] for each in one["documents"]] == [paper["doc_no"]]
    was = read(officer, parcel["id"])
    assert was["retired_on"] == "2026-10-08"
    assert officer.get(f"{API}/parcels").json()["total"] == 2
    version = officer.get(f"{API}/parcels/{one['id']}/versions").json()["items"][0]
    assert version["reason"] == "由 BW-0001 分割而来:分期供应"
    assert version["document"]["doc_no"] == paper["doc_no"]
    last = officer.get(f"{API}/parcels/{parcel['id']}/versions").json()["items"][0]
    assert last["reason"] == "分割为 BW-0001-1、BW-0001-2:分期供应"


def test_stored_children_add_up_to_their_parent_and_keep_its_vertices_to_the_bit(app: FastAPI, officer: Person) -> None:
    parcel = made(officer, "BW-0001", land(side=0.0013))
    split(officer, parcel, lines=[across(0.3, 0.0013), across(0.7, 0.0013)])
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        sums = session.execute(
            text(
                """with p as (select * from parcel where retired_on is not null), c as (select * from parcel where retired_on is null)
                   select (select count(*) from c), (select sum(area_computed_m2) from c) - (select area_computed_m2 from p),
                          (select sum(st_area(st_transform(geom, 4547))) from c) - (select st_area(st_transform(geom, 4547)) from p),
                          (select count(*) from (select st_asbinary((st_dumppoints(geom)).geom) from p
                                                 except select st_asbinary((st_dumppoints(geom)).geom) from c) lost)"""
            )
        ).one()
    count, rounded, exact, lost = sums
    assert (count, lost) == (3, 0)
    assert abs(rounded) <= Decimal("0.02")
    assert abs(exact) < 1e-4


def test_boundary_points_of_children_keep_the_texts_that_were_typed(officer: Person) -> None:
    typed = [
        ("J1", "2478700.0", "38452100.000"),
        ("J2", "2478700.000", "38452250.1234"),
        ("J3", "2478600", "38452250"),
        ("J4", "2478600.000", "38452100.000"),
    ]
    points = [{"point_no": n, "northing_text": x, "easting_text": y, "source_crs": 4526} for n, x, y in typed]
    answer = officer.post(f"{API}/parcels", json={"parcel_no": "BW-0001", "boundary_points": points, "reason": "录入"})
    parcel = answer.json()
    kept = [(p["point_no"], p["northing_text"], p["easting_text"]) for p in parcel["boundary_points"]]
    assert kept == typed
    line = parcel["geometry"]["coordinates"][0][0]
    east = (line[0][0] + line[1][0]) / 2
    event = split(officer, parcel, lines=[[[east, line[0][1] + 0.001], [east, line[2][1] - 0.001]]])
    texts = {
        (p["northing_text"], p["easting_text"], p["source_crs"])
        for child in after(event)
        for p in read(officer, child["id"])["boundary_points"]
    }
    assert {(x, y, 4526) for _, x, y in typed} <= texts
    assert {crs for *_, crs in texts} == {4526}
    assert len(texts) == 6


def test_a_split_by_given_outlines_takes_their_order_names_and_figures(officer: Person) -> None:
    parcel = made(officer, "BW-0001", area_registered_m2="11400")
    outlines = [{"geometry": mapping(strip(0.4, 1))}, {"geometry": mapping(strip(0, 0.4))}]
    children = [
        {"parcel_no": "BW-0101", "parcel_name": "东块", "area_registered_m2": "6900.00"},
        {"parcel_no": "BW-0102", "area_registered_m2": "4500.00"},
    ]
    event = split(officer, parcel, lines=[], outlines=outlines, children=children)
    east, west = (read(officer, child["id"]) for child in after(event))
    assert (east["parcel_no"], east["parcel_name"], east["area_registered_m2"]) == ("BW-0101", "东块", 6900)
    assert west["area_computed_m2"] == pytest.approx(parcel["area_computed_m2"] * 0.4, rel=1e-3)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"lines": []}, "lineage.nothing_drawn"),
        ({"lines": [across(3)]}, "lineage.drawing"),
        ({"lines": [across()], "children": [{}]}, "lineage.children"),
        ({"lines": [across()], "children": [{"parcel_no": "A"}, {"parcel_no": "A"}]}, "lineage.number_taken"),
        ({"lines": [across()], "children": [{"parcel_no": "BW-0001"}, {}]}, "lineage.number_taken"),
        (
            {"lines": [across()], "children": [{"area_registered_m2": "5000"}, {"area_registered_m2": "5000"}]},
            "lineage.registered_unbalanced",
        ),
        ({"lines": [across()], "reason": ""}, "parcel.no_reason"),
        ({"lines": [across()], "on": "2999-01-01"}, "lineage.in_future"),
        ({"lines": [across()], "document_id": 99}, "not_found"),
        ({"lines": [[[113.52, 22.39], [113.52, 22.39]]]}, "parcel.geometry"),
        ({"outlines": [{"geometry": mapping(strip(0, 0.4))}, {"geometry": mapping(strip(0.6, 1))}]}, "lineage.drawing"),
    ],
)
def test_a_split_that_cannot_be_is_refused_with_a_sentence(officer: Person, body: dict[str, Any], code: str) -> None:
    parcel = made(officer, "BW-0001", area_registered_m2="11400")
    answer = officer.post(f"{API}/parcels/{parcel['id']}/split", json={"reason": "x", **body}, headers=tag(parcel))
    assert answer.json()["code"] == code, answer.text
    assert officer.get(f"{API}/parcels").json()["total"] == 1


def test_the_place_of_a_fault_is_told_in_degrees(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    outlines = [{"geometry": mapping(strip(0, 0.4))}, {"geometry": mapping(strip(0.6, 1))}]
    answer = officer.post(f"{API}/parcels/{parcel['id']}/split/preview", json={"outlines": outlines})
    problem = answer.json()
    assert (answer.status_code, problem["why"]) == (422, "gap")
    assert shape(parcel["geometry"]).contains(shape({"type": "Point", "coordinates": problem["place"]}))


def test_an_act_names_the_version_it_was_shown(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    address, body = f"{API}/parcels/{parcel['id']}/split", {"lines": [across()], "reason": "x"}
    assert officer.post(address, json=body).status_code == 428
    officer.patch(f"{API}/parcels/{parcel['id']}", json={"remark": "新", "reason": "y"}, headers=tag(parcel))
    late = officer.post(address, json=body, headers=tag(parcel))
    assert (late.status_code, late.json()["current"]["remark"]) == (412, "新")


def test_a_number_once_used_is_never_suggested_again(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    made(officer, "BW-0001-1", land(5, 5))
    plan = officer.post(f"{API}/parcels/{parcel['id']}/split/preview", json={"lines": [across()]}).json()
    assert [child["parcel_no"] for child in plan["children"]] == ["BW-0001-2", "BW-0001-3"]


def test_waste_is_shared_and_not_counted_twice(app: FastAPI, officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set waste_found = true, waste_volume_m3 = 1000.3"))
    event = split(officer, read(officer, parcel["id"]))
    volumes = [Decimal(str(read(officer, child["id"])["waste_volume_m3"])) for child in after(event)]
    assert sum(volumes) == Decimal("1000.3")
    assert all(read(officer, child["id"])["waste_found"] for child in after(event))


# --- merge ---------------------------------------------------------------------------------------------------------


def merge(person: Person, *parcels: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"parcels": [parcel["id"] for parcel in parcels], "reason": "整合利用", **more}
    answer = person.post(f"{API}/parcels/merge", json=body, headers=tag(*parcels))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_neighbours_become_one_with_the_largest_leading_where_they_differ(officer: Person) -> None:
    small = made(officer, "BW-0001", strip(0, 0.4), fence_status="none", use_status=["planted"], risk_level="high", area_registered_m2="4560")  # fmt: skip
    large = made(officer, "BW-0002", strip(0.4, 1), fence_status="full", risk_level="low", area_registered_m2="6840")
    preview = officer.post(f"{API}/parcels/merge/preview", json={"parcels": [small["id"], large["id"]]}).json()
    assert preview["children"][0]["parcel_no"] == "BW-0001-1"
    assert {"fence_status", "use_status", "risk_level"} <= set(preview["differing"])
    (child,) = after(merge(officer, small, large))
    whole = read(officer, child["id"])
    assert (whole["fence_status"], whole["risk_level"]) == ("full", "high")
    assert set(whole["use_status"]) == {"idle", "planted"}
    assert whole["area_registered_m2"] == 11400
    assert whole["area_computed_m2"] == pytest.approx(small["area_computed_m2"] + large["area_computed_m2"], abs=0.1)
    assert len(whole["geometry"]["coordinates"]) == 1
    assert {alias["value"] for alias in whole["aliases"]} == {"BW-0001", "BW-0002"}
    assert officer.get(f"{API}/parcels").json()["total"] == 1


def test_a_sliver_between_neighbours_is_closed_and_said(officer: Person) -> None:
    one, other = made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", strip(0.40003, 1))
    plan = officer.post(f"{API}/parcels/merge/preview", json={"parcels": [one["id"], other["id"]]}).json()
    assert [said["code"] for said in plan["warnings"]] == ["gap_closed", "registered_unknown"]
    assert 0.1 < plan["balance_m2"] < 1
    merge(officer, one, other)


@pytest.mark.parametrize(
    ("other", "why"), [(strip(0.5, 1), "apart"), (strip(0.3, 1), "overlap")], ids=["apart", "overlapping"]
)
def test_parcels_that_do_not_fit_are_not_merged(officer: Person, other: Any, why: str) -> None:
    parcels = [made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", other)]
    answer = officer.post(f"{API}/parcels/merge/preview", json={"parcels": [parcel["id"] for parcel in parcels]})
    assert (answer.status_code, answer.json()["why"]) == (422, why)


def test_a_parcel_is_not_merged_with_itself(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    answer = officer.post(f"{API}/parcels/merge/preview", json={"parcels": [parcel["id"], parcel["id"]]})
    assert answer.json()["code"] == "lineage.parcels"


def test_a_merge_needs_the_versions_of_all_its_parcels(officer: Person) -> None:
    one, other = made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", strip(0.4, 1))
    body = {"parcels": [one["id"], other["id"]], "reason": "x"}
    assert officer.post(f"{API}/parcels/merge", json=body, headers=tag(one)).status_code == 412
    assert officer.get(f"{API}/parcels").json()["total"] == 2


# --- adjust --------------------------------------------------------------------------------------------------------


def adjust(person: Person, *parcels: dict[str, Any], **more: Any) -> dict[str, Any]:
    body = {"parcels": [parcel["id"] for parcel in parcels], "reason": "道路红线调整", **more}
    answer = person.post(f"{API}/parcels/adjust", json=body, headers=tag(*parcels))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_adjusted_boundary_moves_land_and_keeps_the_total(officer: Person) -> None:
    one = made(officer, "BW-0001", strip(0, 0.4), area_registered_m2="4560")
    other = made(officer, "BW-0002", strip(0.4, 1), area_registered_m2="6840")
    event = adjust(officer, one, other, lines=[across(0.6)])
    now, then = (read(officer, parcel["id"]) for parcel in (one, other))
    total = one["area_computed_m2"] + other["area_computed_m2"]
    assert now["area_computed_m2"] + then["area_computed_m2"] == pytest.approx(total, abs=0.1)
    assert now["area_computed_m2"] == pytest.approx(total * 0.6, rel=1e-3)
    assert now["area_registered_m2"] + then["area_registered_m2"] == pytest.approx(11400, abs=1e-6)
    assert (now["parcel_no"], then["parcel_no"], now["retired_on"]) == ("BW-0001", "BW-0002", None)
    assert {(p["side"], p["parcel_no"]) for p in event["parcels"]} == {
        (side, number) for side in ("before", "after") for number in ("BW-0001", "BW-0002")
    }
    graph = officer.get(f"{API}/parcels/{one['id']}/lineage").json()
    (edge,) = graph["edges"]
    assert (edge["parent_id"], edge["child_id"], edge["kind"]) == (other["id"], one["id"], "adjust")
    assert edge["area_m2"] == pytest.approx(total * 0.2, rel=1e-3)
    assert officer.get(f"{API}/parcels/{one['id']}/versions").json()["items"][0]["reason"] == "与 BW-0002 调整边界:道路红线调整"  # fmt: skip


def test_a_line_that_does_not_part_the_pair_is_refused(officer: Person) -> None:
    one, other = made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", strip(0.4, 1))
    for line in (across(0.4), across(2)):
        body = {"parcels": [one["id"], other["id"]], "lines": [line]}
        assert officer.post(f"{API}/parcels/adjust/preview", json=body).json()["code"] == "lineage.drawing"


# --- retire --------------------------------------------------------------------------------------------------------


def retire(person: Person, parcel: dict[str, Any], **body: Any) -> Any:
    said = {"reason": "已供地", **body}
    return person.post(f"{API}/parcels/{parcel['id']}/retire", json=said, headers=tag(parcel))


def test_a_retired_parcel_leaves_the_list_keeps_its_past_and_takes_no_act(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    answer = retire(officer, parcel, on="2026-11-01")
    assert answer.status_code == 201, answer.text
    assert (answer.json()["kind"], answer.json()["on"]) == ("retire", "2026-11-01")
    assert officer.get(f"{API}/parcels").json()["total"] == 0
    now = read(officer, parcel["id"])
    assert now["retired_on"] == "2026-11-01"
    assert retire(officer, now).json()["code"] == "parcel.retired"
    body = {"lines": [across()], "reason": "x"}
    assert officer.post(f"{API}/parcels/{parcel['id']}/split", json=body, headers=tag(now)).json()["code"] == "parcel.retired"  # fmt: skip


# --- taking back ---------------------------------------------------------------------------------------------------


def undo(person: Person, event: dict[str, Any], reason: str = "批文有误") -> Any:
    return person.post(f"{API}/events/{event['id']}/undo", json={"reason": reason})


def test_a_split_taken_back_gives_the_parcel_back_and_keeps_the_numbers_used(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    event = split(officer, parcel)
    answer = undo(officer, event)
    assert answer.status_code == 200, answer.text
    assert answer.json()["undone_reason"] == "批文有误"
    now = read(officer, parcel["id"])
    assert (now["retired_on"], now["geometry"]) == (None, parcel["geometry"])
    assert [item["parcel_no"] for item in officer.get(f"{API}/parcels").json()["items"]] == ["BW-0001"]
    again = officer.post(f"{API}/parcels/{parcel['id']}/split/preview", json={"lines": [across()]}).json()
    assert [child["parcel_no"] for child in again["children"]] == ["BW-0001-3", "BW-0001-4"]
    assert undo(officer, event).json()["code"] == "lineage.undone"


def standing(person: Person, parcel: dict[str, Any]) -> dict[str, int]:
    found = person.get(f"{API}/parcels/{parcel['id']}/facilities").json()
    return {kind: len(found[kind]) for kind in ("fences", "signs", "cameras")}


def put_up(person: Person, parcel: dict[str, Any], kind: str, geometry: dict[str, Any], **facts: Any) -> None:
    answer = person.post(f"{API}/parcels/{parcel['id']}/{kind}", json={"geometry": geometry, **facts})
    assert answer.status_code == 201, answer.text


def test_fences_signs_and_cameras_follow_the_land_and_come_back_with_it(officer: Person) -> None:
    parcel = made(officer, "BW-0001", fence_status="full")
    west, south, east, north = land().bounds
    for x in (west, east):  # most of the eastern stretch runs along the eastern half, and beyond the line
        line = {"type": "LineString", "coordinates": [[x, south], [x, north]]}
        put_up(officer, parcel, "fences", line, fence_type="mesh")
    put_up(officer, parcel, "signs", {"type": "Point", "coordinates": [east, north]})
    put_up(officer, parcel, "cameras", {"type": "Point", "coordinates": [west, north]})
    seen = read(officer, parcel["id"])
    plan = officer.post(f"{API}/parcels/{parcel['id']}/split/preview", json={"lines": [across(0.3)]}).json()
    assert "facilities_follow" in [said["code"] for said in plan["warnings"]]

    event = split(officer, seen, lines=[across(0.3)])
    one, other = after(event)
    assert standing(officer, one) == {"fences": 1, "signs": 0, "cameras": 1}
    assert standing(officer, other) == {"fences": 1, "signs": 1, "cameras": 0}
    children = [read(officer, child["id"]) for child in (one, other)]
    assert [child["fence_status"] for child in children] == ["partial", "partial"]
    assert [child["sign_count"] for child in children] == [0, 1]

    assert undo(officer, event).status_code == 200
    assert standing(officer, seen) == {"fences": 2, "signs": 1, "cameras": 1}
    back = read(officer, parcel["id"])
    assert (back["fence_ratio"], back["sign_count"], back["camera_count"]) == (seen["fence_ratio"], 1, 1)


def test_a_part_without_any_of_the_fence_is_not_said_to_be_fenced(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    west, south, _, north = land().bounds
    line = {"type": "LineString", "coordinates": [[west, south], [west, north]]}
    put_up(officer, parcel, "fences", line, fence_type="mesh")
    event = split(officer, read(officer, parcel["id"]))
    statuses = [read(officer, child["id"])["fence_status"] for child in after(event)]
    assert statuses == ["partial", "none"]


def test_an_adjustment_taken_back_gives_outlines_areas_and_points_back(officer: Person) -> None:
    one = made(officer, "BW-0001", strip(0, 0.4), area_registered_m2="4560")
    other = made(officer, "BW-0002", strip(0.4, 1), area_registered_m2="6840")
    assert undo(officer, adjust(officer, one, other, lines=[across(0.6)])).status_code == 200
    for was in (one, other):
        now = read(officer, was["id"])
        for name in ("geometry", "area_computed_m2", "area_registered_m2", "boundary_points"):
            assert now[name] == was[name], name
        assert len(officer.get(f"{API}/parcels/{was['id']}/versions").json()["items"]) == 3


def test_merge_and_retirement_are_taken_back_too(officer: Person) -> None:
    one, other = made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", strip(0.4, 1))
    assert undo(officer, merge(officer, one, other)).status_code == 200
    assert officer.get(f"{API}/parcels").json()["total"] == 2
    assert undo(officer, retire(officer, read(officer, one["id"])).json()).status_code == 200
    assert officer.get(f"{API}/parcels").json()["total"] == 2


def test_an_act_that_others_built_on_is_not_taken_back(officer: Person) -> None:
    event = split(officer, made(officer, "BW-0001"))
    child = read(officer, after(event)[0]["id"])
    officer.patch(f"{API}/parcels/{child['id']}", json={"remark": "已围蔽", "reason": "y"}, headers=tag(child))
    answer = undo(officer, event)
    assert (answer.status_code, answer.json()["code"]) == (409, "lineage.built_on")
    assert "BW-0001-1" in answer.json()["title"]
    assert undo(officer, event, " ").json()["code"] == "parcel.no_reason"


# --- the graph -----------------------------------------------------------------------------------------------------


def test_the_graph_is_walked_both_ways_and_knows_the_past(app: FastAPI, officer: Person) -> None:
    one, other = made(officer, "BW-0001", strip(0, 0.4)), made(officer, "BW-0002", strip(0.4, 1))
    (whole,) = after(merge(officer, one, other))
    parts = after(split(officer, read(officer, whole["id"]), lines=[across(0.3)]))
    for seen_from in (one, other, whole, *parts):
        graph = officer.get(f"{API}/parcels/{seen_from['id']}/lineage").json()
        assert {node["parcel_no"] for node in graph["nodes"]} == {"BW-0001", "BW-0002", "BW-0001-1", "BW-0001-1-1", "BW-0001-1-2"}  # fmt: skip
        assert len(graph["edges"]) == 4
        assert [event["kind"] for event in graph["events"]] == ["merge", "split"]
        assert [event["untouched"] for event in graph["events"]] == [False, True]
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        between = session.scalar(text("select at from (select at from parcel_event order by id limit 1) e"))
    past = officer.get(f"{API}/parcels/{one['id']}/lineage", params={"as_of": between.isoformat()}).json()
    assert [event["kind"] for event in past["events"]] == ["merge"]
    assert {node["parcel_no"] for node in past["nodes"]} == {"BW-0001", "BW-0002", "BW-0001-1"}
    assert officer.get(f"{API}/parcels/{one['id']}/lineage", params={"as_of": "2020-01-01"}).status_code == 404


def test_who_sees_a_part_sees_no_more_of_the_graph(app: FastAPI, officer: Person, sign_in: SignIn) -> None:
    area_id = an_area_here(app)
    event = split(officer, made(officer, "BW-0001"))
    one, other = after(event)
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set area_id = null where id <> :id"), {"id": one["id"]})
    reader = sign_in(Role.INSPECTOR, area_id=area_id)
    graph = reader.get(f"{API}/parcels/{one['id']}/lineage").json()
    assert [node["parcel_no"] for node in graph["nodes"]] == ["BW-0001-1"]
    assert graph["edges"] == []
    assert [[p["parcel_no"] for p in event["parcels"]] for event in graph["events"]] == [["BW-0001-1"]]
    assert reader.get(f"{API}/parcels/{other['id']}/lineage").status_code == 404
    engine = app.state.services.engine
    with engine.begin() as connection:
        for table in ("parcel_event", "parcel_event_parcel", "parcel_lineage"):
            assert connection.scalar(text(f"select count(*) from {table}")) == 0


def test_an_officer_of_one_area_divides_there_and_nowhere_else(app: FastAPI, officer: Person, sign_in: SignIn) -> None:
    area_id = an_area_here(app)
    parcel = made(officer, "BW-0001")
    local = sign_in(Role.LAND_OFFICER, area_id=area_id)
    split(local, parcel)
    outside = made(officer, "XX-0001", land(200, 200))
    body = {"lines": [across()], "reason": "x"}
    assert local.post(f"{API}/parcels/{outside['id']}/split", json=body, headers=tag(outside)).status_code == 404
    hidden = made(officer, "BW-0002", land(0, 3))
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set parcel_no = 'BW-0002-1', area_id = null where id = :id"), {"id": outside["id"]})  # fmt: skip
    line = [[x, y + 0.003] for x, y in across()]
    plan = local.post(f"{API}/parcels/{hidden['id']}/split/preview", json={"lines": [line]}).json()
    assert [child["parcel_no"] for child in plan["children"]] == ["BW-0002-2", "BW-0002-3"]


def test_what_happened_is_never_rewritten(app: FastAPI, officer: Person) -> None:
    split(officer, made(officer, "BW-0001"))
    for statement in (
        "delete from parcel_event",
        "update parcel_lineage set area_m2 = 1",
        "delete from parcel_event_parcel",
    ):
        with app.state.sessions() as session:
            db.enter(session, EVERYTHING)
            with pytest.raises(DBAPIError, match="only grows"):
                session.execute(text(statement))


def test_every_act_is_in_the_trail(officer: Person, sign_in: SignIn) -> None:
    event = split(officer, made(officer, "BW-0001"))
    undo(officer, event)
    auditor = sign_in(Role.AUDITOR)
    for action in ("parcel.split", "parcel.undo"):
        (entry,) = auditor.get(f"{API}/audit", params={"action": action}).json()["items"]
        assert entry["detail"]["event"] == event["id"]


def test_a_preview_that_cannot_be_leaves_no_trace_but_an_act_does(officer: Person, sign_in: SignIn) -> None:
    parcel = made(officer, "BW-0001")
    address, body = f"{API}/parcels/{parcel['id']}/split", {"lines": [across(3)]}
    assert officer.post(f"{address}/preview", json=body, headers={"Idempotency-Key": "k"}).status_code == 422
    assert officer.post(address, json={**body, "reason": "x"}, headers=tag(parcel)).status_code == 422
    trail = sign_in(Role.AUDITOR).get(f"{API}/audit", params={"action": "parcel.split"}).json()["items"]
    assert [(entry["outcome"], entry["subject"]) for entry in trail] == [("refused", address)]


# --- outlines by points --------------------------------------------------------------------------------------------


def test_points_edited_in_the_table_stay_as_typed_and_the_outline_follows(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    points = [{k: p[k] for k in ("part_no", "ring_no", "point_no", "northing_text", "easting_text", "source_crs")} for p in parcel["boundary_points"]]  # fmt: skip
    points[1]["northing_text"] = "0" + str(float(points[1]["northing_text"]) + 10) + "00"
    points[1]["point_no"] = "J2-1"
    address = f"{API}/parcels/{parcel['id']}"
    answer = officer.patch(address, json={"boundary_points": points, "reason": "复测"}, headers=tag(parcel))
    assert answer.status_code == 200, answer.text
    now = answer.json()
    assert [(p["point_no"], p["northing_text"]) for p in now["boundary_points"]] == [(p["point_no"], p["northing_text"]) for p in points]  # fmt: skip
    assert now["area_computed_m2"] > parcel["area_computed_m2"] + 100
    assert now["row_version"] == parcel["row_version"] + 1


def test_a_vertex_moved_on_the_map_leaves_the_texts_of_the_others(officer: Person) -> None:
    parcel = made(officer, "BW-0001")
    ring = parcel["geometry"]["coordinates"][0][0]
    moved = [[[[x + (0.0001 if n == 1 else 0), y] for n, (x, y) in enumerate(ring)]]]
    body = {"geometry": {"type": "MultiPolygon", "coordinates": moved}, "reason": "x"}
    now = officer.patch(f"{API}/parcels/{parcel['id']}", json=body, headers=tag(parcel)).json()
    was = {(p["northing_text"], p["easting_text"]) for p in parcel["boundary_points"]}
    assert len(was & {(p["northing_text"], p["easting_text"]) for p in now["boundary_points"]}) == 3


def test_a_hole_and_a_second_part_come_from_their_rings(officer: Person) -> None:
    def ring(part: int, number: int, south: float, west: float, size: float) -> list[dict[str, Any]]:
        corners = [(0, 0), (0, size), (size, size), (size, 0), (0, 0)]
        return [
            {"part_no": part, "ring_no": number, "point_no": f"{part}{number}{n}", "northing_text": str(2478600 + south + dx), "easting_text": str(452100 + west + dy)}
            for n, (dx, dy) in enumerate(corners)
        ]  # fmt: skip

    points = [*ring(1, 1, 0, 0, 100), *ring(1, 2, 20, 20, 10), *ring(2, 1, 0, 200, 50)]
    answer = officer.post(f"{API}/parcels", json={"parcel_no": "BW-0001", "boundary_points": points, "reason": "x"})
    parcel = answer.json()
    assert parcel["area_computed_m2"] == pytest.approx(100**2 - 10**2 + 50**2, abs=0.01)
    assert len(parcel["boundary_points"]) == 12


@pytest.mark.parametrize(
    ("points", "code", "row"),
    [
        ([], "parcel.points", 1),
        ([("1", "2"), ("1", "x"), ("1", "3")], "parcel.points", 2),
        ([("2478600", "452100"), ("2478700", "452100"), ("1e6", "452200")], "parcel.points", 3),
        ([("2478600", "452100"), ("2478600", "452200"), ("2478600", "452100")], "parcel.points", 1),
        ([("2478600", "452100"), ("2478700", "452200"), ("2478700", "452100"), ("2478600", "452200")], "parcel.geometry", None),
        ([("2478600", "452100"), ("9" * 40, "452200"), ("2478700", "452100")], "parcel.points", 2),
    ],
)  # fmt: skip
def test_points_that_make_no_ring_are_refused_by_row(
    officer: Person, points: list[tuple[str, str]], code: str, row: int | None
) -> None:
    typed = [{"point_no": f"J{n}", "northing_text": x, "easting_text": y} for n, (x, y) in enumerate(points)]
    problem = officer.post(f"{API}/parcels", json={"parcel_no": "X", "boundary_points": typed, "reason": "x"}).json()
    assert problem["code"] == code
    assert row is None or problem["errors"][0]["row"] == row


def test_an_outline_comes_one_way(officer: Person) -> None:
    points = [{"point_no": "J1", "northing_text": "1", "easting_text": "2"}]
    body = {"parcel_no": "X", "geometry": mapping(land()), "boundary_points": points, "reason": "x"}
    assert officer.post(f"{API}/parcels", json=body).json()["code"] == "parcel.two_outlines"


def test_outlines_to_snap_to_come_with_every_digit(app: FastAPI, officer: Person) -> None:
    parcel = made(officer, "BW-0001", land(side=0.001234567891234))
    found = officer.get(f"{API}/outlines", params={"bbox": "113.5,22.3,113.6,22.5"}).json()
    (feature,) = found["features"]
    assert feature["id"] == parcel["id"]
    drawn = {tuple(point) for point in land(side=0.001234567891234).geoms[0].exterior.coords}
    assert {tuple(point) for point in feature["geometry"]["coordinates"][0][0]} == drawn
    assert officer.get(f"{API}/outlines", params={"bbox": "3,2,1"}).status_code == 400
