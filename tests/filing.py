"""What lies in the file of a proceeding, put there as the doors would: people with roles, papers, photos."""

import hashlib
import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from gis_service.access import operations as access
from gis_service.access.actor import SERVICE, Actor, Grant
from gis_service.access.rules import Role
from gis_service.core import clock
from gis_service.files.models import StoredFile
from gis_service.procedures.conduct import Conduct
from gis_service.procedures.models import Proceeding, ProceedingFile, ProceedingPaper, ProceedingStep
from gis_service.procedures.operations import Told, advance
from gis_service.procedures.rules import Step
from tests.conftest import PASSWORD

_numbers = itertools.count(1)


def somebody(session: Session, *roles: Role, area_id: int | None = None, unit_id: int | None = None) -> Actor:
    """A person with these roles."""
    name = f"f{next(_numbers)}"
    user = access.create_user(session, SERVICE, username=name, display_name=name, password=PASSWORD, own_choice=True)
    return Actor(user.id, name, name, tuple(Grant(role, area_id, unit_id) for role in roles))


def stored(session: Session) -> str:
    """A file of the store, by its hash."""
    sha256 = hashlib.sha256(f"file {next(_numbers)}".encode()).hexdigest()
    session.execute(insert(StoredFile).values(sha256=sha256, name="示例.pdf", size_bytes=1).on_conflict_do_nothing())
    return sha256


def a_paper(session: Session, proceeding: Proceeding, kind: str, doc_no: str | None = None) -> ProceedingPaper:
    made = ProceedingPaper(
        proceeding_id=proceeding.id,
        kind=kind,
        title=kind,
        doc_no=doc_no,
        file_sha256=stored(session),
        as_of=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def a_photo(session: Session, proceeding: Proceeding, label: str, at: datetime | None = None) -> ProceedingFile:
    made = ProceedingFile(
        proceeding_id=proceeding.id, sha256=stored(session), name="照片.jpg", label=label, media_type="image/jpeg",
        size_bytes=1, added_at=at or clock.now(),
    )  # fmt: skip
    session.add(made)
    session.flush()
    return made


def take(
    session: Session, conduct: Conduct, actor: Actor, proceeding: Proceeding, action: str, facts: dict[str, Any] | None = None,
    reason: str = "", papers: bool = True, **told: Any,
) -> ProceedingStep:  # fmt: skip
    """Take a step, with the papers it needs put into the file first."""
    step: Step | None = conduct.procedure.table.get((proceeding.state, action))
    for kind in step.papers if step and papers else ():
        a_paper(session, proceeding, kind)
    return advance(
        session,
        conduct,
        actor,
        proceeding.id,
        action,
        seen=proceeding.row_version,
        told=Told(facts or {}, reason, **told),
    )


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """What is done within is taken back, so that the next try starts from the same state."""
    with session.begin_nested() as point:
        yield
        point.rollback()
    session.expire_all()
