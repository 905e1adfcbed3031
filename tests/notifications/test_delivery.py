"""What leaves the service: once, later, again, or not at all."""

import hashlib
import hmac
import socket
from collections.abc import Callable
from datetime import time, timedelta
from threading import Barrier, Thread

import pytest

from gis_service.core import clock
from gis_service.notifications import delivery, operations, outside, rules
from gis_service.notifications.models import Notification, NotificationPreference, Webhook
from gis_service.worker import post_of
from tests.notifications.conftest import Bureau, Mailbox, Receiver, beijing, free_port

NOON = beijing(24, 12)


def states(bureau: Bureau) -> list[tuple[str, int]]:
    return [(row.state, row.tries) for row in bureau.deliveries()]


# --- by mail -------------------------------------------------------------------------------------------------------


def test_a_message_is_mailed_once(bureau: Bureau, mailbox: Mailbox) -> None:
    person = bureau.person(email="wang.fang@example.org")
    bureau.told(
        person,
        NOON,
        level="warn",
        body_zh="请在 <3> 日内处理。",
        body_en="Act within <3> days.",
        link="/desk/cases?chosen=12",
    )
    for minute in range(3):
        bureau.run(NOON + timedelta(minutes=minute))
    (mail,) = mailbox.mails
    assert mailbox.receivers == [["wang.fang@example.org"]]
    assert mail["Subject"] == "【提醒】案件已立案"
    assert mail["From"] == "空闲地服务 <land@example.org>"
    assert b"\xe6" not in mailbox.raw[0]  # everything is encoded for the oldest of servers
    plain, page = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert page is not None
    assert "请在 <3> 日内处理。" in plain.get_content()
    assert "https://land.example.org/desk/cases?chosen=12" in plain.get_content()
    assert "请在 &lt;3&gt; 日内处理。" in page.get_content()
    assert 'href="https://land.example.org/desk/cases?chosen=12"' in page.get_content()
    assert states(bureau) == [("sent", 1)]


@pytest.mark.parametrize("wishes", [{"by_email": False}, {"muted": ["case.step"]}, {"email": None, "by_email": False}])
def test_who_does_not_want_mail_gets_none(bureau: Bureau, mailbox: Mailbox, wishes: dict[str, object]) -> None:
    bureau.told(bureau.person(**wishes), NOON)
    bureau.run(NOON)
    assert (mailbox.raw, states(bureau)) == ([], [])


def test_who_turned_mail_off_meanwhile_gets_none(bureau: Bureau, mailbox: Mailbox) -> None:
    person = bureau.person(quiet_from=time(11), quiet_to=time(14))
    bureau.told(person, NOON)
    bureau.run(NOON)
    with bureau.session() as session:
        session.get_one(NotificationPreference, person).by_email = False
    bureau.run(beijing(24, 15))
    assert mailbox.raw == []
    assert [(row.state, row.last_error) for row in bureau.deliveries()] == [("given_up", "no receiver any more")]


def test_quiet_hours_hold_back_what_is_not_late(bureau: Bureau, mailbox: Mailbox) -> None:
    night = {"quiet_from": time(22), "quiet_to": time(7)}
    quiet, strict = bureau.person(**night), bureau.person(**night, urgent_through_quiet=False)
    for person in (quiet, strict):
        bureau.told(person, beijing(24, 23), title_zh="提醒一下", level="warn")
        bureau.told(person, beijing(24, 23), title_zh="已经逾期", level="late")
    bureau.run(beijing(24, 23, 1))
    assert mailbox.subjects == ["【逾期】已经逾期"]
    bureau.run(beijing(25, 6, 59))
    assert len(mailbox.raw) == 1
    bureau.run(beijing(25, 7))
    assert sorted(mailbox.subjects[1:]) == ["【提醒】提醒一下", "【提醒】提醒一下", "【逾期】已经逾期"]


def test_a_digest_gathers_what_came_before_its_hour(bureau: Bureau, mailbox: Mailbox) -> None:
    person = bureau.person(digest="daily", digest_hour=8)
    bureau.told(person, beijing(24, 9), title_zh="甲", kind="plan.made")
    bureau.told(person, beijing(24, 10), title_zh="乙", level="warn")
    bureau.told(person, beijing(24, 11), title_zh="急", level="late")
    bureau.told(person, beijing(25, 7), title_zh="丙")
    read = bureau.told(person, beijing(25, 7), title_zh="已读")
    bureau.run(beijing(24, 12))
    assert mailbox.subjects == ["【逾期】急"]
    with bureau.session() as session:
        operations.mark_read(session, person, read, at=clock.now())
    for hour in (7, 8, 9, 20):
        if hour == 9:
            bureau.told(person, beijing(25, 9), title_zh="丁")
        bureau.run(beijing(25, hour))
    assert mailbox.subjects[1:] == ["通知汇总 2026-11-25:3 条"]
    body = mailbox.mails[1].get_body(("plain",))
    assert body is not None
    content = body.get_content()
    assert content.index("乙") < content.index("丙") < content.index("甲")
    assert "丁" not in content
    assert "已读" not in content
    bureau.run(beijing(26, 8))
    assert mailbox.subjects[2:] == ["通知汇总 2026-11-26:1 条"]
    bureau.run(beijing(27, 8))
    assert len(mailbox.raw) == 3


def test_a_weekly_digest_comes_on_monday(bureau: Bureau, mailbox: Mailbox) -> None:
    person = bureau.person(digest="weekly", digest_hour=8)
    bureau.told(person, beijing(24, 9))
    for day in range(24, 30):
        bureau.run(beijing(day, 12))
    assert mailbox.raw == []
    bureau.run(beijing(30, 8))
    assert mailbox.subjects == ["通知汇总 2026-11-30:1 条"]


def test_a_long_digest_counts_what_it_leaves_out(bureau: Bureau, mailbox: Mailbox) -> None:
    person = bureau.person(digest="daily", digest_hour=8)
    with bureau.session() as session:
        for n in range(203):
            operations.tell(session, user_ids=[person], kind="plan.made" if n % 2 else "case.step", level=rules.Level.INFO,
                            title_zh=f"第{n}条", title_en=f"no. {n}")  # fmt: skip
    at = clock.now() + timedelta(days=1)
    bureau.run(at)
    bureau.run(at + timedelta(days=1))
    (subject,) = mailbox.subjects
    assert subject.endswith(":203 条")
    body = mailbox.mails[0].get_body(("plain",))
    assert body is not None
    assert "另有 3 条" in body.get_content()


def test_a_failed_try_is_repeated_and_then_given_up(make_bureau: Callable[..., Bureau]) -> None:
    bureau = make_bureau(free_port())  # nobody listens there
    bureau.told(bureau.person(), NOON)
    at, tried = NOON, []
    for _ in range(8):
        bureau.run(at)
        (row,) = bureau.deliveries()
        tried.append((row.state, row.tries, row.next_try_at - at))
        at = max(row.next_try_at, at)
    failed = [("failed", n, wait) for n, wait in enumerate(rules.RETRIES, 1)]
    assert tried == [*failed, *[("given_up", 6, timedelta(0))] * 3]
    assert "refused" in (row.last_error or "").lower()


def test_it_arrives_when_the_server_is_back(bureau: Bureau, mailbox: Mailbox) -> None:
    mailbox.refuse = {"late@example.org"}
    bureau.told(bureau.person(email="late@example.org"), NOON)
    bureau.run(NOON)
    assert states(bureau) == [("failed", 1)]
    mailbox.refuse = set()
    bureau.run(NOON + timedelta(seconds=59))
    assert mailbox.raw == []
    bureau.run(NOON + timedelta(minutes=1))
    assert (len(mailbox.raw), states(bureau)) == (1, [("sent", 2)])


def test_one_receiver_who_is_refused_stops_nobody_else(bureau: Bureau, mailbox: Mailbox) -> None:
    mailbox.refuse = {"b@example.org"}
    for name in "abc":
        bureau.told(bureau.person(email=f"{name}@example.org"), NOON)
    bureau.run(NOON)
    assert mailbox.receivers == [["a@example.org"], ["c@example.org"]]
    assert states(bureau) == [("sent", 1), ("failed", 1), ("sent", 1)]
    assert "no such mailbox" in (bureau.deliveries()[1].last_error or "")


@pytest.mark.parametrize(
    "title", ["急\r\nBcc: evil@example.org", "急\nTo: evil@example.org\n\n<b>", "急\x00\x85\u2028Cc: evil@example.org"]
)
def test_a_title_cannot_add_a_header(bureau: Bureau, mailbox: Mailbox, title: str) -> None:
    bureau.told(
        bureau.person(email="a@example.org"),
        NOON,
        title_zh=title.replace("\x00", ""),
        title_en=title.replace("\x00", ""),
    )
    bureau.run(NOON)
    (mail,) = mailbox.mails
    assert mailbox.receivers == [["a@example.org"]]
    assert {"Bcc", "Cc"} & set(mail.keys()) == set()
    assert mail.get_all("To") == ["a@example.org"]
    assert len(str(mail["Subject"]).splitlines()) == 1


def test_a_server_that_does_not_encrypt_gets_nothing_when_encryption_is_asked_for(
    make_bureau: Callable[..., Bureau], mailbox: Mailbox
) -> None:
    for security in ("starttls", "ssl"):
        bureau = make_bureau(mailbox.port, security=security, user="u", password="p")
        bureau.told(bureau.person(), NOON)
    bureau.run(NOON)
    assert mailbox.raw == []
    assert {row.state for row in bureau.deliveries()} == {"failed"}


def test_without_a_mail_server_nothing_waits(make_bureau: Callable[..., Bureau], bureau: Bureau) -> None:
    silent = Bureau(bureau.services, delivery.Post(bureau.post.house, None))
    silent.told(silent.person(), NOON)
    silent.run(NOON)
    assert states(silent) == []
    bureau.run(NOON)  # one that is set up later does not send what is old
    assert states(bureau) == []


def test_two_workers_at_once_send_each_message_once(bureau: Bureau, mailbox: Mailbox, receiver: Receiver) -> None:
    people = [bureau.person() for _ in range(12)]
    bureau.webhook(receiver.url)
    for person in people:
        bureau.told(person, NOON)
    together, broken = Barrier(3), []

    def work() -> None:
        together.wait()
        try:
            for _ in range(3):
                bureau.run(NOON)
        except Exception as error:
            broken.append(error)

    workers = [Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert broken == []
    assert len({mail["Message-ID"] for mail in mailbox.mails}) == len(mailbox.raw) == 12
    assert len({body["id"] for body in receiver.bodies}) == len(receiver.got) == 12
    assert states(bureau) == [("sent", 1)] * 24


def test_a_worker_that_dies_after_sending_leads_to_one_repeat_under_the_same_name(
    bureau: Bureau, mailbox: Mailbox
) -> None:
    bureau.told(bureau.person(), NOON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delivery, "note", _die)
        with pytest.raises(SystemExit):
            bureau.run(NOON)
    bureau.run(NOON + timedelta(minutes=9))
    assert len(mailbox.raw) == 1
    for minutes in (10, 11, 60):
        bureau.run(NOON + timedelta(minutes=minutes))
    first, second = mailbox.mails
    assert first["Message-ID"] == second["Message-ID"]
    assert states(bureau) == [("sent", 2)]


def _die(*_: object, **__: object) -> None:
    raise SystemExit


# --- to other systems ----------------------------------------------------------------------------------------------


def test_another_system_is_told_once_of_an_event_and_can_prove_it(bureau: Bureau, receiver: Receiver) -> None:
    bureau.webhook(receiver.url, kinds=["case.step"])
    one, two = bureau.person(by_email=False), bureau.person(by_email=False)
    with bureau.session() as session:
        for kind in ("case.step", "plan.made"):
            operations.tell(session, user_ids=[one, two], kind=kind, level=rules.Level.LATE, title_zh="逾期", title_en="Late",
                            link="/desk/cases?chosen=1", subject="case/1")  # fmt: skip
    bureau.run(clock.now())
    ((headers, body),) = receiver.got
    (told,) = receiver.bodies
    signed = hmac.new(b"s3cret", headers["x-gis-timestamp"].encode() + b"." + body, hashlib.sha256).hexdigest()
    assert headers["x-gis-signature"] == f"sha256={signed}"
    assert headers["x-gis-delivery"] == told["id"]
    assert (told["kind"], told["level"], told["subject"]) == ("case.step", "late", "case/1")
    assert told["title"] == {"zh": "逾期", "en": "Late"}
    assert told["link"] == "https://land.example.org/desk/cases?chosen=1"
    assert len(told["to"]) == 2


@pytest.mark.parametrize("answer", [300, 302, 404, 500])
def test_an_answer_that_is_no_success_is_a_failure_and_no_redirect_is_followed(
    bureau: Bureau, receiver: Receiver, answer: int
) -> None:
    receiver.answer, receiver.location = answer, receiver.url
    bureau.webhook(receiver.url)
    bureau.told(bureau.person(by_email=False), NOON)
    bureau.run(NOON)
    (row,) = bureau.deliveries()
    assert (row.state, row.last_error) == ("failed", f"HookRefused: HTTP {answer}")
    assert len(receiver.got) == 1


def test_a_disabled_webhook_is_told_nothing(bureau: Bureau, receiver: Receiver) -> None:
    receiver.answer = 500
    hook = bureau.webhook(receiver.url)
    bureau.told(bureau.person(by_email=False), NOON)
    bureau.run(NOON)
    with bureau.session() as session:
        session.get_one(Webhook, hook).is_active = False
    bureau.told(bureau.person(by_email=False), NOON)
    bureau.run(NOON + timedelta(hours=1))
    assert len(receiver.got) == 1
    assert states(bureau) == [("given_up", 2)]


@pytest.mark.parametrize("drip", [b"H", b"HTTP/1.1 200 OK\r\nX-A: "])
def test_one_that_never_finishes_its_answer_does_not_hold_up_the_worker(
    bureau: Bureau, monkeypatch: pytest.MonkeyPatch, drip: bytes
) -> None:
    monkeypatch.setattr(outside, "HOOK_S", 0.5)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        bureau.webhook(f"http://127.0.0.1:{listener.getsockname()[1]}/")
        bureau.told(bureau.person(by_email=False), NOON)
        Thread(target=_drip, args=(listener, drip), daemon=True).start()
        bureau.run(NOON)
    assert states(bureau) == [("failed", 1)]


def _drip(listener: socket.socket, start: bytes) -> None:
    """A byte now and then: each comes before the socket's own time-out."""
    other, _ = listener.accept()
    with other:
        try:
            other.sendall(start)
            for _ in range(100):
                other.sendall(b"a")
                other.settimeout(0.05)
                try:
                    while other.recv(4096):
                        pass
                    return
                except TimeoutError:
                    continue
        except OSError:
            return  # the service has hung up


# --- how it is set up ----------------------------------------------------------------------------------------------


def test_the_settings_say_how_mail_leaves(bureau: Bureau) -> None:
    settings = bureau.services.settings
    assert post_of(settings).server is None
    chosen = settings.model_copy(update={"smtp_host": "mail.example.org", "public_url": "https://land.example.org/"})
    post = post_of(chosen)
    assert post.server is not None
    assert (post.server.host, post.server.port, post.server.security) == ("mail.example.org", 587, "starttls")
    assert post.house.base_url == "https://land.example.org"


def test_a_notification_is_planned_once(bureau: Bureau) -> None:
    key = bureau.told(bureau.person(by_email=False), NOON)
    bureau.run(NOON)
    with bureau.session() as session:
        assert session.get_one(Notification, key).planned_at == NOON
