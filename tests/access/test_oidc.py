"""Signing in by way of a provider that is a process of its own (`tests.access.provider`), and what it may not get us to believe."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.main import create_app
from gis_service.settings import Settings
from tests.access.provider import CLIENT_ID, CLIENT_SECRET
from tests.access.test_second_factor import bind
from tests.conftest import PASSWORD, CloneServices, Person

Browser = TestClient


class Elsewhere:
    """The provider, from the outside."""

    def __init__(self, port: int):
        self.issuer = f"http://127.0.0.1:{port}"
        self._session = requests.Session()
        self._session.trust_env = False

    def says(self, lies: dict[str, Any] | None = None, **claims: Any) -> None:
        """Who signs in there from now on, and what is not true of the answers."""
        body = {"claims": {"sub": "s-1", "name": "陈工", **claims}, "lies": lies or {}}
        assert self._session.put(f"{self.issuer}/next", json=body, timeout=10).status_code == 204

    def signs_in(self, url: str) -> str:
        """Follow the way out; returns the address that the browser is sent back to."""
        answer = self._session.get(url, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]


@pytest.fixture(scope="module")
def elsewhere() -> Iterator[Elsewhere]:
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.access.provider"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdin
    assert process.stdout
    try:
        made = Elsewhere(json.loads(process.stdout.readline())["port"])
        yield made
        made._session.close()
    finally:
        process.stdin.close()
        process.stdout.close()
        process.wait(timeout=20)


@pytest.fixture
def make_app(services: CloneServices, elsewhere: Elsewhere) -> Callable[..., FastAPI]:
    def make(**chosen: Any) -> FastAPI:
        facts = {"oidc_issuer": elsewhere.issuer, "oidc_client_id": CLIENT_ID, "oidc_client_secret": CLIENT_SECRET}
        return create_app(services.settings.model_copy(update=facts | chosen), services)

    return make


@pytest.fixture
def app(make_app: Callable[..., FastAPI]) -> FastAPI:
    return make_app()


@pytest.fixture
def chen(services: CloneServices) -> int:
    return _account(services, "chen", Role.LAND_OFFICER)


def _account(services: CloneServices, username: str, role: Role) -> int:
    with services.sessions.begin() as session:
        user = access.create_user(session, SERVICE, username=username, display_name=username, password=PASSWORD)
        access.grant_role(session, SERVICE, user.id, role)
        return user.id


def browser(app: FastAPI) -> Browser:
    return TestClient(app, follow_redirects=False, headers={"Sec-Fetch-Mode": "navigate"})


def out(person: Browser, target: str = "/desk/") -> str:
    answer = person.get("/login/oidc", params={"next": target})
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def back(person: Browser, elsewhere: Elsewhere, target: str = "/desk/") -> Any:
    """The whole way: out, there, back."""
    return person.get(elsewhere.signs_in(out(person, target)))


def refused(answer: Any, code_or_word: str) -> bool:
    return answer.status_code in (401, 403, 503) and code_or_word in answer.text and "gis_session" not in answer.cookies


def test_somebody_the_provider_knows_comes_in_with_the_roles_we_gave(
    app: FastAPI, elsewhere: Elsewhere, chen: int
) -> None:
    elsewhere.says(preferred_username="chen")
    person = browser(app)
    answer = back(person, elsewhere, "/desk/parcels?q=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/parcels?q=1")
    me = person.get("/api/v1/me").json()
    assert (me["id"], [one["role"] for one in me["roles"]]) == (chen, ["land_officer"])
    assert me["must_change_password"] is False, "the password given by the administrator is not what they sign in with"
    assert person.get("/api/v1/parcels").status_code == 200


def test_the_way_out_asks_for_a_code_with_pkce_state_and_nonce(app: FastAPI, elsewhere: Elsewhere) -> None:
    asked = {name: values[0] for name, values in parse_qs(urlsplit(out(browser(app))).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
    assert asked["redirect_uri"].endswith("/login/oidc/callback")
    assert "openid" in asked["scope"].split()
    assert all(len(asked[name]) >= 32 for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize("alg", ["RS256", "ES256"])
def test_both_good_signatures_are_believed(alg: str, app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    # at_hash is of the token's own algorithm; both are SHA-256
    elsewhere.says({"alg": alg}, preferred_username="chen")
    assert back(browser(app), elsewhere).status_code == 303


LIES: dict[str, dict[str, Any]] = {
    "another nonce": {"claims": {"nonce": "x" * 32}},
    "no nonce": {"claims": {"nonce": None}},
    "another audience": {"claims": {"aud": "another-service"}},
    "two audiences without authorized party": {"claims": {"aud": [CLIENT_ID, "another-service"]}},
    "another authorized party": {"claims": {"azp": "another-service"}},
    "another issuer": {"claims": {"iss": "https://sso.example"}},
    "over": {"claims": {"exp": int(time.time()) - 3600}},
    "never over": {"claims": {"exp": None}},
    "from the future": {"claims": {"iat": int(time.time()) + 36_000}},
    "no subject": {"claims": {"sub": None}},
    "of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "unsigned": {"alg": "none"},
    "signed with the client's secret": {"alg": "HS256", "forged": True},
    "signed with another key": {"forged": True},
    "no name": {"claims": {"preferred_username": None}},
    "a name that is none": {"claims": {"preferred_username": ["chen"]}},
}


def test_an_id_token_that_does_not_fit_is_not_believed(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    believed = {}
    for lie, facts in LIES.items():
        elsewhere.says(facts, preferred_username="chen")
        person, part = browser(app), "claim" if "name" in lie else "id_token"
        answer = back(person, elsewhere)
        if not refused(answer, f"未通过核验({part})") or person.get("/api/v1/me").status_code != 401:
            believed[lie] = answer.text
    assert believed == {}


def test_a_discovery_document_of_another_issuer_is_not_believed(app: FastAPI, elsewhere: Elsewhere) -> None:
    elsewhere.says({"discovery": {"issuer": "https://sso.example"}})
    assert refused(browser(app).get("/login/oidc"), "未通过核验(discovery)")


def test_endpoints_on_other_hosts_in_the_clear_are_not_asked(app: FastAPI, elsewhere: Elsewhere) -> None:
    elsewhere.says({"discovery": {"token_endpoint": "http://169.254.169.254/token"}})
    assert refused(browser(app).get("/login/oidc"), "未通过核验(discovery)")


def test_a_code_comes_in_once(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    elsewhere.says(preferred_username="chen")
    person = browser(app)
    address = elsewhere.signs_in(out(person))
    before = person.cookies["gis_sign_in"]
    assert person.get(address).status_code == 303
    person.cookies.clear()
    again = person.get(address, headers={"Cookie": f"gis_sign_in={before}"})
    assert refused(again, "未通过核验(state)")


def test_a_code_that_was_used_is_refused_by_the_provider(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    elsewhere.says(preferred_username="chen")
    person = browser(app)
    address = elsewhere.signs_in(out(person))
    used = parse_qs(urlsplit(address).query)["code"][0]
    assert person.get(address).status_code == 303
    state = parse_qs(urlsplit(elsewhere.signs_in(out(person))).query)["state"][0]
    assert refused(person.get("/login/oidc/callback", params={"code": used, "state": state}), "未通过核验(code)")


def test_a_code_that_another_sign_in_was_given_is_not_taken(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    """PKCE and the state: a stolen code is of no use in another browser."""
    elsewhere.says(preferred_username="chen")
    stolen = parse_qs(urlsplit(elsewhere.signs_in(out(browser(app)))).query)["code"][0]
    thief = browser(app)
    state = parse_qs(urlsplit(elsewhere.signs_in(out(thief))).query)["state"][0]
    assert refused(thief.get("/login/oidc/callback", params={"code": stolen, "state": state}), "未通过核验(code)")


def test_an_answer_without_our_state_or_a_code_is_not_believed(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    changes: tuple[dict[str, str | None], ...] = (
        {"state": "x" * 64},
        {"state": None},
        {"code": None},
        {"iss": "https://sso.example"},
    )
    elsewhere.says(preferred_username="chen")
    for change in changes:
        person = browser(app)
        query = {name: values[0] for name, values in parse_qs(urlsplit(elsewhere.signs_in(out(person))).query).items()}
        sent = {name: value for name, value in (query | change).items() if value is not None}
        assert refused(person.get("/login/oidc/callback", params=sent), "未通过核验(answer)"), change


def test_an_answer_in_a_browser_that_did_not_ask_is_not_believed(app: FastAPI, elsewhere: Elsewhere, chen: int) -> None:
    """Nobody can be signed in to an attacker's account by a link."""
    elsewhere.says(preferred_username="chen")
    link = elsewhere.signs_in(out(browser(app)))
    victim = browser(app)
    assert refused(victim.get(link), "未通过核验(state)")
    assert victim.get("/api/v1/me").status_code == 401


def test_a_sign_in_left_lying_is_over(app: FastAPI, services: CloneServices, elsewhere: Elsewhere, chen: int) -> None:
    elsewhere.says(preferred_username="chen")
    person = browser(app)
    address = elsewhere.signs_in(out(person))
    with services.sessions.begin() as session:
        session.execute(text("update sign_in_step set created_at = created_at - interval '11 minutes'"))
    assert refused(person.get(address), "未通过核验(state)")


def test_who_says_no_there_is_told_so_here(app: FastAPI, elsewhere: Elsewhere) -> None:
    elsewhere.says({"denied": True})
    assert refused(back(browser(app), elsewhere), "未通过核验(answer)")


def test_an_unknown_person_stays_out_and_no_account_is_made(
    app: FastAPI, services: CloneServices, elsewhere: Elsewhere
) -> None:
    elsewhere.says(preferred_username="stranger")
    assert refused(back(browser(app), elsewhere), "没有可用的账号")
    with services.sessions() as session:
        assert session.scalar(text("select count(*) from app_user where username = 'stranger'")) == 0


def test_where_the_setting_allows_it_an_account_without_roles_is_made(
    make_app: Callable[..., FastAPI], elsewhere: Elsewhere
) -> None:
    elsewhere.says(preferred_username="newcomer", sub="s-new", roles=["system_admin"])
    person = browser(make_app(oidc_create_accounts=True))
    assert back(person, elsewhere).status_code == 303
    me = person.get("/api/v1/me")
    assert me.status_code == 403, "roles are given here, whatever the provider says"
    assert person.get("/api/v1/parcels").json()["code"] == "access.forbidden"


def test_a_disabled_account_stays_out_bound_or_not(
    app: FastAPI, services: CloneServices, elsewhere: Elsewhere, chen: int
) -> None:
    elsewhere.says(preferred_username="chen")
    assert back(browser(app), elsewhere).status_code == 303
    with services.sessions.begin() as session:
        session.execute(text("update app_user set state = 'disabled' where id = :id"), {"id": chen})
    assert refused(back(browser(app), elsewhere), "没有可用的账号")


def test_a_name_given_to_somebody_else_at_the_provider_does_not_open_the_account(
    app: FastAPI, elsewhere: Elsewhere, chen: int
) -> None:
    elsewhere.says(preferred_username="chen", sub="s-1")
    assert back(browser(app), elsewhere).status_code == 303
    elsewhere.says(preferred_username="chen", sub="s-2")
    assert refused(back(browser(app), elsewhere), "没有可用的账号")
    elsewhere.says(preferred_username="chen-married", sub="s-1")
    assert back(browser(app), elsewhere).status_code == 303, "the subject lasts, the name does not"


def test_the_security_administrator_unbinds_for_a_reason(
    app: FastAPI, elsewhere: Elsewhere, chen: int, sign_in: Callable[..., Any]
) -> None:
    elsewhere.says(preferred_username="chen", sub="s-1")
    back(browser(app), elsewhere)
    security, auditor = sign_in(Role.SECURITY_ADMIN), sign_in(Role.AUDITOR)
    address = f"/api/v1/users/{chen}/identity/reset"
    assert security.post(address, json={"reason": ""}).status_code == 400
    assert security.post(address, json={"reason": "人事系统重建账号"}).status_code == 204
    assert security.post(address, json={"reason": "人事系统重建账号"}).status_code == 404
    (entry,) = auditor.get("/api/v1/audit", params={"action": "identity.unbind"}).json()["items"]
    assert (entry["subject"], entry["detail"]["reason"]) == ("chen", "人事系统重建账号")
    elsewhere.says(preferred_username="chen", sub="s-2")
    assert back(browser(app), elsewhere).status_code == 303


@pytest.mark.parametrize("role", [Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDITOR])
def test_nobody_becomes_an_administrator_by_the_provider(
    role: Role, app: FastAPI, services: CloneServices, elsewhere: Elsewhere
) -> None:
    _account(services, "boss", role)
    elsewhere.says(preferred_username="boss")
    assert refused(back(browser(app), elsewhere), "没有可用的账号")


DEMANDS = {"oidc_acr_values": "urn:sso:2 urn:sso:3", "oidc_amr_values": "mfa hwk"}
ENOUGH: list[dict[str, Any]] = [{"acr": "urn:sso:3"}, {"amr": ["pwd", "mfa"]}]
TOO_LITTLE: list[dict[str, Any]] = [
    {},
    {"acr": "urn:sso:1", "amr": ["pwd"]},
    {"acr": ["urn:sso:3"], "amr": []},
    {"amr": [["mfa"], 7]},
    {"acr": "mfa"},
]


@pytest.mark.parametrize("said", ENOUGH)
def test_where_the_provider_asked_for_enough_our_second_factor_is_not_asked(
    said: dict[str, Any], make_app: Callable[..., FastAPI], elsewhere: Elsewhere, chen: int, services: CloneServices
) -> None:
    app = make_app(**DEMANDS, security_profile="asvs")
    _bind(app)
    elsewhere.says(preferred_username="chen", **said)
    person = browser(app)
    assert back(person, elsewhere).status_code == 303
    assert person.get("/api/v1/parcels").status_code == 200
    with services.sessions() as session:
        told = session.scalar(
            text("select detail->>'by' from audit_entry where action = 'session.open' order by id desc")
        )
    assert told == "provider+strong"


@pytest.mark.parametrize("said", TOO_LITTLE)
def test_where_it_asked_for_too_little_our_second_factor_is_asked(
    said: dict[str, Any], make_app: Callable[..., FastAPI], elsewhere: Elsewhere, chen: int
) -> None:
    app = make_app(**DEMANDS)
    _bind(app)
    elsewhere.says(preferred_username="chen", **said)
    person = browser(app)
    answer = back(person, elsewhere)
    assert (answer.status_code, "gis_session" in answer.cookies) == (200, False)
    assert 'name="code"' in answer.text


def test_who_has_none_must_bind_one_before_anything_else_and_needs_no_password_for_it(
    make_app: Callable[..., FastAPI], elsewhere: Elsewhere, services: CloneServices
) -> None:
    app = make_app(**DEMANDS, oidc_create_accounts=True)
    elsewhere.says(preferred_username="newcomer", sub="s-new", amr=["pwd"])
    person = Person(app, headers={"Sec-Fetch-Site": "same-origin"}, follow_redirects=False)
    assert back(person, elsewhere).status_code == 303
    with services.sessions.begin() as session:
        user_id = session.scalar(text("select id from app_user where username = 'newcomer'"))
        access.grant_role(session, SERVICE, user_id or 0, Role.LEADER)
    app.state.doorkeeper.forget()
    assert person.get("/api/v1/parcels").json()["code"] == "access.must_enrol"
    assert person.get("/api/v1/me/second-factor").json()["by_provider"] is True
    bind(person, password="")
    assert person.get("/api/v1/parcels").status_code == 200
    with services.sessions.begin() as session:
        session.execute(text("update user_session set created_at = created_at - interval '11 minutes'"))
    late = person.post("/api/v1/me/sessions/end", json={})
    assert (late.status_code, late.json()["code"]) == (401, "access.come_again")


def test_what_is_demanded_is_asked_of_the_provider_too(make_app: Callable[..., FastAPI], elsewhere: Elsewhere) -> None:
    asked = parse_qs(urlsplit(out(browser(make_app(**DEMANDS)))).query)
    assert asked["acr_values"] == ["urn:sso:2 urn:sso:3"]


def _bind(app: FastAPI) -> None:
    """Chen has a second factor of ours."""
    person = Person(app, headers={"Sec-Fetch-Site": "same-origin"})
    person.post("/api/v1/sessions", json={"username": "chen", "password": PASSWORD})
    bind(person)


def test_passwords_can_be_left_to_the_administrators(
    make_app: Callable[..., FastAPI], services: CloneServices, chen: int
) -> None:
    _account(services, "sys", Role.SYSTEM_ADMIN)
    person = TestClient(make_app(oidc_local_login="administrators"), headers={"Sec-Fetch-Site": "same-origin"})
    wrong, closed, admin = (
        person.post("/api/v1/sessions", json={"username": name, "password": word})
        for name, word in (("chen", "wrong"), ("chen", PASSWORD), ("sys", PASSWORD))
    )
    assert [one.status_code for one in (wrong, closed, admin)] == [401, 403, 201]
    assert closed.json()["code"] == "access.local_login_closed"
    page = person.get("/login").text
    assert "统一身份认证登录" in page
    assert "系统管理员、安全管理员、审计员用密码登录" in page


def test_without_a_provider_there_is_no_button_and_no_way_out(services: CloneServices) -> None:
    person = browser(create_app(services.settings, services))
    assert "统一身份认证" not in person.get("/login").text
    assert person.get("/login/oidc").status_code == 404
    assert person.get("/login/oidc/callback").status_code == 404


def test_a_provider_that_does_not_answer_is_said_to_be_away(make_app: Callable[..., FastAPI]) -> None:
    app = make_app(oidc_issuer="http://127.0.0.1:9")  # the discard port: nobody listens
    assert refused(browser(app).get("/login/oidc"), "没有应答")


def test_a_provider_in_the_clear_on_the_network_is_no_setting() -> None:
    with pytest.raises(ValueError, match="https"):
        Settings(oidc_issuer="http://sso.example", oidc_client_id="x")
    with pytest.raises(ValueError, match="oidc_client_id"):
        Settings(oidc_issuer="https://sso.example")


def test_each_way_in_and_each_refusal_is_in_the_trail(
    app: FastAPI, elsewhere: Elsewhere, chen: int, sign_in: Callable[..., Any]
) -> None:
    elsewhere.says(preferred_username="chen")
    back(browser(app), elsewhere)
    elsewhere.says(preferred_username="stranger", sub="s-9")
    back(browser(app), elsewhere)
    entries = sign_in(Role.AUDITOR).get("/api/v1/audit", params={"action": "session.open"}).json()["items"]
    told = {(one["subject"], one["outcome"], one["detail"].get("by")) for one in entries}
    assert {("chen", "done", "provider"), ("stranger", "refused", "provider")} <= told
