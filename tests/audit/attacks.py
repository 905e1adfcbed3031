"""What whoever has the whole database may do to the audit trail: as a real superuser, with every guard switched off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import create_engine, delete, select, text, update
from sqlalchemy.orm import Session

from gis_service.audit import operations as audit
from gis_service.audit.models import AuditEntry, AuditSeal
from gis_service.core.provision import ADMIN
from gis_service.services import Services

ENTRIES_A_SEAL = 4
SEALS = 3


def honest(services: Services) -> None:
    """Acts as people do them: three seals over four entries each."""
    for number in range(SEALS):
        with services.sessions.begin() as session:
            for entry in range(ENTRIES_A_SEAL):
                audit.record(
                    session, "parcel.edit", f"BW-{number}-{entry}", actor_id=1, actor_name="甲", detail={"n": entry}
                )
        with services.sessions.begin() as session:
            assert audit.seal(session) is not None


@contextmanager
def superuser(services: Services) -> Iterator[Session]:
    """A transaction in which no trigger, grant or policy holds anybody back."""
    engine = create_engine(services.url(ADMIN))
    with Session(engine) as session, session.begin():
        assert session.scalar(text("select rolsuper from pg_roles where rolname = current_user"))
        session.execute(text("set session_replication_role = replica"))
        yield session
    engine.dispose()


def edit(session: Session) -> None:
    """An entry names somebody else."""
    session.execute(update(AuditEntry).where(AuditEntry.id == 6).values(actor_name="乙"))


def remove(session: Session) -> None:
    """An entry is gone."""
    session.execute(delete(AuditEntry).where(AuditEntry.id == 6))


def insert(session: Session) -> None:
    """An act that never was, among those of another day: the numbers move up to make room."""
    session.execute(text("update audit_entry set id = id + 1000 where id >= 6"))
    session.execute(text("update audit_entry set id = id - 999 where id >= 1000"))
    session.execute(
        text(
            "insert into audit_entry (id, at, actor_name, action, subject) overriding system value "
            "select 6, at, '丙', 'parcel.edit', 'BW-0-0' from audit_entry where id = 5"
        )
    )


def reorder(session: Session) -> None:
    """Two acts change places."""
    session.execute(text("update audit_entry set id = case id when 6 then -7 else -6 end where id in (6, 7)"))
    session.execute(text("update audit_entry set id = -id where id < 0"))


def cut_the_tail(session: Session) -> None:
    """The last acts never were, nor their seal."""
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    assert last is not None
    session.execute(delete(AuditEntry).where(AuditEntry.id >= last.from_id))
    session.execute(delete(AuditSeal).where(AuditSeal.id == last.id))


def recompute(session: Session) -> None:
    """An entry is changed, and every seal since computed again by the very rule of the service."""
    edit(session)
    previous = audit.START
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.id)).all():
        count, digest = audit.digest_of(session, link.from_id, link.to_id, previous)
        link.entries, link.previous, link.hash = count, previous, digest
        previous = digest
    session.flush()


ATTACKS: dict[str, tuple[Callable[[Session], None], str]] = {
    "edit": (edit, "changed"),
    "delete": (remove, "removed"),
    "insert": (insert, "changed"),  # the first seal after it has as many entries as before, but others
    "reorder": (reorder, "changed"),
    "cut the tail": (cut_the_tail, "cut"),
    "recompute the whole chain": (recompute, "remade"),
}
"""The six of the bar, each with the fault it must be found by; the last two are invisible to a chain alone."""
BY_HEADS_ONLY = frozenset({"cut the tail", "recompute the whole chain"})
