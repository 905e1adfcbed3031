"""Sessions and tries, rule by rule (ASVS V3, V6, V7); what `test_sign_in.py` shows already is not shown again."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access import entering
from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.profiles import DENGBAO, PROFILES
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.core.limiter import Limiter
from gis_service.main import create_app
from gis_service.tls import keeping
from tests.conftest import PASSWORD, CloneServices, Person

SAME = {"Sec-Fetch-Site": "same-origin"}
SignIn = Callable[..., Person]


def name_of(person: Person) -> str:
    return str(person.get("/api/v1/me").json()["username"])


def signed_in_again(app: FastAPI, username: str, **headers: str) -> TestClient:
    browser = TestClient(app, headers=SAME | headers)
    assert browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD}).status_code == 201
    return browser


def with_cookie(app: FastAPI, cookie: str) -> int:
    app.state.doorkeeper.forget()
    return TestClient(app).get("/api/v1/me", headers={"Cookie": f"gis_session={cookie}"}).status_code


# --- the secret of a session -----------------------------------------------------------------------------------------


def test_a_session_is_256_random_bits_of_which_the_database_has_a_hash(
    services: CloneServices, sign_in: SignIn
) -> None:
    cookie = sign_in(Role.INSPECTOR).cookies["gis_session"]
    assert len(cookie) == 43, "32 bytes in base64"
    with services.sessions() as session:
        assert cookie not in str(session.execute(text("select user_session::text from user_session")).all())


def test_a_secret_planted_before_signing_in_is_worth_nothing_after(app: FastAPI, sign_in: SignIn) -> None:
    """Fixation: the server gives the secret, whatever the browser brought."""
    username = name_of(sign_in(Role.INSPECTOR))
    browser = TestClient(app, headers=SAME)
    planted = "attackers-choice-attackers-choice-attackers"
    browser.cookies.set("gis_session", planted)
    answer = browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    assert answer.cookies["gis_session"] != planted
    assert with_cookie(app, planted) == 401


def test_signing_in_again_ends_the_session_the_browser_had(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    before, username = person.cookies["gis_session"], name_of(person)
    person.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    after = person.cookies["gis_session"]
    assert (with_cookie(app, before), with_cookie(app, after)) == (401, 200)


def test_no_secret_is_ever_taken_from_the_address(app: FastAPI, sign_in: SignIn) -> None:
    cookie = sign_in(Role.INSPECTOR).cookies["gis_session"]
    assert TestClient(app).get("/api/v1/me", params={"gis_session": cookie, "token": cookie}).status_code == 401


def test_the_cookie_is_for_this_host_for_http_alone_and_over_tls_only(services: CloneServices, sign_in: SignIn) -> None:
    username = name_of(sign_in(Role.INSPECTOR))
    keeping.make(services.settings, ["gis.example.lan"], [])
    browser = TestClient(create_app(services.settings, services), base_url="https://gis.example.lan", headers=SAME)
    answer = browser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    name, *parts = answer.headers["set-cookie"].split("; ")
    assert name.startswith("__Host-gis_session=")
    assert {part.lower() for part in parts} == {"httponly", "path=/", "samesite=lax", "secure"}


# --- across sites ----------------------------------------------------------------------------------------------------


ELSEWHERE: tuple[dict[str, str], ...] = (
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {"Origin": "http://testserver.evil.example"},
    {"X-CSRF-Token": "guessed"},
    {},
)
"""How a request looks that does not come from our pages."""


def test_a_form_on_another_site_changes_nothing(sign_in: SignIn) -> None:
    person = sign_in(Role.SECURITY_ADMIN)
    del person.headers["Sec-Fetch-Site"]
    doors = (
        ("POST", "/api/v1/me/second-factor"),
        ("POST", "/api/v1/me/password"),
        ("DELETE", "/api/v1/sessions/current"),
        ("POST", "/api/v1/users/1/second-factor/reset"),
    )
    answers = {
        f"{method} {path} {headers}": person.request(method, path, headers=headers).json()["code"]
        for method, path in doors
        for headers in ELSEWHERE
    }
    assert set(answers.values()) == {"access.cross_site"}, answers


@pytest.mark.parametrize("path", ["/api/v1/sessions", "/login"])
def test_another_site_cannot_sign_a_browser_in_as_somebody(path: str, app: FastAPI, sign_in: SignIn) -> None:
    username = name_of(sign_in(Role.INSPECTOR))
    browser = TestClient(app, headers={"Sec-Fetch-Site": "cross-site"})
    body: dict[str, Any] = {"username": username, "password": PASSWORD}
    answer = browser.post(path, **({"json": body} if path.startswith("/api") else {"data": body}))
    assert answer.status_code == 403
    assert "gis_session" not in browser.cookies


# --- the end of a session --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "idle_minutes", "status"),
    [(Role.INSPECTOR, 29, 200), (Role.INSPECTOR, 31, 401), (Role.AUDITOR, 9, 200), (Role.AUDITOR, 11, 401)],
)
def test_an_idle_session_ends_sooner_for_administrators(
    role: Role, idle_minutes: int, status: int, services: CloneServices, sign_in: SignIn
) -> None:
    app = create_app(services.settings.model_copy(update={"security_profile": "dengbao"}), services)
    person = sign_in(role, on=app)
    _move_back(services, "last_seen_at", timedelta(minutes=idle_minutes))
    assert with_cookie(app, person.cookies["gis_session"]) == status


@pytest.mark.parametrize(("hours", "status"), [(11, 200), (13, 401)])
def test_a_session_that_is_used_all_day_ends_too(
    hours: int, status: int, services: CloneServices, app: FastAPI, sign_in: SignIn
) -> None:
    person = sign_in(Role.INSPECTOR)
    _move_back(services, "created_at", timedelta(hours=hours))
    assert with_cookie(app, person.cookies["gis_session"]) == status


def _move_back(services: CloneServices, column: str, by: timedelta) -> None:
    with services.sessions.begin() as session:
        session.execute(text(f"update user_session set {column} = {column} - :by"), {"by": by})


@pytest.mark.parametrize("code", list(PROFILES))
def test_one_session_too_many_ends_the_oldest(code: str, services: CloneServices, sign_in: SignIn) -> None:
    app = create_app(services.settings.model_copy(update={"security_profile": code}), services)
    most = PROFILES[code].sessions_at_once
    first = sign_in(Role.GUEST, on=app)
    username = name_of(first)
    others = [signed_in_again(app, username) for _ in range(most)]
    cookies = [browser.cookies["gis_session"] for browser in (first, *others)]
    assert [with_cookie(app, cookie) for cookie in cookies] == [401, *[200] * most]


def test_a_new_password_ends_every_other_session_of_the_person(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    other = signed_in_again(app, name_of(person))
    assert person.post("/api/v1/me/password", json={"old": PASSWORD, "new": "Another-word-7"}).status_code == 204
    assert with_cookie(app, other.cookies["gis_session"]) == 401
    assert with_cookie(app, person.cookies["gis_session"]) == 200


def test_the_administrator_can_put_somebody_out(app: FastAPI, sign_in: SignIn) -> None:
    person, system = sign_in(Role.INSPECTOR), sign_in(Role.SYSTEM_ADMIN)
    address = f"/api/v1/users/{person.user_id}/password"
    assert system.post(address, json={"password": "Given-again-10"}).status_code == 204
    assert with_cookie(app, person.cookies["gis_session"]) == 401


def test_signing_out_takes_the_cookie_from_the_browser_and_leaves_others_alone(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    other = signed_in_again(app, name_of(person))
    answer = person.delete("/api/v1/sessions/current")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert with_cookie(app, other.cookies["gis_session"]) == 200


def test_a_role_that_was_taken_does_not_live_on_in_the_session(sign_in: SignIn) -> None:
    person, security = sign_in(Role.INSPECTOR), sign_in(Role.SECURITY_ADMIN)
    (grant,) = security.get(f"/api/v1/users/{person.user_id}/grants").json()
    assert security.delete(f"/api/v1/users/{person.user_id}/grants/{grant['id']}").status_code == 204
    assert person.get("/api/v1/me").json()["code"] == "access.forbidden"


# --- guessing --------------------------------------------------------------------------------------------------------


def test_a_hundred_guesses_at_one_account_are_five(app: FastAPI, sign_in: SignIn) -> None:
    username = name_of(sign_in(Role.INSPECTOR))
    stranger = TestClient(app, headers=SAME)
    codes = [
        stranger.post("/api/v1/sessions", json={"username": username, "password": f"guess-{n}"}).json()["code"]
        for n in range(40)
    ]
    assert codes == ["access.wrong_password"] * 5 + ["access.locked"] * 35


@pytest.mark.parametrize("who", ["nobody", "known", "disabled"])
def test_the_sixth_try_says_the_same_of_every_name(
    who: str, app: FastAPI, services: CloneServices, sign_in: SignIn
) -> None:
    """What tells an account from a name that is none would be a list of accounts (ASVS 6.3.8)."""
    username = "nobody" if who == "nobody" else name_of(sign_in(Role.INSPECTOR))
    if who == "disabled":
        with services.sessions.begin() as session:
            session.execute(text("update app_user set state = 'disabled'"))

    def tried(times: int) -> list[tuple[int, str, str]]:
        answers = [
            TestClient(app, headers=SAME).post("/api/v1/sessions", json={"username": username, "password": "wrong"})
            for _ in range(times)
        ]
        return [(a.status_code, a.json()["code"], re.sub(r"\d\d:\d\d", "", a.json()["title"])) for a in answers]

    wrong = (401, "access.wrong_password", "账号或密码不正确。")
    locked = (429, "access.locked", "连续输错次数过多,账号已锁定至 。如非本人操作请联系系统管理员。")
    assert tried(7) == [wrong] * 5 + [locked] * 2
    _let_locks_end(services)
    assert tried(2) == [wrong, locked], "the next wrong one locks again"
    _let_a_day_pass(services)
    assert tried(6) == [wrong] * 5 + [locked]
    with services.sessions() as session:
        assert session.scalar(text("select count(*) from sign_in_tries")) == 1


def test_names_that_were_guessed_are_kept_for_a_day_as_hashes(app: FastAPI, services: CloneServices) -> None:
    for name in ("my-password-typed-as-a-name", "x1", "x2"):
        TestClient(app, headers=SAME).post("/api/v1/sessions", json={"username": name, "password": "wrong"})
    with services.sessions() as session:
        kept = session.execute(text("select sign_in_tries::text from sign_in_tries")).all()
        assert (len(kept), "typed" in str(kept)) == (3, False)
    _let_a_day_pass(services)
    TestClient(app, headers=SAME).post("/api/v1/sessions", json={"username": "x3", "password": "wrong"})
    with services.sessions() as session:
        assert session.scalar(text("select count(*) from sign_in_tries")) == 1


def test_the_administrator_sees_which_accounts_are_locked_and_a_new_password_unlocks(
    app: FastAPI, services: CloneServices, sign_in: SignIn
) -> None:
    person, system = sign_in(Role.INSPECTOR), sign_in(Role.SYSTEM_ADMIN)
    for _ in range(5):
        TestClient(app, headers=SAME).post("/api/v1/sessions", json={"username": name_of(person), "password": "wrong"})

    def locked() -> set[int]:
        return {each["id"] for each in system.get("/api/v1/users").json() if each["locked_until"]}

    assert locked() == {person.user_id}
    system.post(f"/api/v1/users/{person.user_id}/password", json={"password": "Given-again-10"})
    assert locked() == set()


def _let_locks_end(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        session.execute(text("update sign_in_tries set locked_until = now() - interval '1 second'"))


def _let_a_day_pass(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        session.execute(text("update sign_in_tries set last_at = last_at - interval '25 hours'"))


def test_guesses_from_many_addresses_at_once_are_five_too(
    services: CloneServices, app: FastAPI, sign_in: SignIn
) -> None:
    """The row of the account is locked while a password is checked: no two tries see the same count."""
    username = name_of(sign_in(Role.INSPECTOR))
    for _ in range(8):
        with services.sessions.begin() as session:
            access.check_password(session, username, "wrong", at=clock.now(), profile=DENGBAO)
    with services.sessions() as session:
        assert session.scalar(text("select wrong from sign_in_tries")) == 5


def test_one_address_that_guesses_at_many_accounts_is_slowed_and_others_are_not(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    username = name_of(person)
    guesser = TestClient(app, headers=SAME, client=("192.0.2.7", 50_000))
    statuses = [
        guesser.post("/api/v1/sessions", json={"username": f"u{n}", "password": "x"}).status_code
        for n in range(entering.WRONG_TRIES + 5)
    ]
    assert statuses == [401] * entering.WRONG_TRIES + [429] * 5
    refusal = guesser.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    assert refusal.json()["code"] == "access.too_many_here"
    assert 0 < int(refusal.headers["Retry-After"]) <= entering.WITHIN_S
    assert signed_in_again(app, username).get("/api/v1/me").status_code == 200


def test_right_passwords_do_not_count_against_an_address(app: FastAPI, sign_in: SignIn) -> None:
    app.state.wrong_tries = Limiter(3, 900)
    username = name_of(sign_in(Role.INSPECTOR))
    for _ in range(6):
        signed_in_again(app, username)


def test_a_lock_ends_by_itself_and_a_success_clears_the_count(
    services: CloneServices, app: FastAPI, sign_in: SignIn
) -> None:
    username = name_of(sign_in(Role.INSPECTOR))
    stranger = TestClient(app, headers=SAME)
    for _ in range(5):
        stranger.post("/api/v1/sessions", json={"username": username, "password": "wrong"})
    _let_locks_end(services)
    signed_in_again(app, username)
    again = stranger.post("/api/v1/sessions", json={"username": username, "password": "wrong"})
    assert again.json()["code"] == "access.wrong_password"
    signed_in_again(app, username)


class Counting:
    """A hasher that counts, so that work can be compared without a clock."""

    def __init__(self, real: Any):
        self.real, self.checked = real, 0

    def hash(self, password: str) -> str:
        return str(self.real.hash(password))

    def verify(self, password_hash: str, password: str) -> bool:
        self.checked += 1
        return bool(self.real.verify(password_hash, password))


@pytest.mark.parametrize("who", ["known", "unknown", "disabled"])
def test_the_same_work_is_done_for_known_unknown_and_disabled(
    who: str, app: FastAPI, services: CloneServices, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    username = name_of(sign_in(Role.INSPECTOR))
    if who == "disabled":
        with services.sessions.begin() as session:
            session.execute(text("update app_user set state = 'disabled'"))
    counting = Counting(access.HASHER)
    monkeypatch.setattr(access, "HASHER", counting)
    TestClient(app, headers=SAME).post(
        "/api/v1/sessions", json={"username": "nobody" if who == "unknown" else username, "password": "wrong"}
    )
    assert counting.checked == 1


def test_the_hash_for_unknown_accounts_costs_what_ours_cost() -> None:
    """Argon2id with at least what OWASP asks: 19 MiB, two passes."""
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=\d+\$", access.NOBODY)
    assert found
    assert (int(found[1]) >= 19_456, int(found[2]) >= 2) == (True, True)
    from argon2 import PasswordHasher

    assert not PasswordHasher().check_needs_rehash(access.NOBODY)


# --- default accounts, and headers -----------------------------------------------------------------------------------


def test_there_is_no_account_before_one_is_made(services: CloneServices) -> None:
    with services.sessions() as session:
        assert session.scalar(text("select count(*) from app_user")) == 0


def test_two_people_cannot_share_an_account_name(services: CloneServices) -> None:
    with services.sessions.begin() as session:
        access.create_user(session, SERVICE, username="one", display_name="一", password=PASSWORD)
    with pytest.raises(Exception, match="exists already"), services.sessions.begin() as session:
        access.create_user(session, SERVICE, username="one", display_name="二", password=PASSWORD)


def test_every_answer_has_the_headers_that_keep_others_out(app: FastAPI) -> None:
    stranger = TestClient(app, follow_redirects=False)
    for path in ("/login", "/api/v1/me", "/nowhere", "/ogc/"):
        _require_headers(stranger.get(path).headers)


def _require_headers(headers: Any) -> None:
    policy = {part.split()[0]: part.split()[1:] for part in headers["content-security-policy"].split("; ")}
    assert policy["default-src"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert "script-src" not in policy, "scripts fall under default-src: our own files, nothing inline"
    assert [source for source in policy["style-src"] if not source.startswith("'sha256-")] == ["'self'"]
    assert not any("unsafe" in source for sources in policy.values() for source in sources)
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


def test_the_pages_before_the_door_ask_nobody_else(app: FastAPI) -> None:
    page = TestClient(app).get("/login").text
    assert not re.findall(r"(?:src|href|action)=\"(?:https?:)?//", page)
    assert "<script" not in page
