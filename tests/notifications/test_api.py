"""The bell, the choices and the webhooks over HTTP."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI

from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.notifications import delivery, operations
from gis_service.notifications.rules import Level
from gis_service.worker import post_of, tasks
from tests.conftest import CloneServices, Person
from tests.notifications.conftest import Receiver

BELL = "/api/v1/me/notifications"
CHOICES = "/api/v1/me/notification-preferences"


@pytest.fixture
def tell(app: FastAPI) -> Callable[..., None]:
    def make(*people: Person, **facts: Any) -> None:
        said = {"kind": "case.step", "level": Level.INFO, "title_zh": "已立案", "title_en": "Filed", **facts}
        with app.state.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            operations.tell(session, user_ids=[person.user_id for person in people], **said)

    return make


def test_the_bell_counts_lists_and_marks(sign_in: Callable[..., Person], tell: Callable[..., None]) -> None:
    one, two = sign_in(Role.INSPECTOR), sign_in(Role.AUDITOR)
    for n in range(5):
        tell(one, two, title_zh=f"第{n}条", link="/desk/cases?chosen=1")
    first = one.get(BELL, params={"limit": 2}).json()
    assert [item["title_zh"] for item in first["items"]] == ["第4条", "第3条"]
    assert first["unread"] == 5
    rest = one.get(BELL, params={"limit": 4, "after": first["next"]}).json()
    assert [item["title_zh"] for item in rest["items"]] == ["第2条", "第1条", "第0条"]
    assert rest["next"] is None

    newest = first["items"][0]["id"]
    assert one.post(f"{BELL}/{newest}/read").status_code == 204
    assert one.post(f"{BELL}/{newest}/read").status_code == 204
    unread = one.get(BELL, params={"unread": True}).json()
    assert (len(unread["items"]), unread["unread"]) == (4, 4)
    tell(one, title_zh="刚刚")
    assert one.post(f"{BELL}/read-all", params={"upto": newest}).status_code == 204
    left = one.get(BELL, params={"unread": True}).json()
    assert [item["title_zh"] for item in left["items"]] == ["刚刚"]

    assert two.get(BELL).json()["unread"] == 5
    assert two.post(f"{BELL}/{newest}/read").status_code == 404
    assert one.get(BELL, params={"after": "rubbish"}).status_code == 400


def test_choices_are_kept_and_never_overwritten_unseen(
    sign_in: Callable[..., Person], tell: Callable[..., None]
) -> None:
    person = sign_in(Role.LAND_OFFICER)
    tell(person, kind="plan.made")
    tell(person, kind="plan.made", title_zh="计划已制定", title_en="Plan made")
    asked = person.get(CHOICES)
    kinds = [{"kind": "plan.made", "title_zh": "计划已制定", "title_en": "Plan made"}]
    expected = {"by_email": False, "digest": "off", "has_mail": False, "kinds": kinds}
    assert asked.json() | expected == asked.json()
    seen = asked.headers["etag"]
    wanted = {"email": "a@example.org", "by_email": True, "digest": "weekly", "digest_hour": 9, "quiet_from": "22:00:00",
              "quiet_to": "07:00:00", "muted": ["plan.made"]}  # fmt: skip
    kept = person.put(CHOICES, json=wanted, headers={"If-Match": seen})
    assert kept.status_code == 200, kept.text
    assert person.get(CHOICES).json() | wanted == person.get(CHOICES).json()
    assert person.put(CHOICES, json=wanted, headers={"If-Match": seen}).status_code == 412
    assert person.put(CHOICES, json=wanted).status_code == 428
    again = person.put(CHOICES, json={"by_email": False}, headers={"If-Match": kept.headers["etag"]})
    assert (again.json()["by_email"], again.json()["version"]) == (False, 2)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"by_email": True}, "请填写邮箱地址"),
        ({"quiet_from": "22:00"}, "免打扰时段"),
        ({"email": "a@b\r\nBcc: c@d"}, "提交的内容有误"),
        ({"email": "a@example.org,b@example.org"}, "提交的内容有误"),
        ({"digest_hour": 24}, "提交的内容有误"),
        ({"muted": ["Not A Kind"]}, "提交的内容有误"),
        ({"loud": True}, "提交的内容有误"),
    ],
)
def test_choices_that_make_no_sense_are_refused_in_a_sentence(
    sign_in: Callable[..., Person], choice: dict[str, Any], said: str
) -> None:
    person = sign_in(Role.INSPECTOR)
    seen = person.get(CHOICES).headers["etag"]
    answer = person.put(CHOICES, json=choice, headers={"If-Match": seen})
    assert answer.status_code in (400, 409)
    assert said in answer.json()["title_zh"]


def test_the_page_is_told_whether_mail_is_sent_at_all(
    app: FastAPI, sign_in: Callable[..., Person], services: CloneServices
) -> None:
    person = sign_in(Role.INSPECTOR)
    app.state.settings = services.settings.model_copy(update={"smtp_host": "mail.example.org"})
    assert person.get(CHOICES).json()["has_mail"] is True


def test_a_webhook_is_made_tested_and_disabled(
    app: FastAPI, services: CloneServices, sign_in: Callable[..., Person], receiver: Receiver
) -> None:
    admin = sign_in(Role.SYSTEM_ADMIN)
    made = admin.post("/api/v1/webhooks", json={"url": receiver.url, "kinds": ["case.step"]})
    assert made.status_code == 201, made.text
    secret, key = made.json()["secret"], made.json()["id"]
    assert len(secret) > 30
    listed = admin.get("/api/v1/webhooks").json()
    assert (listed["has_mail"], listed["items"][0]["secret"]) == (False, None)
    assert secret not in str(listed)

    tested = admin.post(f"/api/v1/webhooks/{key}/test")
    assert tested.status_code == 202
    assert admin.get(f"/api/v1/jobs/{tested.json()['job']}").json()["task"] == delivery.TASK
    assert admin.get("/api/v1/webhooks").json()["items"][0]["last_state"] == "waiting"
    tasks(services)[delivery.TASK]()
    assert receiver.bodies[0]["test"] is True
    assert admin.get("/api/v1/webhooks").json()["items"][0]["last_state"] == "sent"

    assert admin.post(f"/api/v1/webhooks/{key}/disable").json()["is_active"] is False
    assert admin.post(f"/api/v1/webhooks/{key}/test").status_code == 409
    assert admin.post("/api/v1/webhooks/999/test").status_code == 404
    assert post_of(services.settings).server is None


@pytest.mark.parametrize(
    "url",
    ["ftp://x.example/", "file:///etc/passwd", "http://", "//x.example", "http://user:pw@x.example/", "http://x.example/a b",
     "http://x.example/\r\nHost: y", "http://x.example:99999/", "javascript:alert(1)", "http://例子.example/", ""],
)  # fmt: skip
def test_what_is_no_address_of_another_system_is_refused(sign_in: Callable[..., Person], url: str) -> None:
    answer = sign_in(Role.SYSTEM_ADMIN).post("/api/v1/webhooks", json={"url": url})
    assert (answer.status_code, answer.json()["code"]) == (400, "webhook.address")


def test_what_an_administrator_did_is_in_the_audit(sign_in: Callable[..., Person], receiver: Receiver) -> None:
    admin, auditor = sign_in(Role.SYSTEM_ADMIN), sign_in(Role.AUDITOR)
    admin.post("/api/v1/webhooks", json={"url": receiver.url})
    (entry,) = auditor.get("/api/v1/audit", params={"action": "webhook.change"}).json()["items"]
    assert receiver.url in str(entry)
