"""Row policies of handovers, asked of the database itself: nothing set, nothing seen; each unit its own."""

from sqlalchemy import text
from sqlalchemy.orm import Session

from gis_service.core import db
from gis_service.core.db import Scope
from tests.handover.conftest import Town

TABLES = ("handover", "handover_batch", "handover_act")


def counts(session: Session, scope: Scope) -> list[int]:
    db.enter(session, scope)
    return [session.scalar(text(f"select count(*) from {table}")) or 0 for table in TABLES]


def test_tables_of_handovers_are_shut_unless_a_scope_opens_them(session: Session, town: Town) -> None:
    forced = session.scalars(text("select relname from pg_class where relrowsecurity and relforcerowsecurity")).all()
    assert set(TABLES) <= set(forced)
    town.listed(town.a_parcel())
    town.listed(town.a_parcel(), batch=town.a_batch(receiving_unit_id=town.witness.id))
    everywhere = counts(session, Scope(see_all=True))
    assert min(everywhere) >= 2
    assert counts(session, Scope()) == [0, 0, 0]
    assert counts(session, Scope(unit_ids=frozenset({town.receiving.id}))) == [1, 1, 1]
    assert counts(session, Scope(unit_ids=frozenset({town.giving.id}))) == [2, 2, 2]
    assert counts(session, Scope(area_ids=frozenset({town.area.id}))) == [2, 2, 2]


def test_units_and_area_of_a_handover_follow_its_proceeding(session: Session, town: Town) -> None:
    (proceeding,) = town.listed(town.a_parcel())
    proceeding.counterpart_unit_id = town.witness.id
    session.flush()
    asked = text("select receiving_unit_id from handover where proceeding_id = :id")
    assert session.scalar(asked, {"id": proceeding.id}) == town.witness.id
