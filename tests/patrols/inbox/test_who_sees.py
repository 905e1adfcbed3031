"""Nobody sees the records, tracks or files of others; a land officer sees what is to be settled."""

from collections.abc import Callable

from sqlalchemy import text

from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.core.db import Scope
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, piece


def test_rows_of_the_inbox_are_seen_by_their_people_only(
    ground: Land, inspector: Person, phone: Phone, sign_in: Callable[..., Person]
) -> None:
    start = phone.start()
    phone.send(inspector, start, phone.track(), {**start, "text": "damaged"})
    piece(inspector, bytes(99_000), 0)
    colleague = sign_in(Role.INSPECTOR, area_id=ground.area)
    tables = ("inbox_record", "inbox_stray", "track_part", "field_upload")
    for who, wanted in ((inspector, [2, 1, 1, 1]), (colleague, [0, 0, 0, 0])):
        with ground.services.sessions.begin() as session:
            db.enter(session, Scope(area_ids=frozenset({ground.area}), actor_id=who.user_id))
            assert [session.scalar(text(f"select count(*) from {table}")) for table in tables] == wanted
    assert colleague.get("/api/v1/patrols/inbox").status_code == 403


def test_what_came_cannot_be_changed_by_the_application(ground: Land, inspector: Person, phone: Phone) -> None:
    phone.send(inspector, phone.start())
    refused = []
    for statement in (
        "update inbox_record set body_text = ''", "update inbox_record set sha256 = repeat('a', 64)",
        "delete from inbox_record", "delete from inbox_stray", "update inbox_stray set body_text = ''",
    ):  # fmt: skip
        try:
            ground.rows(statement)
        except Exception as fault:
            refused.append("permission denied" in str(fault))
    assert refused == [True] * 5


def test_the_desk_shows_what_is_held_and_refused_and_the_phones(
    ground: Land, inspector: Person, phone: Phone, officer: Person
) -> None:
    phone.send(inspector, phone.start(), phone.visit(ground.elsewhere), phone.visit(ground.parcels[0], photos=1))
    found = officer.get("/api/v1/patrols/inbox", headers={"Accept-Language": "en"}).json()
    assert found["counts"] == {"held": 1, "refused": 1}
    assert {each["reason"]["code"] for each in found["items"]} == {"field.waits_for_file", "field.no_right"}
    assert found["devices"][0]["records_here"] == 3
    refused = next(each["uuid"] for each in found["items"] if each["verdict"] == "refused")
    assert '"visit"' in officer.get(f"/api/v1/patrols/inbox/{refused}").json()["text"]
    assert officer.post(f"/api/v1/patrols/inbox/{refused}/judge-again").json()["verdict"] == "refused"
    assert officer.post(f"/api/v1/patrols/inbox/{refused}/release").json()["verdict"] == "stored"
    assert ground.one("select parcel_id from visit") == ground.elsewhere
    trace = ground.rows("select detail ->> 'act' from audit_entry where action = 'patrol.settle' order by id")
    assert trace == [("judge-again",), ("release",)]


def test_the_desk_sees_the_photo_of_a_record_that_is_not_let_through(
    ground: Land, inspector: Person, phone: Phone, officer: Person
) -> None:
    phone.send(inspector, phone.start(), refused := phone.visit(ground.elsewhere, photos=1))
    phone.send_files(inspector)
    ((name, content),) = phone.files.items()
    answer = officer.get(f"/api/v1/patrols/inbox/{refused['uuid']}/files/{name}")
    assert (answer.headers["content-type"], answer.content) == ("image/jpeg", content)
    assert officer.get(f"/api/v1/patrols/inbox/{refused['uuid']}/files/{'a' * 64}").status_code == 404


def test_an_account_that_was_disabled_meanwhile_loses_nothing(
    ground: Land, inspector: Person, phone: Phone, officer: Person
) -> None:
    from gis_service.patrols.inbox.jobs import judge_held
    from tests.patrols.inbox.test_verdicts import house_of

    late = phone.visit(ground.parcels[0]) if phone.start() else {}
    assert phone.send(inspector, late)[0]["verdict"] == "held"
    ground.rows("update app_user set state = 'disabled' where id = :id returning 1", id=inspector.user_id)
    ground.rows("update inbox_record set reason = jsonb_set(reason, '{waits_for}', '[]') returning 1")
    judge_held(house_of(ground))
    assert ground.one("select reason ->> 'code' from inbox_record") == "field.no_account"
    assert officer.get("/api/v1/patrols/inbox").json()["counts"]["held"] == 1
