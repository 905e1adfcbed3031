"""What is sensitive of a person: kept apart, shown only by the reveal act, each time with a reason and a trace.

In the database they are sealed (`core.vault`), each bound to its row. Row policies let `party_secret` and `clue_reporter` be read only while `app.see_secrets` is set; nothing but `seeing_secrets` sets it.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from sqlalchemy import select
from sqlalchemy.orm import Session

from gis_service.cases.clues.models import ClueReporter
from gis_service.cases.errors import RevealUnexplained
from gis_service.cases.parties.models import PartySecret
from gis_service.core import db, vault

LEAST_REASON = 4
"""Characters of a reason: a word, not a full stop."""


@contextmanager
def seeing_secrets(session: Session) -> Iterator[None]:
    db.setting(session, app_see_secrets="on")
    try:
        yield
    finally:
        db.setting(session, app_see_secrets="")


def require_reason(reason: str) -> str:
    said = reason.strip()
    if len(said) < LEAST_REASON:
        raise RevealUnexplained()
    return said


PARTY, REPORTER = "party_secret", "clue_reporter"
"""The tables, as the vault binds their values to them."""


def of_party(session: Session, party_id: int) -> dict[str, str]:
    """ID number, phone and address of a party. The caller writes the trace."""
    with seeing_secrets(session):
        found = session.execute(
            select(PartySecret.id_number, PartySecret.phone, PartySecret.address).where(PartySecret.party_id == party_id)
        ).mappings().first()  # fmt: skip
    row = vault.row(session, PARTY, party_id)
    return {name: row.unseal(name, sealed) for name, sealed in (found or {}).items()} or {
        "id_number": "",
        "phone": "",
        "address": "",
    }


def of_reporter(session: Session, clue_id: int) -> dict[str, object]:
    """Who reported a clue. The caller writes the trace."""
    with seeing_secrets(session):
        found = session.execute(
            select(ClueReporter.name, ClueReporter.phone, ClueReporter.wants_answer).where(ClueReporter.clue_id == clue_id)
        ).first()  # fmt: skip
    if found is None:
        return {"name": "", "phone": "", "wants_answer": False}
    row = vault.row(session, REPORTER, clue_id)
    return {
        "name": row.unseal("name", found.name),
        "phone": row.unseal("phone", found.phone),
        "wants_answer": found.wants_answer,
    }


def sealed(session: Session, table: str, key: int, values: Mapping[str, str]) -> dict[str, bytes]:
    """The values of a row as they are stored."""
    row = vault.row(session, table, key)
    return {name: row.seal(name, value) for name, value in values.items()}
