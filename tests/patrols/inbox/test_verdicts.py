"""One verdict for each record, and whatever it is, the record is kept."""

import hashlib
import json
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy.orm import Session

from gis_service.access.rules import Role
from gis_service.patrols.inbox import judging, rows
from gis_service.patrols.inbox.jobs import judge_held
from gis_service.patrols.inbox.taking import House
from gis_service.patrols.rules import RecordKind
from tests.conftest import Person
from tests.patrols.inbox.conftest import Land
from tests.patrols.inbox.phone import Phone, sha256

DAY_MS = 86_400_000


def sent(text: str, uuid: str | None = None) -> dict[str, Any]:
    return {"uuid": uuid or str(uuid4()), "text": text, "sha256": sha256(text.encode())}


def house_of(ground: Land) -> House:
    return House(ground.services.sessions, ground.services.store, "440402")


def test_a_text_that_was_damaged_on_the_way_is_kept_aside_and_the_right_one_is_still_taken(
    ground: Land, inspector: Person, phone: Phone
) -> None:
    start = phone.start()
    (refused,) = phone.send(inspector, {**start, "text": start["text"].replace("1.0.0", "1.0.1")})
    assert (refused["verdict"], refused["reason"]["code"]) == ("refused", "field.hash_differs")
    assert refused["sha256"] != start["sha256"]  # no receipt for what the phone holds
    assert phone.send(inspector, start)[0]["verdict"] == "stored"
    assert ground.one("select said_sha256 from inbox_stray") == start["sha256"]


def test_a_queue_that_arrives_in_somebody_elses_session_is_not_taken_and_stays_on_the_phone(
    ground: Land, inspector: Person, phone: Phone
) -> None:
    start = phone.start()
    stranger = phone.batch([start]) | {"person": inspector.user_id + 1}
    answer = inspector.post("/api/v1/field/inbox", json=stranger)
    assert (answer.status_code, answer.json()["code"]) == (401, "field.other_person")
    assert ground.rows("select 1 from inbox_record union all select 1 from field_device") == []
    answer = inspector.post("/api/v1/field/inbox", json=stranger | {"person": inspector.user_id})
    assert [each["verdict"] for each in answer.json()["verdicts"]] == ["stored"]


def test_another_text_under_a_taken_uuid_is_refused_and_both_are_kept(
    ground: Land, inspector: Person, phone: Phone
) -> None:
    start = phone.start(weather="晴")
    phone.send(inspector, start)
    (refused,) = phone.send(inspector, sent(start["text"].replace("晴", "雨"), start["uuid"]))
    assert (refused["verdict"], refused["reason"]["code"]) == ("refused", "field.other_text")
    assert refused["sha256"] == start["sha256"]
    assert ground.one("select weather from patrol") == "晴"
    assert "雨" in ground.one("select body_text from inbox_stray")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{不是 JSON", "field.unreadable"),
        ("[]", "field.unreadable"),
        ("[" * 100_000, "field.unreadable"),
        ('{"seq": NaN}', "field.unreadable"),
        ("", "field.unreadable"),
    ],
)
def test_what_nobody_can_read_is_kept_as_it_came(
    ground: Land, inspector: Person, phone: Phone, text: str, code: str
) -> None:
    (refused,) = phone.send(inspector, record := sent(text))
    assert (refused["verdict"], refused["reason"]["code"], refused["sha256"]) == ("refused", code, record["sha256"])
    assert ground.one("select body_text from inbox_record") == text


def test_one_bad_item_does_not_keep_the_others_from_being_stored(ground: Land, inspector: Person, phone: Phone) -> None:
    start, odd = phone.start(), str(uuid4())
    bad: list[Any] = [
        None, 7, {"uuid": "x"}, {"uuid": odd, "text": 5, "sha256": "no"},
        {"uuid": str(uuid4()), "text": "nul \x00", "sha256": hashlib.sha256(b"nul \x00").hexdigest()},
    ]  # fmt: skip
    answer = inspector.post("/api/v1/field/inbox", json=phone.batch([*bad, start]))
    assert answer.status_code == 200, answer.text
    verdicts = {each["uuid"]: each["verdict"] for each in answer.json()["verdicts"]}
    assert verdicts[start["uuid"]] == "stored"
    assert verdicts[odd] == "refused"
    assert ground.one("select count(*) from inbox_stray") == 2


def test_signs_that_no_database_can_hold_do_no_harm(ground: Land, inspector: Person, phone: Phone) -> None:
    phone.send(inspector, phone.start())
    strange = phone.observation(answers={"a": "x"})
    text = strange["text"].replace('"a":"x"', '"a":"\\u0000 \\ud800"')
    assert phone.send(inspector, sent(text, strange["uuid"]))[0]["verdict"] == "stored"
    assert ground.one("select body_text = :text from inbox_record where kind = 'observation'", text=text)


def test_the_reasons_of_a_refusal(ground: Land, inspector: Person, phone: Phone, officer: Person) -> None:
    start = phone.start()
    wrong = {
        "field.unknown_kind": phone.write("dance", {}),
        "field.shape": phone.visit(ground.parcels[0], all_fine="perhaps"),
        "field.no_parcel": phone.visit(10**9),
        "field.no_right": phone.visit(ground.elsewhere),
        "field.other_uuid": sent(start["text"]),
        "field.other_person": phone.write("track", {"fixes": [[113.5, 22.4, 1.7e12, 5]]}, by=officer.user_id),
        "field.unknown_field": phone.correction(phone.observation()["uuid"], inspector_id=(1, 2)),
    }
    phone.send(inspector, start, *(each for each in phone.records if "observation" in each["text"][:80]))
    verdicts = phone.send(inspector, *wrong.values())
    assert {each["reason"]["code"]: each["verdict"] for each in verdicts} == dict.fromkeys(wrong, "refused")
    assert ground.one("select count(*) from inbox_record where verdict = 'refused'") == len(wrong)


def test_a_surprise_while_judging_loses_nothing_and_is_mended_by_the_sweep(
    ground: Land, inspector: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    start, visit, track = phone.start(), phone.visit(ground.parcels[0]), phone.track()

    def broken(session: Session, *_: Any) -> rows.Row:
        session.connection().exec_driver_sql("select 1 / 0")
        raise AssertionError

    with monkeypatch.context() as broke:
        broke.setitem(judging.MAKERS, RecordKind.VISIT, broken)
        verdicts = phone.send(inspector, start, visit, track)
    assert [each["verdict"] for each in verdicts] == ["stored", "held", "stored"]
    assert verdicts[1]["reason"]["code"] == "field.server_trouble"
    assert judge_held(house_of(ground)) == 1
    assert ground.one("select count(*) from visit") == 1


def test_when_all_judging_fails_what_came_is_kept(
    ground: Land, inspector: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise RuntimeError("no judge today")

    with monkeypatch.context() as broke:
        broke.setattr(judging, "judge", broken)
        assert [each["verdict"] for each in phone.send(inspector, phone.start(), phone.track())] == ["held", "held"]
    assert judge_held(house_of(ground)) == 2


def test_nobody_signed_in_and_nobody_with_a_right_is_turned_away_and_may_come_back(
    ground: Land, inspector: Person, phone: Phone, sign_in: Callable[..., Person], officer: Person
) -> None:
    batch = phone.batch([phone.start()])
    assert sign_in(Role.GUEST).post("/api/v1/field/inbox", json=batch).status_code == 403
    with ground.services.sessions.begin() as session:
        session.connection().exec_driver_sql("update user_session set last_seen_at = now() - interval '1 day'")
    inspector.app.state.doorkeeper.forget()  # type: ignore[attr-defined]
    assert inspector.post("/api/v1/field/inbox", json=batch).status_code == 401
    assert ground.one("select count(*) from inbox_record") == 0


@pytest.mark.parametrize("off_ms", [DAY_MS, -DAY_MS])
def test_a_clock_that_is_a_day_off_is_noted_and_the_times_stay_as_they_came(
    ground: Land, inspector: Person, phone: Phone, off_ms: int
) -> None:
    phone.clock_ms = off_ms
    start = phone.start()
    assert [each["verdict"] for each in phone.send(inspector, start, phone.track(), phone.end())] == ["stored"] * 3
    assert abs(ground.one("select clock_offset_s from patrol") * 1000 + off_ms) < 60_000
    assert ground.one("select clock_offset_s from field_device") == ground.one("select clock_offset_s from patrol")
    made_at = json.loads(start["text"])["made_at"]
    assert ground.one("select round(extract(epoch from started_at) * 1000) from patrol") == made_at


def test_an_older_and_a_newer_app_are_both_understood(ground: Land, inspector: Person, phone: Phone) -> None:
    phone.app = "0.0.1"
    start = phone.write("patrol.start", {})
    lean = {
        "parcel_id": ground.parcels[0],
        "came_at": 1_764_000_000_000,
        "all_fine": True,
        "form": "v",
        "form_version": 1,
    }
    rich = {
        **lean,
        "mood": "good",
        "position": {"lon": 113.52, "lat": 22.39, "accuracy_m": 3, "at": 1, "satellites": 9},
    }
    old, new = phone.write("visit", lean), phone.write("visit", rich, schema=99, app="99.0", colour="red")
    assert [each["verdict"] for each in phone.send(inspector, start, old, new)] == ["stored"] * 3


def test_a_finding_of_an_item_that_only_a_newer_server_knows_waits_for_it(
    ground: Land, inspector: Person, phone: Phone, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gis_service.patrols.items import ITEMS, Item

    (_, held) = phone.send(inspector, phone.start(), phone.observation(item="DRONE"))
    assert (held["verdict"], held["reason"]["code"]) == ("held", "field.unknown_item")
    monkeypatch.setitem(ITEMS, "DRONE", Item("DRONE", "无人机", "drone", "low"))
    assert judge_held(house_of(ground)) == 1


def test_fixes_that_are_no_places_are_kept_raw_and_drawn_nowhere(ground: Land, inspector: Person, phone: Phone) -> None:
    odd: list[Any] = [
        [0, 0, 1.76e12, 5],
        [None, 22.4, 1.76e12, 5],
        [113.5, 95, 1.76e12, 5],
        [113.5, 22.4],
        [113.5, 22.4, 1.76e12, 5000],
    ]
    assert phone.send(inspector, phone.start(), phone.write("track", {"fixes": odd}))[1]["verdict"] == "stored"
    assert ground.one("select st_npoints(geom), jsonb_array_length(fixes) from track_part") == (1, 5)
    assert phone.send(inspector, phone.write("track", {"fixes": [[0, 0, 0, 0]]}))[0]["verdict"] == "stored"


def test_a_task_is_started_and_done_by_the_walk(ground: Land, inspector: Person, phone: Phone) -> None:
    with ground.services.sessions.begin() as session:
        session.connection().exec_driver_sql("select set_config('app.see_all', 'on', true)")
        task = session.connection().exec_driver_sql(
            f"""insert into patrol_task (district_code, title, area_id, assignee_id, due_from, due_on)
                values ('440402', '早巡', {ground.area}, {inspector.user_id}, current_date - 1, current_date + 1) returning id"""
        ).scalar_one()  # fmt: skip
        for seq, parcel in enumerate(ground.parcels[:2]):
            session.connection().exec_driver_sql(
                f"insert into patrol_task_parcel (task_id, parcel_id, seq) values ({task}, {parcel}, {seq})"
            )
    (given,) = inspector.get("/api/v1/field/pack").json()["tasks"]
    assert [each["id"] for each in given["parcels"]] == ground.parcels[:2]
    phone.send(inspector, phone.start(task_id=task), phone.visit(ground.parcels[0]))
    assert ground.one("select state from patrol_task") == "started"
    late, end = phone.visit(ground.parcels[1]), phone.end()
    phone.send(inspector, end)
    assert ground.one("select state from patrol_task") == "started"
    phone.send(inspector, late)
    assert ground.one("select state from patrol_task") == "done"
    assert ground.one("select state from patrol") == "recorded"


def test_a_heartbeat_notes_what_the_phone_holds(ground: Land, inspector: Person, phone: Phone) -> None:
    answer = inspector.post("/api/v1/field/inbox", json=phone.batch(holds={"records": 7, "files": 2, "bytes": 9}))
    assert answer.json()["verdicts"] == []
    assert ground.one("select holds ->> 'records' from field_device") == "7"


def test_a_phone_asks_what_became_of_its_own(
    ground: Land, inspector: Person, phone: Phone, sign_in: Callable[..., Person]
) -> None:
    start = phone.start()
    phone.send(inspector, start)
    question = {"uuids": [start["uuid"], str(uuid4())], "files": ["a" * 64]}
    found = inspector.post("/api/v1/field/ask", json=question).json()
    assert [(each["uuid"], each["verdict"]) for each in found["verdicts"]] == [(start["uuid"], "stored")]
    assert found["files"] == [{"sha256": "a" * 64, "size_bytes": 0, "offset": 0, "stored": False}]
    other = sign_in(Role.INSPECTOR, area_id=ground.area)
    assert other.post("/api/v1/field/ask", json=question).json()["verdicts"] == []
