"""Write audit entries and seal them into a chain; `verifying` walks along it."""

import hashlib
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from gis_service.audit.models import AuditEntry, AuditSeal

START = hashlib.sha256(b"gis_service audit chain").digest()


def record(
    session: Session,
    action: str,
    subject: object = "",
    *,
    actor_id: int | None,
    actor_name: str,
    outcome: str = "done",
    detail: dict[str, Any] | None = None,
    request_id: str = "",
    address: str = "",
) -> None:
    """One line of who did what, in the transaction of the act itself: if it cannot be written, the act fails."""
    session.add(
        AuditEntry(
            actor_id=actor_id,
            actor_name=actor_name,
            action=action,
            subject=str(subject),
            outcome=outcome,
            detail=detail or {},
            request_id=request_id,
            address=address,
        )
    )


def seal(session: Session) -> AuditSeal | None:
    """Hash the entries written since the last seal and chain them to it; None where there are none.

    Numbers are given out before commits, so the newest numbers may still be under way. A SHARE lock waits for those
    writers for a moment and keeps new ones out; then every number up to the highest is settled. Where a long
    transaction (an import) holds it up, `lock_timeout` ends the try and the next run of the job takes it.
    """
    session.execute(text("select settle_audit()"))
    last = session.scalar(select(AuditSeal).order_by(AuditSeal.id.desc()).limit(1))
    since = last.to_id if last else 0
    upto = session.scalar(select(func.max(AuditEntry.id))) or 0
    if upto <= since:
        return None
    previous = last.hash if last else START
    count, digest = digest_of(session, since + 1, upto, previous)
    link = AuditSeal(from_id=since + 1, to_id=upto, entries=count, previous=previous, hash=digest)
    session.add(link)
    session.flush()
    return link


def digest_of(session: Session, first: int, last: int, previous: bytes) -> tuple[int, bytes]:
    """Count and hash of the entries `first` … `last` after `previous`; each entry as one canonical text."""
    rows = session.execute(
        text(
            """select json_build_array(id, round(extract(epoch from at) * 1000000)::bigint, actor_id, actor_name, action,
                                       subject, outcome, detail, request_id, address)::text
                 from audit_entry where id between :first and :last order by id"""
        ),
        {"first": first, "last": last},
    )
    digest, count = hashlib.sha256(previous + f"{first}-{last}".encode()), 0
    for (line,) in rows:
        digest.update(hashlib.sha256(line.encode()).digest())
        count += 1
    return count, digest.digest()
