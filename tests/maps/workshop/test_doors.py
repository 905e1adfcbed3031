"""The workshop's doors: who may, what is kept, and that every door of every process then shows it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import BUSINESS, PERMISSIONS, Role
from gis_service.core import clock, db
from gis_service.main import create_app
from gis_service.maps import cli as maps_cli
from gis_service.maps import standing as standings
from gis_service.maps.catalogue import LAYERS, Catalogue
from gis_service.maps.handout import handout
from gis_service.maps.standing import Standing, standing
from gis_service.sheets.gather import Desk
from gis_service.sheets.kinds import made as drawn
from gis_service.sheets.printing.output import to_svg
from tests.commands import installed
from tests.conftest import CloneServices, Person
from tests.factories import SOUTH, WEST, a_parcel, a_unit, an_area, land
from tests.maps.test_tiles import at as tile_at
from tests.maps.workshop.making import LAYER, SHIPPED, TEAL, address, content, recoloured, saved, tag

SHOWN = SHIPPED[LAYER]
OLD = "#2E9E5B"
SignIn = Callable[..., Person]


@pytest.fixture
def officer(sign_in: SignIn) -> Person:
    return sign_in(Role.LAND_OFFICER)


def colour(person: Person, layer: str = LAYER) -> str:
    """Of the first value, as the web map is told."""
    found = next(each for each in person.get("/api/v1/layers").json() if each["id"] == layer)
    return str(found["style"]["categories"][0]["fill"])


def test_who_may_edit_layers(services: CloneServices, sign_in: SignIn, officer: Person) -> None:
    """The verbs of every role, one after the other on what the one before left."""
    colours = (f"#00{n:02X}FF" for n in range(100))
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        unit = a_unit(session).id
    for role in Role:
        person, seen = sign_in(role, unit_id=unit if role is Role.UNIT_USER else None), {"If-Match": tag(officer)}
        wanted = {"content": recoloured(next(colours)), "reason": "试"}
        may = role in PERMISSIONS["layer.edit"]
        answers = [
            person.get(address()),
            person.get(f"{address()}/0"),
            person.post(f"{address()}/check", json={"content": recoloured()}),
            person.post(address(), json=wanted, headers=seen),
            person.post(
                f"{address()}/restore", json={"version": 0, "reason": "回"}, headers={"If-Match": tag(officer)}
            ),
        ]
        expected = [200, 200, 200, 201, 201] if may else [403] * 5
        assert [each.status_code for each in answers] == expected, role


def test_strangers_are_asked_to_sign_in(app: FastAPI) -> None:
    stranger = TestClient(app, headers={"Sec-Fetch-Site": "same-origin"}, raise_server_exceptions=False)
    assert stranger.get(address()).status_code == 401
    assert stranger.post(address(), json={"content": {}, "reason": "x"}).status_code == 401


def test_an_officer_of_one_area_may_look_and_try_but_not_save_for_all(services: CloneServices, sign_in: SignIn) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session).id
    local = sign_in(Role.LAND_OFFICER, area_id=area)
    assert local.get(address()).json()["may_save"] is False
    assert local.post(f"{address()}/check", json={"content": recoloured()}).status_code == 200
    refused = saved(local, recoloured())
    assert (refused.status_code, refused.json()["code"]) == (403, "layers.whole_district")


def test_a_saved_version_is_kept_with_who_when_why_and_what(officer: Person) -> None:
    answer = saved(officer, recoloured(), reason="  会议室投影看不清绿色 ")
    assert (answer.status_code, answer.headers["ETag"]) == (201, f'"lv-{LAYER}.1"')
    (item,) = answer.json()["items"]
    assert (item["version"], item["reason"], item["restored"], item["as_shipped"]) == (
        1,
        "会议室投影看不清绿色",
        None,
        False,
    )
    assert item["made_by"].startswith("p")
    assert item["changes"] == [
        {"zh": "“已全围蔽”的颜色:#2E9E5B → #0B7A75", "en": "colour of 'Full': #2E9E5B → #0B7A75"}
    ]
    assert officer.get(f"{address()}/1").json()["content"] == recoloured()
    assert officer.get(f"{address()}/0").json()["content"] == content()
    assert officer.get(f"{address()}/7").status_code == 404
    assert officer.get("/api/v1/layers/nothing/versions").status_code == 404


def test_going_back_adds_a_version_and_nothing_is_lost(officer: Person) -> None:
    saved(officer, recoloured())
    saved(officer, recoloured("#123456"))
    back = officer.post(
        f"{address()}/restore", json={"version": 1, "reason": "还是原来的好"}, headers={"If-Match": tag(officer)}
    )
    assert back.status_code == 201
    assert [(each["version"], each["restored"]) for each in back.json()["items"]] == [(3, 1), (2, None), (1, None)]
    assert colour(officer) == TEAL
    shipped = officer.post(
        f"{address()}/restore", json={"version": 0, "reason": "出厂"}, headers={"If-Match": tag(officer)}
    )
    assert shipped.json()["items"][0]["as_shipped"] is True
    assert colour(officer) == OLD
    again = officer.post(
        f"{address()}/restore", json={"version": 0, "reason": "出厂"}, headers={"If-Match": tag(officer)}
    )
    assert again.json()["code"] == "layers.nothing_new"


def test_who_saw_an_older_version_is_told_what_is_now(officer: Person, sign_in: SignIn) -> None:
    stale = tag(officer)
    saved(sign_in(Role.LEADER), recoloured("#123456"))
    refused = officer.post(address(), json={"content": recoloured(), "reason": "试"}, headers={"If-Match": stale})
    body = refused.json()
    assert (refused.status_code, body["current"]["current"], body["etag"]) == (412, 1, f'"lv-{LAYER}.1"')
    assert body["current"]["content"]["style"]["categories"][0]["fill"] == "#123456"
    unseen = officer.post(address(), json={"content": recoloured(), "reason": "试"})
    assert unseen.status_code == 428
    assert colour(officer) == "#123456"


def test_a_request_sent_twice_saves_once(officer: Person) -> None:
    headers = {"If-Match": tag(officer), "Idempotency-Key": "k1"}
    first, second = (
        officer.post(address(), json={"content": recoloured(), "reason": "试"}, headers=headers) for _ in range(2)
    )
    assert first.json() == second.json()
    assert len(officer.get(address()).json()["items"]) == 1


def test_a_save_and_a_refused_one_are_in_the_audit_trail(services: CloneServices, officer: Person) -> None:
    saved(officer, recoloured(), reason="试")
    saved(officer, content(title=""))
    officer.post(f"{address()}/check", json={"content": content(title="")})
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        rows = session.execute(
            text("select outcome, detail from audit_entry where action = 'layer.edit' order by id")
        ).all()
    assert [row.outcome for row in rows] == ["done", "refused"]
    assert rows[0].detail == {"act": "save", "version": 1, "restored": None, "reason": "试"}


def test_every_fault_is_named_in_both_languages(officer: Person) -> None:
    wanted = recoloured("green") | {"title": "", "minzoom": 99}
    refused = saved(officer, wanted)
    body = refused.json()
    assert (refused.status_code, body["code"], body["count"]) == (422, "layers.broken", 3)
    assert {each["field"] for each in body["errors"]} == {"title", "minzoom", "style.categories.0.fill"}
    assert all(each["message"] and each["message_en"] for each in body["errors"])
    same = saved(officer, content())
    assert (same.status_code, same.json()["code"]) == (409, "layers.nothing_new")
    checked = officer.post(f"{address()}/check", json={"content": wanted}).json()
    assert {each["field"] for each in checked["faults"]} == {each["field"] for each in body["errors"]}


NONSENSE = (
        "{}", "[]", "null", '{"content": [], "reason": "x"}', '{"content": {}, "reason": " "}', '{"content": {}, "reason": "x", "more": 1}',
        '{"content": {"title": NaN}, "reason": "x"}', '{"content": {"title": "\\ud800"}, "reason": "x"}',
        '{"content": {"\\u0000": 1}, "reason": "x"}', '{"content": {"order": 1e999}, "reason": "x"}',
        '{"content": ' + '{"a":' * 500 + "1" + "}" * 500 + ', "reason": "x"}', "not json",
)  # fmt: skip


def test_nonsense_is_refused_with_a_sentence(officer: Person) -> None:
    headers = {"If-Match": f'"lv-{LAYER}.0"', "Content-Type": "application/json"}
    for body in NONSENSE:
        assert officer.post(address(), content=body.encode(), headers=headers).status_code in (400, 422), body
        checked = officer.post(f"{address()}/check", content=body.encode(), headers=headers)
        assert checked.status_code in (400, 422) or checked.json()["faults"], body
    assert officer.get(address()).json()["items"] == []


def test_a_million_categories_are_not_even_read(officer: Person) -> None:
    wanted = content()
    wanted["style"]["categories"] *= 100_000
    answer = saved(officer, wanted)
    assert (answer.status_code, answer.json()["code"]) == (413, "layers.too_large")


def test_reasons_that_cannot_be_kept(officer: Person) -> None:
    for reason in ("a\x00b", "x" * 501):
        assert saved(officer, recoloured(), reason=reason).status_code == 400
    assert officer.get(address()).json()["items"] == []


def test_hostile_words_are_text_at_every_door(officer: Person) -> None:
    evil = '"><script>alert(1)</script>'
    assert saved(officer, recoloured() | {"title": evil, "description": f"{evil} ' ]]> & \\"}).status_code == 201
    assert "<script>alert" not in officer.get("/ogc/collections", headers={"Accept": "text/html"}).text
    for ending in ("sld", "qml"):
        assert "<script>" not in officer.get(f"/api/v1/layers/{LAYER}/style.{ending}").text
    assert officer.get("/api/v1/maps/qgis-project").status_code == 200
    assert "<script>alert" not in officer.get(f"/ogc/collections/{LAYER}", headers={"Accept": "text/html"}).text


def test_every_door_of_every_process_follows_without_a_restart(
    services: CloneServices, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two web processes on one database, both of which had been asked before."""
    other = Person(create_app(services.settings, services), base_url="http://testserver", raise_server_exceptions=False)
    other.cookies = officer.cookies
    assert colour(other) == OLD
    wanted = recoloured() | {
        "title": "围得怎样",
        "title_en": "How fenced",
        "minzoom": 11,
        "maxzoom": 14,
        "description": "新的说明",
    }
    assert saved(officer, wanted).status_code == 201
    monkeypatch.setattr(standings, "REMEMBERED_S", 0.0)  # a second has gone by
    assert colour(other) == TEAL
    for ending in ("sld", "qml"):
        style = other.get(f"/api/v1/layers/{LAYER}/style.{ending}").text
        assert TEAL.lower() in style.lower() or "11,122,117" in style
    assert TEAL.lower() in other.get(f"/api/v1/layers/{LAYER}/style.json").text.lower()
    collection = other.get(f"/ogc/collections/{LAYER}").json()
    assert collection["title"] == "围得怎样"
    assert collection["description"].startswith("新的说明 ")
    tiles = other.get(f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad", params={"f": "tilejson"}).json()
    assert (tiles["minzoom"], tiles["maxzoom"], tiles["name"]) == (11, 14, "围得怎样")
    assert "围得怎样" in other.get("/ogc/tiles/WebMercatorQuad").text
    assert standing(services.reader)[LAYER].title == "围得怎样"


def test_within_a_second_a_process_asks_nothing_and_then_one_number(
    services: CloneServices, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "REMEMBERED_S", 600.0)
    asked: list[Any] = []

    class Counting:
        def row(self, *question: Any) -> Any:
            asked.append("number")
            return services.reader.row(*question)

        def rows(self, *question: Any) -> Any:
            asked.append("versions")
            return services.reader.rows(*question)

    held = Standing(Counting(), Catalogue.load(LAYERS))  # type: ignore[arg-type]
    first = held.now()
    assert held.now() is first
    assert asked == ["number", "versions"]
    assert held.fresh() is first
    assert asked == ["number", "versions", "number"]
    saved(officer, recoloured())
    assert held.now() is first
    assert held.fresh() is not first
    assert first[LAYER] == SHOWN


def test_layers_stand_in_the_order_they_are_given(officer: Person) -> None:
    saved(officer, content(order=0))
    assert officer.get("/api/v1/layers").json()[0]["id"] == LAYER


def test_a_tile_kept_while_a_layer_began_later_is_not_given_again(
    services: CloneServices, officer: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standings, "REMEMBERED_S", 0.0)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        a_parcel(session, shape=land(0))
    where = f"/ogc/collections/{LAYER}/tiles/WebMercatorQuad"
    tile = tile_at(12, WEST + 0.0005, SOUTH + 0.0005)
    x, y = tile.x, tile.y
    assert officer.get(f"{where}/12/{y}/{x}").status_code == 200
    assert saved(officer, content(minzoom=14)).status_code == 201
    assert officer.get(f"{where}/12/{y}/{x}").status_code == 204
    assert saved(officer, content(minzoom=11)).status_code == 201
    assert officer.get(f"{where}/12/{y}/{x}").status_code == 200


def test_folium_and_sheets_follow(services: CloneServices, officer: Person) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session, name="北围")
        for n in range(3):
            a_parcel(session, shape=land(n), area_id=area.id, fence_status="full")
    assert saved(officer, recoloured("#0B7A76")).status_code == 201
    layers = standing(services.reader)
    assert "#0B7A76" in handout(services.reader, EVERYTHING, layers, area="北围")
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        desk = Desk(services.reader, session, EVERYTHING, layers, clock.now())
        assert "#0B7A76" in "".join(map(to_svg, drawn(desk, "area-fence", "北围", None))).upper()


def tried(services: CloneServices, statement: str) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text(statement))


def test_the_database_keeps_what_was_saved_and_shows_it_to_nobody_unnamed(
    services: CloneServices, officer: Person
) -> None:
    saved(officer, recoloured())
    for statement in (
        "update layer_version set reason = 'x'",
        "delete from layer_version",
        "truncate layer_version",
        "insert into layer_version (layer_id, version, reason, made_by) values ('area', 1, 'x', 1)",  # in another's name
    ):
        with pytest.raises(DBAPIError):
            tried(services, statement)
    with services.sessions() as session:
        assert session.scalar(text("select count(*) from layer_version")) == 0


def test_the_commands_list_print_and_carry_away(services: CloneServices, officer: Person, tmp_path: Path) -> None:
    saved(officer, recoloured(), reason="投影看不清")
    commands = installed(maps_cli.install, services)

    def run(*words: str) -> str:
        done = CliRunner().invoke(commands, list(words))
        assert done.exit_code == 0, done.output
        return done.output

    assert "投影看不清" in run("versions", LAYER)
    assert json.loads(run("versions", LAYER, "--json"))[0]["version"] == 1
    assert json.loads(run("version", LAYER, "1", "--json")) == recoloured()
    assert json.loads(run("version", LAYER, "0")) == content()
    run("layer-folder", LAYER, "--out", str(tmp_path))
    assert TEAL in (tmp_path / LAYER / "style.json").read_text("utf-8")
    run("layer-folder", LAYER, "--out", str(tmp_path), "--version", "0")
    assert OLD in (tmp_path / LAYER / "style.json").read_text("utf-8")
    file = tmp_path / "style.json"
    run("style", LAYER, "--format", "json", "--out", str(file))
    assert TEAL.lower() in file.read_text("utf-8").lower()


def test_readers_of_maps_are_many_and_editors_few() -> None:
    assert PERMISSIONS["layer.edit"] < BUSINESS
