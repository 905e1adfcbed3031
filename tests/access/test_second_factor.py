"""The second factor: enrolled on the own page, asked at the door, taken once, counted, lost and reset."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pyotp
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import text

from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.core import clock, db
from gis_service.core.vault import SealBroken, Vault
from gis_service.main import create_app
from tests.conftest import PASSWORD, CloneServices, Person

SAME = {"Sec-Fetch-Site": "same-origin"}
SignIn = Callable[..., Person]


@pytest.fixture(autouse=True)
def _steady(monkeypatch: pytest.MonkeyPatch) -> None:
    """The clock stands in the middle of a step of 30 seconds, so that no code goes out of time between two lines of a test."""
    now = clock.now()
    middle = now.replace(second=now.second // 30 * 30 + 15, microsecond=0)
    monkeypatch.setattr(clock, "now", lambda: middle)
    monkeypatch.setattr(db, "now", lambda _session: middle)


class Phone:
    """Somebody's authenticator. Each code is of a later step than the one before, as on a phone that is looked at again."""

    def __init__(self, secret: str):
        self.totp, self.ahead = pyotp.TOTP(secret), -1

    def code(self) -> str:
        self.ahead = min(self.ahead + 1, 1)
        return self.at(self.ahead)

    def at(self, ahead: int) -> str:
        return self.totp.at(clock.now() + timedelta(seconds=30 * ahead))

    def wrong(self) -> str:
        return next(code for code in ("000000", "111111", "222222", "333333") if code not in self.near())

    def near(self) -> set[str]:
        return {self.at(step) for step in range(-3, 4)}


def bind(person: Person, password: str = PASSWORD) -> tuple[Phone, list[str]]:
    """Bind an authenticator; returns it and the recovery codes."""
    made = person.post("/api/v1/me/second-factor", json={"password": password})
    assert made.status_code == 201, made.text
    phone = Phone(made.json()["secret"])
    phone.ahead = -2  # begins with the step before, so that tests have two more
    confirmed = person.post("/api/v1/me/second-factor/confirmation", json={"code": phone.code()})
    assert confirmed.status_code == 201, confirmed.text
    return phone, confirmed.json()["codes"]


def name_of(person: Person) -> str:
    return str(person.get("/api/v1/me").json()["username"])


def knock(app: FastAPI, username: str, password: str = PASSWORD) -> tuple[TestClient, Any]:
    """The first step, in a new browser."""
    browser = TestClient(app, headers=SAME)
    return browser, browser.post("/api/v1/sessions", json={"username": username, "password": password})


def step(browser: TestClient, first: Any, code: str) -> Any:
    return browser.post("/api/v1/sessions/code", json={"step": first.json()["second_step"], "code": code})


def test_what_is_enrolled_can_be_scanned_and_typed(sign_in: SignIn) -> None:
    made = sign_in(Role.LAND_OFFICER).post("/api/v1/me/second-factor", json={"password": PASSWORD}).json()
    parsed = pyotp.parse_uri(made["address"])
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.secret, parsed.digits, parsed.interval) == (made["secret"], 6, 30)
    assert len(made["secret"]) == 32, "160 bits"
    assert made["qr"].startswith("data:image/svg+xml")


def test_nothing_is_asked_before_the_first_code_was_right(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    person.post("/api/v1/me/second-factor", json={"password": PASSWORD})
    nothing = {"confirmed_at": None, "codes_left": 0, "required": False, "by_provider": False}
    assert person.get("/api/v1/me/second-factor").json() == nothing
    assert knock(app, name_of(person))[1].status_code == 201


def test_the_password_alone_then_opens_nothing_and_the_code_does(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    browser, first = knock(app, name_of(person))
    assert first.status_code == 202
    assert "gis_session" not in browser.cookies
    assert browser.get("/api/v1/me").status_code == 401
    assert step(browser, first, phone.code()).status_code == 201
    assert browser.get("/api/v1/parcels").status_code == 200


def test_binding_ends_the_other_sessions_and_asks_for_the_password(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    other, _ = knock(app, name_of(person))
    assert (
        person.post("/api/v1/me/second-factor", json={"password": "not it"}).json()["code"] == "access.wrong_password"
    )
    bind(person)
    assert other.get("/api/v1/me").status_code == 401
    assert person.get("/api/v1/me").status_code == 200
    again = person.post("/api/v1/me/second-factor", json={"password": PASSWORD})
    assert again.json()["code"] == "access.already_enrolled"


def test_a_code_is_taken_once(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    code = phone.code()
    assert step(*knock(app, name_of(person)), code).status_code == 201
    assert step(*knock(app, name_of(person)), code).json()["code"] == "access.wrong_code"


def test_the_code_that_confirmed_does_not_sign_in(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    secret = person.post("/api/v1/me/second-factor", json={"password": PASSWORD}).json()["secret"]
    code = Phone(secret).code()
    person.post("/api/v1/me/second-factor/confirmation", json={"code": code})
    assert step(*knock(app, name_of(person)), code).status_code == 401


@pytest.mark.parametrize(("minutes", "good"), [(-2, False), (0, True), (2, False)])
def test_a_code_of_another_time_is_wrong(minutes: int, good: bool, app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    code = phone.totp.at(clock.now() + timedelta(minutes=minutes, seconds=30 if good else 0))
    assert (step(*knock(app, name_of(person)), code).status_code == 201) is good


def test_a_step_is_taken_once_and_not_after_ten_minutes(app: FastAPI, services: CloneServices, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, codes = bind(person)
    browser, first = knock(app, name_of(person))
    assert step(browser, first, phone.code()).status_code == 201
    assert step(browser, first, codes[0]).json()["code"] == "access.step_over"
    late, second = knock(app, name_of(person))
    with services.sessions.begin() as session:
        session.execute(text("update sign_in_step set created_at = created_at - interval '11 minutes'"))
    assert step(late, second, codes[0]).json()["code"] == "access.step_over"
    assert browser.post("/api/v1/sessions/code", json={"step": "made up", "code": codes[0]}).status_code == 401


def test_a_recovery_code_opens_once_written_as_people_write(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    _, codes = bind(person)
    assert len(set(codes)) == 10
    typed = codes[0].upper().replace("-", " ")
    assert step(*knock(app, name_of(person)), typed).status_code == 201
    assert step(*knock(app, name_of(person)), codes[0]).status_code == 401
    assert person.get("/api/v1/me/second-factor").json()["codes_left"] == 9


def test_new_recovery_codes_end_the_old_ones(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, old = bind(person)
    address = "/api/v1/me/second-factor/recovery-codes"
    assert person.post(address, json={"password": PASSWORD, "code": phone.wrong()}).status_code == 401
    made = person.post(address, json={"password": PASSWORD, "code": phone.code()})
    assert made.status_code == 201
    assert step(*knock(app, name_of(person)), old[1]).status_code == 401
    assert step(*knock(app, name_of(person)), made.json()["codes"][1]).status_code == 201


def test_wrong_codes_lock_with_wrong_passwords_and_a_right_password_clears_nothing(
    app: FastAPI, sign_in: SignIn
) -> None:
    """Else whoever has the password could try codes for ever, four at a time."""
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    username = name_of(person)
    assert knock(app, username, "wrong")[1].status_code == 401
    for _ in range(4):
        assert step(*knock(app, username), phone.wrong()).status_code == 401
    assert knock(app, username)[1].json()["code"] == "access.locked"


def test_a_locked_account_takes_no_code_either(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    browser, first = knock(app, name_of(person))
    for _ in range(5):
        step(browser, first, phone.wrong())
    assert step(browser, first, phone.code()).json()["code"] == "access.locked"


def test_wrong_codes_and_passwords_inside_count_too(app: FastAPI, sign_in: SignIn) -> None:
    """Somebody at an unlocked screen cannot try on without end."""
    person = sign_in(Role.LAND_OFFICER)
    username = name_of(person)
    person.post("/api/v1/me/second-factor", json={"password": PASSWORD})
    answers = [person.post("/api/v1/me/second-factor", json={"password": "x"}).status_code for _ in range(2)]
    answers += [person.post("/api/v1/me/password", json={"old": "x", "new": "y"}).status_code for _ in range(2)]
    answers += [person.post("/api/v1/me/second-factor/confirmation", json={"code": "nonsense"}).status_code]
    assert answers == [401] * 5
    assert person.post("/api/v1/me/second-factor", json={"password": PASSWORD}).json()["code"] == "access.locked"
    assert knock(app, username)[1].json()["code"] == "access.locked"


def test_it_can_be_removed_with_password_and_code(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    address = "/api/v1/me/second-factor/removal"
    assert person.post(address, json={"password": "x", "code": phone.code()}).status_code == 401
    assert person.post(address, json={"password": PASSWORD, "code": phone.code()}).status_code == 204
    assert knock(app, name_of(person))[1].status_code == 201


def test_the_database_holds_no_secret_that_opens_without_the_key(
    app: FastAPI, services: CloneServices, sign_in: SignIn
) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, codes = bind(person)
    with services.sessions() as session:
        kept = bytes(session.scalar(text("select secret from second_factor")) or b"")
        everything = "".join(map(str, session.execute(text("select second_factor::text from second_factor"))))
        everything += "".join(map(str, session.execute(text("select recovery_code::text from recovery_code"))))
        everything += "".join(map(str, session.execute(text("select body::text from idempotency_key"))))
        everything += "".join(map(str, session.execute(text("select detail::text from audit_entry"))))
    assert phone.totp.secret.encode() not in kept
    assert phone.totp.secret not in everything
    assert not any(code in everything for code in codes)
    vault: Vault = app.state.vault
    assert vault.unseal(kept, about=f"second_factor:{person.user_id}").decode() == phone.totp.secret
    with pytest.raises(SealBroken):
        vault.unseal(kept, about=f"second_factor:{person.user_id + 1}")


def test_answers_that_hold_secrets_are_not_kept_for_a_repeated_request(
    services: CloneServices, sign_in: SignIn
) -> None:
    person = sign_in(Role.LAND_OFFICER)
    key = {"Idempotency-Key": "k-1"}
    secret = person.post("/api/v1/me/second-factor", json={"password": PASSWORD}, headers=key).json()["secret"]
    token = person.post("/api/v1/tokens", json={"name": "QGIS"}, headers={"Idempotency-Key": "k-2"}).json()["secret"]
    with services.sessions() as session:
        kept = str(session.execute(text("select body from idempotency_key")).all())
    assert secret not in kept
    assert token not in kept


# --- by role, and when it is lost ------------------------------------------------------------------------------------


@pytest.fixture
def level_three(services: CloneServices) -> FastAPI:
    return create_app(services.settings.model_copy(update={"security_profile": "dengbao"}), services)


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_level_three_holds_an_administrator_until_a_factor_is_bound(
    role: Role, level_three: FastAPI, sign_in: SignIn
) -> None:
    admin = sign_in(role, on=level_three)
    me = admin.get("/api/v1/me").json()
    assert me["must_enrol"]
    assert admin.get("/api/v1/users").json()["code"] == "access.must_enrol"
    phone, _ = bind(admin)
    assert admin.get("/api/v1/me").json()["must_enrol"] is False
    assert admin.get("/api/v1/users").status_code == 200
    removal = admin.post("/api/v1/me/second-factor/removal", json={"password": PASSWORD, "code": phone.code()})
    assert removal.json()["code"] == "access.factor_required"
    assert admin.get("/api/v1/me/second-factor").json()["required"] is True


def test_level_three_does_not_hold_others(level_three: FastAPI, sign_in: SignIn) -> None:
    assert sign_in(Role.LAND_OFFICER, on=level_three).get("/api/v1/parcels").status_code == 200


def test_the_security_administrator_resets_for_a_reason_and_it_is_audited(app: FastAPI, sign_in: SignIn) -> None:
    person, security, auditor = sign_in(Role.LAND_OFFICER), sign_in(Role.SECURITY_ADMIN), sign_in(Role.AUDITOR)
    bind(person)
    username, address = name_of(person), f"/api/v1/users/{person.user_id}/second-factor/reset"
    assert security.post(address, json={}).status_code == 400
    assert security.post(address, json={"reason": "   "}).status_code == 400
    assert security.post(address, json={"reason": "手机遗失,已当面核对身份"}).status_code == 204
    assert person.get("/api/v1/me").status_code == 401, "whoever has the phone may be in"
    assert knock(app, username)[1].status_code == 201
    entry, *refused = auditor.get("/api/v1/audit", params={"action": "second_factor.reset"}).json()["items"]
    assert [each["outcome"] for each in refused] == ["refused", "refused"]
    assert (entry["subject"], entry["detail"]["reason"]) == (username, "手机遗失,已当面核对身份")


def test_nobody_resets_their_own_and_nobody_else_resets(sign_in: SignIn) -> None:
    security, system = sign_in(Role.SECURITY_ADMIN), sign_in(Role.SYSTEM_ADMIN)
    bind(security)
    reason = {"reason": "换了手机想重来"}
    own = security.post(f"/api/v1/users/{security.user_id}/second-factor/reset", json=reason)
    assert own.json()["code"] == "access.own_factor"
    other = system.post(f"/api/v1/users/{security.user_id}/second-factor/reset", json=reason)
    assert other.json()["code"] == "access.forbidden"
    assert security.post("/api/v1/users/999999/second-factor/reset", json=reason).status_code == 404


def test_both_steps_are_in_the_trail(app: FastAPI, sign_in: SignIn) -> None:
    person, auditor = sign_in(Role.LAND_OFFICER), sign_in(Role.AUDITOR)
    phone, _ = bind(person)
    username = name_of(person)
    browser, first = knock(app, username)
    step(browser, first, phone.wrong())
    step(browser, first, phone.code())
    entries = auditor.get("/api/v1/audit").json()["items"]
    told = [(e["action"], e["outcome"], e["detail"].get("by")) for e in entries if e["subject"] == username]
    assert told[:3] == [
        ("session.open", "done", "password+code"),
        ("session.open", "refused", "code"),
        ("session.first_step", "done", "password"),
    ]


def test_the_login_page_asks_for_the_code_and_bears_a_wrong_one(app: FastAPI, sign_in: SignIn) -> None:
    person = sign_in(Role.LAND_OFFICER)
    phone, _ = bind(person)
    browser = TestClient(app, headers=SAME, follow_redirects=False)
    form = {"username": name_of(person), "password": PASSWORD, "next": "/desk/parcels"}
    page = browser.post("/login", data=form)
    assert (page.status_code, "验证码" in page.text) == (200, True)
    hidden = {"step": _hidden(page.text, "step"), "next": _hidden(page.text, "next")}
    again = browser.post("/login/code", data={**hidden, "code": phone.wrong()})
    assert (again.status_code, _hidden(again.text, "step")) == (401, hidden["step"])
    done = browser.post("/login/code", data={**hidden, "code": phone.code()})
    assert (done.status_code, done.headers["location"]) == (303, "/desk/parcels")
    over = browser.post("/login/code", data={**hidden, "code": phone.wrong()})
    assert 'name="password"' in over.text, "what is over begins anew"


def _hidden(page: str, name: str) -> str:
    return page.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0]
