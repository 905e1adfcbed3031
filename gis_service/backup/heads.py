"""The audit trail, each night: verified against the heads of all nights before, then its own head kept outside the database."""

import structlog

from gis_service.access.actor import EVERYTHING
from gis_service.audit import heads, verifying
from gis_service.audit.errors import NothingSealed
from gis_service.audit.verifying import Verdict
from gis_service.core import clock, db
from gis_service.notifications import operations as notifications
from gis_service.notifications import queries as readers
from gis_service.notifications.rules import Level
from gis_service.services import Services

log = structlog.get_logger("gis_service.audit")
NIGHTLY = "20 18 * * *"
"""02:20 in Beijing: the copy of 02:30 finds the new head."""


def night(services: Services) -> Verdict:
    """Verify; where all is well keep the signed head, else tell the auditors and keep none: a head of a chain that was tampered
    with would speak for it."""
    verdict = verify(services)
    if verdict.faults:
        log.error("the audit trail was tampered with", faults=[fault.en for fault in verdict.faults])
        _tell(services, verdict)
        return verdict
    try:
        keep(services)
    except NothingSealed:
        log.info("nothing sealed yet: no head to keep")
    return verdict


def verify(services: Services, named: list[str] | None = None, keys: list[str] | None = None) -> Verdict:
    """The chain held against the heads kept here and those named (files, folders, hashes); `keys` are further public keys that
    may have signed them. Raises `NoHeads`."""
    here = [str(folder) for folder in services.head_folders if folder.is_dir()]
    shelf = heads.read([*here, *(named or [])], [services.head_key.public, *(keys or [])])
    with services.sessions.begin() as session:
        verdict = verifying.verify(session, list(dict.fromkeys(shelf.heads)))
    verdict.faults.extend(verifying.broken_files(shelf.broken))
    return verdict


def keep(services: Services) -> list[str]:
    """Add the present head to the folders that lack it; the files that were written. Raises `NothingSealed`."""
    with services.sessions.begin() as session:
        document = services.head_key.signed(verifying.present_head(session), clock.now())
    pem = services.head_key.public_pem()
    written = [heads.keep(document, folder, pem) for folder in services.head_folders]
    return [str(path) for path in written if path]


def _tell(services: Services, verdict: Verdict) -> None:
    first = verdict.faults[0]
    with services.sessions.begin() as session:
        db.enter(session, EVERYTHING)
        notifications.tell(
            session, user_ids=readers.users_with(session, "audit.read"), kind="audit", level=Level.LATE,
            title_zh="审计记录被改动", title_en="The audit trail was tampered with",
            body_zh=f"{first.zh}。请运行 gis-service audit verify。", body_en=f"{first.en}. Run `gis-service audit verify`.",
            link="/desk/admin/audit", subject="audit", dedupe_key=f"audit/{clock.today()}",
        )  # fmt: skip
