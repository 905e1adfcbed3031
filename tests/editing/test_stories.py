"""Editors at work: two at once, each on their own land, each with their own rights."""

from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import PERMISSIONS, Role
from gis_service.core import db
from gis_service.editing.routes import NOUNS
from tests.conformance.rows import Land
from tests.conformance.test_transactions import LAYERS, a_feature, ids, items, made, post, square, write
from tests.factories import a_document

ROLES = [Role.LAND_OFFICER, Role.INSPECTOR, Role.WASTE_OFFICER, Role.CASE_OFFICER, Role.LEADER, Role.GUEST]


def rows(land: Land, sql: str, **values: Any) -> list[tuple[Any, ...]]:
    with land.services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return [tuple(row) for row in session.execute(text(sql), values)]


def history(land: Land, key: int) -> list[tuple[Any, ...]]:
    sql = "select op, actor_name, reason, parcel_name from parcel_version where id = :key order by version_no"
    return rows(land, sql, key=key)


def test_two_editors_at_one_parcel_lose_nothing(land: Land, editor: TestClient) -> None:
    """Both read; one writes; the other is told, reads again, and writes beside what the first one wrote."""
    other = land.client(Role.LAND_OFFICER, "second", reason="供应计划更新")
    place, mine, tag = made(editor, "parcel-supply")
    theirs = other.get(place)
    assert (theirs.json()["properties"], theirs.headers["etag"]) == (mine["properties"], tag)
    done = write(editor, "PATCH", place, {"properties": {"parcel_name": "甲的名字"}}, tag)
    assert done.status_code == 204
    late = write(other, "PUT", place, {**mine, "properties": mine["properties"] | {"risk_level": "high"}}, tag)
    assert (late.status_code, late.headers["etag"]) == (412, done.headers["etag"])
    assert "已被他人修改" in late.json()["title_zh"]
    again = other.get(place)
    merged = {**again.json(), "properties": again.json()["properties"] | {"risk_level": "high"}}
    assert write(other, "PUT", place, merged, again.headers["etag"]).status_code == 204
    end = editor.get(place).json()["properties"]
    assert (end["parcel_name"], end["risk_level"]) == ("甲的名字", "high")
    assert [one[1:] for one in history(land, mine["id"])] == [
        ("gis-editor", "2026年11月界址核对", "新地块"),
        ("gis-editor", "2026年11月界址核对", "甲的名字"),
        ("second", "供应计划更新", "甲的名字"),
    ]


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("role", ROLES)
def test_each_role_does_what_its_permissions_say(land: Land, editor: TestClient, role: Role, layer: str) -> None:
    """Six roles, four verbs: by a token made for editing where the role can have one."""
    (noun,) = [noun for noun in NOUNS if layer in noun.layers]
    may = {method for method, permission in noun.permissions.items() if role in PERMISSIONS[permission]}
    holds = any(role in PERMISSIONS[permission] for one in NOUNS for permission in one.permissions.values())
    person = land.client(role, f"{role}-{layer}", reason="逐个角色试" if holds else None)
    patch = {"properties": {"parcel_name": "改"} if layer.startswith("parcel") else {"inspected_on": "2026-11-01"}}
    for method in ("POST", "PUT", "PATCH", "DELETE"):
        place, now, tag = made(editor, layer)
        body = {"POST": a_feature(layer), "PUT": now, "PATCH": patch, "DELETE": None}[method]
        answer = write(
            person, method, items(layer) if method == "POST" else place, body, None if method == "POST" else tag
        )
        assert answer.status_code == ({"POST": 201}.get(method, 204) if method in may else 403), answer.text
        if method not in may:
            assert answer.json()["code"] == ("access.forbidden" if holds else "access.read_only_token")
            assert editor.get(place).headers["etag"] == tag
        allowed = person.options(items(layer) if method == "POST" else place)
        assert (method in allowed.headers.get("allow", "").split(", ")) is (method in may)


@pytest.mark.parametrize("layer", ["parcel-supply", "fence"])
def test_land_of_another_area_is_not_there(land: Land, editor: TestClient, layer: str) -> None:
    here, there = land.areas
    of_area = land.client(Role.LAND_OFFICER, f"area-{layer}", area_id=there, reason="后环片区更新")
    mine = {"parcel-supply": land.parcels[11], "fence": None}[layer]
    theirs = land.parcels[0] if layer == "parcel-supply" else ids(editor, "fence")[0]
    place = f"{items(layer)}/{theirs}"
    before = editor.get(place)
    for method, body in (("PUT", before.json()), ("PATCH", {"properties": {}}), ("DELETE", None)):
        assert write(of_area, method, place, body, before.headers["etag"]).status_code == 404
    assert editor.get(place).headers["etag"] == before.headers["etag"]
    assert here != there
    if mine:
        own = f"{items(layer)}/{mine}"
        tag = of_area.get(own).headers["etag"]
        assert write(of_area, "PATCH", own, {"properties": {"risk_level": "high"}}, tag).status_code == 204
        # out of one's own land nothing is moved, and nothing is made there (both areas have one outline: it lies in the first)
        tag = of_area.get(own).headers["etag"]
        for answer in (
            write(of_area, "PATCH", own, {"geometry": square(300)}, tag),
            post(of_area, layer, {**a_feature(layer), "geometry": square(301)}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "lineage.out_of_scope")
        assert of_area.get(own).headers["etag"] == tag
        assert rows(land, "select area_id from parcel where id = :key", key=mine) == [(there,)]


def test_a_fence_on_anothers_land_is_not_put_up(land: Land, editor: TestClient) -> None:
    of_area = land.client(Role.INSPECTOR, "inspector-there", area_id=land.areas[1], reason="巡查补录围蔽")
    before = ids(editor, "fence")
    answer = post(of_area, "fence")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert ids(editor, "fence") == before


def test_a_change_names_its_own_reason_and_document(land: Land, editor: TestClient) -> None:
    with land.services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        document = a_document(session)
        document_id, doc_no = document.id, document.doc_no
    place, now, tag = made(editor, "parcel-supply")
    said = {"parcel_name": "有据可查", "change_reason": "按批复更名", "change_document": doc_no}
    assert write(editor, "PATCH", place, {"properties": said}, tag).status_code == 204
    sql = "select reason, version_document_id from parcel_version where id = :key order by version_no desc limit 1"
    assert rows(land, sql, key=now["id"]) == [("按批复更名", document_id)]
    tag = editor.get(place).headers["etag"]
    missing = write(editor, "PATCH", place, {"properties": said | {"change_document": "没有这个文号"}}, tag)
    assert missing.status_code == 404
    unknown = write(editor, "DELETE", f"{place}?reason=x", None, tag)
    assert (unknown.status_code, unknown.json()["code"]) == (400, "request.unknown_parameter")
    gone = write(editor, "DELETE", f"{place}?change_reason=重复登记&change_document={doc_no}", None, tag)
    assert gone.status_code == 204
    assert rows(land, sql, key=now["id"]) == [("出库:重复登记", document_id)]


def test_every_act_is_in_the_audit_trail_and_so_is_every_refusal(land: Land, editor: TestClient) -> None:
    place, _, tag = made(editor, "parcel-supply")
    write(editor, "PATCH", place, {"properties": {"parcel_name": "留痕"}}, tag)
    write(editor, "PATCH", place, {"properties": {"parcel_name": "旧版本"}}, tag)
    write(editor, "DELETE", place, None, editor.get(place).headers["etag"])
    sql = "select action, outcome, detail from audit_entry where actor_name = 'gis-editor' order by id desc limit 4"
    found = rows(land, sql)[::-1]
    assert [one[:2] for one in found] == [
        ("parcel.create", "done"), ("parcel.edit", "done"), ("parcel.edit", "refused"), ("parcel.retire", "done"),
    ]  # fmt: skip
    assert found[1][2] == {"door": "ogc", "by_token": True, "changed": ["parcel_name"]}
    assert found[2][2] == {"code": "stale"}


def test_the_rules_of_the_register_hold(land: Land, editor: TestClient) -> None:
    """What the desk refuses is refused here, with the same words, and nothing is changed."""
    number = editor.get(f"{items('parcel-supply')}/{land.parcels[4]}").json()["properties"]["parcel_no"]
    twice = a_feature("parcel-supply")
    twice["properties"]["parcel_no"] = number
    answer = post(editor, "parcel-supply", twice)
    assert (answer.status_code, answer.json()["constraint"]) == (409, "uq_parcel_district_code_parcel_no")
    crossed = a_feature("parcel-supply")
    ring = crossed["geometry"]["coordinates"][0][0]
    ring[1], ring[2] = ring[2], ring[1]
    assert post(editor, "parcel-supply", crossed).json()["code"] == "parcel.geometry"
    fenced = f"{items('parcel-fence')}/{land.parcels[0]}"
    tag = editor.get(fenced).headers["etag"]
    answer = write(editor, "PATCH", fenced, {"properties": {"fence_status": "damaged"}}, tag)
    assert (answer.status_code, answer.json()["constraint"]) == (409, "ck_parcel_fence_follows")
    far = a_feature("sign")
    far["geometry"]["coordinates"] = [113.6, 22.44]
    assert post(editor, "sign", far).json()["code"] == "facility.far_away"
    area = a_feature("fence")
    area["geometry"] = square(3)
    assert post(editor, "fence", area).json()["code"] == "facility.geometry"
    uses = write(editor, "PATCH", fenced, {"properties": {"use_statuses": "idle,sleeping"}}, tag)
    assert (uses.status_code, uses.json()["errors"][0]["field"]) == (400, "use_statuses.1")
    assert editor.get(fenced).headers["etag"] == tag
    both = write(editor, "PATCH", fenced, {"properties": {"use_statuses": "parking,planted"}}, tag)
    assert both.status_code == 204, both.text
    found = editor.get(f"{items('parcel-use')}/{land.parcels[0]}").json()["properties"]
    assert (found["use_status"], found["use_statuses"]) == ("parking", ["parking", "planted"])
    tag = editor.get(fenced).headers["etag"]
    again = write(editor, "PATCH", fenced, {"properties": {"use_statuses": ["planted"]}}, tag)
    assert again.status_code == 204, again.text
    assert editor.get(fenced).json()["properties"]["use_statuses"] == ["planted"]


def test_points_of_an_outline_keep_their_texts_where_vertices_stay(land: Land, editor: TestClient) -> None:
    place, now, tag = made(editor, "parcel-supply")
    sql = "select northing_text, easting_text from boundary_point where parcel_id = :key order by seq"
    before = rows(land, sql, key=now["id"])
    ring = now["geometry"]["coordinates"][0][0]
    ring[2] = [round(ring[2][0] + 0.0001, 9), ring[2][1]]
    assert write(editor, "PATCH", place, {"geometry": now["geometry"]}, tag).status_code == 204
    after = rows(land, sql, key=now["id"])
    assert len(set(before) & set(after)) == 3
    assert editor.get(place).json()["properties"]["area_computed_m2"] > now["properties"]["area_computed_m2"]


def test_a_repeated_request_creates_once(editor: TestClient) -> None:
    body, before = a_feature("parcel-supply"), ids(editor, "parcel-supply")
    answers = [post(editor, "parcel-supply", body, Idempotency_Key="one-click") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.headers["location"] for answer in answers}) == 1
    assert len(ids(editor, "parcel-supply")) == len(before) + 1
