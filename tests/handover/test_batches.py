"""A batch of 60 parcels from its first list to signed papers, by the people it names; requests and times are printed."""

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Response
from openpyxl import load_workbook
from sqlalchemy import event, text

from gis_service.access import edge
from gis_service.access.actor import EVERYTHING
from gis_service.access.rules import Role
from gis_service.core import db
from gis_service.handover import jobs
from gis_service.handover.rules import HANDOVER, PHOTO_SIDES
from gis_service.procedures import queries as proceedings
from gis_service.procedures.models import Proceeding
from tests.conftest import CloneServices, Person
from tests.factories import a_parcel, a_unit, an_area, land
from tests.handover.conftest import CHECKED, GOOD, photo_of, photograph

ROOT = "/api/v1/handover-batches"
SIZE, BLOCKED, REFUSED = 60, (3, 17), 41
WALKED = 3
"""Parcels whose photos come over HTTP here; a picture is read by a process of its own, so that the others are put in directly."""
PNG = "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="

SignIn = Callable[..., Person]


class Town:
    """Units, land and people over HTTP."""

    def __init__(self, services: CloneServices, sign_in: SignIn, size: int = SIZE):
        with services.sessions.begin() as session:
            db.enter(session, EVERYTHING)
            area = an_area(session, name="北围")
            units = [a_unit(session, name=name) for name in ("示例移交单位", "示例接收单位", "示例见证单位")]
            self.giving, self.receiving, self.witness = (unit.id for unit in units)
            facts = [{**GOOD, "parcel_no": f"BW-{n:04}", "parcel_name": f"北围{n}号地", "area_id": area.id, "right_holder_unit_id": self.giving}
                     for n in range(size)]  # fmt: skip
            if size > max(BLOCKED):
                facts[BLOCKED[0]] |= {"waste_found": True, "disposal_status": "removing"}
                facts[BLOCKED[1]] |= {"survey_status": "lab"}
            self.parcels = [a_parcel(session, shape=land(n % 10, n // 10), **fact).id for n, fact in enumerate(facts)]
        self.officer, self.leader = sign_in(Role.LAND_OFFICER), sign_in(Role.LEADER)
        self.receiver = sign_in(Role.UNIT_USER, unit_id=self.receiving)
        self.third = sign_in(Role.UNIT_USER, unit_id=self.witness)

    def a_batch(self, **more: Any) -> dict[str, Any]:
        body = {"title": "北围第三批国有空闲地", "giving_unit_id": self.giving, "receiving_unit_id": self.receiving,
                "witness_unit_id": self.witness, "planned_on": "2030-12-01", **more}  # fmt: skip
        answer = self.officer.post(ROOT, json=body)
        assert answer.status_code == 201, answer.text
        return dict(answer.json())

    def seen(self, batch: dict[str, Any], person: Person | None = None) -> dict[str, Any]:
        answer = (person or self.officer).get(f"{ROOT}/{batch['id']}")
        assert answer.status_code == 200, answer.text
        return dict(answer.json())

    def act(self, batch: dict[str, Any], action: str, person: Person | None = None, **told: Any) -> dict[str, Any]:
        """One step for all handovers that stand where it begins."""
        starts = {at for at, name in HANDOVER.table if name == action}
        chosen = [
            {"id": each["id"], "version": each["version"]}
            for each in self.seen(batch, person)["handovers"]
            if each["state"]["code"] in starts
        ]
        answer = (person or self.officer).post(
            f"{ROOT}/{batch['id']}/steps", json={"action": action, "handovers": chosen, **told}
        )
        assert answer.status_code in (201, 202), answer.text
        return dict(answer.json())

    def upload(
        self, batch: dict[str, Any], kind: str, ids: list[int], person: Person | None = None, **more: Any
    ) -> Response:
        return (person or self.officer).post(
            f"{ROOT}/{batch['id']}/papers/upload",
            data={"kind": kind, "ids": ",".join(map(str, ids)), **more},
            files={"file": (f"{kind}.pdf", b"%PDF-1.4\n%%EOF\n", "application/pdf")},
        )


def ids_at(seen: dict[str, Any], *states: str) -> list[int]:
    return [each["id"] for each in seen["handovers"] if each["state"]["code"] in states]


@contextmanager
def counted(app: FastAPI) -> Iterator[list[str]]:
    """Statements sent to the database meanwhile."""
    sent: list[str] = []
    engine = app.state.services.engine

    def note(*args: Any) -> None:
        sent.append(args[2])

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


def test_sixty_parcels_from_the_first_list_to_signed_papers(
    app: FastAPI, services: CloneServices, sign_in: SignIn, capsys: pytest.CaptureFixture[str]
) -> None:
    town, began, told = Town(services, sign_in), time.perf_counter(), []
    requests = {"n": 0}
    for person in (town.officer, town.leader, town.receiver, town.third):
        person.event_hooks["request"].append(lambda _: requests.update(n=requests["n"] + 1))

    def lap(what: str) -> None:
        nonlocal began
        told.append(f"{what}: {time.perf_counter() - began:.2f} s")
        began = time.perf_counter()

    batch = town.a_batch()
    added = town.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": town.parcels}).json()
    assert (added["done"], added["refused"]) == (SIZE, 0)
    lap("list 60")
    seen = town.seen(batch)
    everything = ids_at(seen, "listed")
    named = {each["parcel_no"]: [b["code"] for b in each["blockers"]] for each in seen["handovers"] if each["blockers"]}
    assert named == {"BW-0003": ["waste"], "BW-0017": ["survey"]}
    lap("look at the batch")

    # papers: one survey conclusion for all, one check of rights for all
    made = town.officer.post(f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "right_check"}, "ids": everything})
    assert made.status_code == 201, made.text
    assert town.upload(batch, "survey_conclusion", everything).json()["done"] == SIZE
    lap("papers")
    prepared = town.act(batch, "prepare")
    assert (prepared["done"], prepared["refused"]) == (SIZE - 1, 1)
    (stopped,) = [each for each in prepared["results"] if each["outcome"] == "refused"]
    assert stopped["zh"].endswith("地块 BW-0017 的摸排尚未完成。")
    lap("prepare 60")

    # the leader waives the survey of one
    late = next(each for each in town.seen(batch)["handovers"] if each["parcel_no"] == "BW-0017")
    waived = town.leader.post(
        f"/api/v1/handovers/{late['id']}/steps",
        json={"action": "waive", "facts": {"waived_blocker": "survey"}, "reason": "检测报告已出,待审"},
        headers={"If-Match": f'"handover{late["id"]}.{late["version"]}"'},
    )
    assert waived.status_code == 201, waived.text
    assert town.act(batch, "prepare")["done"] == 1
    lap("waive and prepare")

    letter = town.officer.post(
        f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "consult_letter"}, "ids": everything}
    ).json()
    numbers = {each["doc_no"] for each in letter["results"]}
    assert len(numbers) == 1
    assert "移函" in numbers.pop()
    assert town.act(batch, "consult")["done"] == SIZE
    lap("letter and consult 60")

    # the receiving unit refuses one, agrees to the others
    one = next(each for each in town.seen(batch, town.receiver)["handovers"] if each["parcel_no"] == f"BW-{REFUSED:04}")
    assert town.upload(batch, "consult_reply", [one["id"]], town.receiver).json()["done"] == 1
    refused = town.receiver.post(
        f"/api/v1/handovers/{one['id']}/steps",
        json={"action": "refuse", "reason": "已列入道路工程,不宜管护"},
        headers={"If-Match": f'"handover{one["id"]}.{one["version"]}"'},
    )
    assert refused.json()["state"]["code"] == "refused", refused.text
    agreed = town.act(batch, "agree", town.receiver)
    assert (agreed["done"], agreed["refused"]) == (SIZE - 1, 0)
    lap("agree 59")

    # on the spot: photos of four sides, the checklist, the record
    here = ids_at(town.seen(batch), "inspection")
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        photograph(session, here[WALKED:])
    for id_ in here[:WALKED]:
        for side in PHOTO_SIDES:
            sent = town.receiver.post(
                f"/api/v1/handovers/{id_}/files",
                data={"label": side},
                files={"file": (f"{side}.jpg", photo_of(side), "image/jpeg")},
            )
            assert sent.status_code == 201, sent.text
    lap(f"{4 * WALKED} photos")
    assert town.act(batch, "inspect", town.receiver, facts=CHECKED)["done"] == SIZE - 1
    made = town.officer.post(f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "site_record"}, "ids": here})
    assert made.status_code == 201, made.text
    passed = town.act(batch, "pass")
    assert (passed["done"], passed["refused"]) == (SIZE - 1, 0)
    lap("check and pass 59")

    # one confirmation for all, signed by three sides
    confirmation = town.officer.post(
        f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "handover_confirmation"}, "ids": here}
    )
    assert confirmation.status_code == 201, confirmation.text
    for side, person in (("giving", town.officer), ("receiving", town.receiver), ("witness", town.third)):
        signed = person.post(
            f"{ROOT}/{batch['id']}/signatures",
            json={"ids": here, "side": side, "person": f"示例{side}", "drawn_png": PNG},
        ).json()
        assert (signed["done"], signed["refused"]) == (SIZE - 1, 0), signed["results"][:1]
    lap("confirmation and 177 signatures")
    completed = town.act(batch, "complete")
    assert (completed["done"], completed["refused"]) == (SIZE - 2, 1)
    (blocked,) = [each for each in completed["results"] if each["outcome"] == "refused"]
    assert (blocked["parcel_no"], [e["code"] for e in blocked["errors"]]) == ("BW-0003", ["waste"])
    lap("complete 59")

    with capsys.disabled():
        print(
            f"\n60 parcels: {requests['n']} requests ({requests['n'] - 4 * WALKED} without photos); " + "; ".join(told)
        )

    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        rows = session.execute(
            text("select handover_status, custodian_unit_id, count(*) from parcel group by 1, 2 order by 3")
        ).all()
        assert sorted((r[0], r[1], r[2]) for r in rows if r[2] > 1) == [("handed_over", town.receiving, SIZE - 2)]
        documents = session.execute(text("select count(*), count(distinct document_id) from parcel_document")).one()
        assert tuple(documents) == (SIZE - 2, 1)
        for proceeding in session.query(Proceeding):
            assert proceedings.faults_of(session, HANDOVER, proceeding) == []


def test_the_page_of_a_batch_asks_as_often_for_sixty_as_for_two(
    app: FastAPI, services: CloneServices, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(edge, "REMEMBERED_S", 600.0)  # two seconds may pass between two looks on a busy machine
    town = Town(services, sign_in)
    small, large = town.a_batch(), town.a_batch()
    town.officer.post(f"{ROOT}/{small['id']}/parcels", json={"ids": town.parcels[:2]})
    town.officer.post(f"{ROOT}/{large['id']}/parcels", json={"ids": town.parcels[2:]})
    asked = []
    for batch in small, large:
        town.seen(batch)  # who asks is known from here on
        with counted(app) as statements:
            town.seen(batch)
        asked.append(len(statements))
    assert asked[0] == asked[1]


@pytest.fixture
def small(services: CloneServices, sign_in: SignIn) -> Town:
    return Town(services, sign_in, size=5)


def test_parcels_are_picked_by_the_filters_of_the_register(small: Town) -> None:
    batch = small.a_batch()
    path = f"{ROOT}/{batch['id']}/parcels"
    assert small.officer.post(path, json={"filters": {"area": "北围"}}).json()["done"] == 5
    again = small.officer.post(path, json={"ids": small.parcels[:1]}).json()["results"][0]
    assert again["zh"].startswith("地块 BW-0000 已在移交 YJ")
    assert small.officer.post(path, json={"ids": [], "filters": {}}).json()["code"] == "request.bad"
    assert small.officer.post(path, json={"ids": [987654]}).json()["results"][0]["code"] == "not_found"


def test_land_in_the_care_of_the_receiver_is_not_listed_again(small: Town, services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(
            text("update parcel set handover_status = 'handed_over', custodian_unit_id = :unit where id = :id"),
            {"unit": small.receiving, "id": small.parcels[0]},
        )
        session.execute(text("update parcel set retired_on = current_date where id = :id"), {"id": small.parcels[1]})
    batch = small.a_batch()
    results = small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels[:3]}).json()["results"]
    assert [each.get("code") for each in results] == ["handover.already_in_care", "handover.parcel_retired", None]


def test_a_stale_row_is_refused_and_the_others_go_on(small: Town) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels[:3]})
    rows = small.seen(batch)["handovers"]
    chosen = [{"id": each["id"], "version": each["version"] + (n == 1)} for n, each in enumerate(rows)]
    body = {"action": "withdraw", "handovers": chosen, "reason": "改列下一批"}
    results = small.officer.post(f"{ROOT}/{batch['id']}/steps", json=body).json()["results"]
    assert [each.get("code", each["outcome"]) for each in results] == ["done", "procedure.step_taken", "done"]
    seen = small.seen(batch)
    assert (seen["parcels"], [act["kind"] for act in seen["acts"]]) == (1, ["step", "add"])
    stranger = small.officer.post(
        f"{ROOT}/{batch['id']}/steps", json={**body, "handovers": [{"id": 1_000_000, "version": 1}]}
    )
    assert stranger.json()["code"] == "handover.not_in_batch"


def test_many_papers_are_made_by_the_worker(small: Town, services: CloneServices) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels})
    ids = ids_at(small.seen(batch), "listed")
    answer = small.officer.post(
        f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "right_check"}, "ids": ids, "how": "each"}
    )
    assert (answer.status_code, answer.json()["state"]) == (202, "queued")
    jobs.process(services.sessions, services.store, answer.json()["id"])
    jobs.process(services.sessions, services.store, answer.json()["id"])
    act = small.officer.get(answer.headers["location"]).json()
    assert (act["state"], act["done"], act["refused"]) == ("done", 5, 0)
    assert len(small.seen(batch)["papers"]) == 5
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert session.scalar(text("select count(distinct made_by) from proceeding_paper")) == 1


def test_a_step_for_very_many_is_taken_by_the_worker(
    small: Town, services: CloneServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "STEPS_AT_ONCE", 2)
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels})
    queued = small.act(batch, "withdraw", reason="改列下一批")
    assert (queued["state"], queued["results"]) == ("queued", [])
    jobs.process(services.sessions, services.store, queued["id"])
    act = small.officer.get(f"{ROOT}/{batch['id']}/acts/{queued['id']}").json()
    assert (act["done"], act["refused"]) == (5, 0)
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        doers = session.scalars(text("select distinct actor_id from proceeding_step where action = 'withdraw'")).all()
        assert doers == [small.officer.user_id]


def test_each_person_is_told_once_for_all_parcels(small: Town, services: CloneServices) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels})
    ids = ids_at(small.seen(batch), "listed")
    for kind in ("right_check", "survey_conclusion", "consult_letter"):
        small.upload(batch, kind, ids)
    small.act(batch, "prepare")
    small.act(batch, "consult")
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        told = session.scalars(
            text("select title_zh from notification where user_id = :id"), {"id": small.receiver.user_id}
        ).all()
    assert told == [f"移交批次 {batch['batch_no']}:5 宗征求意见中"]


def test_plan_list_and_map_of_a_batch(small: Town, services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        session.execute(text("update parcel set parcel_name = '=1+1' where id = :id"), {"id": small.parcels[0]})
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels})
    ids = ids_at(small.seen(batch), "listed")
    plan = small.officer.post(f"{ROOT}/{batch['id']}/papers", json={"paper": {"kind": "handover_plan"}, "ids": ids})
    assert plan.status_code == 201, plan.text
    sheet = load_workbook(io.BytesIO(small.officer.get(f"{ROOT}/{batch['id']}/list.xlsx").content)).active
    cells = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=5, max_row=10)]
    assert [row[2] for row in cells[:5]] == [f"BW-{n:04}" for n in range(5)]
    assert (sheet.cell(5, 4).value, sheet.cell(5, 4).data_type) == ("=1+1", "s")
    assert (cells[5][0], cells[5][2], cells[5][6]) == ("合计", "5 宗", 5 * 11400)
    page = small.officer.get(f"{ROOT}/{batch['id']}/map.pdf")
    assert (page.status_code, page.content[:5]) == (200, b"%PDF-")
    empty = small.a_batch(title="空批次")
    assert small.officer.get(f"{ROOT}/{empty['id']}/map.pdf").status_code == 200
    assert small.officer.get(f"{ROOT}/{empty['id']}/list.xlsx").status_code == 200


def test_a_unit_sees_only_batches_it_has_a_part_in(small: Town, services: CloneServices, sign_in: SignIn) -> None:
    mine, other = small.a_batch(), small.a_batch(receiving_unit_id=small.witness, witness_unit_id=None)
    ids = [each["id"] for each in small.receiver.get(ROOT).json()["items"]]
    assert ids == [mine["id"]]
    assert small.seen(mine, small.receiver)["may_sign"] == ["receiving"]
    assert small.seen(mine, small.third)["may_sign"] == ["witness"]
    assert small.seen(mine)["may_sign"] == ["giving", "receiving", "witness"]
    assert small.receiver.get(f"{ROOT}/{other['id']}").status_code == 404
    assert small.receiver.post(ROOT, json={}).status_code == 403
    assert {each["id"] for each in small.third.get(ROOT).json()["items"]} == {mine["id"], other["id"]}


def test_nobody_signs_for_another_side_and_no_unit_reassigns(small: Town) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels[:1]})
    (id_,) = ids_at(small.seen(batch), "listed")
    signed = small.receiver.post(
        f"{ROOT}/{batch['id']}/signatures", json={"ids": [id_], "side": "giving", "person": "示例"}
    ).json()
    assert (signed["refused"], signed["results"][0]["code"]) == (1, "procedure.not_yours")
    alone = small.receiver.post(f"/api/v1/handovers/{id_}/signatures", json={"side": "giving", "person": "示例"})
    assert (alone.status_code, alone.json()["code"]) == (403, "procedure.not_yours")
    by_office = small.officer.post(f"/api/v1/handovers/{id_}/signatures", json={"side": "receiving", "person": "示例"})
    assert by_office.json()["title_zh"] == "不能由您办理:由本机代签时,须由签字人手写签名。"
    moved = small.receiver.post(f"/api/v1/handovers/{id_}/charge", json={"unit_id": small.receiving})
    assert moved.json()["code"] == "procedure.outside_scope"


def test_a_batch_is_changed_as_it_was_seen_and_closed_when_all_is_done(small: Town) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels[:1]})
    path, etag = f"{ROOT}/{batch['id']}", {"If-Match": f'"handover_batch{batch["id"]}.1"'}
    assert small.officer.patch(path, json={"title": "改名的批次"}, headers=etag).json()["title"] == "改名的批次"
    assert small.officer.patch(path, json={"title": "再改"}, headers=etag).status_code == 412
    now = {"If-Match": f'"handover_batch{batch["id"]}.2"'}
    assert small.officer.post(f"{path}/close", headers=now).json()["code"] == "handover.batch_under_way"
    assert small.act(batch, "withdraw", reason="不再移交")["done"] == 1
    closed = small.officer.post(f"{path}/close", headers=now)
    assert closed.json()["state"]["code"] == "closed", closed.text
    again = small.officer.post(f"{path}/parcels", json={"ids": small.parcels[:1]})
    assert again.json()["code"] == "handover.batch_closed"


def test_units_of_a_batch_are_three(small: Town) -> None:
    body = {"title": "示例", "giving_unit_id": small.giving, "receiving_unit_id": small.giving}
    assert small.officer.post(ROOT, json=body).json()["title_zh"].endswith("移交方与接收方不能是同一单位。")


def test_one_handover_tells_its_batch_what_stands_in_its_way_and_its_photos(small: Town) -> None:
    batch = small.a_batch()
    small.officer.post(f"{ROOT}/{batch['id']}/parcels", json={"ids": small.parcels[:1]})
    (id_,) = ids_at(small.seen(batch), "listed")
    details = small.officer.get(f"/api/v1/handovers/{id_}").json()["details"]
    assert (details["batch"]["batch_no"], details["parcel_no"], details["blockers"]) == (
        batch["batch_no"],
        "BW-0000",
        [],
    )
    assert [photo["side"] for photo in details["photos"]] == list(PHOTO_SIDES)
