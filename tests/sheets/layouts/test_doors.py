"""Layouts over HTTP: kept for the unit that made them, never overwritten unseen, and what the preview shows is what is printed."""

import contextlib
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from fastapi import FastAPI
from sqlalchemy import text
from typer.testing import CliRunner

from gis_service.access.actor import EVERYTHING
from gis_service.access.models import Unit, User
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.sheets import cli
from gis_service.sheets.layouts.definition import Definition, arrangeable
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, a_unit, an_area, land

ROOT = "/api/v1/sheet-layouts"
SignIn = Callable[..., Person]
PLAIN = {"kind": "place", "size": "a4"}


@pytest.fixture
def offices(app: FastAPI, sign_in: SignIn) -> dict[str, Person]:
    """Two land officers of one office, one of another, one of none; and an inspector."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        units = [a_unit(session, code=code, name=name).id for code, name in (("U1", "甲单位"), ("U2", "乙单位"))]
    people = {name: sign_in(Role.LAND_OFFICER) for name in ("one", "two", "other", "lonely")}
    people["inspector"] = sign_in(Role.INSPECTOR)
    belongs = {"one": units[0], "two": units[0], "other": units[1], "inspector": units[0]}
    with app.state.sessions.begin() as session:
        for name, unit_id in belongs.items():
            session.get_one(User, people[name].user_id).unit_id = unit_id
    app.state.doorkeeper.forget()
    return people


def a_layout(person: Person, name: str = "会议用", **said: Any) -> dict[str, Any]:
    answer = person.post(ROOT, json={"name": name, "definition": {**PLAIN, **said}})
    assert answer.status_code == 201, answer.text
    return {**answer.json(), "etag": answer.headers["etag"]}


def test_a_layout_belongs_to_the_unit_that_made_it(offices: dict[str, Person]) -> None:
    made = a_layout(offices["one"], title="{对象}")
    at = f"{ROOT}/{made['id']}"
    for name in ("two", "other", "inspector", "lonely"):
        (listed,) = offices[name].get(ROOT).json()["items"]
        assert (listed["name"], listed["unit"]) == ("会议用", "甲单位")
        assert listed["mine"] is (name == "two")
    body = {"name": "改名", "definition": PLAIN}
    seen = {"If-Match": made["etag"]}
    refused = offices["other"].put(at, json=body, headers=seen)
    assert (refused.status_code, refused.json()["code"]) == (403, "layouts.not_yours")
    assert offices["inspector"].put(at, json=body, headers=seen).status_code == 403
    assert offices["other"].post(f"{at}/archive", headers=seen).status_code == 403
    assert offices["lonely"].post(ROOT, json=body).json()["code"] == "layouts.no_unit"
    assert offices["two"].put(at, json=body, headers=seen).status_code == 200


def test_a_stale_change_is_refused_with_what_it_is_now(offices: dict[str, Person]) -> None:
    made = a_layout(offices["one"])
    at, seen = f"{ROOT}/{made['id']}", {"If-Match": made["etag"]}
    assert offices["two"].put(at, json={"name": "会议用", "definition": {**PLAIN, "scale": 5000}}, headers=seen).status_code == 200  # fmt: skip
    mine = {"name": "会议用", "definition": {**PLAIN, "scale": 2000}}
    refused = offices["one"].put(at, json=mine, headers=seen)
    assert refused.status_code == 412
    assert refused.json()["current"]["definition"]["scale"] == 5000
    assert offices["one"].put(at, json=mine).status_code == 428
    again = offices["one"].put(at, json=mine, headers={"If-Match": refused.json()["etag"]})
    assert (again.status_code, again.json()["version"]) == (200, 3)


def test_a_layout_is_put_away_and_taken_out_again_and_its_name_is_free_meanwhile(offices: dict[str, Person]) -> None:
    one = offices["one"]
    made = a_layout(one)
    assert one.post(ROOT, json={"name": "会议用", "definition": PLAIN}).status_code == 409
    away = one.post(f"{ROOT}/{made['id']}/archive", headers={"If-Match": made["etag"]})
    assert one.get(ROOT).json()["items"] == []
    assert [each["id"] for each in one.get(ROOT, params={"archived": True}).json()["items"]] == [made["id"]]
    a_layout(one)
    back = one.post(f"{ROOT}/{made['id']}/restore", headers={"If-Match": away.headers["etag"]})
    assert back.status_code == 409, "its name was given away"


def test_a_repeated_post_makes_one_layout_and_a_broken_one_none(offices: dict[str, Person]) -> None:
    body, key = {"name": "一", "definition": PLAIN}, {"Idempotency-Key": "k"}
    first, again = (offices["one"].post(ROOT, json=body, headers=key) for _ in range(2))
    assert first.json()["id"] == again.json()["id"]
    broken = offices["one"].post(
        ROOT, json={"name": "二", "definition": {**PLAIN, "scale": 777, "layers": ["nothing"]}}
    )
    assert (broken.status_code, broken.json()["code"]) == (422, "layouts.broken")
    assert [fault["field"] for fault in broken.json()["errors"]] == ["scale", "layers"]
    assert len(offices["one"].get(ROOT).json()["items"]) == 1


def test_the_database_itself_keeps_units_apart(services: CloneServices, offices: dict[str, Person]) -> None:
    made = a_layout(offices["one"])
    changing = text("update sheet_layout set name = '别的' where id = :id")
    for name, count in (("other", 0), ("two", 1)):
        with services.engine.begin() as connection:
            db.enter(connection, Scope(see_all=True, actor_id=offices[name].user_id))
            assert connection.execute(changing, {"id": made["id"]}).rowcount == count
    with services.engine.begin() as connection:
        assert connection.scalar(text("select count(*) from sheet_layout")) == 0, "nobody, nothing"
    with services.engine.begin() as connection:
        assert not connection.scalar(text("select has_table_privilege('gis_app', 'sheet_layout', 'delete')"))


@pytest.fixture
def plots(app: FastAPI) -> list[str]:
    """Parcels side by side in an area."""
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        area = an_area(session)
        return [a_parcel(session, shape=land(n), area_id=area.id).parcel_no for n in range(3)]


MOVED = Definition(
    kind="place", size="a4-portrait", title="{对象} 用地", scale=2_000, layers=("ground", "parcel-fence", "area"),
    boxes={"notes": (20, 230, 60, 20), "map": (20, 40, 150, 120), "legend": (100, 100, 60, 50)}, hidden=("inset",),
)  # fmt: skip


def test_the_preview_is_the_print(services: CloneServices, offices: dict[str, Person], plots: list[str], tmp_path: Path) -> None:  # fmt: skip
    one, wanted = offices["one"], MOVED.model_dump(mode="json")
    day = {"subject": plots[0], "as_of": "2099-01-01"}
    shown = one.post(f"{ROOT}/preview", json={"definition": wanted, **day})
    assert shown.status_code == 200, shown.text
    page = shown.json()
    assert (page["scale"], page["map"], page["title"]) == (2_000, [20, 40, 150, 120], f"{plots[0]} 用地")
    assert {"ground", "parcel-fence", "area"} == set(page["layers"])
    assert {part["name"] for part in page["parts"]} >= {"title", "legend", "notes", "stack-1"}
    made = one.post(ROOT, json={"name": "竖幅", "definition": wanted}).json()
    printed = one.get("/api/v1/sheets/place.svg", params={**day, "layout": made["id"]})
    assert printed.content == page["svg"].encode(), "what the screen shows is what prints"
    plain = one.get("/api/v1/sheets/place.svg", params=day)
    assert plain.content != printed.content
    assert (
        one.get("/api/v1/sheets/status.svg", params={**day, "layout": made["id"]}).json()["code"]
        == "layouts.wrong_kind"
    )
    assert one.get("/api/v1/sheets/place.svg", params={**day, "layout": 99}).status_code == 404

    commands = typer.Typer()
    cli.install(commands, lambda: contextlib.nullcontext(services))
    told = CliRunner().invoke(commands, ["layouts"])
    assert "甲单位/竖幅" in told.output
    words = [
        "parcel",
        plots[0],
        "--kind",
        "place",
        "--as-of",
        "2099-01-01",
        "--out",
        str(tmp_path / "f.svg"),
        "--layout",
    ]
    assert CliRunner().invoke(commands, [*words, "竖幅"]).exit_code == 0
    assert (tmp_path / "f.svg").read_bytes() == printed.content
    a_layout(offices["other"], "竖幅")
    assert CliRunner().invoke(commands, [*words, "竖幅"]).exit_code != 0, "two have this name"
    assert CliRunner().invoke(commands, [*words, "甲单位/竖幅"]).exit_code == 0


def test_every_layer_can_be_chosen_on_every_kind_and_size(offices: dict[str, Person], plots: list[str]) -> None:
    one = offices["one"]
    choices = one.get(f"{ROOT}/choices").json()
    layers = [layer["id"] for layer in choices["layers"]]
    assert {"ground", "around", "fence", "waste-body", "grid-cell"} <= set(layers)
    with one.app.state.sessions.begin() as session:  # type: ignore[attr-defined]
        db.enter(session, EVERYTHING)
        area = session.scalar(text("select name from area"))
    for kind in choices["kinds"]:
        assert len(kind["sizes"]) >= 4, "A4 and A3, both ways up"
        sizes = {(size["width_mm"], size["height_mm"]) for size in kind["sizes"]}
        assert sizes == {(210, 297), (297, 210), (297, 420), (420, 297)}
        subject = plots[1] if kind["subject"] == "parcel" else area
        for number, size in enumerate(kind["sizes"]):
            chosen = layers if number == 0 else None
            wanted = {"kind": kind["kind"], "size": size["size"], "layers": chosen}
            shown = one.post(f"{ROOT}/preview", json={"definition": wanted, "subject": subject})
            assert shown.status_code == 200, (wanted, shown.text)
            if chosen:
                assert set(shown.json()["layers"]) >= set(chosen) - {"around"}
    assert set(arrangeable()) == {kind["kind"] for kind in choices["kinds"]}
    case = {"definition": {**PLAIN, "kind": "case", "size": "a3"}, "subject": "AJ2026-0001"}
    assert one.post(f"{ROOT}/preview", json=case).status_code == 422  # a preview asks for no permission of cases


def test_layers_are_drawn_in_their_order_and_the_legend_names_what_is_visible(offices: dict[str, Person], plots: list[str]) -> None:  # fmt: skip
    def svg(*layers: str) -> str:
        body = {"definition": {**PLAIN, "layers": layers}, "subject": plots[0]}
        return str(offices["one"].post(f"{ROOT}/preview", json=body).json()["svg"])

    both = svg("parcel-supply", "parcel-fence")
    assert "供应" in both
    assert "围蔽" in both
    assert both != svg("parcel-fence", "parcel-supply"), "the later lies on the earlier"
    assert "围蔽" not in svg("parcel-supply")
    assert "警示牌" not in svg("sign"), "no sign is there"


def test_unit_names_are_shown(offices: dict[str, Person], app: FastAPI) -> None:
    a_layout(offices["one"])
    with app.state.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.query(Unit).filter_by(code="U1").update({"short_name": "甲"})
    assert offices["other"].get(ROOT).json()["items"][0]["unit"] == "甲"


def test_a_layer_that_was_added_is_labelled_and_no_name_stands_twice(
    offices: dict[str, Person], plots: list[str]
) -> None:
    def names(*layers: str) -> list[str]:
        body = {"definition": {**PLAIN, "kind": "place", "layers": layers}, "subject": plots[0]}
        svg = offices["one"].post(f"{ROOT}/preview", json=body).json()["svg"]
        return [each for each in re.findall(r">([^<>]+)</text>", svg) if each in plots[1:]]

    assert names("ground") == []
    added = names("parcel-fence")
    assert added, "the numbers of the parcels of the layer"
    assert len(added) == len(set(added))
    assert sorted(names("around", "parcel-fence")) == sorted(set(names("around", "parcel-fence")))
