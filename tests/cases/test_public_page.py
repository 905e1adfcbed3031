"""The public page: what it takes, what it refuses, what it tells; hostile input; how often one address may send."""

import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image
from sqlalchemy import text

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.cases.clues.rules import TRACKING
from gis_service.core import db
from gis_service.core.limiter import Limiter
from tests.conftest import CloneServices, Person

FORM = {"waste_kind": "construction", "place_text": "北围兴中路东侧", "what": "夜间有泥头车倾倒"}


def a_photo(size: tuple[int, int] = (60, 40), colour: str = "red") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def anybody(app: FastAPI) -> TestClient:
    """Somebody on the street."""
    app.state.public_limits = {"send": Limiter(100_000, 3600), "look": Limiter(100_000, 60)}
    return TestClient(app, raise_server_exceptions=False)


def number_in(page: str) -> str:
    found = TRACKING.search(page)
    assert found, page
    return found.group()


def clues(services: CloneServices) -> list[Any]:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        return list(session.execute(text("select * from clue order by id")).mappings())


def test_a_report_gets_a_number_and_reaches_the_desk(anybody: TestClient, sign_in: Callable[..., Person]) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    photos = [("photos", (f"{n}.jpg", a_photo(colour=c), "image/jpeg")) for n, c in enumerate(("red", "green", "blue"))]
    sent = anybody.post(
        "/clue",
        data={**FORM, "name": "甲", "phone": "13900005678", "longitude": "113.53", "latitude": "22.40"},
        files=photos,
    )
    assert sent.status_code == 201, sent.text
    number = number_in(sent.text)
    (clue,) = officer.get("/api/v1/clues").json()["items"]
    assert (clue["tracking_no"], clue["source"], clue["has_reporter"]) == (number, "public_page", True)
    assert clue["place"] == [113.53, 22.4]
    assert len(officer.get(f"/api/v1/clues/{clue['id']}").json()["files"]) == 3
    state = anybody.get(f"/clue/{number.lower()}")
    assert (state.status_code, "已收到,正在处理" in state.text) == (200, True)


def test_the_state_page_says_how_far_and_nothing_else(anybody: TestClient, sign_in: Callable[..., Person]) -> None:
    officer = sign_in(Role.CASE_OFFICER)
    number = number_in(anybody.post("/clue", data={**FORM, "name": "甲", "phone": "13900005678"}).text)
    clue_id = officer.get("/api/v1/clues").json()["items"][0]["id"]
    officer.post(f"/api/v1/clues/{clue_id}/open", json={"title": "某公司倾倒案"})
    page = anybody.get(f"/clue/{number}?lang=en").text
    assert "Taken up; it is being investigated." in page
    for hidden in ("某公司", "AJ", "兴中路", "泥头车", "13900005678", "甲"):
        assert hidden not in page


def test_both_languages_and_no_way_in_for_scripts(anybody: TestClient) -> None:
    assert "举报非法倾倒垃圾" in anybody.get("/clue").text
    assert "Report illegal dumping" in anybody.get("/clue?lang=en").text
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    page = anybody.post(
        "/clue", data={"waste_kind": "", "place_text": evil, "what": evil, "name": evil, "phone": evil[:30]}
    )
    assert page.status_code == 422
    assert "<script>alert" not in page.text
    assert "<img" not in page.text
    assert anybody.get(f"/clue/{'%3Cscript%3E'}").status_code == 404


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"waste_kind": ""}, "垃圾种类"),
        ({"waste_kind": "gold"}, "垃圾种类"),
        ({"place_text": " "}, "请写明地点"),
        ({"longitude": "x", "latitude": "1"}, "位置"),
        ({"longitude": "nan", "latitude": "1"}, "位置"),
        ({"longitude": "999", "latitude": "1"}, "位置"),
        ({"quantity_m3": "-1"}, "估计方量"),
        ({"quantity_m3": "NaN"}, "估计方量"),
        ({"quantity_m3": "1e99"}, "估计方量"),
        ({"seen_at": "yesterday"}, "发现时间"),
        ({"seen_at": "2999-01-01T00:00"}, "发现时间"),
        ({"seen_at": "0001-01-01T00:00"}, "发现时间"),
        ({"what": "a\x00b"}, "情况描述"),
        ({"name": "\x1b[31m"}, "姓名"),
    ],
)
def test_what_is_wrong_is_said_and_what_was_written_stays(
    anybody: TestClient, services: CloneServices, wrong: dict[str, str], said: str
) -> None:
    answer = anybody.post("/clue", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert said in re.sub(r"<form.*", "", answer.text, flags=re.DOTALL)
    if "what" not in wrong:
        assert FORM["what"] in answer.text
    assert clues(services) == []


def test_a_machine_that_fills_everything_in_is_thanked_and_forgotten(
    anybody: TestClient, services: CloneServices
) -> None:
    answer = anybody.post("/clue", data={**FORM, "website": "http://spam.example"})
    assert answer.status_code == 201
    assert anybody.get(f"/clue/{number_in(answer.text)}").status_code == 404
    assert clues(services) == []


@pytest.mark.parametrize(
    "file",
    [
        ("a.jpg", b"<svg onload=alert(1)>"),
        ("a.svg", b"<svg/>"),
        ("a.pdf", b"%PDF-1.7"),
        ("a.jpg", b"\xff\xd8\xff" + b"\x00" * 500),
        ("a.html", b"<html>"),
        ("a.jpg", b""),
    ],
)
def test_only_photos_that_can_be_decoded_are_taken(
    anybody: TestClient, services: CloneServices, file: tuple[str, bytes]
) -> None:
    answer = anybody.post("/clue", data=FORM, files={"photos": file})
    assert answer.status_code in (400, 415, 422), answer.text
    assert clues(services) == []


def test_too_many_or_too_much_is_refused_before_it_is_read(anybody: TestClient, services: CloneServices) -> None:
    four = [("photos", (f"{n}.jpg", a_photo((60 + n, 40)), "image/jpeg")) for n in range(4)]
    assert anybody.post("/clue", data=FORM, files=four).status_code == 413
    huge = anybody.post(
        "/clue", content=b"x", headers={"content-length": str(10**9), "content-type": "multipart/form-data; boundary=x"}
    )
    assert huge.status_code == 413
    assert (
        anybody.post(
            "/clue", content=iter([b"x"]), headers={"content-type": "multipart/form-data; boundary=x"}
        ).status_code
        == 413
    )
    assert clues(services) == []


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.dictionaries(
        st.sampled_from([*FORM, "longitude", "latitude", "quantity_m3", "seen_at", "name", "phone"]),
        st.text(max_size=60),
    )
)
def test_whatever_is_sent_is_kept_or_refused_never_a_surprise(anybody: TestClient, sent: dict[str, str]) -> None:
    encoded = {name: value.encode("utf-8", "replace").decode() for name, value in {**FORM, **sent}.items()}
    answer = anybody.post("/clue", data=encoded)
    assert answer.status_code in (201, 400, 413, 422), answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=1, max_size=40).filter(
        lambda t: "/" not in t and t not in (".", "..")
    )
)
def test_a_wrong_number_is_a_wrong_number(anybody: TestClient, number: str) -> None:
    from urllib.parse import quote

    assert anybody.get(f"/clue/{quote(number, safe='')}").status_code == 404


def test_one_address_may_send_so_often_and_no_more(app: FastAPI, services: CloneServices) -> None:
    limit = app.state.settings.clue_per_hour
    person = TestClient(app, raise_server_exceptions=False)
    answers = [person.post("/clue", data=FORM) for _ in range(limit + 3)]
    assert [answer.status_code for answer in answers] == [201] * limit + [429] * 3
    assert int(answers[-1].headers["retry-after"]) > 0
    assert "请" in answers[-1].text
    assert len(clues(services)) == limit
    looks = [person.get("/clue/XS260901-AAAAAAAA").status_code for _ in range(70)]
    assert set(looks) == {404, 429}


@given(st.lists(st.tuples(st.sampled_from("ab"), st.floats(0, 30)), max_size=60))
def test_a_limiter_never_lets_more_through_than_it_says(acts: list[tuple[str, float]]) -> None:
    at = 0.0
    limiter = Limiter(3, 60, now=lambda: at)
    let: list[tuple[str, float]] = []
    for address, wait in acts:
        at += wait
        if limiter.wait_s(address) == 0:
            let.append((address, at))
        recent = [each for each in let if each[0] == address and each[1] > at - 60]
        assert len(recent) <= 3


def test_no_address_of_a_reporter_is_kept(anybody: TestClient, services: CloneServices) -> None:
    anybody.post("/clue", data=FORM)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        kept = session.execute(text("select address, actor_name from audit_entry where action = 'clue.create'")).all()
    assert [(row[0] or "", row[1]) for row in kept] == [("", "公众")]


def test_the_page_shows_no_map_and_loads_nothing_from_outside(anybody: TestClient) -> None:
    page = anybody.get("/clue").text + anybody.get("/clue.js").text
    assert not re.search(r"https?://|<iframe|<canvas|openlayers", page)
