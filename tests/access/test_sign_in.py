from collections.abc import Callable

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from gis_service.access.rules import Role
from tests.conftest import PASSWORD, Person

SignIn = Callable[..., Person]
SAME = {"Sec-Fetch-Site": "same-origin"}


def test_whoever_signs_in_sees_who_they_are(sign_in: SignIn) -> None:
    me = sign_in(Role.LAND_OFFICER).get("/api/v1/me").json()
    assert me["roles"] == [{"role": "land_officer", "area": None, "unit": None}]
    assert "parcel.edit" in me["permissions"]
    assert "user.change" not in me["permissions"]


def test_a_stranger_gets_a_sentence_in_the_language_they_read(app: FastAPI) -> None:
    stranger = TestClient(app)
    answer = stranger.get("/api/v1/me")
    assert (answer.status_code, answer.headers["content-type"]) == (401, "application/problem+json")
    assert answer.json()["title"] == "请先登录。"
    assert stranger.get("/api/v1/me", headers={"Accept-Language": "en-GB"}).json()["title"] == "Please sign in first."


def test_five_wrong_passwords_lock_the_account_even_for_the_right_one(app: FastAPI, sign_in: SignIn) -> None:
    username = sign_in(Role.INSPECTOR).get("/api/v1/me").json()["username"]
    stranger = TestClient(app, headers=SAME)
    tries = [
        stranger.post("/api/v1/sessions", json={"username": username, "password": "wrong"}).status_code
        for _ in range(5)
    ]
    assert tries == [401] * 5
    answer = stranger.post("/api/v1/sessions", json={"username": username, "password": PASSWORD})
    assert (answer.status_code, answer.json()["code"]) == (429, "access.locked")


def test_unknown_and_wrong_are_told_alike(app: FastAPI, sign_in: SignIn) -> None:
    username = sign_in(Role.INSPECTOR).get("/api/v1/me").json()["username"]
    stranger = TestClient(app, headers=SAME)
    wrong, unknown = (
        stranger.post("/api/v1/sessions", json={"username": name, "password": "x"}).json()
        for name in (username, "nobody")
    )
    assert {**wrong, "request_id": ""} == {**unknown, "request_id": ""}


def test_another_site_cannot_act_with_our_cookie(sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    body = {"name": "QGIS"}
    assert (
        person.post("/api/v1/tokens", json=body, headers={"Sec-Fetch-Site": "cross-site"}).json()["code"]
        == "access.cross_site"
    )
    del person.headers["Sec-Fetch-Site"]
    assert person.post("/api/v1/tokens", json=body).status_code == 403
    assert person.post("/api/v1/tokens", json=body, headers={"Origin": "http://evil.example"}).status_code == 403
    csrf = person.get("/api/v1/me").json()["csrf"]
    assert person.post("/api/v1/tokens", json=body, headers={"X-CSRF-Token": csrf}).status_code == 201


def test_signing_out_ends_the_session_on_the_server(sign_in: SignIn) -> None:
    person = sign_in(Role.INSPECTOR)
    cookie = person.cookies["gis_session"]
    assert person.delete("/api/v1/sessions/current").status_code == 204
    assert person.get("/api/v1/me", headers={"Cookie": f"gis_session={cookie}"}).status_code == 401


def test_a_personal_token_reads_by_bearer_and_basic_and_changes_nothing(app: FastAPI, sign_in: SignIn) -> None:
    secret = sign_in(Role.LAND_OFFICER).post("/api/v1/tokens", json={"name": "QGIS"}).json()["secret"]
    client = TestClient(app)
    assert client.get("/api/v1/me", headers={"Authorization": f"Bearer {secret}"}).status_code == 200
    assert client.get("/api/v1/me", auth=("anything", secret)).status_code == 200
    assert client.get("/api/v1/me", auth=(secret, "")).status_code == 200
    answer = client.post("/api/v1/tokens", json={"name": "x"}, headers={"Authorization": f"Bearer {secret}"})
    assert answer.json()["code"] == "access.read_only_token"


def test_a_revoked_token_is_out(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    made = person.post("/api/v1/tokens", json={"name": "QGIS"}).json()
    assert person.delete(f"/api/v1/tokens/{made['id']}").status_code == 204
    assert TestClient(app).get("/api/v1/me", headers={"Authorization": f"Bearer {made['secret']}"}).status_code == 401


def test_a_given_password_must_be_changed_before_anything_else(app: FastAPI, sign_in: SignIn) -> None:
    system = sign_in(Role.SYSTEM_ADMIN)
    user = system.post(
        "/api/v1/users", json={"username": "newcomer", "display_name": "新人", "password": PASSWORD}
    ).json()
    sign_in(Role.SECURITY_ADMIN).post(f"/api/v1/users/{user['id']}/grants", json={"role": "land_officer"})
    person = TestClient(app, headers=SAME)
    person.post("/api/v1/sessions", json={"username": "newcomer", "password": PASSWORD})
    assert person.get("/api/v1/parcels").json()["code"] == "access.must_change_password"
    assert person.get("/api/v1/me").json()["must_change_password"]
    assert (
        person.post("/api/v1/me/password", json={"old": PASSWORD, "new": PASSWORD}).json()["code"]
        == "access.weak_password"
    )
    assert person.post("/api/v1/me/password", json={"old": PASSWORD, "new": "Another-word-7"}).status_code == 204
    assert person.get("/api/v1/parcels").status_code == 200


def test_disabling_an_account_ends_its_sessions(sign_in: SignIn) -> None:
    person, system = sign_in(Role.INSPECTOR), sign_in(Role.SYSTEM_ADMIN)
    answer = system.patch(
        f"/api/v1/users/{person.user_id}", json={"state": "disabled"}, headers={"If-Match": f'"u{person.user_id}.1"'}
    )
    assert answer.status_code == 200
    assert person.get("/api/v1/me").status_code == 401


def test_a_stale_change_of_an_account_is_refused(sign_in: SignIn) -> None:
    person, system = sign_in(Role.INSPECTOR), sign_in(Role.SYSTEM_ADMIN)
    address = f"/api/v1/users/{person.user_id}"
    assert system.patch(address, json={"display_name": "一"}).status_code == 428
    assert (
        system.patch(address, json={"display_name": "一"}, headers={"If-Match": f'"u{person.user_id}.1"'}).status_code
        == 200
    )
    assert (
        system.patch(address, json={"display_name": "二"}, headers={"If-Match": f'"u{person.user_id}.1"'}).status_code
        == 412
    )


def test_nobody_grants_to_themselves_and_administrators_stand_alone(sign_in: SignIn) -> None:
    security, officer = sign_in(Role.SECURITY_ADMIN), sign_in(Role.LAND_OFFICER)
    own = security.post(f"/api/v1/users/{security.user_id}/grants", json={"role": "security_admin"})
    assert own.json()["code"] == "access.own_rights"
    clash = security.post(f"/api/v1/users/{officer.user_id}/grants", json={"role": "auditor"})
    assert clash.json()["code"] == "access.roles_clash"


def test_the_database_itself_refuses_a_second_hat_for_an_administrator(app: FastAPI, sign_in: SignIn) -> None:
    auditor = sign_in(Role.AUDITOR)
    with pytest.raises(IntegrityError, match="ex_role_grant_three_admins"), app.state.sessions.begin() as session:
        session.execute(
            text("insert into role_grant (user_id, role) values (:u, 'land_officer')"), {"u": auditor.user_id}
        )


def test_the_login_page_leads_inside_and_never_elsewhere(app: FastAPI, sign_in: SignIn) -> None:
    username = sign_in(Role.INSPECTOR).get("/api/v1/me").json()["username"]
    browser = TestClient(app, headers=SAME, follow_redirects=False)
    assert "登录" in browser.get("/login").text
    form = {"username": username, "password": PASSWORD, "next": "//evil.example/"}
    assert browser.post("/login", data=form).headers["location"] == "/desk/"
    refused = browser.post("/login", data={**form, "password": "<b>wrong</b>"})
    assert refused.status_code == 401
    assert "账号或密码不正确" in refused.text


def test_gis_clients_are_asked_for_a_token_and_browsers_get_no_dialog_of_their_own(app: FastAPI) -> None:
    client = TestClient(app)
    assert client.get("/ogc/").headers["www-authenticate"].startswith("Basic")
    assert "www-authenticate" not in client.get("/api/v1/me", headers={"Sec-Fetch-Mode": "cors"}).headers
