"""The policies as facts, and the service under each of them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from gis_service.access import profiles
from gis_service.access.profiles import ASVS, DENGBAO, DENGBAO_2, PROFILES
from gis_service.access.rules import THREE_ADMINS, Role
from gis_service.main import create_app
from gis_service.settings import Settings
from tests.access.test_second_factor import bind
from tests.conftest import PASSWORD, CloneServices, Person

NOW = datetime(2026, 11, 23, tzinfo=UTC)


@pytest.fixture
def under(services: CloneServices) -> Callable[[str], FastAPI]:
    """The service under a profile."""
    return lambda code: create_app(services.settings.model_copy(update={"security_profile": code}), services)


def test_the_setting_names_every_profile_and_no_other() -> None:
    allowed = Settings.model_fields["security_profile"].annotation
    assert set(allowed.__args__) == set(PROFILES)  # type: ignore[union-attr]
    assert profiles.DEFAULT.code == Settings.model_fields["security_profile"].default


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_every_profile_locks_at_the_fifth_wrong_try_for_a_quarter_of_an_hour(profile: profiles.Profile) -> None:
    assert profile.locked_until(4, NOW) is None
    assert profile.locked_until(5, NOW) == NOW + timedelta(minutes=15)


@pytest.mark.parametrize(
    ("profile", "days", "header"),
    [
        ("dengbao2", None, "max-age=86400"),
        ("dengbao", None, "max-age=86400"),
        ("asvs", None, "max-age=31536000; includeSubDomains"),
        ("asvs", 30, "max-age=2592000"),
        ("dengbao", 730, "max-age=63072000; includeSubDomains"),
        ("asvs", 0, "max-age=0"),
    ],
)
def test_browsers_are_told_for_how_long_to_come_over_https_only(
    profile: str, days: int | None, header: str, services: CloneServices
) -> None:
    chosen = services.settings.model_copy(update={"security_profile": profile, "hsts_days": days})
    app = create_app(chosen, services)
    for path in ("/login", "/api/v1/me", "/nowhere", "/static/none.js"):
        answer = TestClient(app, base_url="https://gis.example.lan").get(path)
        assert answer.headers.get_list("strict-transport-security") == [header], path
        assert "strict-transport-security" not in TestClient(app).get(path).headers, "means nothing over plain HTTP"


# --- what 等保 asks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("profile", [DENGBAO_2, DENGBAO], ids=["level 2", "level 3"])
@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short-A1", False),
        ("alllowercaseword", False),
        ("Enough-of-it-1", True),
        ("zhang3-Zhang3-x", False),
        ("Password-2026!", False),
        ("Zhuhai@123456", False),
    ],
)
def test_dengbao_wants_length_three_kinds_no_name_and_nothing_common(
    profile: profiles.Profile, password: str, good: bool
) -> None:
    assert (profile.password_faults(password, "zhang3") == []) is good


@given(st.text(min_size=0, max_size=40))
def test_a_password_of_two_kinds_is_never_taken_by_dengbao(password: str) -> None:
    kinds = sum((any(c.islower() and c.isascii() for c in password), any(c.isupper() and c.isascii() for c in password),
                 any(c in "0123456789" for c in password), any(not (c.isascii() and c.isalnum()) for c in password)))  # fmt: skip
    assert kinds >= 3 or DENGBAO.password_faults(password, "zhang3")


def test_dengbao_wants_a_new_password_after_ninety_days() -> None:
    assert not DENGBAO.too_old(NOW - timedelta(days=90), NOW)
    assert DENGBAO.too_old(NOW - timedelta(days=90, seconds=1), NOW)


def test_a_session_ends_after_idling_and_after_a_day_of_work() -> None:
    assert not DENGBAO.session_over(created=NOW, last_seen=NOW, at=NOW + timedelta(minutes=29))
    assert DENGBAO.session_over(created=NOW, last_seen=NOW, at=NOW + timedelta(minutes=31))
    late = NOW + timedelta(hours=12)
    assert DENGBAO.session_over(created=NOW, last_seen=late, at=late + timedelta(minutes=1))


@pytest.mark.parametrize("role", sorted(THREE_ADMINS))
def test_level_three_lets_administrators_idle_for_ten_minutes_only(role: Role) -> None:
    after = {"created": NOW, "last_seen": NOW, "at": NOW + timedelta(minutes=11)}
    assert DENGBAO.session_over(**after, roles=[role])
    assert not DENGBAO.session_over(**after, roles=[Role.LAND_OFFICER])


def test_level_three_wants_a_second_factor_of_the_administrators_and_level_two_of_nobody() -> None:
    assert {role for role in Role if DENGBAO.asks_second([role])} == THREE_ADMINS
    assert not any(DENGBAO_2.asks_second([role]) for role in Role)


def test_a_password_that_is_too_old_must_be_changed_and_the_last_five_do_not_come_again(
    under: Callable[[str], FastAPI], sign_in: Callable[..., Person], services: CloneServices
) -> None:
    person = sign_in(Role.LAND_OFFICER, on=under("dengbao"))
    _age_password(services, person.user_id, days=91)
    person.app.state.doorkeeper.forget()  # type: ignore[attr-defined]
    assert person.get("/api/v1/parcels").json()["code"] == "access.must_change_password"
    words = [PASSWORD, *(f"Number-{n}-of-these" for n in range(1, 6))]
    for old, new in pairwise(words):
        assert _change(person, old, new) == 204
    assert _change(person, words[-1], words[1]) == 400, "one of the last five"
    assert _change(person, words[-1], PASSWORD) == 204, "the sixth last"


def _change(person: Person, old: str, new: str) -> int:
    return person.post("/api/v1/me/password", json={"old": old, "new": new}).status_code


def _age_password(services: CloneServices, user_id: int, *, days: int) -> None:
    with services.sessions.begin() as session:
        session.connection().exec_driver_sql(
            "update app_user set password_changed_at = now() - make_interval(days => %(days)s) where id = %(id)s",
            {"days": days, "id": user_id},
        )


# --- what ASVS asks --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "second", "good"),
    [
        ("only small letters in a row", False, True),  # 6.2.5: no composition rules
        ("地块界址不要忘记在周五之前复核一次", False, True),  # any sign counts, 17 of them
        ("fourteen signs", False, False),
        ("eightlet", True, True),  # 6.2.1: 8 where it does not stand alone
        ("sevenle", True, False),
        ("iloveyou", True, False),  # 6.2.4: common
        ("passwordpassword1", False, True),
        ("  blanks at both ends stay  ", False, True),  # 6.2.8: as it was typed
        ("my name is zhang3 indeed", False, False),
    ],
)
def test_asvs_wants_length_and_nothing_common_and_no_composition(password: str, second: bool, good: bool) -> None:
    assert (ASVS.password_faults(password, "zhang3", second=second) == []) is good


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=15, max_size=80))
def test_asvs_never_asks_for_kinds_of_signs(password: str) -> None:
    faults = [en for _, en in ASVS.password_faults(password, "")]
    assert set(faults) <= {"too common, easily guessed"}


def test_asvs_wants_no_change_of_passwords() -> None:
    assert not ASVS.too_old(NOW - timedelta(days=3650), NOW)


def test_asvs_wants_a_second_factor_of_all_who_work_here() -> None:
    assert {role for role in Role if not ASVS.asks_second([role])} == {Role.GUEST}


def test_the_list_of_common_passwords_holds_more_than_three_thousand_that_our_rules_would_take() -> None:
    """ASVS 6.2.4 counts those that match the policy: here the length that a second factor allows."""
    assert sum(len(word) >= ASVS.min_length_with_second for word in profiles._common()) > 3000


@pytest.mark.parametrize("profile", profiles.PROFILES.values(), ids=lambda profile: profile.code)
@pytest.mark.parametrize("leaked", ["1q2w3e4r5t", "zaq12wsx", "trustno1", "qwe123456"])
def test_passwords_that_leaked_are_refused_by_every_profile(profile: profiles.Profile, leaked: str) -> None:
    assert "too common, easily guessed" in [en for _, en in profile.password_faults(leaked, "zhang3", second=True)]


@pytest.mark.parametrize(
    "word", ["password", "12345678", "Woaini", "gisadmin", "Admin@123", "QWERTYUIOP", "Tangjia-2026"]
)
def test_words_of_this_product_and_place_and_what_is_made_of_common_ones_is_common(word: str) -> None:
    assert profiles.is_common(word)


def test_an_old_password_stays_good_under_asvs(
    under: Callable[[str], FastAPI], sign_in: Callable[..., Person], services: CloneServices
) -> None:
    person = sign_in(Role.GUEST, on=under("asvs"))
    _age_password(services, person.user_id, days=3650)
    person.app.state.doorkeeper.forget()  # type: ignore[attr-defined]
    assert person.get("/api/v1/me").json()["must_change_password"] is False
    assert _change(person, PASSWORD, "just a sentence i remember") == 204


@pytest.mark.parametrize(
    ("code", "asked"), [("dengbao", {"min_length": 10, "kinds": 3}), ("asvs", {"min_length": 15, "kinds": 0})]
)
def test_the_page_is_told_what_is_asked(
    code: str, asked: dict[str, int], under: Callable[[str], FastAPI], sign_in: Callable[..., Person]
) -> None:
    config: dict[str, Any] = sign_in(Role.GUEST, on=under(code)).get("/api/v1/config").json()
    assert config["passwords"] == asked


@pytest.mark.parametrize("code", list(PROFILES))
def test_an_account_made_by_the_administrator_is_held_to_the_profile(
    code: str, under: Callable[[str], FastAPI], sign_in: Callable[..., Person]
) -> None:
    app = under(code)
    profile, admin = PROFILES[code], sign_in(Role.SYSTEM_ADMIN, on=app)
    if profile.asks_second([Role.SYSTEM_ADMIN]):
        bind(admin)
    words = ("aA1-" + "xyw" * 5)[: profile.min_length - 1], ("aA1-" + "xyw" * 5)[: profile.min_length]
    answers = [
        admin.post("/api/v1/users", json={"username": "newcomer", "display_name": "新人", "password": word}).status_code
        for word in words
    ]
    assert answers == [400, 201]
