"""Parties and vehicles: found again in other cases; what is sensitive is masked through every door and revealed with a trace."""

import io
import json
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError

from gis_service.access.actor import EVERYTHING, SERVICE
from gis_service.access.rules import Role
from gis_service.cases.law import operations as law
from gis_service.cases.parties import operations, queries, rules
from gis_service.cases.parties.operations import PartyTold
from gis_service.cases.parties.rules import LinkKind, LinkRole, PartyKind
from gis_service.core import db
from tests.cases.conftest import OPENING, Hand
from tests.conftest import CloneServices, Person
from tests.factories import an_area

ID_NUMBER, PHONE, ADDRESS = "440402199001011234", "13812341234", "某路 1 号 501"
REPORTER, REPORTER_PHONE = "举报人甲", "13900005678"
HIDDEN = (ID_NUMBER, PHONE, ADDRESS, REPORTER, REPORTER_PHONE)


@given(st.from_regex(r"1[0-9]{10}", fullmatch=True))
def test_a_masked_phone_shows_seven_digits(phone: str) -> None:
    masked = rules.masked_phone(phone)
    assert masked == f"{phone[:3]}****{phone[7:]}"


@given(st.from_regex(r"[0-9]{17}[0-9X]", fullmatch=True))
def test_a_masked_id_hides_the_birthday(number: str) -> None:
    masked = rules.masked_id(number)
    assert len(masked) == 18
    assert masked[3:14] == "*" * 11


@given(st.text(max_size=20))
def test_a_plate_in_one_way_of_writing_stays_so(text_: str) -> None:
    plain = rules.plate(text_)
    assert plain is None or rules.plate(plain) == plain


@pytest.mark.parametrize("written", ["粤C·D1234F", "粤c d1234f", "粤CD1234F ", "粤C-D1234F"])
def test_the_same_plate_however_it_is_written_is_one_vehicle(hand: Hand, written: str) -> None:
    first, second = hand.open(), hand.open()
    operations.link_vehicle(hand.session, SERVICE, first.id, "粤CD1234F", LinkRole.CARRIER)
    operations.link_vehicle(hand.session, SERVICE, second.id, written, LinkRole.CARRIER)
    (told,) = queries.of_case(hand.session, first.id)
    assert [each["id"] for each in told["also_in"]] == [second.id]


def test_the_graph_reaches_two_hops_and_no_farther(hand: Hand) -> None:
    one, two, three, four = (hand.open() for _ in range(4))
    session = hand.session
    operations.link_vehicle(session, SERVICE, one.id, "粤CD1234F", LinkRole.CARRIER, haulier="示例运输公司")
    operations.link_vehicle(session, SERVICE, two.id, "粤CD1234F", LinkRole.CARRIER)
    operations.link_haulier(session, SERVICE, three.id, "示例运输公司", LinkRole.CARRIER)
    operations.link_site(session, SERVICE, two.id, "示例工地", LinkRole.SOURCE)
    operations.link_site(session, SERVICE, four.id, "示例工地", LinkRole.SOURCE)
    for case, name in ((one, "示例张三"), (four, "示例张三")):
        operations.link_party(session, SERVICE, case.id, PartyTold(PartyKind.PERSON, name), LinkRole.DRIVER)
    graph = queries.graph(session, one.id)
    cases = {node["thing_id"] for node in graph["nodes"] if node["kind"] == "case"}
    assert cases == {one.id, two.id, three.id, four.id}  # by plate, by haulier, by name
    assert {"same_name", "owner", "carrier", "driver"} <= {edge["role"] for edge in graph["edges"]}
    ids = {node["id"] for node in graph["nodes"]}
    assert all(edge["source"] in ids and edge["target"] in ids for edge in graph["edges"])
    assert not any(node["kind"] == LinkKind.SITE for node in queries.graph(session, three.id)["nodes"])


def test_two_people_of_one_name_stay_two_and_one_unit_stays_one(hand: Hand) -> None:
    one, two = hand.open(), hand.open()
    unit = PartyTold(PartyKind.UNIT, "示例土石方有限公司", credit_code="91440400MA4ABCDE12")
    links = [operations.link_party(hand.session, SERVICE, case.id, unit, LinkRole.OFFENDER) for case in (one, two)]
    assert links[0].party_id == links[1].party_id
    people = [
        operations.link_party(hand.session, SERVICE, case.id, PartyTold(PartyKind.PERSON, "示例李四"), LinkRole.DRIVER)
        for case in (one, two)
    ]
    assert people[0].party_id != people[1].party_id
    same = operations.link_party(
        hand.session,
        SERVICE,
        two.id,
        PartyTold(PartyKind.PERSON, "示例李四"),
        LinkRole.OWNER,
        known_id=people[0].party_id,
    )
    assert same.party_id == people[0].party_id


def test_a_link_that_was_removed_is_kept_and_no_longer_shown(hand: Hand) -> None:
    case = hand.open()
    link = operations.link_haulier(hand.session, SERVICE, case.id, "示例运输公司", LinkRole.CARRIER)
    operations.unlink(hand.session, SERVICE, case.id, link.id, "登记错误")
    assert queries.of_case(hand.session, case.id) == []
    operations.link_haulier(hand.session, SERVICE, case.id, "示例运输公司", LinkRole.CARRIER)
    assert len(queries.of_case(hand.session, case.id)) == 1


# --- doors ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def kept(services: CloneServices, sign_in: Callable[..., Person]) -> dict[str, Any]:
    """A case with a party whose secrets are known, opened from a clue whose reporter is known."""
    with services.sessions.begin() as session:
        law.fill(session)
    officer = sign_in(Role.CASE_OFFICER)
    clue = {
        "source": "phone",
        "waste_kind": "construction",
        "place_text": "路口",
        "reporter_name": REPORTER,
        "reporter_phone": REPORTER_PHONE,
    }
    made = officer.post("/api/v1/clues", json=clue).json()
    case = officer.post(f"/api/v1/clues/{made['id']}/open", json={"title": "示例案"}).json()
    party = {
        "kind": "person",
        "name": "示例张三",
        "role": "offender",
        "id_number": ID_NUMBER,
        "phone": PHONE,
        "address": ADDRESS,
    }
    linked = officer.post(f"/api/v1/cases/{case['case_id']}/links/party", json=party, headers={"Idempotency-Key": "p1"})
    assert linked.status_code == 201, linked.text
    return {
        "officer": officer,
        "case": case["case_id"],
        "clue": made["id"],
        "party": linked.json()["items"][0]["thing_id"],
    }


def doors(kept: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Everything an officer or an auditor may read that could speak of a party or a reporter."""
    officer, case, clue = kept["officer"], kept["case"], kept["clue"]
    for path in (
        "/clues", f"/clues/{clue}", "/cases", f"/cases/{case}", f"/cases/{case}/links", "/case-links/known?q=示例", "/me/work",
        "/me/notifications", "/late", "/clues?q=举报", "/cases?q=示例",
    ):  # fmt: skip
        answer = officer.get(f"/api/v1{path}")
        assert answer.status_code == 200, (path, answer.text)
        yield path, answer.text


def test_nothing_hidden_comes_through_any_door(kept: dict[str, Any], sign_in: Callable[..., Person]) -> None:
    told = dict(doors(kept))
    assert "138****1234" in told[f"/cases/{kept['case']}"]
    assert "440***********1234" in told[f"/cases/{kept['case']}"]
    assert '"has_reporter":true' in told[f"/clues/{kept['clue']}"].replace(" ", "")
    told["audit"] = sign_in(Role.AUDITOR).get("/api/v1/audit?limit=500").text
    leaks = {path: [word for word in HIDDEN if word in body] for path, body in told.items()}
    assert {path: words for path, words in leaks.items() if words} == {}


def test_papers_and_packs_hold_masks_only(kept: dict[str, Any]) -> None:
    officer, case = kept["officer"], kept["case"]
    made = officer.post(f"/api/v1/cases/{case}/papers", json={"kind": "filing_approval", "text": ["示例段落"]})
    assert made.status_code == 201, made.text
    docx = officer.get(f"/api/v1/cases/{case}/papers/{made.json()['id']}/content?format=docx").content
    pack = officer.get(f"/api/v1/cases/{case}/evidence.zip").content
    words = _words(docx) + _words(pack)
    assert "示例张三" in words
    assert [hidden for hidden in HIDDEN if hidden in words] == []


def _words(archive: bytes) -> str:
    """All text within a ZIP, and within the ZIPs in it."""
    found = ""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        for name in opened.namelist():
            content = opened.read(name)
            found += _words(content) if content.startswith(b"PK\x03\x04") else content.decode("utf-8", errors="replace")
    return found


def test_no_table_holds_a_secret_that_can_be_read(kept: dict[str, Any], services: CloneServices) -> None:
    """Stored answers, versions, the log, the audit trail: whatever is in the database, as text or as the bytes of it."""
    engine = create_engine(services.url(db.OWNER_ROLE))
    with engine.connect() as connection:
        db.enter(connection, EVERYTHING)
        connection.execute(text("select set_config('app.see_secrets', 'on', true)"))
        tables = connection.scalars(
            text("select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace")
        )
        found = {
            table
            for table in tables.all()
            for plain in (ID_NUMBER, PHONE, ADDRESS, REPORTER_PHONE)
            for hidden in (plain, plain.encode().hex())
            if connection.scalar(
                text(f'select exists (select from "{table}" t where t::text like :word)'), {"word": f"%{hidden}%"}
            )
        }
        kept_apart = [
            connection.scalar(text(f"select count(*) from {table}")) for table in ("party_secret", "clue_reporter")
        ]
    engine.dispose()
    assert kept_apart == [1, 1]  # they were looked at, and are sealed
    assert found == set()


def test_whoever_sees_everything_sees_no_secret_without_the_act(kept: dict[str, Any], services: CloneServices) -> None:
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        for table in ("party_secret", "clue_reporter"):
            assert session.scalar(text(f"select count(*) from {table}")) == 0
        assert session.execute(text("update party_secret set phone = ''")).rowcount == 0  # type: ignore[attr-defined]
    with services.sessions() as session:
        db.enter(session, EVERYTHING)
        with pytest.raises(DBAPIError):
            session.execute(text("delete from party_secret"))


def test_revealing_asks_for_a_reason_and_leaves_a_trace(kept: dict[str, Any], sign_in: Callable[..., Person]) -> None:
    officer = kept["officer"]
    party, clue = f"/api/v1/cases/{kept['case']}/parties/{kept['party']}/reveal", f"/api/v1/clues/{kept['clue']}/reveal"
    for path in (party, clue):
        refused = officer.post(path, json={"reason": "  "})
        assert (refused.status_code, refused.json()["code"]) == (422, "case.reveal_reason")
    told = officer.post(party, json={"reason": "送达前核对身份"}, headers={"Idempotency-Key": "r1"})
    assert told.json() == {"id_number": ID_NUMBER, "phone": PHONE, "address": ADDRESS}
    assert told.headers["cache-control"] == "no-store"
    assert officer.post(clue, json={"reason": "向举报人核实地点"}).json() == {
        "name": REPORTER,
        "phone": REPORTER_PHONE,
        "wants_answer": False,
    }
    trace = sign_in(Role.AUDITOR).get("/api/v1/audit?limit=500").json()
    shown = [entry for entry in trace["items"] if entry["action"] == "secret.reveal" and entry["outcome"] == "done"]
    assert {(entry["detail"]["what"], entry["detail"]["reason"]) for entry in shown} == {
        (f"party/{kept['party']}", "送达前核对身份"), ("reporter", "向举报人核实地点"),
    }  # fmt: skip
    assert not any(hidden in json.dumps(trace, ensure_ascii=False) for hidden in HIDDEN)


def test_reading_again_with_the_same_key_is_another_act(kept: dict[str, Any], services: CloneServices) -> None:
    path = f"/api/v1/cases/{kept['case']}/parties/{kept['party']}/reveal"
    for _ in range(2):
        kept["officer"].post(path, json={"reason": "送达前核对身份"}, headers={"Idempotency-Key": "same"})
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        assert (
            session.scalar(text("select count(*) from audit_entry where action = 'secret.reveal' and outcome = 'done'"))
            == 2
        )
        assert session.scalar(text("select count(*) from idempotency_key where key = 'same'")) == 0


@pytest.mark.parametrize(
    "role", [Role.LAND_OFFICER, Role.WASTE_OFFICER, Role.INSPECTOR, Role.AUDITOR, Role.SYSTEM_ADMIN]
)
def test_others_reveal_nothing(kept: dict[str, Any], sign_in: Callable[..., Person], role: Role) -> None:
    person = sign_in(role)
    for path in (
        f"/api/v1/cases/{kept['case']}/parties/{kept['party']}/reveal",
        f"/api/v1/clues/{kept['clue']}/reveal",
    ):
        assert person.post(path, json={"reason": "想看一看"}).status_code == 403


def test_a_party_is_revealed_through_its_own_case_only(kept: dict[str, Any]) -> None:
    officer = kept["officer"]
    other = officer.post("/api/v1/cases", json={"title": "另一案", "facts": OPENING}).json()
    assert (
        officer.post(
            f"/api/v1/cases/{other['id']}/parties/{kept['party']}/reveal", json={"reason": "核对身份"}
        ).status_code
        == 404
    )


def test_a_secret_put_right_changes_its_mask_and_shows_nothing(kept: dict[str, Any]) -> None:
    officer = kept["officer"]
    path = f"/api/v1/cases/{kept['case']}/parties/{kept['party']}"
    assert officer.post(f"{path}/secret", json={"phone": "13700009999"}).status_code == 204
    assert "137****9999" in officer.get(f"/api/v1/cases/{kept['case']}").text
    assert officer.post(f"{path}/reveal", json={"reason": "送达前核对身份"}).json()["id_number"] == ID_NUMBER


def test_an_officer_of_another_area_sees_neither_case_nor_party(
    kept: dict[str, Any], sign_in: Callable[..., Person], services: CloneServices
) -> None:
    with services.sessions.begin() as session:
        area_id = an_area(session).id
    stranger = sign_in(Role.CASE_OFFICER, area_id=area_id)
    assert stranger.get(f"/api/v1/cases/{kept['case']}/links").status_code == 404
    assert stranger.get("/api/v1/case-links/known?q=示例").json()["items"] == []


def test_a_scoped_officer_links_a_truck_known_elsewhere(
    kept: dict[str, Any], sign_in: Callable[..., Person], services: CloneServices
) -> None:
    with services.sessions.begin() as session:
        area_id = an_area(session).id
    kept["officer"].post(f"/api/v1/cases/{kept['case']}/links/vehicle", json={"plate": "粤CD1234F", "role": "carrier"})
    scoped = sign_in(Role.CASE_OFFICER, area_id=area_id)
    opened = scoped.post("/api/v1/cases", json={"title": "本片区案", "facts": OPENING, "area_id": area_id})
    assert opened.status_code == 201, opened.text
    linked = scoped.post(
        f"/api/v1/cases/{opened.json()['id']}/links/vehicle",
        json={"plate": "粤C·D1234F", "role": "carrier", "haulier": "示例运输公司"},
    )
    assert linked.status_code == 201, linked.text
    (told,) = linked.json()["items"]
    assert told["also_in"] == []  # the other case lies outside this officer's sight
    refused = scoped.post(
        f"/api/v1/cases/{opened.json()['id']}/links/vehicle", json={"plate": "12345", "role": "carrier"}
    )
    assert (refused.status_code, refused.json()["code"]) == (422, "case.plate")
