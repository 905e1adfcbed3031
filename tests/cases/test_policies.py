"""Rows of clues and cases: nothing set, nothing seen; by area; with the case they are linked to."""

from io import BytesIO

import pytest
from geoalchemy2.shape import from_shape
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.access.actor import SERVICE
from gis_service.cases.clues import operations as clues
from gis_service.cases.clues.operations import Seen
from gis_service.cases.parties import operations as parties
from gis_service.cases.parties.operations import PartyTold
from gis_service.cases.parties.rules import LinkRole, PartyKind
from gis_service.core import db
from gis_service.core.db import Scope
from gis_service.core.srid import STORAGE_SRID
from gis_service.parcels.attachments.operations import Kept
from tests.cases.conftest import PDF, Hand
from tests.factories import an_area, land

TABLES = ("clue", "clue_file", "party", "vehicle", "haulier", "source_site", "case_link", "case_basis")


@pytest.fixture
def area_id(hand: Hand) -> int:
    """One row in each table, all of one area."""
    session = hand.session
    area = an_area(session, geom=from_shape(land(0, 0, 0.05), srid=STORAGE_SRID))
    case = hand.open(area_id=area.id)
    hand.rest_on_law(case)
    parties.link_party(
        session, SERVICE, case.id, PartyTold(PartyKind.PERSON, "示例张三", phone="13800000000"), LinkRole.DRIVER
    )
    parties.link_vehicle(session, SERVICE, case.id, "粤CD1234F", LinkRole.CARRIER, haulier="示例运输公司")
    parties.link_site(session, SERVICE, case.id, "示例工地", LinkRole.SOURCE)
    clue = clues.take_in(
        session, SERVICE, "440402", Seen("phone", "domestic", place=(113.53, 22.40), reporter_phone="13900000000")
    )
    sha256, size = hand.store.put(BytesIO(PDF), limit_bytes=1000)
    clues.add_file(session, hand.store, SERVICE, clue, Kept(sha256, size, "a.pdf"), pictures_only=False)
    return area.id


def seen(session: Session, scope: Scope) -> dict[str, bool]:
    db.enter(session, scope)
    return {table: bool(session.scalar(text(f"select count(*) from {table}"))) for table in TABLES}


def test_rows_are_seen_by_scope(hand: Hand, area_id: int) -> None:
    every, none = dict.fromkeys(TABLES, True), dict.fromkeys(TABLES, False)
    assert seen(hand.session, Scope(see_all=True)) == every
    assert seen(hand.session, Scope(area_ids=frozenset({area_id}))) == every
    assert seen(hand.session, Scope(area_ids=frozenset({area_id + 1}))) == none
    assert seen(hand.session, Scope(unit_ids=frozenset({1}))) == none
    assert seen(hand.session, Scope(see_published=True)) == none
    assert seen(hand.session, Scope()) == none


@pytest.mark.parametrize("table", ["party_secret", "clue_reporter"])
def test_secrets_need_the_act_and_the_row_they_belong_to(hand: Hand, area_id: int, table: str) -> None:
    for scope, act, shown in (
        (Scope(see_all=True), "", 0),
        (Scope(see_all=True), "on", 1),
        (Scope(area_ids=frozenset({area_id})), "on", 1),
        (Scope(), "on", 0),
    ):
        db.enter(hand.session, scope)
        db.setting(hand.session, app_see_secrets=act)
        assert hand.session.scalar(text(f"select count(*) from {table}")) == shown


def test_entering_a_scope_closes_the_act(hand: Hand, area_id: int) -> None:
    db.setting(hand.session, app_see_secrets="on")
    db.enter(hand.session, Scope(see_all=True))
    assert hand.session.scalar(text("select count(*) from party_secret")) == 0


KEPT = (
    "audit_entry",
    "parcel",
    "parcel_version",
    "document",
    "clue",
    "party_secret",
    "case_link",
    "legal_basis",
    "proceeding",
    "proceeding_step",
)
"""Tables whose rows the application may never delete."""


def test_the_application_may_delete_nothing_of_the_record(hand: Hand) -> None:
    may = "select has_table_privilege('gis_app', :table, 'delete')"
    assert [table for table in KEPT if hand.session.scalar(text(may), {"table": table})] == []
    for table in ("audit_entry", "parcel_version"):
        assert (
            hand.session.scalar(text("select has_table_privilege('gis_app', :table, 'update')"), {"table": table})
            is False
        )
