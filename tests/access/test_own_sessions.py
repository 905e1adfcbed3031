"""People see where they are signed in, and end what they do not know (ASVS 7.5.2)."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access.rules import Role
from gis_service.access.sessions.rules import device
from tests.access.test_session_rules import name_of, signed_in_again, with_cookie
from tests.conftest import PASSWORD, CloneServices, Person

EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0"
PHONE = (
    "Mozilla/5.0 (Linux; Android 14; ALN-AL80) AppleWebKit/537.36 Chrome/114.0 Mobile Safari/537.36 MicroMessenger/8.0"
)
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 Version/17.5 Mobile/15E148 Safari/604.1"
SignIn = Callable[..., Person]


def listed(person: TestClient) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = person.get("/api/v1/me/sessions").json()["items"]
    return items


def end(person: TestClient, **body: Any) -> Any:
    return person.post("/api/v1/me/sessions/end", json=body)


@pytest.mark.parametrize(
    ("agent", "words"),
    [(EDGE, "Edge · Windows"), (PHONE, "WeChat · Android"), (IPHONE, "Safari · iPhone"), ("", ""), ("x" * 500, "")],
)
def test_a_browser_is_called_by_its_name(agent: str, words: str) -> None:
    assert device(agent) == words


def test_where_one_is_signed_in_is_listed_with_the_present_one_marked(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    sign_in(Role.INSPECTOR)  # somebody else's is not listed
    other = signed_in_again(app, name_of(person), **{"User-Agent": PHONE})
    ended = signed_in_again(app, name_of(person))
    assert ended.delete("/api/v1/sessions/current").status_code == 204
    here, there = sorted(listed(person), key=lambda each: not each["here"])
    assert (here["here"], there["here"]) == (True, False)
    assert (there["device"], there["address"]) == ("WeChat · Android", "testclient")
    assert {each["id"]: not each["here"] for each in listed(other)} == {here["id"]: True, there["id"]: False}
    assert set(here) == {"id", "since", "last_seen_at", "address", "device", "here"}, "no secret, nor its hash"


def test_what_has_timed_out_is_not_listed(services: CloneServices, app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    signed_in_again(app, name_of(person))
    with services.sessions.begin() as session:
        session.execute(
            text(
                """update user_session set last_seen_at = now() - interval '31 minutes'
                    where id = (select max(id) from user_session)"""
            )
        )
    assert [each["here"] for each in listed(person)] == [True]


def test_one_is_ended_and_the_others_go_on(services: CloneServices, app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    lost, kept = (signed_in_again(app, name_of(person)) for _ in range(2))
    which = next(each["id"] for each in listed(lost) if each["here"])
    assert end(person, password=PASSWORD, id=which).status_code == 204
    statuses = [with_cookie(app, browser.cookies["gis_session"]) for browser in (lost, kept, person)]
    assert statuses == [401, 200, 200]
    assert end(person, password=PASSWORD, id=which).status_code == 404, "it is over"
    with services.sessions() as session:
        told = session.scalar(
            text("select detail from audit_entry where action = 'session.end' order by id desc limit 1")
        )
    assert told == {"sessions": [which]}


def test_all_others_are_ended_and_this_one_goes_on(app: FastAPI, sign_in: SignIn) -> None:
    person, somebody_else = sign_in(Role.INSPECTOR), sign_in(Role.INSPECTOR)
    others = [signed_in_again(app, name_of(person)) for _ in range(2)]
    assert end(person, password=PASSWORD).status_code == 204
    browsers = (*others, person, somebody_else)
    assert [with_cookie(app, browser.cookies["gis_session"]) for browser in browsers] == [401, 401, 200, 200]
    assert [each["here"] for each in listed(person)] == [True]


def test_nobody_ends_the_sign_in_of_another(app: FastAPI, sign_in: SignIn) -> None:
    person, other = sign_in(Role.SYSTEM_ADMIN), sign_in(Role.INSPECTOR)
    (theirs,) = listed(other)
    assert end(person, password=PASSWORD, id=theirs["id"]).status_code == 404
    assert with_cookie(app, other.cookies["gis_session"]) == 200


@pytest.mark.parametrize("password", ["", "wrong"])
def test_the_password_is_asked_for_and_wrong_ones_count(password: str, app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    other = signed_in_again(app, name_of(person))
    codes = [end(person, password=password).json()["code"] for _ in range(6)]
    assert codes == ["access.wrong_password"] * 5 + ["access.locked"]
    assert with_cookie(app, other.cookies["gis_session"]) == 200
