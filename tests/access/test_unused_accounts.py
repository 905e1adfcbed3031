"""Accounts that nobody uses are disabled, told, and may come back; somebody can always open the door."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import insert, select, update

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE
from gis_service.access.analysts.models import AnalystAccount
from gis_service.access.models import AccessToken, User
from gis_service.access.profiles import PROFILES
from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.audit.models import AuditEntry
from gis_service.core import clock
from gis_service.retention import accounts
from gis_service.settings import Settings
from tests.conftest import PASSWORD, CloneServices, Person

NOW = clock.now()


def ago(days: float) -> datetime:
    return NOW - timedelta(days=days)


@pytest.fixture
def account(services: CloneServices) -> Callable[..., int]:
    """`account("chen", Role.INSPECTOR, signed_in=100)`: an account made a year ago, last signed in so many days ago."""

    def make(name: str, *roles: Role, signed_in: float | None = None) -> int:
        with services.sessions.begin() as session:
            user = access.create_user(
                session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True
            )
            for role in roles:
                access.grant_role(session, SERVICE, user.id, role)
            times = {"created_at": ago(365), "last_login_at": None if signed_in is None else ago(signed_in)}
            session.execute(update(User).where(User.id == user.id).values(**times))
            return user.id

    return make


def run(services: CloneServices, **chosen: Any) -> list[str]:
    services.settings = services.settings.model_copy(update=chosen)
    return accounts.run(services, now=NOW)


def test_accounts_unused_for_ninety_days_are_disabled_and_others_are_not(
    services: CloneServices, account: Callable[..., int]
) -> None:
    account("unused", Role.INSPECTOR, signed_in=91)
    account("never", Role.GUEST)
    account("lately", Role.INSPECTOR, signed_in=89)
    with services.sessions.begin() as session:
        access.create_user(session, SERVICE, username="newcomer", display_name="新人", password=PASSWORD)
    assert run(services) == ["never", "unused"]
    assert run(services) == []
    with services.sessions() as session:
        shut = session.scalars(select(User.username).where(User.state == "disabled", User.unused)).all()
        assert sorted(shut) == ["never", "unused"]
        entry = session.scalars(select(AuditEntry).where(AuditEntry.subject == "unused").order_by(AuditEntry.id.desc()))
        assert next(iter(entry)).action == "user.disable_unused"


@pytest.mark.parametrize(
    ("profile", "days", "expected"), [("dengbao2", None, 90), ("dengbao", None, 90), ("asvs", None, 0), ("asvs", 30, 30), ("dengbao", 0, 0)]
)  # fmt: skip
def test_the_profile_says_after_how_long_and_the_setting_goes_before_it(
    profile: str, days: int | None, expected: int
) -> None:
    assert profile in PROFILES
    settings = Settings(environment="test", security_profile=profile, unused_account_days=days)  # type: ignore[arg-type]
    assert accounts.days_of(settings) == expected


def test_zero_days_is_never(services: CloneServices, account: Callable[..., int]) -> None:
    account("unused", Role.INSPECTOR, signed_in=3000)
    assert run(services, unused_account_days=0) == []


def test_a_token_or_an_open_login_to_the_database_is_use(services: CloneServices, account: Callable[..., int]) -> None:
    by_token, by_login = account("by-token", signed_in=200), account("by-login", signed_in=200)
    over = account("login-over", signed_in=200)
    token = {"name": "QGIS", "secret_hash": b"x", "expires_at": NOW, "last_used_at": ago(3), "user_id": by_token}
    with services.sessions.begin() as session:
        session.execute(insert(AccessToken).values(**token))
        for user_id, until in ((by_login, NOW + timedelta(days=1)), (over, ago(1))):
            login = {"user_id": user_id, "role_name": f"gis_analyst_{user_id}", "valid_until": until}
            session.execute(insert(AnalystAccount).values(**login))
    assert run(services) == ["login-over"]


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_the_last_active_administrator_is_never_disabled(
    role: Role, services: CloneServices, account: Callable[..., int]
) -> None:
    account("older", role, signed_in=300)
    account("last", role, signed_in=200)
    already_out = account("out", role, signed_in=100)
    with services.sessions.begin() as session:
        session.execute(update(User).where(User.id == already_out).values(state="disabled"))
    assert run(services) == ["older"]


def test_system_administrators_are_told_and_let_somebody_in_again(
    app: FastAPI, services: CloneServices, account: Callable[..., int], sign_in: Callable[..., Person]
) -> None:
    system, bystander = sign_in(Role.SYSTEM_ADMIN), sign_in(Role.SECURITY_ADMIN)
    account("chen", Role.INSPECTOR, signed_in=100)
    run(services)
    stranger = TestClient(app, headers={"Sec-Fetch-Site": "same-origin"})
    words = {"username": "chen", "password": PASSWORD}
    assert stranger.post("/api/v1/sessions", json=words).json()["code"] == "access.wrong_password"
    (message,) = system.get("/api/v1/me/notifications").json()["items"]
    assert "chen" in message["body_zh"]
    assert (message["kind"], message["link"]) == ("account", "/desk/admin/accounts")
    assert bystander.get("/api/v1/me/notifications").json()["items"] == []

    shown = next(each for each in system.get("/api/v1/users").json() if each["username"] == "chen")
    assert (shown["state"], shown["unused"]) == ("disabled", True)
    tag = f'"u{shown["id"]}.{shown["row_version"]}"'
    opened = system.patch(f"/api/v1/users/{shown['id']}", json={"state": "active"}, headers={"If-Match": tag})
    assert (opened.status_code, opened.json()["unused"]) == (200, False)
    assert run(services) == [], "the days count anew from then"
    assert stranger.post("/api/v1/sessions", json=words).status_code == 201


def test_what_lets_somebody_in_ends_with_the_account(
    services: CloneServices, app: FastAPI, sign_in: Callable[..., Person]
) -> None:
    person = sign_in(Role.INSPECTOR)
    with services.sessions.begin() as session:
        session.execute(update(User).values(created_at=ago(365), last_login_at=ago(100)))
    run(services)
    app.state.doorkeeper.forget()
    assert person.get("/api/v1/me").status_code == 401
