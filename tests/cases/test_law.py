"""Law by date: what was in force, acts that straddle the change of 2026-08-15, imports, what a case rests on."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.access.actor import SERVICE
from gis_service.access.rules import Role
from gis_service.cases.conduct import CASES, law_straddles
from gis_service.cases.law import operations, queries
from gis_service.cases.law.errors import LawRefused, NotConfirmed, NotInForce
from gis_service.cases.law.models import LegalBasis
from gis_service.cases.law.rules import NEW_LAW_FROM, Force, straddles
from gis_service.cases.rules import DUMPING_CASE
from tests.cases.conftest import Hand
from tests.conftest import CloneServices, Person

BEFORE, AFTER = NEW_LAW_FROM - timedelta(1), NEW_LAW_FROM
OLD, NEW = "固体废物污染环境防治法(2020年修订)", "生态环境法典"
days = st.dates(date(2020, 1, 1), date(2032, 1, 1))


@pytest.fixture
def law(session: Session) -> Session:
    operations.fill(session)
    return session


@pytest.mark.parametrize(
    "subject", ["ban", "builder", "unit_domestic", "hazardous", "no_plan", "detention", "ownerless", "damage_claim"]
)
def test_the_repealed_law_is_never_offered_for_an_act_of_today(law: Session, subject: str) -> None:
    before = {basis.law for basis in queries.in_force(law, BEFORE, subject=subject)}
    after = {basis.law for basis in queries.in_force(law, AFTER, subject=subject)}
    assert OLD in before
    assert NEW not in before
    assert NEW in after
    assert OLD not in after


def test_the_articles_are_those_of_the_handbook(law: Session) -> None:
    def articles(day: date, subject: str) -> set[str]:
        return {basis.article for basis in queries.in_force(law, day, subject=subject) if basis.law in (OLD, NEW)}

    assert articles(BEFORE, "builder") == {"第一百一十一条第四项"}
    assert articles(AFTER, "builder") == {"第一千一百六十九条"}
    assert articles(AFTER, "person") == {"第一千一百六十九条第三款"}
    assert articles(BEFORE, "detention") == {"第一百二十条"}
    assert articles(AFTER, "detention") == {"第一千一百七十九条"}
    assert articles(AFTER, "ownerless") == {"第一千一百八十条"}
    assert articles(AFTER, "ban") == {"第四百七十五条", "第五百一十八条", "第五百零六条"}
    assert {b.article for b in queries.in_force(law, AFTER, subject="ban", kind="domestic")} == {
        "第四百七十五条",
        "第五百零六条",
    }


def test_an_act_over_the_change_is_offered_both_with_the_rule_of_the_milder(law: Session) -> None:
    found = {basis.law for basis in queries.in_force(law, BEFORE, AFTER, subject="builder")}
    assert found == {OLD, NEW}
    rule = law_straddles(law, BEFORE, AFTER)
    assert rule is not None
    assert "新法处罚较轻" in rule["zh"]
    assert "[PEN art. 37; ECO art. 1057]" in rule["en"]
    assert law_straddles(law, AFTER, AFTER + timedelta(30)) is None
    assert law_straddles(law, BEFORE, BEFORE) is None


@given(days, days, days, days)
def test_a_text_within_an_act_was_in_force_on_some_day_of_it(a: date, b: date, first: date, last: date) -> None:
    force = Force(min(a, b), max(a, b) + timedelta(1))
    first, last = min(first, last), max(first, last)
    some = max(first, min(a, b))
    assert force.within(first, last) == (force.on(some) and some <= last)
    if straddles([force], first, last):
        assert force.on(first) is not force.on(last)


def test_what_is_not_confirmed_is_kept_and_never_offered(law: Session) -> None:
    kept = law.scalars(select(LegalBasis).where(~LegalBasis.confirmed)).all()
    assert {basis.source for basis in kept} == {"R139", "EPL"}
    assert all(basis.article == "" for basis in kept)
    offered = queries.in_force(law, date(2000, 1, 1), date(2100, 1, 1))
    assert all(basis.confirmed and basis.article for basis in offered)


def test_no_wording_of_a_law_is_made_up(law: Session) -> None:
    assert {basis.quote for basis in law.scalars(select(LegalBasis))} == {""}


def test_filling_twice_changes_nothing(law: Session) -> None:
    before = len(law.scalars(select(LegalBasis)).all())
    operations.fill(law)
    assert len(law.scalars(select(LegalBasis)).all()) == before == len(operations.built_in())


# --- imports --------------------------------------------------------------------------------------------------------

HEADER = "law,article,effective_from,effective_to,title,quote,subject,kinds,source,confirmed\n"


def test_a_successor_ends_the_old_text_and_brings_the_new(law: Session) -> None:
    table = (
        HEADER
        + "城市建筑垃圾管理规定(建设部令第139号),第七条,2005-06-01,2027-01-01,处置核准,,permit,construction excavated_soil mixed,R139,是\n"
        + "示例新规定,第九条,2027-01-01,,处置核准,示例条文,permit,,示例,true\n"
    )
    assert operations.import_table(law, table.encode("gb18030")) == (1, 1)
    assert operations.import_table(law, table.encode("utf-8-sig")) == (0, 0)
    texts = [(basis.law, basis.quote) for basis in queries.in_force(law, date(2027, 1, 1), subject="permit")]
    assert ("示例新规定", "示例条文") in texts
    assert not any("139" in name for name, _ in texts)


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲,第一条,2026-13-01,,,,ban,,示例,", "effective_from must be a date"),
        ("甲,第一条,2026-01-01,2025-01-01,,,ban,,示例,", "begin before it ends"),
        ("甲,第一条,,,,,else,,示例,", "unknown subject else"),
        ("甲,,,,,,ban,,示例,是", "without a clause number"),
        (",第一条,,,,,ban,,示例,", "law and source must be told"),
    ],
)  # fmt: skip
def test_an_import_that_says_something_impossible_is_refused_whole(law: Session, row: str, said: str) -> None:
    good = "乙,第二条,,,,,ban,,示例,\n"
    with pytest.raises(LawRefused, match=said):
        operations.import_table(law, (HEADER + good + row + "\n").encode())
    assert law.scalar(select(LegalBasis.id).where(LegalBasis.law == "乙")) is None


@pytest.mark.parametrize("content", [b"", b"a,b\n1,2\n", b"\xff\xfe\x00", HEADER.encode()])
def test_what_is_no_table_is_refused(law: Session, content: bytes) -> None:
    with pytest.raises(LawRefused):
        operations.import_table(law, content)


def test_a_table_that_is_too_long_is_refused_whole_and_not_cut(law: Session) -> None:
    row = "丙,第一条,,,,,ban,,示例,\n"
    for table in (HEADER + row * (operations.MOST_ROWS + 1), HEADER + row + " " * operations.MOST_BYTES):
        with pytest.raises(LawRefused):
            operations.import_table(law, table.encode())
    assert law.scalar(select(LegalBasis.id).where(LegalBasis.law == "丙")) is None


# --- what a case rests on -------------------------------------------------------------------------------------------


def test_a_case_rests_only_on_texts_in_force_during_its_act(hand: Hand) -> None:
    case = hand.open(facts={"happened_from": "2026-09-01", "happened_to": "2026-09-03"})
    first, last = date(2026, 9, 1), date(2026, 9, 3)
    (old,) = queries.in_force(hand.session, BEFORE, subject="detention")
    with pytest.raises(NotInForce, match="2026-08-15"):
        operations.choose(hand.session, SERVICE, case.id, [old.id], act_from=first, act_to=last)
    vague = next(
        b for b in queries.in_force(hand.session, first, subject="person", unconfirmed=True) if not b.confirmed
    )
    with pytest.raises(NotConfirmed):
        operations.choose(hand.session, SERVICE, case.id, [vague.id], act_from=first, act_to=last)


def test_what_a_case_rests_on_stays_as_it_read(hand: Hand) -> None:
    case = hand.open()
    hand.rest_on_law(case)
    (chosen,) = queries.of_case(hand.session, case.id)
    hand.session.get_one(LegalBasis, chosen.legal_basis_id).article = "第九百九十九条"
    hand.session.flush()
    facts = CASES.paper_facts(hand.session, case)
    assert facts["basis"] == [{"title": NEW, "article": "第一千一百六十九条", "quote": ""}]
    operations.drop(hand.session, SERVICE, case.id, chosen.id, "选错")
    assert queries.of_case(hand.session, case.id) == []
    assert DUMPING_CASE.noun == "case"


# --- doors ----------------------------------------------------------------------------------------------------------


def test_the_door_gives_both_texts_and_the_rule(services: CloneServices, sign_in: Callable[..., Person]) -> None:
    with services.sessions.begin() as session:
        operations.fill(session)
    officer = sign_in(Role.CASE_OFFICER)
    told = officer.get("/api/v1/legal-basis?on=2026-08-14&to=2026-08-16&subject=builder").json()
    assert {basis["law"] for basis in told["items"]} == {OLD, NEW}
    assert "新法" in told["straddles"]["zh"]
    assert officer.get("/api/v1/legal-basis?on=2026-09-01&subject=builder").json()["straddles"] is None
    assert officer.get("/api/v1/legal-basis?on=2026-09-01&to=2026-08-01").status_code == 422
    file = {"file": ("law.csv", (HEADER + "甲,第一条,2026-01-01,,,,ban,,示例,\n").encode())}
    assert officer.post("/api/v1/legal-basis/import", files=file).json() == {"new": 1, "changed": 0}
    assert sign_in(Role.INSPECTOR).post("/api/v1/legal-basis/import", files=file).status_code == 403
