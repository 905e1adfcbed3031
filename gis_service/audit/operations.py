"""Write audit entries, seal them into a chain, verify the chain."""

import hashlib
from dataclasses import dataclass
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
    count, digest = _digest(session, since + 1, upto, previous)
    link = AuditSeal(from_id=since + 1, to_id=upto, entries=count, previous=previous, hash=digest)
    session.add(link)
    session.flush()
    return link


def _digest(session: Session, first: int, last: int, previous: bytes) -> tuple[int, bytes]:
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


@dataclass(frozen=True)
class Verdict:
    """What a walk along the chain found; `faults` are sentences, empty when all is well."""

    seals: int
    entries: int
    unsealed: int
    head: str
    faults: list[tuple[str, str]]


def verify(session: Session, known_head: str | None = None) -> Verdict:
    """Recompute every link. A head noted elsewhere (`known_head`) shows a cut tail or a chain made anew."""
    faults: list[tuple[str, str]] = []
    previous, expected, entries, heads = START, 1, 0, {START.hex()}
    for link in session.scalars(select(AuditSeal).order_by(AuditSeal.id)):
        count, digest = _digest(session, link.from_id, link.to_id, previous)
        if link.previous != previous or link.from_id != expected:
            faults.append((f"封存 {link.id} 与前一环不衔接", f"seal {link.id} does not follow the one before"))
        if count != link.entries or digest != link.hash:
            faults.append(
                (
                    f"封存 {link.id}:记录 {link.from_id}–{link.to_id} 被改动、增加或删除",
                    f"seal {link.id}: entries {link.from_id}–{link.to_id} were changed, added or removed",
                )
            )
        previous, expected, entries = link.hash, link.to_id + 1, entries + count
        heads.add(link.hash.hex())
    if known_head and known_head not in heads:
        faults.append(
            (
                "留存的链头不在链中:链被截断或重造",
                "the head noted elsewhere is not in the chain: it was cut or made anew",
            )
        )
    unsealed = session.scalar(select(func.count()).select_from(AuditEntry).where(AuditEntry.id >= expected)) or 0
    return Verdict(seals=len(heads) - 1, entries=entries, unsealed=unsealed, head=previous.hex(), faults=faults)
